"""Figures of the process and its door: how late the loop is, what was restarted, and what HTTP was asked."""

import asyncio
from collections.abc import Iterator

from prometheus_client import Metric

from agent_runtime.core.version import VERSION
from agent_runtime.measuring.families import by, counters, gauge, gauges, histogram, histograms
from agent_runtime.measuring.measured import Measured
from agent_runtime.web.tally import HttpTally


def families(runtime: Measured) -> Iterator[Metric]:
    """The process."""
    yield gauges("rt_build_info", "Always 1; the version that runs", ("version",), [((VERSION,), 1)])
    yield gauge("rt_up_since_seconds", "When the runtime was put together, in Unix time", runtime.ticker.since)
    yield histogram("rt_loop_lag_seconds", "How late a tick of the event loop came", runtime.ticker.late)
    yield gauge("rt_tasks", "Tasks of the event loop", len(asyncio.all_tasks()))
    restarts = by(runtime.supervisor.restarts)
    yield counters("rt_task_restarts", "Background tasks that ended and were begun again", ("task",), restarts)


def door(tally: HttpTally) -> Iterator[Metric]:
    """HTTP."""
    answers = [((each.name, str(status)), n) for each in tally.routes for status, n in each.statuses.items()]
    yield counters("rt_http_requests", "Requests answered", ("route", "code"), answers)
    times = [((each.name,), each.seconds) for each in tally.routes if each.statuses]
    yield histograms("rt_http_request_seconds", "How long answers took; not of streams", ("route",), times)
    yield counters("rt_http_rejected", "Requests answered with a problem, by its code", ("reason",), by(tally.rejected))
    yield gauge("rt_watchers", "Streams and sockets that are open", tally.watchers)
