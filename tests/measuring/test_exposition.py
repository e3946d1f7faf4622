"""Figures as text: as Prometheus has them, and each runtime its own."""

from contextlib import AsyncExitStack
from pathlib import Path

from prometheus_client import Metric

from agent_runtime.app import running
from agent_runtime.config import Settings
from agent_runtime.core.measures import Histogram
from agent_runtime.measuring.families import histogram
from tests.measuring.figures import scraped
from tests.process.http import client_of


def _samples(metric: Metric) -> dict[str, float]:
    return {sample.name + sample.labels.get("le", ""): sample.value for sample in metric.samples}


def test_each_bucket_holds_those_before_it() -> None:
    kept = Histogram((0.5, 1.0))
    for seconds in (0.25, 0.5, 0.75, 9.0):
        kept.observe(seconds)
    assert _samples(histogram("rt_x_seconds", "x", kept)) == {
        "rt_x_seconds_bucket0.5": 2,
        "rt_x_seconds_bucket1.0": 3,
        "rt_x_seconds_bucket+Inf": 4,
        "rt_x_seconds_count": 4,
        "rt_x_seconds_sum": 10.5,
    }


async def test_two_runtimes_in_one_process_count_apart(tmp_path: Path) -> None:
    async with AsyncExitStack() as stack:
        clients = []
        for name in ("one", "two"):
            settings = Settings.model_validate({"data_dir": tmp_path / name, "http": {"port": 0}})
            runtime = await stack.enter_async_context(running(settings))
            clients.append(await stack.enter_async_context(client_of(runtime.url)))
        one, two = clients
        assert (await one.say(await one.session_with("wren"), "Hello!")).status == 200
        done = {"kind": "chat", "outcome": "done"}
        assert [(await scraped(each)).of("rt_turns_total", **done) for each in (one, two)] == [1, 0]
