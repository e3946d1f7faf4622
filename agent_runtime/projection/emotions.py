"""The table of emotions: where each one pushes a character in pleasure, arousal and dominance."""

from collections.abc import Mapping
from types import MappingProxyType

Vector = tuple[float, float, float]
"""Pleasure, arousal, dominance, each in [-1, 1]."""

EMOTIONS: Mapping[str, Vector] = MappingProxyType(
    {
        "hope": (0.2, 0.2, -0.1),
        "joy": (0.4, 0.2, 0.1),
        "excitement": (0.3, 0.5, 0.2),
        "admiration": (0.5, 0.3, -0.2),
        "relief": (0.2, -0.3, 0.4),
        "fear": (-0.64, 0.60, -0.43),
        "gratification": (0.6, 0.5, 0.4),
        "satisfaction": (0.3, -0.2, 0.4),
        "disappointment": (-0.3, 0.1, -0.4),
        "reproach": (-0.3, -0.1, 0.4),
        "gratitude": (0.4, 0.2, -0.3),
        "anger": (-0.51, 0.59, 0.25),
        "distress": (-0.4, -0.2, -0.5),
        "curiosity": (0.1, 0.6, -0.4),
    }
)
"""After Gebhard's ALMA. `curiosity` is ours, for a long silence with an open lot (felt at about .5): awake, a
little pleased and not in charge, far enough from joy that it shows through what is left of the last bids."""
