"""The author: a character with whom one makes a character by talking; what it is asked, and the draft it gives back."""

from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from pydantic import ValidationError
from pydantic_core import to_json

from agent_runtime.core.character import Character
from agent_runtime.core.ports import Delta, Finish, Sent
from agent_runtime.core.prompt import Prompt
from agent_runtime.core.secrets import cleared

AUTHOR = "author"
ESSENTIAL = ("name", "description")
WANTED = (*ESSENTIAL, "personality", "style", "topics", "greetings", "examples", "system", "traits", "mood")
_UNNAMED = "Nobody yet"
_MOST_BYTES = 200_000  # a file may have 256 KB, and is a little longer than its content
_MOST_PROBLEMS = 10
_MARK = "authoring"


@dataclass(frozen=True, slots=True)
class Drafted:
    """A draft as it is now: `content` as a character file has it, `{}` at first.

    `missing` are fields it should still get, ESSENTIAL ones first, and `problems` what is wrong with those it has, as
    `/field: what`; a draft without either is a whole character.
    """

    content: dict[str, Any]
    missing: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()

    @classmethod
    def of(cls, content: Mapping[str, Any]) -> "Drafted":
        """The draft with what is to be said of it."""
        return cls(dict(content), missing_from(content), problems_of(content))

    @property
    def lacks(self) -> tuple[str, ...]:
        """What it cannot be a file without."""
        return tuple(each for each in self.missing if each in ESSENTIAL)


class Author(Protocol):
    """Who answers in a session with the author. Safe to call from many tasks at once."""

    def reply(
        self, prompt: Prompt, draft: Mapping[str, Any], session_id: str, *, may_save: bool = True
    ) -> AsyncGenerator[Sent | Delta | Drafted | Finish, None]:
        """As ChatModel.reply, and a Drafted in every reply. `draft` is that of the session so far.

        Without `may_save` nothing that is said makes a file of it.
        """
        ...


class Export(Protocol):
    """Writes characters to where they can be talked to."""

    async def __call__(self, character: Character, *, is_replacing: bool = False) -> str:
        """The slug it has there: with a number when the name is taken and it is not replacing.

        Raises InvalidFile for what no file can hold, and where it cannot be written.
        """
        ...


def as_file(content: Mapping[str, Any]) -> dict[str, Any]:
    """The draft as a file has it: without secrets, and without what the author noted for itself."""
    extensions = {name: value for name, value in (content.get("extensions") or {}).items() if name != _MARK}
    kept = {name: value for name, value in content.items() if name != "extensions"}
    whole: dict[str, Any] = cleared(kept | ({"extensions": extensions} if extensions else {}))
    return whole


def with_saved(content: Mapping[str, Any], slug: str) -> dict[str, Any]:
    """The draft that was saved as the character of this slug."""
    return {**content, "slug": slug, "extensions": {**(content.get("extensions") or {}), _MARK: {"saved_as": slug}}}


def in_place_of(before: Mapping[str, Any], content: Mapping[str, Any]) -> dict[str, Any]:
    """`content` as the draft where `before` was: what the author noted of that stays, and what others note is none."""
    extensions = {name: value for name, value in (content.get("extensions") or {}).items() if name != _MARK}
    if (mark := (before.get("extensions") or {}).get(_MARK)) is not None:
        extensions[_MARK] = mark
    kept = {name: value for name, value in content.items() if name != "extensions"}
    return kept | ({"extensions": extensions} if extensions else {})


def saved_as(content: Mapping[str, Any]) -> str:
    """The slug that was given to the character made from this very draft; empty where none was made."""
    mark = (content.get("extensions") or {}).get(_MARK)
    return str(mark.get("saved_as") or "") if isinstance(mark, dict) else ""


def is_saved(content: Mapping[str, Any]) -> bool:
    """Whether the character of its slug was made from this very draft."""
    return saved_as(content) != "" and saved_as(content) == content.get("slug")


def missing_from(content: Mapping[str, Any]) -> tuple[str, ...]:
    """Fields of WANTED that are empty."""
    return tuple(name for name in WANTED if not content.get(name))


def problems_of(content: Mapping[str, Any]) -> tuple[str, ...]:
    """What keeps a draft from being a character, its missing name aside; at most ten."""
    found = []
    try:
        Character.model_validate({"name": _UNNAMED, **content})
    except ValidationError as error:
        for each in error.errors(include_url=False, include_input=False, include_context=False)[:_MOST_PROBLEMS]:
            place = "".join(f"/{part}" for part in each["loc"])
            found.append(f"{place or '/'}: {each['msg'].removeprefix('Value error, ')}")
    size = len(to_json(content))
    return (*found, *([f"/: {size} bytes are too many for a file"] if size > _MOST_BYTES else []))
