"""The envelope every live event travels in, read strictly where it matters and kindly where it does not."""

import hashlib
import re
from collections.abc import Collection
from math import isfinite
from typing import Any

from pydantic import BaseModel, ConfigDict
from pydantic_core import from_json, to_json

EVENT_LIMIT_BYTES = 64 * 1024
CHANNELS = ("events:auction", "events:stream", "events:agent", "events:user", "events:system")
OUR_SOURCE = "agent-service"
_TYPE = re.compile(r"[A-Za-z0-9_]{1,32}(?::[A-Za-z0-9_]{1,32}){0,3}", re.ASCII)
ID_PATTERN = r"^[A-Za-z0-9_-]{1,64}$"
_ID = re.compile(ID_PATTERN, re.ASCII)
_NUL = b"\\u0000"
_MAY_BE_INFINITE = frozenset({float, dict, list})
_VERSION = re.compile(r"1(\.\d{1,3}){0,2}", re.ASCII)
_LATEST_MS = 4_102_444_800_000  # the year 2100
_SECONDS_BELOW = 100_000_000_000  # smaller readings are seconds: as milliseconds they would lie before 1973


class BadEvent(Exception):
    """An event that cannot be used: a dead letter.

    `reason` is one of: bad_encoding, bad_json, bad_shape, too_big, bad_data, bad_version.
    """

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail


class Envelope(BaseModel):
    """One event as published. `timestamp` is epoch milliseconds, `data` as sent (camelCase)."""

    model_config = ConfigDict(frozen=True)

    id: str
    timestamp: int
    type: str
    source: str
    version: str = "1.0"
    data: dict[str, Any]

    def as_json(self) -> bytes:
        """The envelope as it travels on a channel."""
        return to_json(self)


def is_identifier(text: object) -> bool:
    """Whether `text` may stand in a key: letters, digits, `_` and `-`, at most 64."""
    return isinstance(text, str) and _ID.fullmatch(text) is not None


def parse_envelope(raw: bytes, received_ms: int) -> Envelope:
    """The envelope in `raw`. A timestamp that makes no sense becomes `received_ms`. Raises BadEvent."""
    if len(raw) > EVENT_LIMIT_BYTES:
        raise BadEvent("too_big", f"{len(raw)} bytes; the limit is {EVENT_LIMIT_BYTES}")
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadEvent("bad_encoding", "not UTF-8") from error
    try:
        body = from_json(raw, allow_inf_nan=False)
    except ValueError as error:
        raise BadEvent("bad_json", str(error)[:200]) from error
    return _envelope(_storable(body) if _is_suspect(raw, body) else body, received_ms)


def read_envelope(body: object, received_ms: int) -> Envelope:
    """The envelope in an already decoded JSON value. Raises BadEvent as `parse_envelope` does."""
    raw = to_json(body)
    if len(raw) > EVENT_LIMIT_BYTES:
        raise BadEvent("too_big", f"{len(raw)} bytes; the limit is {EVENT_LIMIT_BYTES}")
    return _envelope(_storable(body) if _is_suspect(raw, body) else body, received_ms)


def _is_suspect(raw: bytes, body: object) -> bool:
    """Whether there may be something in it that no database keeps: worth a closer look."""
    return _NUL in raw or not _is_finite((body,))


def _is_finite(values: Collection[Any]) -> bool:
    """Whether all the numbers in them are, however deep they are: `1e999` reads as infinite."""
    if _MAY_BE_INFINITE.isdisjoint(map(type, values)):  # as in nearly all data
        return True
    for value in values:
        match value:
            case float() if not isfinite(value):
                return False
            case dict() if not _is_finite(value.values()):
                return False
            case list() if not _is_finite(value):
                return False
    return True


def _storable(value: Any) -> Any:
    """The value as a database keeps it: NUL characters taken out of every text; BadEvent for infinite numbers."""
    match value:
        case str():
            return value.replace("\x00", "")
        case list():
            return [_storable(each) for each in value]
        case dict():
            return {_storable(key): _storable(each) for key, each in value.items()}
        case float() if not isfinite(value):
            raise BadEvent("bad_json", "a number is out of range")
        case _:
            return value


def _envelope(body: object, received_ms: int) -> Envelope:
    if not isinstance(body, dict):
        raise BadEvent("bad_shape", "an event must be a JSON object")
    kind, source, data = body.get("type"), body.get("source", ""), body.get("data")
    if not isinstance(kind, str) or not _TYPE.fullmatch(kind):
        raise BadEvent("bad_shape", "'type' must be a name such as auction:start")
    if not isinstance(data, dict):
        raise BadEvent("bad_shape", "'data' must be an object")
    return Envelope(
        id=_identifier(body.get("id")),
        timestamp=_milliseconds(body.get("timestamp"), received_ms),
        type=kind,
        source=source[:64] if isinstance(source, str) else "",
        version=_version(body.get("version", "1.0")),
        data=data,
    )


def _identifier(value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise BadEvent("bad_shape", "'id' must be a non-empty string")
    return value if len(value) <= 64 else hashlib.sha256(value.encode()).hexdigest()


def _milliseconds(value: object, received_ms: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < 1e15:
        return received_ms
    stamp = int(value * 1000) if value < _SECONDS_BELOW else int(value)
    return stamp if stamp < _LATEST_MS else received_ms


def _version(value: object) -> str:
    if not isinstance(value, str) or not _VERSION.fullmatch(value):
        raise BadEvent("bad_version", "'version' must be 1.0")
    return value
