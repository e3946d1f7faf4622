"""A character made in a conversation as a file of its own: the port `core.authoring.Export`."""

from dataclasses import dataclass

from agent_runtime.characters.drafts import drafted
from agent_runtime.characters.library import Library, check_slug
from agent_runtime.core.character import Character


@dataclass(frozen=True)
class Exporting:
    """Writes characters into the library; they can be talked to at once."""

    library: Library

    async def __call__(self, character: Character, *, is_replacing: bool = False) -> str:
        """The slug it has there: with a number when the name is taken and it is not replacing.

        Raises InvalidFile for what no file can hold, Refused where there is no room, Busy, Unavailable.
        """
        check_slug(character.slug)
        async with self.library.held():
            slug = character.slug if is_replacing else self.library.free_slug(character.slug)
            named = character.model_copy(update={"slug": slug})
            draft = await self.library.aside(drafted, named, f"{slug}.yaml")
            await self.library.put(slug, draft)
        return slug
