"""What the auction engine says of a lot in its four keys: the contract's shapes, read kindly, as of one moment."""

from abc import abstractmethod
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any, Literal, TypeVar

from pydantic import AfterValidator, Field, PlainSerializer, ValidatorFunctionWrapHandler, WrapValidator

from agent_runtime.core.clock import iso
from agent_runtime.core.money import Amount, Currency
from agent_runtime.core.presence import Shape

_YEAR_SECONDS = 366 * 86_400
T = TypeVar("T")


def _or_unknown(value: Any, read: ValidatorFunctionWrapHandler) -> Any:
    """One bad field is unknown; it does not take the others with it."""
    try:
        return read(value)
    except ValueError:
        return None


def _aware(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _no_flag(value: Any, read: ValidatorFunctionWrapHandler) -> Any:
    return None if isinstance(value, bool) else _or_unknown(value, read)


Moment = Annotated[datetime, AfterValidator(_aware), PlainSerializer(iso, return_type=str, when_used="json")]
Known = Annotated[T | None, WrapValidator(_or_unknown)]
Seconds = Annotated[float, Field(ge=0, le=_YEAR_SECONDS, allow_inf_nan=False), PlainSerializer(int, return_type=int)]
Count = Annotated[int, Field(ge=0, le=1_000_000)]


class OfLot(Shape):
    """A part of a lot; says of which."""

    @property
    @abstractmethod
    def lot_id(self) -> str:
        """Which lot it speaks of."""


class _ByAuctionId(OfLot):
    auction_id: str

    @property
    def lot_id(self) -> str:
        return self.auction_id


class AuctionState(OfLot):
    """`auction:{id}`; everything but the id may be unknown."""

    id: str
    campaign_id: Known[str] = None
    art_item_id: Known[str] = None
    status: Known[Literal["SCHEDULED", "ACTIVE", "ENDED", "SETTLED", "CANCELLED"]] = None
    start_time: Known[Moment] = None
    end_time: Known[Moment] = None
    extended_end_time: Known[Moment] = None
    reserve_price: Known[Amount] = None
    min_bid_increment: Known[Amount] = None
    currency: Currency = ""
    highest_bid_id: Known[str] = None
    stream_id: Known[str] = None

    @property
    def lot_id(self) -> str:
        return self.id


class AuctionPrice(_ByAuctionId):
    """`auction:price:{id}`; a price that cannot be read makes the whole value unknown."""

    current_price: Amount
    previous_price: Known[Amount] = None
    last_update_time: Known[Moment] = None


class AuctionBid(_ByAuctionId):
    """`auction:bid:{id}`, the highest bid."""

    id: str
    user_id: Known[str] = None
    twitter_handle: Known[str] = None
    wallet_address: Known[str] = None
    amount: Known[Amount] = None
    currency: Currency = ""
    timestamp: Known[Moment] = None
    status: Known[Literal["PENDING", "ACCEPTED", "REJECTED", "WINNING"]] = None
    transaction_hash: Known[str] = None


class AuctionTimer(_ByAuctionId):
    """`auction:timer:{id}`; `time_remaining` in seconds."""

    start_time: Known[Moment] = None
    end_time: Known[Moment] = None
    current_time: Known[Moment] = None
    time_remaining: Annotated[Seconds | None, WrapValidator(_no_flag)] = None
    is_extended: Known[bool] = None
    extension_count: Annotated[Count | None, WrapValidator(_no_flag)] = None


@dataclass(frozen=True, slots=True)
class LotSnapshot:
    """A lot at one moment; None is unknown (missing, expired or unreadable), never zero.

    `title` is in none of the keys: whoever knows it from elsewhere may add it.
    """

    auction_id: str
    state: AuctionState | None = None
    price: AuctionPrice | None = None
    bid: AuctionBid | None = None
    timer: AuctionTimer | None = None
    title: str = ""

    @property
    def is_over(self) -> bool:
        """Whether the engine has ended it, one way or another."""
        return self.state is not None and self.state.status in ("ENDED", "SETTLED", "CANCELLED")

    @property
    def newest(self) -> datetime | None:
        """The newest moment its price, bid and timer speak of, by the engine's own clock."""
        moments = (
            self.price.last_update_time if self.price else None,
            self.bid.timestamp if self.bid else None,
            self.timer.current_time if self.timer else None,
        )
        return max((each for each in moments if each is not None), default=None)

    @property
    def is_unknown(self) -> bool:
        """Whether the engine says nothing at all about it."""
        return not (self.state or self.price or self.bid or self.timer)
