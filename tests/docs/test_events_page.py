"""docs/events.md against a runtime that hears the auction of the page."""

import re
from typing import Any

import pytest
from pydantic_core import from_json
from redis import Redis

from agent_runtime.core.events import CHANNELS, BadEvent
from agent_runtime.core.presence import AgentContext, AgentMood, AgentScene, AgentState, Shape
from agent_runtime.live.keys import Expiry, key
from agent_runtime.live.keys import parse as parse_key
from tests.docs.asking import ask
from tests.docs.pages import labelled, page
from tests.docs.shapes import is_same_shape
from tests.process.runtime import RuntimeProcess, wait_until

SHOWN = labelled("events.md")
AUCTION = SHOWN["small.jsonl"].splitlines()
MODELS: dict[str, type[Shape]] = {
    "agent:{id}": AgentState,
    "agent:mood:{id}": AgentMood,
    "agent:context:{id}": AgentContext,
    "agent:scene:{id}": AgentScene,
}


def lines_of(runtime: RuntimeProcess) -> list[str]:
    """What Vesper has said."""
    session = ask(f"{runtime.url}/api/agents/vesper")["session_id"]
    return [each["content"] for each in ask(f"{runtime.url}/api/sessions/{session}/messages")["data"]]


def kept(client: Redis, shown: str) -> Any:
    """The value of a key that the page shows for `{id}`."""
    raw = client.get(shown.replace("{id}", "vesper"))
    assert isinstance(raw, bytes), f"{shown} is not there"
    return from_json(raw)


@pytest.mark.parametrize("shown", MODELS)
def test_values_of_keys_can_be_read_as_what_they_are(shown: str) -> None:
    value = MODELS[shown].model_validate_json(SHOWN[shown])
    assert is_same_shape(from_json(SHOWN[shown]), from_json(value.as_json()))


def test_the_auction_of_the_page_is_told_and_leaves_the_keys_of_the_page(runtime: RuntimeProcess) -> None:
    with Redis.from_url(runtime.redis_url) as client:
        for line in AUCTION:
            assert client.publish("events:auction", line) == 1
        wait_until(lambda: any("$950" in line for line in lines_of(runtime)), 20.0, runtime.report)
        wait_until(lambda: "$950" in str(kept(client, "agent:context:{id}")), 20.0, runtime.report)
        for shown in MODELS:
            real = kept(client, shown)
            assert from_json(SHOWN[shown]).keys() == real.keys(), shown
            lives = client.ttl(shown.replace("{id}", "vesper"))
            assert isinstance(lives, int)
            assert Expiry.DAY - 60 < lives <= Expiry.DAY
        background = from_json(SHOWN["agent:scene:{id}"])["background"]
        wait_until(lambda: kept(client, "agent:scene:{id}")["background"] == background, 20.0, runtime.report)
        said = from_json(SHOWN["agent:context:{id}"])["auctionContext"]
        assert kept(client, "agent:context:{id}")["auctionContext"] == said
        assert {_shown_as(name) for name in client.scan_iter()} == {*MODELS, "rt:affect:{id}"}
    heard = [f"event-{number}" for number in range(1, 10)]
    wait_until(lambda: [each["id"] for each in ask(f"{runtime.url}/api/events")["data"]] == heard, 20.0, runtime.report)


def _shown_as(name: bytes) -> str:
    found = parse_key(name)
    assert found is not None
    return key(found.kind, "id").replace(":id", ":{id}")


def test_every_reason_of_a_dead_letter_is_named() -> None:
    known = re.search(r"one of: (.+?)\.\n", BadEvent.__doc__ or "", re.DOTALL)
    assert known is not None
    section = page("events.md").partition("## Dead letters")[2].partition("```")[0]
    assert set(re.findall(r"`(\w+)`", section)) == set(known[1].split(", "))


def test_every_channel_is_named() -> None:
    assert {each for each in CHANNELS if f"`{each}`" in page("events.md")} == set(CHANNELS)
