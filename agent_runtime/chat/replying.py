"""The reply to a message that is on disk: asked of the model, kept with the turn's end in one commit."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from time import perf_counter
from typing import Any, Protocol, TypeVar

import structlog

from agent_runtime.chat.chain import link
from agent_runtime.chat.drafting import Drafting
from agent_runtime.chat.recollector import Forgetful, Recollector
from agent_runtime.chat.summarising import Summariser
from agent_runtime.chat.talks import STRANGER, Talk
from agent_runtime.chat.tallying import TurnTally
from agent_runtime.chat.tracing import Tracing
from agent_runtime.chat.turn import Reply, Turn
from agent_runtime.chat.windows import Windows
from agent_runtime.core.assembly import Draft
from agent_runtime.core.authoring import Drafted
from agent_runtime.core.character import Character
from agent_runtime.core.clock import Clock, utc
from agent_runtime.core.conversation import Message, NewMessage
from agent_runtime.core.domain import Feeling
from agent_runtime.core.errors import Interrupted, ModelFailed, RuntimeFault
from agent_runtime.core.output import says_something
from agent_runtime.core.ports import ChatModel, Delta, Finish, Sent
from agent_runtime.core.prompt import Budget, Circumstances, Prompt
from agent_runtime.core.tone import feelings
from agent_runtime.core.turns import Turns, TurnState

R = TypeVar("R")
_log = structlog.get_logger(__name__)


class Company(Protocol):
    """Who is there and how they feel (see agents/company.py)."""

    def character(self, slug: str) -> Character: ...

    async def circumstances(self, character: Character) -> Circumstances: ...

    async def touch(self, character: Character, feelings: tuple[Feeling, ...], trigger: str) -> None: ...


@dataclass(frozen=True)
class Replier:
    """Answers turns, those of a session with the author by `drafting`. Without a `summariser` what has left the window
    is forgotten."""

    turns: Turns
    model: ChatModel
    company: Company
    clock: Clock
    new_id: Callable[[], str]
    windows: Windows
    tracing: Tracing
    budget: Budget = field(default_factory=Budget)
    recollector: Recollector = field(default_factory=Forgetful)
    summariser: Summariser | None = None
    drafting: Drafting | None = None
    tally: TurnTally = field(default_factory=TurnTally)

    async def answer(self, turn: Turn, talk: Talk, notes: str = "") -> None:
        """Generate and keep the reply. This is the supervisor of a turn: nothing that goes wrong leaves it open."""
        try:
            reply = await self._reply(turn, talk, notes)
            self._remember(turn, reply.message, talk)
            turn.finish(reply)
        except ModelFailed as fault:
            _log.warning("turn failed", turn=turn.id, code=fault.code, reason=fault.reason)
            await self._fail(turn, fault, "truncated" if says_something(turn.text) else "failed")
        except RuntimeFault as fault:
            _log.warning("turn failed", turn=turn.id, code=fault.code)
            await self._fail(turn, fault, "interrupted" if isinstance(fault, Interrupted) else "failed")
        except asyncio.CancelledError:
            if not turn.is_over:  # the reply may have been kept at the very moment it was stopped
                stopped = Interrupted("the reply was stopped before it was complete")
                await self._fail(turn, stopped, "interrupted")
            raise
        except Exception:  # noqa: BLE001 - the named supervisor of a turn
            _log.exception("turn crashed", turn=turn.id)
            await self._fail(turn, RuntimeFault("the turn could not be finished; the log tells why"), "failed")
        finally:
            self.tracing.keep(turn)
            self.tally.ended(turn)

    async def prompt(self, turn: Turn, talk: Talk, notes: str = "") -> Prompt:
        """The window, how things stand and what comes to mind: none of it grows with the session. Raises NotFound."""
        question = turn.user_message
        history = await self.windows.before(question)
        now = await self._circumstances(question, talk)
        is_again = turn.kind == "regenerate"
        there = await self.windows.replies(question) if is_again else ()
        draft = Draft(
            talk.character,
            talk.name,
            now,
            history,
            question.content,
            question.session_id,
            notes=notes,
            budget=self.budget,
        )
        return Prompt(
            character=talk.character,
            user_name=talk.name,
            circumstances=now,
            history=history,
            question=question.content,
            seed=f"{question.session_id} {turn.id}" if is_again else question.session_id,
            messages=draft.messages,
            assembled=draft.sections,
            beside=tuple(each.content for each in there if each.role == "assistant"),
        )

    async def close(self) -> None:
        """Bring to an end what goes on beside the replies."""
        await self.tracing.close()
        if self.summariser is not None:
            await self.summariser.close()

    async def _reply(self, turn: Turn, talk: Talk, notes: str) -> Reply:
        question = turn.user_message
        if turn.kind != "regenerate":  # what was felt at these words was felt when they were said
            await self.company.touch(talk.character, feelings(question.content), trigger=question.id)
        turn.prompt = await self.prompt(turn, talk, notes)
        turn.timings.prompted = perf_counter()
        turn.state = "running"
        finish = await self._generate(turn, turn.prompt, talk)
        message = await _to_its_end(self._kept(turn, "done", finish=finish))
        if message is None:
            raise Interrupted("another process ended the turn, or its session was deleted: nothing of it was kept")
        return Reply(turn.id, question, message, turn.prompt.circumstances.mood, finish, turn.draft)

    async def _generate(self, turn: Turn, prompt: Prompt, talk: Talk) -> Finish:
        async with aclosing(self._parts(turn, prompt, talk)) as parts:
            async for part in parts:
                match part:
                    case Delta(text):
                        turn.grow(text)
                    case Drafted():
                        turn.tell(part)
                    case Sent():
                        turn.sent = part
                    case Finish():
                        if not says_something(turn.text):
                            raise ModelFailed("empty", "the model gave an empty reply")
                        return part
        raise ModelFailed("truncated", "the model's reply broke off")

    def _parts(
        self, turn: Turn, prompt: Prompt, talk: Talk
    ) -> AsyncGenerator[Sent | Delta | Drafted | Finish, None] | AsyncGenerator[Sent | Delta | Finish, None]:
        if talk.is_authoring and self.drafting is not None:
            return self.drafting.reply(turn.user_message.session_id, prompt, may_save=talk.may_save)
        return self.model.reply(prompt)

    async def _kept(
        self, turn: Turn, state: TurnState, *, finish: Finish | None = None, fault: RuntimeFault | None = None
    ) -> Message | None:
        """The turn's end, with the reply as far as it has come; None when nothing was kept of it."""
        now, text = utc(self.clock.time()), turn.text.strip()
        message = self._message(turn, text, state) if says_something(text) else None
        return await self.turns.finish(
            turn.id,
            state,
            message,
            at=now,
            error_code=fault.code if fault else None,
            error=str(fault) if fault else None,
            model=(finish.model or self.model.name) if finish else None,
            mood=turn.prompt.circumstances.mood.value if turn.prompt is not None else None,
            prompt_tokens=finish.prompt_tokens if finish else None,
            completion_tokens=finish.completion_tokens if finish else None,
        )

    def _message(self, turn: Turn, text: str, state: TurnState) -> NewMessage:
        question = turn.user_message
        return NewMessage(
            id=turn.reply_id or self.new_id(),
            session_id=question.session_id,
            role="assistant",
            content=text,
            created_at=utc(self.clock.time()),
            turn_id=turn.id,
            interrupted=state != "done",
            chain=link(question.chain, "assistant", text) if question.chain else None,
            parent_id=question.id,
            branches=turn.kind == "regenerate",
        )

    async def _fail(self, turn: Turn, fault: RuntimeFault, state: TurnState) -> None:
        """The turn is over without a complete reply; what was said of it is kept as it is."""
        partial: Message | None = None
        try:
            partial = await _to_its_end(self._kept(turn, state, fault=fault))
        except RuntimeFault as lost:
            _log.error("the end of a turn was not kept", turn=turn.id, code=lost.code)
        finally:
            turn.fail(fault, state, partial)

    def _remember(self, turn: Turn, reply: Message, talk: Talk) -> None:
        question, character = turn.user_message, talk.character
        self.windows.add(question)
        self.windows.add(reply)
        if talk.is_authoring:  # what is told to the author is about somebody who is made up
            return
        if turn.kind != "regenerate":
            self.recollector.hear(
                character.slug,
                talk.remembered_under,
                question.content,
                question.id,
                is_public=False,
                name=talk.known_name,
            )
        if self.summariser is not None:
            self.summariser.consider(reply, self.windows.left_behind(reply), character)

    async def _circumstances(self, question: Message, talk: Talk) -> Circumstances:
        character = talk.character
        now = await self.company.circumstances(character)
        found = await self.recollector.recall(
            character.slug,
            question.content,
            about_user=talk.remembered_under,
            name="guest" if talk.name == STRANGER else talk.name,
        )
        return replace(
            now,
            past=self.recollector.past(character.hosts.includes) if character.hosts.is_host else (),
            memories=tuple(each.memory for each in found),
            summary="" if self.summariser is None else await self.summariser.before(question),
        )


async def _to_its_end(work: Coroutine[Any, Any, R]) -> R:
    """What a write came to, also when the turn is stopped while it is under way: a commit cannot be taken back."""
    task = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait({task})
        if task.cancelled() or task.exception() is not None:
            raise
        return task.result()
