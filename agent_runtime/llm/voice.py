"""The words one reply may be made of: a character's phrases and lines, drawn without saying the same thing again."""

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from random import Random

from agent_runtime.core.character import Character
from agent_runtime.core.macros import with_macros
from agent_runtime.core.phrases import slots_in
from agent_runtime.core.prompt import Prompt
from agent_runtime.llm.plain_lines import PLAIN

PhrasesOf = Callable[[Character, str], Sequence[str]]
_RECENT = 8
_SLOT = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True)
class Voice:
    """Draws lines for one reply. `said` are its last lines in the conversation, `rng` belongs to this reply alone."""

    character: Character
    user_name: str
    phrases: PhrasesOf
    rng: Random
    said: tuple[str, ...]

    def line(
        self,
        family: str,
        slots: Mapping[str, str],
        *,
        wanted: Collection[str] = (),
        unwanted: Collection[str] = (),
    ) -> str:
        """A line of a family that needs no unknown slot: the character's own, else a plain one.

        One that names all of `wanted` and none of `unwanted` is taken where there is one.
        """
        known = {"user": self.user_name, **slots}
        lines = [line for line in self.phrases(self.character, family) if slots_in(line) <= known.keys()]
        lines = [line for line in lines if slots_in(line) >= set(wanted)] or lines or list(PLAIN[family])
        lines = [line for line in lines if not slots_in(line) & set(unwanted)] or lines
        return self.draw_any([filled(line, known) for line in lines])

    def is_fresh(self, text: str) -> bool:
        """Whether it has not been said lately."""
        return not any(text in said for said in self.said)

    def draw(self, texts: Iterable[str]) -> str | None:
        """One that has not been said lately; None when there is none."""
        fresh = [text for text in texts if self.is_fresh(text)]
        return self.rng.choice(fresh) if fresh else None

    def draw_any(self, texts: Sequence[str]) -> str:
        """One of `texts` (at least one); when all were said lately, the one said longest ago."""
        return self.draw(texts) or min(texts, key=self._last_said)

    def written(self, texts: Iterable[str]) -> list[str]:
        """Lines of the character file as they are said: {{char}} and {{user}} replaced."""
        return [with_macros(text, self.character, self.user_name).strip() for text in texts]

    def _last_said(self, text: str) -> int:
        return max((place for place, said in enumerate(self.said) if text in said), default=-1)


def voice_of(prompt: Prompt, phrases: PhrasesOf, user_name: str) -> Voice:
    """The voice for one reply to `user_name`, the same one for the same prompt."""
    own = (message.content for message in reversed(prompt.history) if message.role == "assistant")
    said = (*reversed(tuple(islice(own, _RECENT))), *prompt.beside)[-_RECENT:]
    seed = f"{prompt.seed}\n{prompt.character.slug}\n{len(prompt.history)}\n{prompt.question}"
    return Voice(prompt.character, user_name, phrases, Random(seed), said)


def filled(line: str, slots: Mapping[str, str]) -> str:
    """`line` with its slots replaced in one pass: what a value contains is never read as a slot."""
    text = _SLOT.sub(lambda match: slots[match[1]], line)
    return "A" + text[1:] if text.startswith("a bidder") else text
