"""A draft saved as a character, in words for whoever asked for it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from agent_runtime.authoring.drafts import completed
from agent_runtime.authoring.wording import chosen_words, labels, trouble
from agent_runtime.core.authoring import Drafted, Export, as_file, is_saved, with_saved
from agent_runtime.core.character import Character
from agent_runtime.core.errors import RuntimeFault


@dataclass(frozen=True, slots=True)
class Said:
    """What the author says and, where it has changed, the draft."""

    words: str
    draft: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Saving:
    """Saves drafts. One that was saved from this draft before is replaced, another of its name never."""

    export: Export

    async def save(self, draft: Mapping[str, Any]) -> Said:
        """Complete it and write it; the words tell the slug, or what is in the way."""
        drafted = Drafted.of(draft)
        if drafted.lacks:
            return Said(f"I cannot save it yet: {labels(drafted.lacks)} is still missing.")
        whole, added = completed(draft)
        if problem := trouble(Drafted.of(whole)):
            return Said(f"I cannot save it yet. {problem}")
        try:
            slug = await self.export(Character.model_validate(as_file(whole)), is_replacing=is_saved(whole))
        except (RuntimeFault, ValidationError) as error:
            return Said(f"I could not save it: {str(error).splitlines()[0][:300]}")
        own = f"{chosen_words(added)} " if added else ""
        words = f"{own}Saved as `{slug}`. Start a conversation with the character `{slug}` to talk to it."
        return Said(words, with_saved(whole, slug))
