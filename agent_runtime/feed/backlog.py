"""What was heard and is still to be taken in: in order, but how things stand now goes before how they came to be.

More may be heard in a moment than can be understood, felt and written down in it. Whoever listens must not wait, and
what is said meanwhile must be true: so while much waits, the newest bids and prices of a lot are taken in first, and
an outcome right after them. What they overtook follows; it changes nothing that is newer, and everything is kept.
"""

import asyncio
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from time import perf_counter

from agent_runtime.core.domain import Hurry
from agent_runtime.core.packed import PackedQueue
from agent_runtime.feed.glancing import Glance, Glancer

MUCH = 200
"""From so many messages on the newest go first: about what is taken in within the time a line takes to be worded."""
MOST_BYTES = 64 * 1024 * 1024
_SLICE_S = 0.001  # then others have their turn: speakers, turns, and whoever hears the next messages
_LET_BY_S = 0.05  # an outcome is to be worded, kept and published before older news is gone through
_FLOOD = 50  # messages within one turn of the loop: more are at the door, and among them may be an outcome
_FLOOD_S = 0.25  # so long they are let in without anything being understood
_NEWEST_KEPT = 4  # of each type: a bid is told in two events, and a late one may stand behind the leading one
_COUNTED_KEPT = 1000


Message = tuple[int, str, bytes, str]
"""Its number, its channel, what was said there, undecoded, and the subject it seems to be about."""


@dataclass(slots=True)
class _Lot:
    """What waits of one lot: the newest of each type, and the number behind which nothing of it may go first."""

    newest: dict[str, deque[Message]] = field(default_factory=dict)
    count: int = 0
    barrier: int = 0
    is_stale: bool = False


class Backlog:
    """Between the ear and the understanding: `put` returns at once, `run` hands on to `hear`, which never raises.

    `overtaken(lot)` tells how many messages of a lot an outcome has overtaken.
    """

    def __init__(self, hear: Callable[[str, bytes], object], hurry: Hurry) -> None:
        self._hear = hear
        self._hurry = hurry
        self._glancer = Glancer(hurry)
        self._waiting: PackedQueue[Message] = PackedQueue(_as_it_is, _as_it_is)
        self._size = 0
        self._lots: dict[str, _Lot] = {}
        self._brought: set[int] = set()
        self._overtaken: OrderedDict[str, int] = OrderedDict()
        self._news = asyncio.Event()
        self._last = 0
        self._is_outcome_new = False

    def __len__(self) -> int:
        return len(self._waiting)

    @property
    def has_room(self) -> bool:
        """Whether more may be put: what waits is bounded."""
        return self._size < MOST_BYTES

    def overtaken(self, lot: str) -> int:
        """How many messages of this lot waited when its outcome went before them."""
        return self._overtaken.get(lot, 0)

    def put(self, channel: str, raw: bytes) -> None:
        """Take a message in as soon as its turn comes. Never raises, never waits."""
        glance = self._glancer.look(raw)
        if glance.kind in self._hurry.first and self._may_go_first(glance.subject):
            self._overtake(glance.subject)
            self._hear(channel, raw)
            self._is_outcome_new = True
            return
        self._last += 1
        message = (self._last, channel, raw, glance.subject)
        self._waiting.push(message)
        self._size += len(raw)
        if glance.subject:
            self._note(glance, message)
        self._news.set()

    async def run(self) -> None:
        """Take in what waits, for ever, a millisecond at a time."""
        while True:
            await self._news.wait()
            self._news.clear()
            worked_at, heard = perf_counter(), self._last
            while self._waiting:
                is_flood = self._last - heard > _FLOOD
                heard = self._last
                if not is_flood or perf_counter() - worked_at > _FLOOD_S:
                    self._work()
                    worked_at = perf_counter()
                pause, self._is_outcome_new = (_LET_BY_S if self._is_outcome_new else 0), False
                await asyncio.sleep(pause)

    def _work(self) -> None:
        until = perf_counter() + _SLICE_S
        if len(self._waiting) >= MUCH:
            for subject in [subject for subject, lot in self._lots.items() if lot.is_stale]:
                self._bring_forward(subject)
        while self._waiting and perf_counter() < until:
            number, channel, raw, subject = self._waiting.pop()
            self._size -= len(raw)
            self._left(subject)
            if number in self._brought:
                self._brought.discard(number)
            else:
                self._hear(channel, raw)

    def _may_go_first(self, subject: str) -> bool:
        """Only before bids, prices and the like: what opened the lot must have been understood."""
        lot = self._lots.get(subject)
        return lot is None or lot.barrier < self._next

    def _overtake(self, subject: str) -> None:
        lot = self._lots.get(subject)
        if lot is None:
            return
        self._bring_forward(subject)
        self._overtaken[subject] = max(lot.count, self._overtaken.pop(subject, 0))
        if len(self._overtaken) > _COUNTED_KEPT:
            self._overtaken.popitem(last=False)

    @property
    def _next(self) -> int:
        """The number of the message whose turn it is."""
        return self._last - len(self._waiting) + 1

    def _bring_forward(self, subject: str) -> None:
        """Take in the newest of a lot now, in the order they came in."""
        lot = self._lots[subject]
        due = sorted(
            message
            for messages in lot.newest.values()
            for message in messages
            if message[0] >= self._next and message[0] not in self._brought
        )
        lot.newest.clear()
        lot.is_stale = False
        for number, channel, raw, _ in due:
            self._brought.add(number)
            self._hear(channel, raw)

    def _note(self, glance: Glance, message: Message) -> None:
        lot = self._lots.get(glance.subject)
        if lot is None:
            lot = self._lots[glance.subject] = _Lot()
        lot.count += 1
        if glance.kind in self._hurry.newest:
            lot.newest.setdefault(glance.kind, deque(maxlen=_NEWEST_KEPT)).append(message)
            lot.is_stale = True
        else:
            lot.barrier = message[0]

    def _left(self, subject: str) -> None:
        """One less waits of a lot; what nobody waits for is forgotten."""
        lot = self._lots.get(subject)
        if lot is not None:
            lot.count -= 1
            if not lot.count:
                del self._lots[subject]


def _as_it_is(message: Message) -> Message:
    return message
