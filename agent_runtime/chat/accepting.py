"""A turn is accepted once it is on disk: no other turn of its session goes on, here or in another process."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from agent_runtime.chat.recent import Recent
from agent_runtime.chat.talks import NOBODY, Guest
from agent_runtime.chat.turn import Turn
from agent_runtime.core.clock import Clock, utc
from agent_runtime.core.conversation import Message, NewMessage
from agent_runtime.core.errors import NotFound, RuntimeFault, TurnRunning
from agent_runtime.core.turns import Claim, Claimed, Claims, KeptTurn, TurnKind, Turns

_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.02, 0.25
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

    `chain` stands for the history up to it (see chat/chain.py), where it is to be known again by its content. It
    follows the newest message on the active path, which must be `after` where that is named; with `branches` it
    follows `after` wherever that is (None: it begins the session anew).
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
class Asked:
    """A turn that is to be: a message to keep, or `question`, one that is kept and wants another reply."""

    id: str
    kind: TurnKind
    words: Words
    session_id: str
    question: Message | None = None


@dataclass(frozen=True)
class Acceptor:
    """Puts turns on disk. `patience_s` is how long one waits for those of other processes."""

    turns: Turns
    claims: Claims
    clock: Clock
    new_id: Callable[[], str]
    owner: str
    recent: Recent
    patience_s: float = 180.0
    _claimed: dict[tuple[str, str], Claimed] = field(default_factory=dict)

    async def claim(self, asked: Asked) -> None:
        """Take the key a turn is asked for under, until it is released.

        Raises TurnRunning while what was asked for under it is under way, Already once it is over and for another
        request.
        """
        claim = asked.words.claim
        if claim is None:
            return
        await self.check(claim)
        self._check_in_flight(claim)  # somebody may have been faster while this one looked
        self._claimed[(claim.scope, claim.key)] = Claimed(
            fingerprint=claim.fingerprint, kind="turn", id=asked.id, created_at=utc(self.clock.time())
        )

    async def check(self, claim: Claim) -> None:
        """Raises as `claim`, and takes nothing."""
        self._check_in_flight(claim)
        await self._check_kept(claim)

    def release(self, asked: Asked) -> None:
        """What was asked for is over, or never began."""
        claim = asked.words.claim
        held = self._claimed.get((claim.scope, claim.key)) if claim is not None else None
        if claim is not None and held is not None and held.id == asked.id:
            del self._claimed[(claim.scope, claim.key)]

    async def accept(self, asked: Asked) -> Turn:
        """The turn, on disk with its message; who has its session in this process calls this.

        Raises Already, NotFound, Moved; TurnRunning when another process answers in the session and the guest does not
        wait, or has waited long enough.
        """
        pause_s, waited_s = _FIRST_PAUSE_S, 0.0
        while True:
            try:
                return await self._begun(asked)
            except TurnRunning as running:
                if await self._freed(running.turn_id):
                    continue
                if asked.words.mode != "queue" or waited_s >= self.patience_s:
                    raise
            await asyncio.sleep(pause_s)
            waited_s += pause_s
            pause_s = min(2 * pause_s, _LONGEST_PAUSE_S)

    async def abandon(self, turn_id: str) -> None:
        """End a turn that may have been begun at the very moment it was given up."""
        with suppress(RuntimeFault):
            await self.turns.finish(turn_id, "interrupted", None, at=utc(self.clock.time()), error_code="interrupted")

    async def _begun(self, asked: Asked) -> Turn:
        now = utc(self.clock.time())
        message = None if asked.question is not None else self._message(asked, now)
        question = asked.question or message
        kept = KeptTurn(
            id=asked.id,
            session_id=asked.session_id,
            kind=asked.kind,
            user_message_id=question.id if question is not None else "",
            owner=self.owner,
            created_at=now,
            updated_at=now,
        )
        begun = await self.turns.begin(kept, message, asked.words.claim)
        if isinstance(begun, Claimed):
            raise Already(begun)
        said = asked.question or begun
        if said is None:
            raise NotFound("message", kept.user_message_id)
        return Turn(asked.id, said, asked.kind, reply_id=self.new_id())

    def _message(self, asked: Asked, now: datetime) -> NewMessage:
        words = asked.words
        return NewMessage(
            id=self.new_id(),
            session_id=asked.session_id,
            role="user",
            content=words.content,
            created_at=now,
            turn_id=asked.id,
            chain=words.chain,
            parent_id=words.after,
            branches=words.branches,
        )

    async def _freed(self, turn_id: str) -> bool:
        """End a turn of this process that is over here and not on disk: its end could not be kept."""
        with suppress(NotFound):
            if (await self.turns.get(turn_id)).owner != self.owner:
                return False
        await self.abandon(turn_id)
        return True

    def _check_in_flight(self, claim: Claim) -> None:
        held = self._claimed.get((claim.scope, claim.key))
        turn = self.recent.get(held.id) if held is not None else None
        if held is None or (turn is not None and turn.is_over):  # then the store knows more
            return
        raise TurnRunning(held.id) if held.fingerprint == claim.fingerprint else Already(held)

    async def _check_kept(self, claim: Claim) -> None:
        claimed = await self.claims.get(claim.scope, claim.key, at=utc(self.clock.time()))
        if claimed is not None:
            raise Already(claimed)
