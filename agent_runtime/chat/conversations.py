"""Conversations with characters: every message becomes a turn of the runtime's own, in a tree of what was said."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

import structlog

from agent_runtime.chat.chain import Said, link
from agent_runtime.chat.lanes import Lanes
from agent_runtime.chat.recent import Recent
from agent_runtime.chat.replying import Replier
from agent_runtime.chat.talks import NOBODY, Guest, Talk, Talks
from agent_runtime.chat.turn import Turn
from agent_runtime.core.clock import Clock, utc
from agent_runtime.core.conversation import Message, NewMessage, Role
from agent_runtime.core.errors import Draining, NotFound, Refused, RuntimeFault, TurnRunning
from agent_runtime.core.ports import Messages
from agent_runtime.core.prompt import Prompt
from agent_runtime.core.tasks import Tasks
from agent_runtime.core.turns import Claim, Claimed, Claims, KeptTurn, TurnKind, Turns

__all__ = ["Already", "Conversations", "Guest", "Mode", "Words"]

_log = structlog.get_logger(__name__)
Mode = Literal["queue", "reject", "interrupt"]


class Already(RuntimeFault):
    """What is asked for under this idempotency key was asked for before; `claimed` says what came of it."""

    code = "already"

    def __init__(self, claimed: Claimed) -> None:
        super().__init__(f"this idempotency key was used for {claimed.kind} {claimed.id}")
        self.claimed = claimed


@dataclass(frozen=True, slots=True)
class Words:
    """What a guest says, and how. `notes` is a client's system message, which adds to the character's own.

    `chain` stands for the history up to it (see chat/chain.py), where it is to be known again by its content. With
    `after` it follows that message (None: it begins the session anew) instead of the newest on the active path.
    """

    content: str
    guest: Guest = NOBODY
    mode: Mode = "queue"
    notes: str = ""
    chain: str | None = None
    claim: Claim | None = None
    branches: bool = False
    after: str | None = None


@dataclass(frozen=True, slots=True)
class _Task:
    """A turn that is to be: a message to keep, or one that is kept and wants another reply."""

    id: str
    kind: TurnKind
    words: Words
    session_id: str
    question: Message | None = None


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
    _claimed: dict[tuple[str, str], str] = field(default_factory=dict)
    _is_draining: bool = False

    async def say(self, session_id: str, words: Words) -> Turn:
        """Begin a turn; returns once the message is on disk.

        Raises NotFound, Busy, TurnRunning (also for a key that is in use), Already, Draining.
        """
        kind: TurnKind = "edit" if words.branches else "chat"
        return await self._begin(_Task(self.new_id(), kind, words, session_id))

    async def regenerate(self, message_id: str, guest: Guest, mode: Mode = "queue", *, notes: str = "") -> Turn:
        """Another reply beside the one that is there; `message_id` is either that or what it answers."""
        message = await self.messages.get(message_id)
        if message.role == "assistant":
            if message.parent_id is None or message.kind != "chat":
                raise Refused("this message answers nothing: there is no other reply to it")
            message = await self.messages.get(message.parent_id)
        if message.role != "user":
            raise Refused("this message answers nothing: there is no other reply to it")
        words = Words(message.content, guest, mode, notes)
        return await self._begin(_Task(self.new_id(), "regenerate", words, message.session_id, message))

    async def edit(self, message_id: str, content: str, guest: Guest, mode: Mode = "queue") -> Turn | Message:
        """The same place in the conversation with other words, beside what was said there.

        A guest's message is answered anew: a turn. A reply is kept as it is given: a message.
        """
        message = await self.messages.get(message_id)
        if message.role == "user":
            chain = await self._chain_after(message.parent_id, "user", content, message.chain)
            words = Words(content, guest, mode, chain=chain, branches=True, after=message.parent_id)
            return await self.say(message.session_id, words)
        async with self.lanes.turn(message.session_id, message_id):
            chain = await self._chain_after(message.parent_id, "assistant", content, message.chain)
            return await self.messages.append(
                NewMessage(
                    id=self.new_id(),
                    session_id=message.session_id,
                    role="assistant",
                    content=content,
                    created_at=utc(self.clock.time()),
                    chain=chain,
                    parent_id=message.parent_id,
                    branches=True,
                )
            )

    async def select(self, message_id: str) -> Message:
        """Make the path through a message the one that the session shows and goes on from; its newest message."""
        message = await self.messages.get(message_id)
        async with self.lanes.turn(message.session_id, message_id):
            return await self.messages.select(message_id)

    async def stop(self, turn_id: str) -> KeptTurn:
        """End a turn now; the reply is kept as far as it has come. One that is over stays as it is. Raises NotFound."""
        await self._cancel(turn_id)
        return await self.turns.get(turn_id)

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

    async def import_history(self, session_id: str, chain: str, history: Sequence[Said]) -> Sequence[Message]:
        """Keep what a client says was said before, in a session that is new, as it tells it."""
        news: list[NewMessage] = []
        for role, text in history:
            chain = link(chain, role, text)
            now = utc(self.clock.time())
            news.append(
                NewMessage(
                    id=self.new_id(), session_id=session_id, role=role, content=text, created_at=now, chain=chain
                )
            )
        return await asyncio.gather(*(self.messages.append(message) for message in news))

    async def sweep(self, older_than_s: float) -> None:
        """End the turns that a crash of another process left running so long ago. Raises Unavailable."""
        now = self.clock.time()
        for turn_id in await self.turns.sweep(self.owner, utc(now - older_than_s), utc(now)):
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

    async def _begin(self, task: _Task) -> Turn:
        if self._is_draining:
            raise Draining("the runtime is stopping")
        words = task.words
        talk = await self.talks.of(task.session_id, words.guest)
        if words.mode == "interrupt" and (running := self.lanes.running(task.session_id)):
            await self._cancel(running)
        if words.claim is not None:
            await self._check_claim(words.claim)
            self._claimed[(words.claim.scope, words.claim.key)] = task.id
        lane = self.lanes.turn(task.session_id, task.id, waits=words.mode != "reject")
        accepted: asyncio.Future[Turn] = asyncio.get_running_loop().create_future()
        self._running[task.id] = self._tasks.spawn(f"turn {task.id}", self._turn(task, talk, lane, accepted))
        return await asyncio.shield(accepted)

    async def _turn(
        self, task: _Task, talk: Talk, lane: AbstractAsyncContextManager[None], accepted: asyncio.Future[Turn]
    ) -> None:
        """The whole of a turn, as a task of its own. Whoever waits for it to be accepted hears, whatever happens."""
        refusal: RuntimeFault = RuntimeFault("the message could not be taken; the log tells why")
        try:
            async with lane:
                turn = await self._accept(task)
                self.recent.add(turn)
                accepted.set_result(turn)
                try:
                    await self.replier.answer(turn, talk, task.words.notes)
                finally:
                    self.recent.ended(turn)
        except RuntimeFault as fault:
            refusal = fault
        except asyncio.CancelledError:
            refusal = Draining("the runtime is stopping")
            if not accepted.done():  # its message may have been kept at this very moment
                await self._end_unbegun(task.id)
            raise
        finally:
            self._running.pop(task.id, None)
            if task.words.claim is not None:
                self._claimed.pop((task.words.claim.scope, task.words.claim.key), None)
            if not accepted.done():
                accepted.set_exception(refusal)

    async def _accept(self, task: _Task) -> Turn:
        """The turn, on disk with its message. Raises Already, NotFound."""
        now = utc(self.clock.time())
        message = None if task.question is not None else self._message(task, now)
        asked = task.question or message
        kept = KeptTurn(
            id=task.id,
            session_id=task.session_id,
            kind=task.kind,
            user_message_id=asked.id if asked is not None else "",
            owner=self.owner,
            created_at=now,
            updated_at=now,
        )
        begun = await self.turns.begin(kept, message, task.words.claim)
        if isinstance(begun, Claimed):
            raise Already(begun)
        question = task.question or begun
        if question is None:
            raise NotFound("message", kept.user_message_id)
        return Turn(task.id, question, task.kind)

    async def _end_unbegun(self, turn_id: str) -> None:
        with suppress(RuntimeFault):
            await self.turns.finish(turn_id, "interrupted", None, at=utc(self.clock.time()))

    def _message(self, task: _Task, now: datetime) -> NewMessage:
        words = task.words
        return NewMessage(
            id=self.new_id(),
            session_id=task.session_id,
            role="user",
            content=words.content,
            created_at=now,
            turn_id=task.id,
            chain=words.chain,
            parent_id=words.after if words.branches else None,
            branches=words.branches,
        )

    async def _check_claim(self, claim: Claim) -> None:
        """Raises TurnRunning while what was asked for under this key is under way, Already once it is over."""
        if turn_id := self._claimed.get((claim.scope, claim.key)):
            raise TurnRunning(turn_id)
        claimed = await self.claims.get(claim.scope, claim.key, at=utc(self.clock.time()))
        if turn_id := self._claimed.get((claim.scope, claim.key)):
            raise TurnRunning(turn_id)  # somebody was faster while this one looked
        if claimed is not None:
            raise Already(claimed)

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
