"""A turn while it runs: the reply grows in a buffer that any number of watchers may read, leave and read again."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from time import perf_counter

from agent_runtime.core.authoring import Drafted
from agent_runtime.core.conversation import Message
from agent_runtime.core.errors import RuntimeFault
from agent_runtime.core.ports import Finish, Sent
from agent_runtime.core.presence import Mood
from agent_runtime.core.prompt import Prompt
from agent_runtime.core.turns import TurnKind, TurnState


@dataclass(frozen=True, slots=True)
class Reply:
    """A finished turn: both messages as kept, the mood they left, the model's own account, the author's last draft."""

    turn_id: str
    user_message: Message
    message: Message
    mood: Mood
    finish: Finish
    draft: Drafted | None = None


@dataclass(slots=True)
class Timings:
    """When what came to pass, in seconds of a clock that only goes forward; 0 for what has not."""

    began: float = field(default_factory=perf_counter)
    prompted: float = 0.0
    first_token: float = 0.0
    ended: float = 0.0

    def milliseconds(self) -> dict[str, float]:
        """`prompt`, `first_token` and `total`, each from the beginning of the turn, as far as they have come."""
        moments = {"prompt": self.prompted, "first_token": self.first_token, "total": self.ended}
        return {name: round((moment - self.began) * 1000, 2) for name, moment in moments.items() if moment}


@dataclass
class Turn:
    """One question and the reply to it. Owned by the runtime: nobody who watches can end it.

    `reply_id` is what the reply will be called; `partial` is what was kept of a reply that was not completed; `prompt`
    what the reply was asked for with, `sent` what a model was really sent of it.
    """

    id: str
    user_message: Message
    kind: TurnKind = "chat"
    state: TurnState = "accepted"
    reply_id: str = ""
    partial: Message | None = None
    prompt: Prompt | None = None
    sent: Sent | None = None
    timings: Timings = field(default_factory=Timings)
    _pieces: list[str | Drafted] = field(default_factory=list)
    _waiting: list[asyncio.Future[None]] = field(default_factory=list)
    _reply: Reply | None = None
    _fault: RuntimeFault | None = None

    @property
    def text(self) -> str:
        """The reply as far as it has come."""
        return "".join(piece for piece in self._pieces if isinstance(piece, str))

    @property
    def pieces(self) -> int:
        """How many there are so far."""
        return len(self._pieces)

    @property
    def draft(self) -> Drafted | None:
        """The newest draft that the author has made in it."""
        return next((piece for piece in reversed(self._pieces) if isinstance(piece, Drafted)), None)

    @property
    def fault(self) -> RuntimeFault | None:
        """What ended it, where that was not a complete reply."""
        return self._fault

    @property
    def is_over(self) -> bool:
        """Whether nothing more will come."""
        return self._reply is not None or self._fault is not None

    def grow(self, delta: str) -> None:
        """Add a piece of the reply."""
        if not self.timings.first_token:
            self.timings.first_token = perf_counter()
        self._pieces.append(delta)
        self._wake()

    def tell(self, draft: Drafted) -> None:
        """Add a draft, which has been kept."""
        self._pieces.append(draft)
        self._wake()

    def finish(self, reply: Reply) -> None:
        """The reply is complete and kept."""
        self.state, self._reply = "done", reply
        self._end()

    def fail(self, fault: RuntimeFault, state: TurnState = "failed", partial: Message | None = None) -> None:
        """There will be no complete reply; `partial` is what was kept of it."""
        fault.of_turn = self.id
        self.state, self.partial, self._fault = state, partial, fault
        self._end()

    async def deltas(self, after: int = 0) -> AsyncIterator[tuple[int, str]]:
        """The words among the parts."""
        async for number, part in self.parts(after):
            if isinstance(part, str):
                yield number, part

    async def parts(self, after: int = 0) -> AsyncIterator[tuple[int, str | Drafted]]:
        """Words and drafts with their numbers from 1, behind `after`, as they come; ends with the turn, however it
        ends."""
        seen = min(after, len(self._pieces)) if self.is_over else after
        while True:
            while seen < len(self._pieces):
                seen += 1
                yield seen, self._pieces[seen - 1]
            if self.is_over:
                return
            await self._news()

    async def reply(self) -> Reply:
        """The finished turn. Raises the fault that ended it."""
        while not self.is_over:
            await self._news()
        if self._reply is None:
            raise self._fault or RuntimeFault("the turn ended without a reply")
        return self._reply

    def _end(self) -> None:
        self.timings.ended = perf_counter()
        self._wake()

    async def _news(self) -> None:
        """Wait for another part, or the end."""
        told = asyncio.get_running_loop().create_future()
        self._waiting.append(told)
        await told

    def _wake(self) -> None:
        for told in self._waiting:
            if not told.done():  # who waited may have left
                told.set_result(None)
        self._waiting.clear()
