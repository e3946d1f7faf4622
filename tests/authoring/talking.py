"""Interviews held without a runtime: the author, a history that grows, and a shelf where characters are saved."""

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from agent_runtime.authoring.drafter import Drafter
from agent_runtime.authoring.interviewer import Interviewer
from agent_runtime.authoring.saving import Saving
from agent_runtime.authors import author_character
from agent_runtime.core.authoring import Drafted
from agent_runtime.core.character import Character
from agent_runtime.core.conversation import Message, Role
from agent_runtime.core.errors import Finding, InvalidFile
from agent_runtime.core.ports import ChatModel, Delta, Finish
from agent_runtime.core.presence import Mood
from agent_runtime.core.prompt import Circumstances, Prompt, PromptMessage

AUTHOR = author_character()
_WINDOW = 6
_NOW = datetime(2026, 11, 21, tzinfo=UTC)


@dataclass
class Shelf:
    """Where characters are saved; `is_full` refuses them."""

    saved: dict[str, Character] = field(default_factory=dict)
    is_full: bool = False

    async def __call__(self, character: Character, *, is_replacing: bool = False) -> str:
        if self.is_full:
            raise InvalidFile((Finding("mara.yaml", 1, 1, "the disk is full"),))
        slug = character.slug
        if slug in self.saved and not is_replacing:
            slug = f"{slug}-2"
        self.saved[slug] = character
        return slug


@dataclass
class Writer:
    """A ChatModel that writes what it was given, then fails; keeps what it was asked."""

    texts: list[str]
    failure: Exception | None = None
    asked: list[Sequence[PromptMessage]] = field(default_factory=list)
    name: str = "writer"

    async def reply(self, prompt: Prompt) -> AsyncGenerator[Delta | Finish, None]:
        self.asked.append(prompt.messages())
        if not self.texts and self.failure is not None:
            raise self.failure
        yield Delta(self.texts.pop(0))
        yield Finish("stop", 10, 5, self.name)

    async def close(self) -> None:
        """Nothing is open."""


@dataclass
class Interview:
    """A conversation with the author. `said` are its replies, `drafted` the newest draft, of one who `may_save` it."""

    shelf: Shelf = field(default_factory=Shelf)
    model: ChatModel | None = None
    said: list[str] = field(default_factory=list)
    drafted: Drafted = field(default_factory=lambda: Drafted.of({}))
    finish: Finish | None = None
    history: list[Message] = field(default_factory=list)
    may_save: bool = True

    @property
    def draft(self) -> dict[str, Any]:
        return self.drafted.content

    async def say(self, *words: str) -> str:
        """The reply to the last of these."""
        for each in words:
            self.said.append(await self._reply(each))
            self._add("user", each)
            self._add("assistant", self.said[-1])
        return self.said[-1]

    async def _reply(self, words: str) -> str:
        guided = Interviewer(Saving(self.shelf))
        author = guided if self.model is None else Drafter(self.model, guided)
        now = Circumstances(Mood.NEUTRAL, "")
        history = tuple(self.history[-_WINDOW:])
        prompt = Prompt(AUTHOR, "friend", now, history, words, "s", messages=lambda _limit=None: ())
        text = ""
        async for part in author.reply(prompt, self.drafted.content, "s", may_save=self.may_save):
            match part:
                case Drafted():
                    self.drafted = part
                case Delta():
                    text += part.text
                case Finish():
                    self.finish = part
        return text

    def _add(self, role: Role, text: str) -> None:
        number = len(self.history) + 1
        self.history.append(
            Message(id=f"m{number}", session_id="s", role=role, content=text, created_at=_NOW, seq=number)
        )
