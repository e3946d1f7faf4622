"""Conversations with characters: sessions are started here, and every message becomes a turn of the runtime's own."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager, aclosing
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, Literal, Protocol

import structlog
from pydantic import ValidationError

from agent_runtime.chat.lanes import Lanes
from agent_runtime.chat.recollector import Forgetful, Recollector
from agent_runtime.chat.summarising import Summariser
from agent_runtime.chat.turn import Reply, Turn
from agent_runtime.chat.windows import Windows
from agent_runtime.core.assembly import assemble
from agent_runtime.core.character import Character
from agent_runtime.core.clock import Clock, utc
from agent_runtime.core.conversation import Message, NewMessage, Session
from agent_runtime.core.domain import Feeling
from agent_runtime.core.errors import Draining, Interrupted, ModelFailed, NotFound, RuntimeFault
from agent_runtime.core.output import says_something
from agent_runtime.core.ports import CharacterFiles, ChatModel, Delta, Finish, Messages, Sessions
from agent_runtime.core.prompt import Circumstances, Prompt
from agent_runtime.core.tasks import Tasks
from agent_runtime.core.text import display_name
from agent_runtime.core.tone import feelings

Mode = Literal["queue", "reject"]
_SESSIONS_HELD = 1000
_STRANGER = "friend"
_log = structlog.get_logger(__name__)


class Company(Protocol):
    """Who is there and how they feel (see agents/company.py)."""

    def character(self, slug: str) -> Character: ...

    async def circumstances(self, character: Character) -> Circumstances: ...

    async def touch(self, character: Character, feelings: tuple[Feeling, ...], trigger: str) -> None: ...


@dataclass(frozen=True, slots=True)
class Guest:
    """Who talks in a session; both may be empty."""

    id: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class _Talk:
    """Who talks to whom in a session: `user` is the id that what the guest tells in private is remembered under."""

    character: Character
    user: str
    name: str


@dataclass
class Conversations:
    """Starts sessions and takes turns. A turn, once accepted, is finished whatever becomes of who asked.

    Without a `summariser` what has left the window is forgotten.
    """

    sessions: Sessions
    messages: Messages
    character_files: CharacterFiles
    model: ChatModel
    company: Company
    clock: Clock
    new_id: Callable[[], str]
    lanes: Lanes
    windows: Windows
    recollector: Recollector = field(default_factory=Forgetful)
    summariser: Summariser | None = None
    _tasks: Tasks = field(default_factory=Tasks)
    _held: OrderedDict[str, _Talk] = field(default_factory=OrderedDict)
    _is_draining: bool = False

    async def start(self, slug: str, guest: Guest, metadata: Mapping[str, Any]) -> Session:
        """A new session with a character, which it keeps as the character is now. Raises NotFound."""
        character = self.company.character(slug)
        now = utc(self.clock.time())
        kept = dict(metadata) | ({"user": {"id": guest.id, "name": guest.name}} if guest.name or guest.id else {})
        session = await self.sessions.create(
            Session(id=self.new_id(), character=slug, created_at=now, updated_at=now, metadata=kept)
        )
        content = character.model_dump(mode="json", by_alias=True, exclude_defaults=True)
        await self.character_files.save(session.id, content, file_id=self.new_id(), now=now)
        self._hold(session.id, _Talk(character, guest.id or session.id, guest.name))
        return session

    async def say(self, session_id: str, content: str, guest: Guest, mode: Mode = "queue") -> Turn:
        """Begin a turn; returns once the message is on disk. Raises NotFound, Busy, TurnRunning, Draining."""
        if self._is_draining:
            raise Draining("the runtime is stopping")
        talk = _spoken_by(guest, await self._talk(session_id))
        turn_id = self.new_id()
        lane = self.lanes.turn(session_id, turn_id, waits=mode == "queue")
        accepted: asyncio.Future[Turn] = asyncio.get_running_loop().create_future()
        work = self._turn(turn_id, session_id, content, talk, lane, accepted)
        self._tasks.spawn(f"turn {turn_id}", work)
        return await asyncio.shield(accepted)

    async def close(self, grace_s: float) -> None:
        """Take nothing new, give running turns `grace_s`, then stop them: what they said so far is kept.

        Cancelled, it stops them at once.
        """
        self._is_draining = True
        try:
            await self._tasks.drain(grace_s)
        except asyncio.CancelledError:
            await self._tasks.drain(0)
            raise
        finally:
            if self.summariser is not None:
                await self.summariser.close()

    async def _turn(
        self,
        turn_id: str,
        session_id: str,
        content: str,
        talk: _Talk,
        lane: AbstractAsyncContextManager[None],
        accepted: asyncio.Future[Turn],
    ) -> None:
        """The whole of a turn, as a task of its own. Whoever waits for it to be accepted hears, whatever happens."""
        refusal: RuntimeFault = RuntimeFault("the message could not be taken; the log tells why")
        try:
            async with lane:
                question = await self._keep(session_id, turn_id, "user", content)
                turn = Turn(turn_id, question)
                accepted.set_result(turn)
                await self._answer(turn, talk)
        except RuntimeFault as fault:
            refusal = fault
        except asyncio.CancelledError:
            refusal = Draining("the runtime is stopping")
            raise
        finally:
            if not accepted.done():
                accepted.set_exception(refusal)

    async def _answer(self, turn: Turn, talk: _Talk) -> None:
        """Generate and keep the reply. This is the supervisor of a turn: nothing that goes wrong leaves it open."""
        try:
            turn.finish(await self._reply(turn, talk))
        except RuntimeFault as fault:
            _log.warning("turn failed", turn=turn.id, code=fault.code, reason=getattr(fault, "reason", None))
            turn.fail(fault)
        except asyncio.CancelledError:
            try:
                await self._keep_partial(turn)
            finally:
                turn.fail(Interrupted("the reply was stopped before it was complete"))
            raise
        except Exception:  # noqa: BLE001 - the named supervisor of a turn
            _log.exception("turn crashed", turn=turn.id)
            turn.fail(RuntimeFault("the turn could not be finished; the log tells why"))

    async def _reply(self, turn: Turn, talk: _Talk) -> Reply:
        question, character = turn.user_message, talk.character
        await self.company.touch(character, feelings(question.content), trigger=question.id)
        prompt = await self._prompt(question, talk)
        finish = await self._generate(turn, prompt)
        message = await self._keep(question.session_id, turn.id, "assistant", turn.text.strip())
        self.windows.add(question)
        self.windows.add(message)
        name = "" if talk.name == _STRANGER else talk.name
        self.recollector.hear(character.slug, talk.user, question.content, question.id, is_public=False, name=name)
        if self.summariser is not None:
            self.summariser.consider(message, character)
        return Reply(turn.id, question, message, prompt.circumstances.mood, finish)

    async def _prompt(self, question: Message, talk: _Talk) -> Prompt:
        """The window, how things stand and what comes to mind: none of it grows with the session."""
        character, asked = talk.character, question.content
        history = await self.windows.before(question)
        circumstances = await self._circumstances(question, talk)
        return Prompt(
            character=character,
            user_name=talk.name,
            circumstances=circumstances,
            history=history,
            question=asked,
            seed=question.session_id,
            messages=partial(assemble, character, talk.name, circumstances, history, asked),
        )

    async def _circumstances(self, question: Message, talk: _Talk) -> Circumstances:
        character = talk.character
        now = await self.company.circumstances(character)
        found = await self.recollector.recall(
            character.slug,
            question.content,
            about_user=talk.user,
            name="guest" if talk.name == _STRANGER else talk.name,
        )
        return replace(
            now,
            past=self.recollector.past(character.hosts.includes) if character.hosts.is_host else (),
            memories=tuple(each.memory for each in found),
            summary="" if self.summariser is None else await self.summariser.before(question),
        )

    async def _generate(self, turn: Turn, prompt: Prompt) -> Finish:
        async with aclosing(self.model.reply(prompt)) as parts:
            async for part in parts:
                match part:
                    case Delta(text):
                        turn.grow(text)
                    case Finish():
                        if not says_something(turn.text):
                            raise ModelFailed("empty", "the model gave an empty reply")
                        return part
        raise ModelFailed("truncated", "the model's reply broke off")

    async def _keep(self, session_id: str, turn_id: str, role: Literal["user", "assistant"], content: str) -> Message:
        return await self.messages.append(self._message(session_id, turn_id, role, content))

    async def _keep_partial(self, turn: Turn) -> None:
        if not turn.text.strip():
            return
        message = self._message(turn.user_message.session_id, turn.id, "assistant", turn.text.strip())
        try:
            await asyncio.shield(self.messages.append(message.model_copy(update={"interrupted": True})))
        except RuntimeFault as fault:
            _log.error("part of a reply lost", turn=turn.id, code=fault.code)

    def _message(self, session_id: str, turn_id: str, role: Literal["user", "assistant"], content: str) -> NewMessage:
        return NewMessage(
            id=self.new_id(),
            session_id=session_id,
            role=role,
            content=content,
            created_at=utc(self.clock.time()),
            turn_id=turn_id,
        )

    async def _talk(self, session_id: str) -> _Talk:
        """The character a session keeps, and who talks to it."""
        if session_id not in self._held:
            session = await self.sessions.get(session_id)
            character = await self._kept_character(session) or self.company.character(session.character)
            user = session.metadata.get("user")
            user = user if isinstance(user, dict) else {}
            self._hold(session_id, _Talk(character, str(user.get("id") or session_id), str(user.get("name") or "")))
        self._held.move_to_end(session_id)
        return self._held[session_id]

    async def _kept_character(self, session: Session) -> Character | None:
        """None where none was kept, and where what an earlier version kept is no character any more."""
        try:
            kept = await self.character_files.get(session.id)
            return Character.model_validate(kept.content)
        except NotFound:
            return None
        except ValidationError as error:
            _log.warning("kept character not readable", session=session.id, errors=error.error_count())
            return None

    def _hold(self, session_id: str, talk: _Talk) -> None:
        self._held[session_id] = talk
        if len(self._held) > _SESSIONS_HELD:
            self._held.popitem(last=False)


def _spoken_by(guest: Guest, talk: _Talk) -> _Talk:
    """The talk as `guest` takes part in it: who says who they are is neither remembered nor called as somebody else."""
    is_another = guest.id not in ("", talk.user)
    name = guest.name or ("" if is_another else talk.name)
    return replace(talk, user=guest.id or talk.user, name=display_name(name, _STRANGER))
