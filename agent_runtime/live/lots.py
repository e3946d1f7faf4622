"""What the auction engine says of a lot: its four keys, read as one moment and read kindly."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any, Literal, TypeVar

from pydantic import AfterValidator, Field, PlainSerializer, ValidatorFunctionWrapHandler, WrapValidator

from agent_runtime.core.clock import iso
from agent_runtime.core.money import Amount, Currency
from agent_runtime.core.presence import Shape
from agent_runtime.live.keys import Expiry, Kind, key, parse
from agent_runtime.live.values import Values, shaped

_YEAR_SECONDS = 366 * 86_400
T = TypeVar("T")
P = TypeVar("P", bound="_OfLot")


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


class _OfLot(Shape):
    @property
    def lot_id(self) -> str:
        raise NotImplementedError


class _ByAuctionId(_OfLot):
    auction_id: str

    @property
    def lot_id(self) -> str:
        return self.auction_id


class AuctionState(_OfLot):
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
    """A lot at one moment; None is unknown (missing, expired or unreadable), never zero."""

    auction_id: str
    state: AuctionState | None = None
    price: AuctionPrice | None = None
    bid: AuctionBid | None = None
    timer: AuctionTimer | None = None

    @property
    def is_unknown(self) -> bool:
        """Whether the engine says nothing at all about it."""
        return not (self.state or self.price or self.bid or self.timer)


@dataclass(frozen=True)
class EngineKeys:
    """The engine's keys. Raises Unavailable, and Refused for an id unfit for a key."""

    values: Values

    async def lot(self, auction_id: str) -> LotSnapshot:
        """All four keys of a lot as they stood at one moment."""
        state, price, bid, timer = await self.values.read(_keys(auction_id))
        return LotSnapshot(
            auction_id,
            self._part(AuctionState, state, auction_id),
            self._part(AuctionPrice, price, auction_id),
            self._part(AuctionBid, bid, auction_id),
            self._part(AuctionTimer, timer, auction_id),
        )

    async def auction_ids(self, limit: int = 10_000) -> Sequence[str]:
        """Lots the engine has a state for, sorted, after looking at about `limit` keys of the store."""
        names = await self.values.names(f"{Kind.AUCTION}:", limit)
        found = (parse(name) for name in names)
        return sorted({lot.id for lot in found if lot and lot.kind is Kind.AUCTION})

    async def put_lot(self, lot: LotSnapshot) -> None:
        """Write what is known of a lot, all at once, as the engine does; for simulators only."""
        parts = (lot.state, lot.price, lot.bid, lot.timer)
        entries = {name: part.as_json() for name, part in zip(_keys(lot.auction_id), parts, strict=True) if part}
        await self.values.write(entries, Expiry.DAY)

    def _part(self, model: type[P], raw: bytes | None, auction_id: str) -> P | None:
        part = shaped(model, raw, self.values.unreadable)
        if part is None or part.lot_id == auction_id:
            return part
        self.values.unreadable["bad_shape"] += 1  # it speaks of another lot
        return None


def _keys(auction_id: str) -> list[str]:
    kinds = (Kind.AUCTION, Kind.AUCTION_PRICE, Kind.AUCTION_BID, Kind.AUCTION_TIMER)
    return [key(kind, auction_id) for kind in kinds]
