"""The page of event types, made from the models: `python -m tests.docs.catalogue --write` brings it up to date."""

import sys
from collections.abc import Iterator, Mapping
from typing import Any, Literal, NamedTuple, Union, get_args, get_origin, get_type_hints

from pydantic import BaseModel
from pydantic_core import to_json

from agent_runtime.core.events import CHANNELS
from agent_runtime.core.money import Amount, Currency
from agent_runtime.core.presence import Mood
from agent_runtime.core.wire import Code, Event, FreeEvent, Identifier, Moment, Name, Number, Object, Seconds, Truth
from agent_runtime.domains import Entry, catalogue
from agent_runtime.domains.auction.events import BidAmount, LotExtended, Title
from agent_runtime.domains.system.events import Check, HealthDetails
from tests.docs.pages import DOCS, ROOT

PAGE = DOCS / "event-types.md"
_OF_ENVELOPE = frozenset({"type", "event_id", "at"})
_WORDS: tuple[tuple[Any, str, Any], ...] = (
    (Identifier, "id", None),
    (Moment, "date", "2026-11-21T10:00:00Z"),
    (get_type_hints(LotExtended, include_extras=True)["extended_end_time"], "date", "2026-11-21T10:06:00Z"),
    (Seconds, "seconds", 30),
    (int, "number", 0),
    (Number, "number", 30),
    (float, "number", 30),
    (Truth, "true or false", True),
    (bool, "true or false", True),
    (Amount, "amount", "950"),
    (BidAmount, "amount", "950"),
    (Currency, "currency", "USD"),
    (Code, "text or whole number", ""),
    (Name, "name", "amber_heron"),
    (Title, "text", "Salt Ledger"),
    (str, "text", "…"),
    (Object, "object", {}),
    (tuple[str, ...], "list of text", ["assets/character/props/vesper/gavel.png"]),
    (Any, "anything", {"note": "…"}),
)
_EXAMPLES: Mapping[str, Any] = {
    "artItemId": "item-1",
    "endTime": "2026-11-21T10:05:00Z",
    "extensionCount": 1,
    "previousMood": "NEUTRAL",
    "winningBidId": "bid-1",
    "previousHighestBidId": "bid-0",
    "replyToId": "message-0",
    "twitterStreamId": "1OyKA",
    "previousPrice": "925",
    "reservePrice": "900",
    "minBidIncrement": "25",
    "content": "Sold, for $950.",
    "intensity": 72,
    "trigger": "event-8",
    "error": "encoder lost",
    "errorCode": "E42",
    "message": "below the price",
    "stack": "encoder.c:42",
    "expression": "assets/character/expressions/vesper/happy.png",
    "background": "assets/character/backgrounds/vesper/saleroom-bright.png",
    "assetType": "BACKGROUND",
    "assetUrl": "assets/stream/backgrounds/dusk.png",
    "actionType": "BID",
    "preferences": {"theme": "dark"},
    "layout": {"quadrants": []},
    "rtmpUrl": "rtmp://127.0.0.1/live",
    "resolution": "1920x1080",
    "bitrate": 4500,
    "service": "auction-engine",
    "name": "database",
    "metricName": "bids",
    "unit": "1/s",
    "configKey": "extensionSeconds",
    "configValue": 120,
}
_FREE: Mapping[str, Mapping[str, Any]] = {
    "stream:viewers:count": {"streamId": "stream-1", "viewers": 812},
    "user:authenticated": {"userId": "user-1"},
    "campaign:start": {"campaignId": "campaign-1", "name": "Three Evenings", "totalDays": 3},
    "campaign:day:change": {"campaignId": "campaign-1", "day": 2},
}
_INTRO = """# Types of events

<!-- Made from the code: python -m tests.docs.catalogue --write -->

Every type that is understood, with the fields of its `data`; `?` marks those that may be left out. Other fields are
kept in the log and otherwise ignored. Data that does not fit is a [dead letter](events.md#dead-letters), with the field
and the reason. The runtime tells of `auction:*`, `session:*` and `campaign:*`
([how they are read](contract.md#campaigns-and-days)) and answers `agent:interaction`; all of them are logged and shown
([what becomes of each](contract.md#what-becomes-of-events)).

| word | what it is |
| --- | --- |
| id | letters, digits, `_` and `-`, at most 64 |
| date | ISO 8601; without a zone it is UTC |
| amount | a decimal, `"0.136"` or a number; that of a bid is more than zero |
| seconds | a number; below zero it is zero |
| currency | 2 to 10 capitals and digits; anything else is as if it were not there |
| name | text fit to be said: what is not is left out |
| any object | the data is not specified; it is kept as it comes |

An `auction:*` event may have a `timestamp` (date): when it happened. Without one that can be read, that of the envelope
counts.
"""


class Field(NamedTuple):
    """A field of the data of an event, as it is called on the wire."""

    name: str
    annotation: Any
    is_required: bool


def fields(model: type[BaseModel]) -> Iterator[Field]:
    """The fields a model reads from the data, in its order."""
    hints = get_type_hints(model, include_extras=True)
    for name, each in model.model_fields.items():
        if not (issubclass(model, Event) and name in _OF_ENVELOPE):
            yield Field(each.alias or name, hints[name], each.is_required())


def example(entry: Entry) -> dict[str, Any]:
    """Data for the type with a value for every field."""
    if issubclass(entry.model, FreeEvent):
        return dict(_FREE.get(entry.kind, {"campaignId": "campaign-1"}))
    data = _example_of(entry.model)
    if "stage" in data:
        data["stage"] = entry.kind.partition(":")[2]
    return {**data, "lotId": data.pop("auctionId")} if entry.kind.startswith("lot:") else data


def page() -> str:
    """The page as it should be."""
    entries = catalogue()
    parts = [_INTRO]
    for channel in CHANNELS:
        listed = [entry for entry in entries if entry.channel == channel]
        parts.append(f"\n## On `{channel}`\n\n| type | data |\n| --- | --- |\n")
        parts += [f"| `{entry.kind}` | {_described(entry.model)} |\n" for entry in listed if not _is_alias(entry)]
        aliases = [f"`{entry.kind}`" for entry in listed if _is_alias(entry)]
        if aliases:
            parts.append(f"\nThe same under other names, with `lotId` for `auctionId`: {', '.join(aliases)}.\n")
        lines = [_line(entry) for entry in listed if not _is_alias(entry)]
        parts.append(f"\n```jsonl {channel.removeprefix('events:')}-examples.jsonl\n{''.join(lines)}```\n")
    return "".join(parts)


def _is_alias(entry: Entry) -> bool:
    return entry.kind not in get_args(entry.model.model_fields["type"].annotation)


def _line(entry: Entry) -> str:
    return to_json({"id": f"example-{entry.kind}", "type": entry.kind, "data": example(entry)}).decode() + "\n"


def _described(model: type[Event]) -> str:
    if issubclass(model, FreeEvent):
        return "any object"
    listed = ", ".join(f"`{name}{'' if must else '?'}` {_word(annotation)}" for name, annotation, must in fields(model))
    return f"any object; {listed} are read".replace("Id`", "Id?`") if model is LotExtended else listed


def _word(annotation: Any) -> str:
    known = _known(annotation)
    if known is not None:
        return known[0]
    if get_origin(annotation) is Literal:
        return ", ".join(get_args(annotation)).join("()")
    if annotation is Mood:
        return "[mood](mood.md)"
    if annotation is HealthDetails:
        return f"object: `checks?` list of objects: {_described(Check)}"
    return _word(_present(annotation))


def _example_of(model: type[BaseModel]) -> dict[str, Any]:
    return {name: _EXAMPLES.get(name, _value(name, annotation)) for name, annotation, _ in fields(model)}


def _value(name: str, annotation: Any) -> Any:
    known = _known(annotation)
    if known is not None:
        return f"{name.removesuffix('Id')}-1" if known[0] == "id" else known[1]
    if get_origin(annotation) is Literal:
        return get_args(annotation)[0]
    if annotation is Mood:
        return Mood.HAPPY.value
    if annotation is HealthDetails:
        return {"checks": [_example_of(Check)]}
    return _value(name, _present(annotation))


def _known(annotation: Any) -> tuple[str, Any] | None:
    return next(((word, value) for known, word, value in _WORDS if known == annotation), None)


def _present(annotation: Any) -> Any:
    """What `X | None` and `Annotated[X, ...]` are when they are there."""
    if get_origin(annotation) in (Union, type(int | None)):
        return next(each for each in get_args(annotation) if each is not type(None))
    inner = getattr(annotation, "__origin__", None)
    if inner is None:
        raise TypeError(f"no word for {annotation}")
    return inner


def main(arguments: list[str]) -> int:
    """Say whether the page is out of date; with --write, mend it."""
    if PAGE.is_file() and PAGE.read_text() == page():
        return 0
    sys.stdout.write(f"{PAGE.relative_to(ROOT)}\n")
    if "--write" not in arguments:
        return 1
    PAGE.write_text(page())
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
