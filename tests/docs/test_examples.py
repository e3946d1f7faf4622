"""Examples in the pages are read by the code that reads the real thing."""

import re
from pathlib import Path

import pytest
from pydantic_core import from_json

from agent_runtime.characters.loading import parse_character
from agent_runtime.config import load_settings
from agent_runtime.core import outgoing
from agent_runtime.core.clock import utc
from agent_runtime.core.errors import InvalidFile
from agent_runtime.core.events import OUR_SOURCE, Envelope, parse_envelope
from agent_runtime.core.memory import Memory
from agent_runtime.core.presence import AgentMood, AgentScene, Mood
from agent_runtime.domains.auction.events import _ALIASES, EVENT_TYPES, parse
from agent_runtime.llm.openai_compat import OpenAICompat
from tests.docs.pages import Block, blocks, labelled, page, pages
from tests.docs.shapes import is_same_shape

ALL = [block for path in pages() for block in blocks(path)]


def _of(*languages: str) -> list[Block]:
    return [block for block in ALL if block.language in languages]


@pytest.mark.parametrize("block", _of("json"), ids=lambda block: block.place)
def test_json_is_json(block: Block) -> None:
    from_json(block.text)


# What is for Prometheus is read by test_metrics_page.
@pytest.mark.parametrize(
    "block", [each for each in _of("yaml") if each.label != "prometheus"], ids=lambda each: each.place
)
def test_yaml_is_a_character_or_settings(block: Block, tmp_path: Path) -> None:
    if block.label == "broken.yaml":
        with pytest.raises(InvalidFile):
            parse_character(block.text, block.label)
    elif block.text.startswith("name:"):
        assert parse_character(block.text, block.label).name
    else:
        (tmp_path / "config.yaml").write_text(block.text)
        assert load_settings(None, {}, {}, tmp_path) != load_settings(None, {}, {}, tmp_path / "nowhere")


@pytest.mark.parametrize("block", _of("dotenv"), ids=lambda block: block.place)
def test_lines_for_the_environment_are_settings_that_work(block: Block, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(block.text)
    llm = load_settings(None, {}, {}, tmp_path).llm
    if llm.provider == "openai_compat":
        assert OpenAICompat(llm.base_url, llm.model, llm.api_key).name == llm.model


def test_the_small_auction_has_each_of_the_nine_events_once() -> None:
    envelopes = [parse_envelope(line.encode(), 0) for line in labelled("events.md")["small.jsonl"].splitlines()]
    assert sorted(each.type for each in envelopes) == sorted(EVENT_TYPES.keys() - _ALIASES.keys())
    assert {parse(each).auction_id for each in envelopes} == {"lot-7"}


def test_the_other_names_of_events_are_named() -> None:
    assert set(re.findall(r"`(lot:[a-z:]+)`", page("events.md"))) == _ALIASES.keys()


def test_published_events_look_as_they_are_published() -> None:
    mood = AgentMood(
        agent_id="vesper", current_mood=Mood.HAPPY, intensity=1, previous_mood=Mood.NEUTRAL, mood_start_time=0
    )
    scene = AgentScene(agent_id="vesper", current_expression="a.png", background="b.png", props=["c"], last_changed=0)
    memory = Memory(
        id="m", agent_id="vesper", kind="outcome", subject="Lot", text="Sold.", importance=0.5, created_at=utc(0)
    )
    for envelope in (
        outgoing.said("vesper", "m", "Sold.", event_id="e", now=0.0),
        outgoing.remembered(memory, "e", 0.0),
        outgoing.mood_changed(mood, trigger="event-1", event_id="e", now=0.0),
        outgoing.scene_changed(scene, event_id="e", now=0.0),
    ):
        shown = from_json(labelled("events.md")[envelope.type])
        assert is_same_shape(shown, from_json(envelope.as_json()))
        assert Envelope.model_validate(shown).source == OUR_SOURCE
