"""What the HTTP door has answered since the start: by URL and status, how long it took, and what it refused."""

import time
from collections import Counter
from dataclasses import dataclass, field

from aiohttp import web

from agent_runtime.core.measures import ANSWERS_S, Histogram


@dataclass
class RouteTally:
    """Of one URL: how often each status was answered, and how long whole answers took; streams have no such time."""

    name: str
    statuses: Counter[int] = field(default_factory=Counter)
    seconds: Histogram = field(default_factory=lambda: Histogram(ANSWERS_S))


@dataclass
class HttpTally:
    """All of it, as plain numbers. `rejected` counts problems by their code, `replays` turns that were answered again.

    `watchers` is how many streams and sockets were open when somebody looked.
    """

    rejected: Counter[str] = field(default_factory=Counter)
    replays: Counter[str] = field(default_factory=Counter)
    watchers: int = 0
    _routes: dict[web.AbstractRoute, RouteTally] = field(default_factory=dict)
    _other: RouteTally = field(default_factory=lambda: RouteTally("other"))

    @property
    def routes(self) -> tuple[RouteTally, ...]:
        """Every URL that was asked for, as `GET /api/agents/{id}`, and `other` for what is none."""
        return (*self._routes.values(), self._other)

    def answered(self, request: web.Request, response: web.StreamResponse, began: float) -> None:
        """Count an answer to a request that began at a moment of `time.perf_counter`."""
        route = request.match_info.route
        tally = self._routes.get(route) or self._new(route)
        tally.statuses[response.status] += 1
        if not response.prepared:
            tally.seconds.observe(time.perf_counter() - began)

    def refused(self, code: str) -> None:
        """Count a request that came to nothing."""
        self.rejected[code] += 1

    def _new(self, route: web.AbstractRoute) -> RouteTally:
        """What is no URL, or one that takes other methods, has a new route each time: there is one tally for all."""
        if route.resource is None:
            return self._other
        return self._routes.setdefault(route, RouteTally(f"{route.method} {route.resource.canonical}"))
