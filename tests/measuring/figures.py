"""A scrape as numbers by name and labels."""

from collections.abc import Callable, Mapping

from prometheus_client import Metric
from prometheus_client.parser import text_string_to_metric_families

from tests.process.http import Client


class Figures:
    """What one scrape said."""

    def __init__(self, text: str) -> None:
        self.families: Mapping[str, Metric] = {each.name: each for each in text_string_to_metric_families(text)}
        self._samples = {
            (sample.name, frozenset(sample.labels.items())): sample.value
            for family in self.families.values()
            for sample in family.samples
        }

    def of(self, name: str, **labels: str) -> float:
        """The number of a sample, 0 for one that is not there yet."""
        return self._samples.get((name, frozenset(labels.items())), 0.0)

    def since(self, before: "Figures") -> Callable[..., float]:
        """By how much a sample has grown since another scrape."""
        return lambda name, **labels: self.of(name, **labels) - before.of(name, **labels)

    def names(self) -> dict[str, str]:
        """Every name as it stands in a table of them, with its type."""
        ending = {"counter": "_total"}
        return {name + ending.get(family.type, ""): family.type for name, family in self.families.items()}

    def labels(self) -> dict[str, set[str]]:
        """By name the labels that its samples have."""
        return {
            name: {label for sample in family.samples for label in sample.labels} - {"le"}
            for name, family in self.families.items()
        }


async def scraped(client: Client) -> Figures:
    """What a runtime says of itself now."""
    answer = await client.get("/metrics")
    assert answer.status == 200, answer.raw
    return Figures(answer.raw.decode())
