"""Everything counted in one runtime as text, in the format that whoever asks can read."""

from collections.abc import Callable, Iterable, Iterator

from prometheus_client import CollectorRegistry, Metric, ProcessCollector
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector

from agent_runtime.measuring import heard, house, kept, talk, told
from agent_runtime.measuring.measured import Measured
from agent_runtime.web.tally import HttpTally


class Exposition:
    """One runtime's figures. It has a registry of its own: two runtimes in a process do not mix."""

    def __init__(self, runtime: Measured, door: HttpTally) -> None:
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)
        self._registry.register(
            _Reader(
                (
                    lambda: house.families(runtime),
                    lambda: house.door(door),
                    lambda: talk.families(runtime, door.replays),
                    lambda: heard.families(runtime),
                    lambda: told.families(runtime),
                    lambda: kept.families(runtime.database, runtime.settings.data_dir / "backups"),
                )
            )
        )

    def text(self, accept: str) -> tuple[bytes, str]:
        """All of it, as a header `Accept` asks for, with its media type: text of Prometheus unless OpenMetrics."""
        encode, media = choose_encoder(accept)
        return encode(self._registry), media


class _Reader(Collector):
    """Reads at the moment of asking."""

    def __init__(self, sources: Iterable[Callable[[], Iterator[Metric]]]) -> None:
        self._sources = tuple(sources)

    def collect(self) -> Iterator[Metric]:
        for source in self._sources:
            yield from source()

    def describe(self) -> Iterator[Metric]:
        """Nothing: no name is registered before it is asked for, and none is twice."""
        return iter(())
