"""One character's heart: holds its affect and answers what it feels, shows and how to word it."""

from agent_runtime.core.character import Character
from agent_runtime.core.domain import Feeling, Tension
from agent_runtime.core.presence import AgentMood, AgentScene, Mood
from agent_runtime.projection import mood
from agent_runtime.projection.scene import scene


class Heart:
    """Mood and scene of an agent. Moments are epoch seconds, so that a mood goes on over a restart."""

    def __init__(self, agent_id: str, character: Character, now: float, kept: bytes | None = None) -> None:
        self._agent_id = agent_id
        self._wardrobe = character.scene
        self._temperament = mood.temperament(character)
        self._affect = (mood.from_json(kept) if kept else None) or mood.calm(self._temperament, now)
        self._scene = scene(agent_id, self._wardrobe, self._affect.label, now, None)

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
        self._scene = scene(self._agent_id, self._wardrobe, self._affect.label, now, self._scene)
        return self._scene

    def phrase(self, tension: Tension, now: float) -> str:
        """The mood in words for a model."""
        return mood.phrase(self._affect, self._temperament, tension, now)

    def dump(self) -> bytes:
        """The numbers, to be kept."""
        return mood.to_json(self._affect)
