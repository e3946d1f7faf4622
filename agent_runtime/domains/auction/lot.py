"""A lot as it stands: the folded state of one auction."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

Pricing = Literal["unknown", "bids", "engine"]
Outcome = Literal["sold", "passed", "cancelled"]
Lack = Literal["price", "bidder"]


@dataclass(frozen=True, slots=True)
class Bidder:
    """Whoever leads, and with which bid (`at` by the event's own clock, epoch seconds)."""

    user_id: str
    name: str
    bid_id: str
    at: float


@dataclass(frozen=True, slots=True)
class Price:
    """What is asked and bid. `reserve` is known here and goes nowhere else.

    `pricing` tells who names the price: an engine that sends `price:updated`, or the bids themselves.
    `offered` is the newest leading bid's amount: a price only where no engine names one, since it may be
    a proxy maximum.
    """

    current: Decimal | None = None
    at: float = 0.0
    first: Decimal | None = None
    pricing: Pricing = "unknown"
    offered: Decimal | None = None
    reserve: Decimal | None = None
    increment: Decimal | None = None
    currency: str = ""


@dataclass(frozen=True, slots=True)
class Bidding:
    """Who bids and how fast.

    `names` maps the user ids heard of to names fit to be said; `recent` holds the user ids of the last six
    bids, oldest first.

    `pace` is in bids a minute at `pace_at` (monotonic). `balance` counts accepted bids that no price has
    followed yet (negative: prices whose bid is still to come) until `settles_at`. `lacks` names the half that
    is missing of price and leader (see pairing.py): what is known of that half belongs to another bid.
    """

    leader: Bidder | None = None
    loser: str | None = None
    last_bid_led: bool = False
    count: int = 0
    bidders: frozenset[str] = frozenset()
    names: Mapping[str, str] = field(default_factory=dict)
    recent: tuple[str, ...] = ()
    pace: float = 0.0
    pace_at: float = 0.0
    balance: int = 0
    settles_at: float | None = None
    lacks: Lack | None = None


@dataclass(frozen=True, slots=True)
class Countdown:
    """How long it lasts. `ends_at` is monotonic, as of `told_at`; `called` holds the closing calls that were due."""

    ends_at: float | None = None
    told_at: float = 0.0
    called: frozenset[int] = frozenset()
    extensions: int = 0
    extended_at: float = 0.0


@dataclass(frozen=True, slots=True)
class Hammer:
    """How it ended, as far as is known. `decides_at` (monotonic): when waiting for the winner's name is over."""

    outcome: Outcome | None = None
    ended_at: float = 0.0
    decides_at: float | None = None
    bid_id: str | None = None
    price: Decimal | None = None
    bidder: str | None = None


@dataclass(frozen=True, slots=True)
class Lot:
    """One auction. `is_known` once its start (or its key) was seen: before that only its outcome is narrated.

    `reopened_at` is set when it started again after an outcome: what is older belongs to the round before.
    """

    id: str
    title: str = ""
    campaign: str | None = None
    is_known: bool = False
    started_at: float = 0.0
    reopened_at: float = 0.0
    price: Price = field(default_factory=Price)
    bidding: Bidding = field(default_factory=Bidding)
    countdown: Countdown = field(default_factory=Countdown)
    hammer: Hammer | None = None

    @property
    def is_open(self) -> bool:
        """Whether bids may still come."""
        return self.is_known and self.hammer is None

    @property
    def expected(self) -> Decimal | None:
        """The price one ordinary step above the current one; a twentieth where no increment is known."""
        if self.price.current is None:
            return None
        return self.price.current + (self.price.increment or self.price.current / 20)
