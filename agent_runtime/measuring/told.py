"""Figures of narration: what was said, what gave way, and how often a prepared phrase stood in for a model."""

from collections.abc import Iterator, Sequence

from prometheus_client import Metric

from agent_runtime.casting import Cast
from agent_runtime.core.measures import Histogram
from agent_runtime.measuring.families import by, counter, counters, histogram
from agent_runtime.measuring.measured import Measured

_ANSWERED_BY_SCRIPT = ("failed", "untrue", "late")


def families(runtime: Measured) -> Iterator[Metric]:
    """All agents together."""
    casts = runtime.casts
    yield counters("rt_narrations", "Lines, by what became of them", ("outcome",), by(_outcomes(casts)))
    superseded = sum(cast.narrator.superseded for cast in casts)
    yield counter("rt_bids_coalesced", "Happenings told together with newer ones, or left out for them", superseded)
    ages = [cast.narrator.ages for cast in casts]
    yield histogram("rt_narration_age_seconds", "How old the newest news in a line was when it began", _sum(ages))
    if runtime.models.account is not None:
        reasons = {"limits": runtime.models.account.stood_in, **_fallbacks(casts)}
        yield counters(
            "rt_fallback_lines", "Replies the scripted voice gave in a model's place", ("reason",), by(reasons)
        )


def _outcomes(casts: Sequence[Cast]) -> dict[str, int]:
    return {
        "said": sum(cast.speaker.said for cast in casts),
        "unpublished": sum(cast.speaker.unpublished for cast in casts),
        "muted": sum(cast.speaker.unsaid for cast in casts),
        "stale": sum(cast.narrator.discarded for cast in casts),
    }


def _fallbacks(casts: Sequence[Cast]) -> dict[str, int]:
    """Answers to the audience: the model's came to nothing, was untrue, or was true a moment ago."""
    return {reason: sum(cast.audience.counts[reason] for cast in casts) for reason in _ANSWERED_BY_SCRIPT}


def _sum(histograms: Sequence[Histogram]) -> Histogram:
    total = Histogram(histograms[0].bounds) if histograms else Histogram()
    for each in histograms:
        total.counts = [one + other for one, other in zip(total.counts, each.counts, strict=True)]
        total.total += each.total
    return total
