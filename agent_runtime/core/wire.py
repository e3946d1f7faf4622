"""What live events are made of on the wire: ids, moments, seconds, names; camelCase outside, snake_case inside."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, TypeVar, get_args

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel

from agent_runtime.core.events import ID_PATTERN, BadEvent, Envelope
from agent_runtime.core.text import display_name

_LONGEST_S = 366 * 24 * 3600
# What comes from the envelope has names that no data has: some data has a `type` of its own, which is a `kind` here.
_NAMES = {"type": "envelope:type", "event_id": "envelope:id", "at": "envelope:at", "kind": "type"}


def _utc(value: datetime) -> datetime:
    try:
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("this moment lies outside the calendar") from error


def _seconds(value: object) -> object:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError("seconds must be a number")
    return min(max(0, value), _LONGEST_S)


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError("must be a number")
    try:
        return float(value)
    except OverflowError as error:
        raise ValueError("this number is out of range") from error


def _code(value: object) -> object:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _name(value: object) -> str | None:
    return display_name(value) if isinstance(value, str) and value else None


Identifier = Annotated[str, Field(pattern=ID_PATTERN)]
Moment = Annotated[datetime, AfterValidator(_utc)]
Seconds = Annotated[float, BeforeValidator(_seconds)]
Number = Annotated[float, BeforeValidator(_number)]
Truth = Annotated[bool, Field(strict=True)]
Code = Annotated[str, BeforeValidator(_code)]
Name = Annotated[str | None, BeforeValidator(_name)]
Object = dict[str, Any]


class Part(BaseModel):
    """A value inside an event."""

    model_config = ConfigDict(frozen=True, alias_generator=to_camel, extra="ignore")


def _on_the_wire(name: str) -> str:
    return _NAMES.get(name) or to_camel(name)


class Event(Part):
    """What every event has: its id and `at` (epoch seconds, by the event's own clock). Each model adds its `type`."""

    model_config = ConfigDict(alias_generator=_on_the_wire)

    event_id: str
    at: float


class FreeEvent(Event):
    """An event whose data the platform does not specify: any object, kept as sent in `model_extra`."""

    model_config = ConfigDict(extra="allow")


E = TypeVar("E", bound=Event)


def by_type(*models: type[E]) -> dict[str, type[E]]:
    """The models by the types they are for: those that the `Literal` of their field `type` names."""
    return {kind: model for model in models for kind in get_args(model.model_fields["type"].annotation)}


def read(model: type[E], envelope: Envelope) -> E:
    """The data of an envelope as `model`. Raises BadEvent(bad_data) naming the first field that does not fit."""
    fields = {
        **envelope.data,
        "envelope:type": envelope.type,
        "envelope:id": envelope.id,
        "envelope:at": _stated(envelope.data) or envelope.timestamp / 1000,
    }
    try:
        return model.model_validate(fields)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise BadEvent("bad_data", f"{place}: {first['msg']}"[:200]) from error


def _stated(data: Mapping[str, Any]) -> float | None:
    """When the event itself says that it happened, where it says so legibly."""
    stamp = data.get("timestamp")
    if not isinstance(stamp, str):
        return None
    try:
        return _utc(datetime.fromisoformat(stamp)).timestamp()
    except ValueError:
        return None
