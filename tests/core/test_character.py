"""A character as a value: what is kept of it is read back as the same character."""

from datetime import timedelta

import pytest

from agent_runtime.core.character import Character, duration_text, parse_duration


@pytest.mark.parametrize("text", ["25s", "0.25s", "86400s", "1.5s"])
def test_a_duration_is_written_as_it_is_read(text: str) -> None:
    assert duration_text(parse_duration(text)) == text


def test_a_kept_character_is_the_same_character() -> None:
    character = Character.model_validate(
        {
            "schema": 1,
            "name": "Ada Finch",
            "mood": {"emotion_half_life": "1.5h", "mood_half_life": "250ms", "emotions": {"joy": [0.1, 0.2, 0.3]}},
            "initiative": {"idle_after": "40s"},
            "phrases": {"sold": {"long": ["{title}."], "moods": {"EXCITED": {"short": ["{title}!"]}}}},
            "hosts": {"auctions": "*"},
        }
    )
    kept = character.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    assert Character.model_validate(kept) == character
    assert character.initiative.idle_after == timedelta(seconds=40)
