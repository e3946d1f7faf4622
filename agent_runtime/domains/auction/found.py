"""What the engine's keys say of a lot, as one more event: made when they are read, never sent by anyone."""

from dataclasses import dataclass
from datetime import datetime

from agent_runtime.core.events import is_identifier
from agent_runtime.core.lots import AuctionBid, AuctionPrice, AuctionState, AuctionTimer, LotSnapshot
from agent_runtime.core.text import plain

_FRESH_S = 30.0
_KEYS_LIVE_S = 86_400.0  # a value stamped longer ago than it can live was not stamped by this clock
_TITLE_LIMIT = 80


@dataclass(frozen=True, slots=True)
class LotFound:
    """A lot as found in the keys; each part as the engine wrote it, None when it says nothing.

    `at` is the newest moment the keys speak of and `over_at` when it ended if it has, both by the engine's own
    clock; `read_at` is when they were read, by ours (all epoch seconds).
    """

    event_id: str
    auction_id: str
    at: float
    read_at: float
    over_at: float
    title: str = ""
    state: AuctionState | None = None
    price: AuctionPrice | None = None
    bid: AuctionBid | None = None
    timer: AuctionTimer | None = None

    @property
    def status(self) -> str | None:
        """The contract's status, None when the keys do not say."""
        return self.state.status if self.state is not None else None

    @property
    def highest_bid_id(self) -> str | None:
        """The highest bid as the lot's state names it."""
        named = self.state.highest_bid_id if self.state is not None else None
        return named if is_identifier(named) else None

    @property
    def started_at(self) -> float | None:
        """When it started, by the engine's clock."""
        return epoch(self.state.start_time) if self.state is not None else None

    @property
    def is_fresh(self) -> bool:
        """Whether it has only just started."""
        return self.started_at is not None and abs(self.read_at - self.started_at) <= _FRESH_S

    @property
    def remaining_s(self) -> float | None:
        """Seconds left when the keys were read; None when they do not say.

        A countdown written a while ago has gone on since, by an engine whose clock is ours; a recording's is not.
        """
        if self.timer is not None and self.timer.time_remaining is not None:
            told_at = epoch(self.timer.current_time)
            age = self.read_at - told_at if told_at is not None else 0.0
            return max(0.0, self.timer.time_remaining - (age if 0 <= age < _KEYS_LIVE_S else 0.0))
        if self.state is None or self.started_at is None:
            return None
        ends_at = epoch(self.state.extended_end_time or self.state.end_time)
        is_on = ends_at is not None and self.started_at <= self.read_at <= ends_at
        return ends_at - self.read_at if ends_at is not None and is_on else None


def found(snapshot: LotSnapshot, now: float) -> LotFound | None:
    """The event that a reading of the keys at `now` (epoch seconds) is; None where they say nothing of the lot."""
    if snapshot.is_unknown or not is_identifier(snapshot.auction_id):
        return None
    state, newest = snapshot.state, epoch(snapshot.newest)
    ends_at = epoch(state.extended_end_time or state.end_time) if state is not None else None
    over_at = max((each for each in (newest, min(ends_at, now) if ends_at else None) if each), default=now)
    started_at = epoch(state.start_time) if state is not None else None
    return LotFound(
        event_id=f"keys-{snapshot.auction_id[:40]}-{int(now * 1000)}",
        auction_id=snapshot.auction_id,
        at=max((each for each in (newest, started_at) if each is not None), default=now),
        read_at=now,
        over_at=over_at,
        title=plain(snapshot.title, _TITLE_LIMIT),
        state=state,
        price=snapshot.price,
        bid=_usable(snapshot.bid),
        timer=snapshot.timer,
    )


def _usable(bid: AuctionBid | None) -> AuctionBid | None:
    """The highest bid, unless it is none or cannot be named."""
    if bid is None or bid.status == "REJECTED" or not is_identifier(bid.id):
        return None
    return bid if is_identifier(bid.user_id) else bid.model_copy(update={"user_id": None})


def epoch(moment: datetime | None) -> float | None:
    """A moment in epoch seconds; a naive one is read as UTC before it comes here."""
    return moment.timestamp() if moment is not None else None
