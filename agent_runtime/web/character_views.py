"""What is answered about character files: told here for those who read the API."""

from typing import Any

from pydantic import BaseModel, RootModel

from agent_runtime.web.replies import Page


class CharacterDocument(RootModel[dict[str, Any]]):
    """A character as its file has it; what is as by default is left out."""


class FileFault(BaseModel):
    """One mistake in a file. Lines and columns count from 1; `pointer` is a JSON pointer to the value."""

    pointer: str
    detail: str
    file: str
    line: int
    column: int
    hint: str


class CharacterEntry(BaseModel):
    """A character file. `slug` is null where no URL leads to it, `name` where it is `broken`: `errors` say why.

    `greetings` counts them; `running`: it is an agent too.
    """

    slug: str | None
    file: str
    name: str | None
    tags: tuple[str, ...]
    greetings: int
    running: bool
    broken: bool
    errors: tuple[FileFault, ...]


class CharacterPage(Page[CharacterEntry]):
    """Character files by name."""


class ValidationView(BaseModel):
    """Whether a text is a character; `slug` is null where it is not."""

    valid: bool
    slug: str | None
    errors: tuple[FileFault, ...]


class ImportedView(BaseModel):
    """The character that a card has become; `notes` are sentences for people.

    `format` is v1, v2, v3, textgen, pygmalion, eliza or native.
    """

    character: str
    format: str
    notes: tuple[str, ...]
