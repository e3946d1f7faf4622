"""What a character looks like in a mood: expression, background and props from its wardrobe."""

from collections.abc import Mapping
from typing import TypeVar

from agent_runtime.core.character import Wardrobe
from agent_runtime.core.clock import utc
from agent_runtime.core.presence import AgentScene, Mood

PLAIN_FACE = "assets/character/expressions/neutral.png"

T = TypeVar("T")


def scene(agent_id: str, wardrobe: Wardrobe, mood_label: Mood, now: float, previous: AgentScene | None) -> AgentScene:
    """The scene for a mood at `now` (epoch seconds); what the mood lacks is taken from NEUTRAL.

    `previous` itself is returned when nothing is to be seen of a change, so `last_changed` moves only with one.
    """
    dressed = AgentScene(
        agent_id=agent_id,
        current_expression=_worn(wardrobe.expressions, mood_label, PLAIN_FACE),
        background=_worn(wardrobe.backgrounds, mood_label, None),
        props=_worn(wardrobe.props, mood_label, ()),
        last_changed=utc(now),
    )
    if previous is None or previous.agent_id != agent_id or scene_changed(previous, dressed):
        return dressed
    return previous


def scene_changed(before: AgentScene | None, after: AgentScene) -> bool:
    """Whether somebody who watches would see a difference."""
    if before is None:
        return True
    seen = (before.current_expression, before.background, before.props)
    return seen != (after.current_expression, after.background, after.props)


def _worn(choices: Mapping[Mood, T], mood: Mood, otherwise: T) -> T:
    return choices.get(mood, choices.get(Mood.NEUTRAL, otherwise))
