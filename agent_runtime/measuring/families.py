"""Numbers as families of Prometheus: each name with its meaning, its labels and what is so now."""

from collections.abc import Iterable, Mapping
from math import inf

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily

from agent_runtime.core.measures import Histogram

Rows = Iterable[tuple[tuple[str, ...], float]]
"""Label values with a number."""


def gauge(name: str, meaning: str, value: float) -> GaugeMetricFamily:
    """Something that goes up and down."""
    return GaugeMetricFamily(name, meaning, value)


def gauges(name: str, meaning: str, labels: tuple[str, ...], rows: Rows) -> GaugeMetricFamily:
    """The same for each of several."""
    family = GaugeMetricFamily(name, meaning, labels=labels)
    for values, number in rows:
        family.add_metric(values, number)
    return family


def counter(name: str, meaning: str, value: float) -> CounterMetricFamily:
    """Something that only grows, from 0 at the start."""
    return CounterMetricFamily(name, meaning, value)


def counters(name: str, meaning: str, labels: tuple[str, ...], rows: Rows) -> CounterMetricFamily:
    """The same for each of several."""
    family = CounterMetricFamily(name, meaning, labels=labels)
    for values, number in rows:
        family.add_metric(values, number)
    return family


def histogram(name: str, meaning: str, kept: Histogram) -> HistogramMetricFamily:
    """How long something took."""
    buckets, total = _buckets(kept)
    return HistogramMetricFamily(name, meaning, buckets=buckets, sum_value=total)


def histograms(
    name: str, meaning: str, labels: tuple[str, ...], rows: Iterable[tuple[tuple[str, ...], Histogram]]
) -> HistogramMetricFamily:
    """The same for each of several."""
    family = HistogramMetricFamily(name, meaning, labels=labels)
    for values, kept in rows:
        family.add_metric(values, *_buckets(kept))
    return family


def by(counts: Mapping[str, int]) -> Rows:
    """Rows of one label."""
    return [((value,), number) for value, number in counts.items()]


def _buckets(kept: Histogram) -> tuple[list[tuple[str, float]], float]:
    """As Prometheus has them: each bucket holds those before it too."""
    buckets: list[tuple[str, float]] = []
    reached = 0
    for bound, count in zip((*kept.bounds, inf), kept.counts, strict=True):
        reached += count
        buckets.append(("+Inf" if bound == inf else str(float(bound)), reached))
    return buckets, kept.total
