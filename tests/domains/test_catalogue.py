"""The catalogue of events: the contract's 35 types and newer engines' names, each with its documented fields."""

from typing import Any, get_args

import pytest
from pydantic_core import from_json

from agent_runtime.core import outgoing
from agent_runtime.core.events import BadEvent, Envelope
from agent_runtime.core.presence import AgentMood, AgentScene, Mood
from agent_runtime.core.wire import Event, FreeEvent
from agent_runtime.domains import DOMAINS, Entry, catalogue
from agent_runtime.domains.auction.events import LotExtended
from tests.docs.catalogue import PAGE, example, fields, main, page

ANY_OBJECT = "†"
CONTRACT = {
    "auction:start": "auctionId campaignId? artItemId startTime endTime reservePrice? currency artItemName? "
    "minBidIncrement?",
    "auction:end": "auctionId endTime winningBidId? finalPrice? status",
    "auction:bid:placed": "bidId auctionId userId twitterHandle? amount currency",
    "auction:bid:accepted": "bidId auctionId userId amount isHighestBid previousHighestBidId?",
    "auction:bid:rejected": "bidId auctionId userId amount reason message?",
    "auction:winner": "auctionId bidId userId twitterHandle? amount currency artItemId",
    "auction:price:updated": "auctionId currentPrice previousPrice?",
    "auction:timer:updated": "auctionId timeRemaining isExtended extensionCount",
    "auction:extended": ANY_OBJECT,
    "stream:start": "streamId auctionId? startTime twitterStreamId? rtmpUrl?",
    "stream:end": "streamId endTime duration reason?",
    "stream:error": "streamId error errorCode? timestamp recoverable",
    "stream:quality": "streamId bitrate fps resolution timestamp",
    "stream:scene:update": "streamId sceneId updateType layout? timestamp",
    "stream:asset:loaded": "assetId assetType assetUrl timestamp",
    "stream:viewers:count": ANY_OBJECT,
    "agent:message": "agentId messageId content replyToId? twitterHandle? timestamp",
    "agent:mood": "agentId mood intensity previousMood? trigger timestamp",
    "agent:scene:update": "agentId expression background? props? timestamp",
    "agent:interaction": "agentId interactionId userId? twitterHandle? content timestamp type",
    "agent:asset:request": "agentId assetId assetType mood? timestamp",
    "agent:memory:update": "agentId memoryId content timestamp type",
    "user:connect": "userId? sessionId connectionType timestamp clientInfo?",
    "user:disconnect": "userId? sessionId connectionType timestamp duration",
    "user:action": "userId actionId actionType timestamp details?",
    "user:preference": "userId preferences timestamp",
    "user:authenticated": ANY_OBJECT,
    "campaign:start": ANY_OBJECT,
    "campaign:end": ANY_OBJECT,
    "campaign:day:change": ANY_OBJECT,
    "campaign:update": ANY_OBJECT,
    "system:health": "service status timestamp details?",
    "system:metric": "serviceId metricName metricValue timestamp unit?",
    "system:error": "service errorCode message stack? timestamp context?",
    "system:config": "serviceId configKey configValue timestamp",
}
NEWER_ENGINES = {
    *(f"lot:{what}" for what in ("start", "end", "winner", "bid:placed", "bid:accepted", "bid:rejected")),
    *(f"session:{stage}" for stage in ("start", "pre_auction", "auction", "post_auction", "end")),
}
CHANNELS = {
    **{kind: f"events:{kind}" for kind in ("auction", "stream", "agent", "user", "system")},
    **dict.fromkeys(("campaign", "lot", "session"), "events:auction"),
}
# What the auction can be followed without is read kindly: it may be left out, or be as if it were.
KINDLY_LEFT_OUT = {"artItemId", "currency", "endTime", "isExtended", "extensionCount"}
READ_KINDLY = {"twitterHandle", "currency", "artItemName"}
ANYTHING = {"clientInfo", "details", "context", "configValue"}
BY_TYPE = {entry.kind: entry for entry in catalogue()}
SPECIFIED = [kind for kind in BY_TYPE if CONTRACT.get(kind) != ANY_OBJECT]


def envelope(kind: str, data: dict[str, Any]) -> Envelope:
    return Envelope(id="event-1", timestamp=1_795_255_200_000, type=kind, source="test", data=data)


def parse(kind: str, data: dict[str, Any]) -> Event | None:
    """The event as the domain that knows its type reads it."""
    (domain,) = (each for each in DOMAINS if kind in each.types)
    return domain.parse(envelope(kind, data))


def parsed(entry: Entry, **changes: Any) -> Event:
    event = parse(entry.kind, {**example(entry), **changes})
    assert event is not None
    return event


def sent(event: Event) -> dict[str, Any]:
    """The data of an event as it would be sent, what is not there left out."""
    data = event.model_dump(mode="json", by_alias=True, exclude_none=True)
    return {name: value for name, value in data.items() if not name.startswith("envelope:")}


def test_the_catalogue_is_the_contracts_35_types_and_the_names_newer_engines_use() -> None:
    assert len(CONTRACT) == 35
    assert [entry.kind for entry in catalogue()] == list(dict.fromkeys(BY_TYPE))
    assert BY_TYPE.keys() == CONTRACT.keys() | NEWER_ENGINES


@pytest.mark.parametrize("entry", catalogue(), ids=lambda entry: entry.kind)
def test_a_type_travels_on_the_channel_of_its_kind(entry: Entry) -> None:
    assert entry.channel == CHANNELS[entry.kind.partition(":")[0]]


@pytest.mark.parametrize("kind", [kind for kind, listed in CONTRACT.items() if listed != ANY_OBJECT])
def test_every_documented_field_is_read_and_must_be_there_where_the_contract_says_so(kind: str) -> None:
    documented = {name.removesuffix("?"): not name.endswith("?") for name in CONTRACT[kind].split()}
    if kind.startswith("auction:"):
        required = {"auction:start": {"endTime"}}.get(kind, set())
        documented |= dict.fromkeys(documented.keys() & (KINDLY_LEFT_OUT - required), False)
    assert {field.name: field.is_required for field in fields(BY_TYPE[kind].model)} == documented


@pytest.mark.parametrize("entry", catalogue(), ids=lambda entry: entry.kind)
def test_the_example_of_a_type_is_read_and_sent_again_as_it_was(entry: Entry) -> None:
    event = parsed(entry)
    known = entry.model.model_fields["type"].annotation
    assert event.event_id == "event-1"
    assert event.model_dump()["type"] in get_args(known)
    expected = example(entry)
    if entry.kind.startswith("lot:"):
        expected["auctionId"] = expected.pop("lotId")
    assert sent(event) == expected
    assert sent(parsed(entry, **sent(event))) == expected


@pytest.mark.parametrize("kind", SPECIFIED)
def test_a_documented_field_of_a_wrong_type_is_bad_data_and_named(kind: str) -> None:
    entry = BY_TYPE[kind]
    checked = [field.name for field in fields(entry.model) if field.name not in READ_KINDLY]
    for name in checked:
        if name in ANYTHING and kind != "system:health":
            parsed(entry, **{name: [5]})
            continue
        with pytest.raises(BadEvent) as caught:
            parsed(entry, **{name: [5]})
        assert caught.value.reason == "bad_data"
        assert caught.value.detail.startswith((f"{name}: ", f"{name}.0: ")), caught.value.detail


@pytest.mark.parametrize("kind", [kind for kind in SPECIFIED if not kind.startswith("lot:")])
def test_a_field_that_must_be_there_is_missed(kind: str) -> None:
    entry = BY_TYPE[kind]
    for name in (field.name for field in fields(entry.model) if field.is_required):
        data = example(entry)
        del data[name]
        with pytest.raises(BadEvent) as caught:
            parse(kind, data)
        assert caught.value.detail == f"{name}: Field required"


@pytest.mark.parametrize(
    ("kind", "field", "value"),
    [
        ("stream:start", "streamId", "a:b"),
        ("stream:start", "streamId", "a\n"),
        ("stream:start", "startTime", "soon"),
        ("stream:end", "duration", "12"),
        ("stream:end", "duration", True),
        ("stream:error", "recoverable", "yes"),
        ("stream:error", "errorCode", True),
        ("stream:quality", "fps", "30"),
        ("stream:quality", "fps", 10**400),
        ("stream:scene:update", "updateType", "SIDEWAYS"),
        ("agent:mood", "mood", "GRUMPY"),
        ("agent:mood", "intensity", 101),
        ("agent:interaction", "type", "agent:interaction"),
        ("user:connect", "connectionType", "CARRIER_PIGEON"),
        ("system:health", "details", {"checks": [{"name": "a", "status": "PERHAPS"}]}),
        ("session:start", "sessionId", ".."),
    ],
)
def test_values_that_are_nearly_right_are_bad_data(kind: str, field: str, value: Any) -> None:
    with pytest.raises(BadEvent, match=f"^{field}"):
        parsed(BY_TYPE[kind], **{field: value})


@pytest.mark.parametrize("kind", [kind for kind, listed in CONTRACT.items() if listed == ANY_OBJECT])
@pytest.mark.parametrize(
    "data", [{}, {"a": [1, {"b": None}], "at": "noon", "type": 5, "event_id": "x", "auctionId": 5}]
)
def test_types_that_are_not_specified_take_any_object_and_keep_it(kind: str, data: dict[str, Any]) -> None:
    event = parse(kind, data)
    if BY_TYPE[kind].model is LotExtended or kind.startswith("campaign:"):
        assert event is None  # it names no lot and no campaign: there is nothing that it could be about
    else:
        assert isinstance(event, FreeEvent)
        assert event.model_extra == data
        assert event.event_id == "event-1"


def test_an_extension_whose_end_cannot_be_read_is_one_without_an_end() -> None:
    assert sent(parsed(BY_TYPE["auction:extended"], extendedEndTime="soon")) == {"auctionId": "auction-1"}


def test_dates_are_aware_and_utc_and_names_are_snake_case() -> None:
    event = parsed(BY_TYPE["stream:start"], startTime="2026-11-21T05:00:00-05:00").model_dump()
    assert event["start_time"].isoformat() == "2026-11-21T10:00:00+00:00"
    assert event["stream_id"] == "stream-1"


def test_data_cannot_pass_for_the_envelope() -> None:
    event = parsed(BY_TYPE["auction:bid:placed"], eventId="other", event_id="other", at=5, **{"envelope:id": "other"})
    assert (event.event_id, event.at) == ("event-1", 1_795_255_200.0)


def test_a_type_of_the_data_is_not_that_of_the_event() -> None:
    event = parsed(BY_TYPE["agent:interaction"], type="BID").model_dump()
    assert (event["type"], event["kind"]) == ("agent:interaction", "BID")


def test_what_the_runtime_publishes_is_in_the_catalogue() -> None:
    mood = AgentMood(
        agent_id="vesper", current_mood=Mood.HAPPY, intensity=1, previous_mood=Mood.NEUTRAL, mood_start_time=0
    )
    scene = AgentScene(agent_id="vesper", current_expression="a.png", background="b.png", props=["c"], last_changed=0)
    for published in (
        outgoing.said("vesper", "m", "Sold.", event_id="e", now=0.0),
        outgoing.mood_changed(mood, trigger="event-1", event_id="e", now=0.0),
        outgoing.scene_changed(scene, event_id="e", now=0.0),
    ):
        event = parse(published.type, published.data)
        assert event is not None
        assert sent(event).keys() == published.data.keys()


def test_the_page_of_types_is_up_to_date() -> None:
    assert PAGE.read_text() == page(), "run: python -m tests.docs.catalogue --write"
    assert main([]) == 0


def test_the_page_shows_every_type_and_its_examples_can_be_sent() -> None:
    text = PAGE.read_text()
    assert {kind for kind in BY_TYPE if f"`{kind}`" in text} == BY_TYPE.keys()
    for line in text.splitlines():
        if line.startswith('{"id"'):
            shown = from_json(line)
            assert parse(shown["type"], shown["data"]) is not None
