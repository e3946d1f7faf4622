"""What front ends ask for themselves (a title, tags, questions to go on with): answered without persona, never kept."""

import asyncio
from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import dataclass

import structlog

from agent_runtime.chat.errand_answers import answer_without_model
from agent_runtime.core.character import Character
from agent_runtime.core.errors import ModelFailed
from agent_runtime.core.output import cleaned, says_something
from agent_runtime.core.ports import ChatModel, Delta, Finish
from agent_runtime.core.presence import Mood
from agent_runtime.core.prompt import Circumstances, Prompt, PromptMessage
from agent_runtime.core.tokens import MESSAGE_TOKENS, clipped, tokens_in

_NOBODY = Character(name="Assistant", slug="assistant")
_ROOM = 6000
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Done:
    """The answer to an errand; tokens as the model counted them."""

    text: str
    finish: Finish


@dataclass(frozen=True)
class Errands:
    """Answers utility prompts: by the model where there is one that can, else in a form that a front end can read."""

    model: ChatModel
    deadline_s: float = 30.0

    async def answer(self, messages: Sequence[PromptMessage]) -> Done:
        """Never fails; `messages` has at least one."""
        if self.model.name != "scripted":
            try:
                async with asyncio.timeout(self.deadline_s):
                    return await self._by_model(messages)
            except (ModelFailed, TimeoutError) as fault:
                _log.warning("utility prompt without the model", why=str(fault) or "timeout")
        return Done(answer_without_model(messages), Finish("stop", model="scripted"))

    async def _by_model(self, messages: Sequence[PromptMessage]) -> Done:
        pieces: list[str] = []
        finish = Finish("stop")
        async with aclosing(self.model.reply(_prompt(messages))) as parts:
            async for part in parts:
                match part:
                    case Delta(text):
                        pieces.append(text)
                    case Finish():
                        finish = part
                    case _:
                        pass
        text = cleaned("".join(pieces)).strip()
        if not says_something(text):
            raise ModelFailed("empty", "the model gave an empty answer")
        return Done(text, finish)


def _prompt(messages: Sequence[PromptMessage]) -> Prompt:
    """The messages as they are, nothing added; the oldest give way."""

    def sent(limit: int | None = None) -> tuple[PromptMessage, ...]:
        return _fitting(messages, min(_ROOM, limit) if limit else _ROOM)

    return Prompt(
        character=_NOBODY,
        user_name="guest",
        circumstances=Circumstances(Mood.NEUTRAL, ""),
        history=(),
        question=messages[-1].content,
        seed="errand",
        messages=sent,
    )


def _fitting(messages: Sequence[PromptMessage], room: int) -> tuple[PromptMessage, ...]:
    kept: list[PromptMessage] = []
    for message in reversed(messages):
        room -= MESSAGE_TOKENS
        if room <= 0:
            break
        kept.append(PromptMessage(message.role, clipped(message.content, room)))
        room -= tokens_in(kept[-1].content)
    return tuple(reversed(kept))
