"""Conversations with characters: every message becomes a turn of the runtime's own, in a tree of what was said."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial

import structlog

from agent_runtime.chat.accepting import Acceptor, Already, Asked, Mode, Words
from agent_runtime.chat.chain import link
from agent_runtime.chat.lanes import Lanes
from agent_runtime.chat.recent import Recent
from agent_runtime.chat.replying import Replier
from agent_runtime.chat.talks import Guest, Talk, Talks
from agent_runtime.chat.turn import Turn
from agent_runtime.core.clock import Clock, utc
from agent_runtime.core.conversation import Message, NewMessage, Role
from agent_runtime.core.errors import Draining, Refused, RuntimeFault, TurnRunning
from agent_runtime.core.ports import Messages
from agent_runtime.core.prompt import Prompt
from agent_runtime.core.tasks import Tasks
from agent_runtime.core.turns import Claim, Claims, KeptTurn, TurnKind, Turns

__all__ = ["Already", "Conversations", "Guest", "Mode", "Words"]

_log = structlog.get_logger(__name__)


@dataclass
class Conversations:
    """Takes turns. One that is accepted is finished whatever becomes of who asked; one at a time in a session."""

    talks: Talks
    turns: Turns
    claims: Claims
    messages: Messages
    replier: Replier
    lanes: Lanes
    clock: Clock
    new_id: Callable[[], str]
    owner: str
    recent: Recent = field(default_factory=Recent)
    _tasks: Tasks = field(default_factory=Tasks)
    _running: dict[str, asyncio.Task[None]] = field(default_factory=dict)
    _is_draining: bool = False

    def __post_init__(self) -> None:
        self._acceptor = Acceptor(self.turns, self.claims, self.clock, self.new_id, self.owner, self.recent)

    async def say(self, session_id: str, words: Words) -> Turn:
        """Begin a turn; returns once the message is on disk.

        Raises NotFound, Moved, Busy, TurnRunning (also for a key that is in use), Already, Draining.
        """
        kind: TurnKind = "edit" if words.branches else "chat"
        return await self._begin(Asked(self.new_id(), kind, words, session_id))

    async def regenerate(
        self, message_id: str, guest: Guest, mode: Mode = "queue", *, notes: str = "", claim: Claim | None = None
    ) -> Turn:
        """Another reply beside the one that is there; `message_id` is either that or what it answers.

        Raises as `say`, and Refused for what answers nothing.
        """
        message = await self.messages.get(message_id)
        if message.role == "assistant":
            if message.parent_id is None or message.kind != "chat":
                raise Refused("this message answers nothing: there is no other reply to it")
            message = await self.messages.get(message.parent_id)
        if message.role != "user":
            raise Refused("this message answers nothing: there is no other reply to it")
        words = Words(message.content, guest, mode, notes, claim=claim)
        return await self._begin(Asked(self.new_id(), "regenerate", words, message.session_id, message))

    async def edit(
        self, message_id: str, content: str, guest: Guest, mode: Mode = "queue", *, claim: Claim | None = None
    ) -> Turn | Message:
        """The same place in the conversation with other words, beside what was said there.

        A guest's message is answered anew: a turn. A reply is kept as it is given: a message. Raises as `say`, and
        Refused for what was told to an audience.
        """
        message = await self.messages.get(message_id)
        if message.role == "user":
            chain = await self._chain_after(message.parent_id, "user", content, message.chain)
            words = Words(content, guest, mode, chain=chain, claim=claim, branches=True, after=message.parent_id)
            return await self.say(message.session_id, words)
        if message.kind != "chat":
            raise Refused("a line told to an audience stays as it was told")
        async with self._between_turns(message.session_id):
            return await self._beside(message, content, claim)

    async def select(self, message_id: str) -> Message:
        """Make the path through a message the one that the session shows and goes on from; its newest message."""
        message = await self.messages.get(message_id)
        async with self._between_turns(message.session_id):
            return await self.messages.select(message_id)

    async def stop(self, turn_id: str) -> KeptTurn:
        """End a turn now; the reply is kept as far as it has come. One that is over stays as it is.

        Raises NotFound, and TurnRunning for one that another process runs.
        """
        await self._cancel(turn_id)
        kept = await self.turns.get(turn_id)
        if kept.state in ("accepted", "running") and kept.owner != self.owner:
            raise TurnRunning(turn_id)
        return kept

    async def preview(self, session_id: str, content: str, guest: Guest, notes: str = "") -> Prompt:
        """What a model would be sent if this were said now. Nothing is kept or felt. Raises NotFound."""
        talk = await self.talks.of(session_id, guest)
        newest = await self.messages.recent(session_id, 1)
        last = newest[-1] if newest else None
        question = Message(
            id="preview",
            session_id=session_id,
            role="user",
            content=content,
            created_at=utc(self.clock.time()),
            seq=last.seq + 1 if last else 1,
            parent_id=last.id if last else None,
        )
        return await self.replier.prompt(Turn("preview", question), talk, notes)

    async def check(self, claim: Claim) -> None:
        """Raises TurnRunning while what was asked for under a key is under way, Already once it is over."""
        await self._acceptor.check(claim)

    async def renew(self) -> None:
        """Let other processes know that the turns of this one go on. Raises Unavailable."""
        if ids := self.recent.running:
            await self.turns.renew(ids, utc(self.clock.time()))

    async def sweep(self, older_than_s: float, owner: str | None = None) -> None:
        """End turns, of `owner` or of anyone, that nobody has renewed for so long: their process crashed, or could not
        keep their end. Raises Unavailable.
        """
        now = self.clock.time()
        for turn_id in await self.turns.sweep(owner, utc(now - older_than_s), utc(now)):
            _log.warning("a turn was left running by a crash", turn=turn_id)

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
            await self.replier.close()

    async def _begin(self, asked: Asked) -> Turn:
        if self._is_draining:
            raise Draining("the runtime is stopping")
        talk = await self.talks.of(asked.session_id, asked.words.guest)
        await self._acceptor.claim(asked)
        accepted: asyncio.Future[Turn] = asyncio.get_running_loop().create_future()
        task = self._running[asked.id] = self._tasks.spawn(f"turn {asked.id}", self._turn(asked, talk, accepted))
        task.add_done_callback(partial(self._ended, asked, accepted))
        return await asyncio.shield(accepted)

    async def _turn(self, asked: Asked, talk: Talk, accepted: asyncio.Future[Turn]) -> None:
        """The whole of a turn, as a task of its own."""
        try:
            if asked.words.mode == "interrupt":
                await self._cancel(self.lanes.running(asked.session_id))
            async with self.lanes.turn(asked.session_id, asked.id, waits=asked.words.mode != "reject"):
                turn = await self._acceptor.accept(asked)
                self.recent.add(turn)
                accepted.set_result(turn)
                try:
                    await self.replier.answer(turn, talk, asked.words.notes)
                finally:
                    self.recent.ended(turn)
        except RuntimeFault as fault:
            if not accepted.done():
                accepted.set_exception(fault)
        except asyncio.CancelledError:
            if not accepted.done():
                await self._acceptor.abandon(asked.id)
            raise

    def _ended(self, asked: Asked, accepted: asyncio.Future[Turn], task: asyncio.Task[None]) -> None:
        """Whoever waits for a turn to be accepted hears, whatever became of it: it may have been stopped unbegun."""
        self._running.pop(asked.id, None)
        self._acceptor.release(asked)
        if not accepted.done():
            why = "the runtime is stopping" if task.cancelled() else "the message could not be taken; the log tells why"
            accepted.set_exception(Draining(why) if task.cancelled() else RuntimeFault(why))
            accepted.exception()  # "retrieved": who asked may have left

    @asynccontextmanager
    async def _between_turns(self, session_id: str) -> AsyncIterator[None]:
        """While no turn runs in the session. Raises Busy, and TurnRunning where another process runs one."""
        async with self.lanes.turn(session_id, ""):
            if (running := await self.turns.running(session_id)) is not None:
                raise TurnRunning(running)
            yield

    async def _beside(self, message: Message, content: str, claim: Claim | None) -> Message:
        """A reply with other words than a model's. Raises Already."""
        now, message_id = utc(self.clock.time()), self.new_id()
        if claim is not None and (claimed := await self.claims.take(claim, "message", message_id, now)) is not None:
            raise Already(claimed)
        return await self.messages.append(
            NewMessage(
                id=message_id,
                session_id=message.session_id,
                role="assistant",
                content=content,
                created_at=now,
                chain=await self._chain_after(message.parent_id, "assistant", content, message.chain),
                parent_id=message.parent_id,
                branches=True,
            )
        )

    async def _cancel(self, turn_id: str) -> None:
        task = self._running.get(turn_id)
        if task is not None:
            task.cancel()
            await asyncio.wait({task})

    async def _chain_after(self, parent_id: str | None, role: Role, text: str, was: str | None) -> str | None:
        """The chain of other words in the place of a message whose chain was `was`; None where there was none."""
        if was is None:
            return None
        parent = await self.messages.get(parent_id) if parent_id is not None else None
        return link(parent.chain, role, text) if parent is not None and parent.chain else None
