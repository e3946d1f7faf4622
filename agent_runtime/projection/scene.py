"""What a character looks like: its face by its mood, what is around it by its mood and by how far the lot is."""

from collections.abc import Mapping
from typing import TypeVar

from agent_runtime.core.character import MOST_PROPS, Wardrobe
from agent_runtime.core.clock import utc
from agent_runtime.core.presence import AgentScene, Mood
from agent_runtime.core.scenery import LotStage

PLAIN_FACE = "assets/character/expressions/neutral.png"

T = TypeVar("T")


def scene(
    agent_id: str,
    wardrobe: Wardrobe,
    mood_label: Mood,
    lot_stage: LotStage | None,
    now: float,
    previous: AgentScene | None,
) -> AgentScene:
    """The scene for a mood and a stage of the lot (None: it has to do with no lot) at `now` (epoch seconds).

    What the mood lacks is taken from NEUTRAL. A background of the stage goes before that of the mood; the props
    of both are there. `previous` itself is returned when nothing is to be seen of a change, so `last_changed`
    moves only with one.
    """
    dressed = AgentScene(
        agent_id=agent_id,
        current_expression=_worn(wardrobe.expressions, mood_label, PLAIN_FACE),
        background=_background(wardrobe, mood_label, lot_stage),
        props=_props(wardrobe, mood_label, lot_stage),
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


def _background(wardrobe: Wardrobe, mood: Mood, lot_stage: LotStage | None) -> str | None:
    by_mood = _worn(wardrobe.backgrounds, mood, None)
    return by_mood if lot_stage is None else wardrobe.backgrounds.get(lot_stage, by_mood)


def _props(wardrobe: Wardrobe, mood: Mood, lot_stage: LotStage | None) -> tuple[str, ...]:
    """Those of the stage first, each once: what tells of the lot is not to be crowded out."""
    of_lot = () if lot_stage is None else wardrobe.props.get(lot_stage, ())
    return tuple(dict.fromkeys((*of_lot, *_worn(wardrobe.props, mood, ()))))[:MOST_PROPS]


def _worn(choices: Mapping[Mood, T] | Mapping[Mood | LotStage, T], mood: Mood, otherwise: T) -> T:
    return choices.get(mood, choices.get(Mood.NEUTRAL, otherwise))
