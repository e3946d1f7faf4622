"""What the scripted voice may say of a character's lore: sentences of entries that are on, without their directions."""

import pytest

from agent_runtime.core.character import Character
from agent_runtime.llm.matching import known_facts


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ({"keys": ["varnish"]}, ["Old varnish yellows like a tooth."]),
        (
            {"keys": ["varnish"], "text": "@@depth 4\n@@role user\nOld oak is darker."},
            ["Old oak is darker."],
        ),
        ({"keys": ["varnish"], "text": "@@dont_activate\nOld oak is darker."}, []),
        ({"keys": ["varnish"], "enabled": False}, []),
        ({"keys": ["/varnish/"]}, []),
        ({"keys": ["varnish"], "when": {"any": ["varnish"]}}, []),
    ],
)
def test_a_sentence_is_said_of_lore_that_is_on_and_plain(entry: dict[str, object], said: list[str]) -> None:
    entries = [{"text": "Old varnish yellows like a tooth.", **entry}]
    card = Character.model_validate({"name": "Ada", "lore": {"entries": entries}})
    assert known_facts(card, "what of varnish") == said
