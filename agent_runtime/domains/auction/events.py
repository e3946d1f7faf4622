"""The nine `auction:*` events, typed: what the wire says, checked once; newer engines say `lot:*` for some."""

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, TypeAdapter, ValidationError
from pydantic.alias_generators import to_camel

from agent_runtime.core.events import BadEvent, Envelope, is_identifier
from agent_runtime.core.money import Amount, Currency
from agent_runtime.core.text import display_name, plain

_LONGEST_COUNTDOWN_S = 366 * 24 * 3600


def _identifier(value: str) -> str:
    if not is_identifier(value):
        raise ValueError("an id has letters, digits, '_' and '-', at most 64")
    return value


def _positive(value: Decimal) -> Decimal:
    if value <= 0:
        raise ValueError("a bid is more than zero")
    return value


def _utc(value: datetime) -> datetime:
    try:
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("this moment lies outside the calendar") from error


def _seconds(value: object) -> object:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError("seconds must be a number")
    return min(max(0, value), _LONGEST_COUNTDOWN_S)


def _name(value: object) -> str | None:
    return display_name(value) if isinstance(value, str) and value else None


Identifier = Annotated[str, AfterValidator(_identifier)]
BidAmount = Annotated[Amount, AfterValidator(_positive)]
Moment = Annotated[datetime, AfterValidator(_utc)]
Seconds = Annotated[float, BeforeValidator(_seconds)]
Name = Annotated[str | None, BeforeValidator(_name)]
Title = Annotated[str, BeforeValidator(lambda value: plain(value, 80) if isinstance(value, str) else "")]


class _Event(BaseModel):
    """What every auction event has: `event_id` and `at` (epoch seconds, by the event's own clock)."""

    model_config = ConfigDict(frozen=True, alias_generator=to_camel, populate_by_name=True, extra="ignore")

    event_id: str
    at: float
    auction_id: Identifier


class LotStarted(_Event):
    type: Literal["auction:start"]
    campaign_id: Identifier | None = None
    art_item_id: Identifier | None = None
    start_time: Moment
    end_time: Moment
    reserve_price: Amount | None = None
    currency: Currency = ""
    art_item_name: Title = ""
    min_bid_increment: Amount | None = None


class LotEnded(_Event):
    type: Literal["auction:end"]
    winning_bid_id: Identifier | None = None
    final_price: Amount | None = None
    status: Literal["COMPLETED", "CANCELLED", "NO_BIDS"]


class BidPlaced(_Event):
    type: Literal["auction:bid:placed"]
    bid_id: Identifier
    user_id: Identifier
    twitter_handle: Name = None
    amount: BidAmount
    currency: Currency = ""


class BidAccepted(_Event):
    type: Literal["auction:bid:accepted"]
    bid_id: Identifier
    user_id: Identifier
    amount: BidAmount
    is_highest_bid: bool


class BidRejected(_Event):
    type: Literal["auction:bid:rejected"]
    bid_id: Identifier
    user_id: Identifier
    amount: BidAmount
    reason: Literal["TOO_LOW", "AUCTION_ENDED", "INVALID_USER", "SYSTEM_ERROR", "OTHER"]


class WinnerNamed(_Event):
    type: Literal["auction:winner"]
    bid_id: Identifier
    user_id: Identifier
    twitter_handle: Name = None
    amount: BidAmount
    currency: Currency = ""


class PriceUpdated(_Event):
    type: Literal["auction:price:updated"]
    current_price: Amount


class TimerUpdated(_Event):
    type: Literal["auction:timer:updated"]
    time_remaining: Seconds
    is_extended: bool = False
    extension_count: int = Field(default=0, ge=0, le=100_000)


class LotExtended(_Event):
    type: Literal["auction:extended"]
    extended_end_time: Moment | None = None


AuctionEvent = (
    LotStarted
    | LotEnded
    | BidPlaced
    | BidAccepted
    | BidRejected
    | WinnerNamed
    | PriceUpdated
    | TimerUpdated
    | LotExtended
)
_ADAPTER: TypeAdapter[AuctionEvent] = TypeAdapter(Annotated[AuctionEvent, Field(discriminator="type")])
_ALIASES = {
    "lot:start": "auction:start",
    "lot:end": "auction:end",
    "lot:winner": "auction:winner",
    "lot:bid:placed": "auction:bid:placed",
    "lot:bid:accepted": "auction:bid:accepted",
    "lot:bid:rejected": "auction:bid:rejected",
}
EVENT_TYPES = frozenset(
    {*_ALIASES, *_ALIASES.values(), "auction:price:updated", "auction:timer:updated", "auction:extended"}
)


def parse(envelope: Envelope) -> AuctionEvent:
    """The typed event in an envelope. Raises BadEvent(bad_data) naming the first field that does not fit."""
    kind = _ALIASES.get(envelope.type, envelope.type)
    fields = {**envelope.data, "type": kind, "event_id": envelope.id, "at": _own_time(envelope)}
    if "lotId" in fields:
        fields.setdefault("auctionId", fields["lotId"])
    try:
        return _ADAPTER.validate_python(fields)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"][1:])
        raise BadEvent("bad_data", f"{place}: {first['msg']}"[:200]) from error


def _own_time(envelope: Envelope) -> float:
    """When the event says it happened: its own `timestamp` where it has one, else the envelope's."""
    return _stated(envelope.data) or envelope.timestamp / 1000


def _stated(data: Mapping[str, Any]) -> float | None:
    stamp = data.get("timestamp")
    if not isinstance(stamp, str):
        return None
    try:
        return _utc(datetime.fromisoformat(stamp)).timestamp()
    except ValueError:
        return None
