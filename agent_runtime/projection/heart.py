"""One character's heart: holds its affect and answers what it feels, shows and how to word it."""

from dataclasses import replace

from agent_runtime.core.character import Character
from agent_runtime.core.domain import Feeling, Tension
from agent_runtime.core.presence import AgentMood, AgentScene, Mood
from agent_runtime.core.scenery import LotStage
from agent_runtime.projection import mood
from agent_runtime.projection.affect import Affect
from agent_runtime.projection.emotions import Vector
from agent_runtime.projection.scene import scene


class Heart:
    """Mood and scene of an agent. Moments are epoch seconds, so that a mood goes on over a restart."""

    def __init__(self, agent_id: str, character: Character, now: float, kept: bytes | None = None) -> None:
        self._agent_id = agent_id
        self._wardrobe = character.scene
        self._temperament = mood.temperament(character)
        self._affect = (mood.from_json(kept) if kept else None) or mood.calm(self._temperament, now)
        self._lot_stage: LotStage | None = None
        self._scene = scene(agent_id, self._wardrobe, self._affect.label, None, now, None)

    @property
    def label(self) -> Mood:
        """The mood's name, as of the last time it was touched."""
        return self._affect.label

    def feel(self, feelings: tuple[Feeling, ...], now: float, trigger: str) -> bool:
        """Take in what an event means; whether the mood's name changed."""
        before = self._affect.label
        self._affect = mood.feel(self._affect, feelings, self._temperament, now, trigger)
        return self._affect.label is not before

    def fade(self, now: float) -> bool:
        """Let time pass; whether the mood's name changed."""
        before = self._affect.label
        self._affect = mood.settled(self._affect, self._temperament, now)
        return self._affect.label is not before

    def next_change(self, now: float) -> float | None:
        """When the name would next change by fading alone."""
        return mood.next_change(self._affect, self._temperament, now)

    def mood(self, now: float) -> AgentMood:
        """The contract's view of it."""
        return mood.agent_mood(self._affect, self._agent_id, self._temperament, now)

    def scene(self, now: float) -> AgentScene:
        """What the character looks like; `last_changed` moves only with a change."""
        self._scene = scene(self._agent_id, self._wardrobe, self._affect.label, self._lot_stage, now, self._scene)
        return self._scene

    def set_stage(self, lot_stage: LotStage) -> None:
        """How far the lot in hand is, for the next scene; a character that hosts nothing is never told."""
        self._lot_stage = lot_stage

    def recast(self, character: Character, now: float) -> None:
        """Go on as another version of the character: other clothes and temperament, and as far from rest as before.

        So a name is not changed by a change of the file, and neither is what was felt.
        """
        self._wardrobe = character.scene
        old, self._temperament = self._temperament, mood.temperament(character)
        settled = mood.settled(self._affect, old, now)
        self._affect = _moved(mood.decayed(settled, old, now), old.baseline, self._temperament.baseline)

    def phrase(self, tension: Tension, now: float) -> str:
        """The mood in words for a model."""
        return mood.phrase(self._affect, self._temperament, tension, now)

    def dump(self) -> bytes:
        """The numbers, to be kept."""
        return mood.to_json(self._affect)


def _moved(affect: Affect, old: Vector, new: Vector) -> Affect:
    """The same deviation from another resting point, as far as the mood's bounds leave room for it."""
    p, a, d = (max(-1.0, min(1.0, m - was + rests)) for m, was, rests in zip(affect.m, old, new, strict=True))
    return replace(affect, m=(p, a, d))
