"""The HTTP server: one application, one port, started and stopped by the roof."""

import asyncio
import errno
from dataclasses import dataclass, field

from aiohttp import web

from agent_runtime.core.addresses import is_loopback
from agent_runtime.core.errors import Misconfigured, Unavailable
from agent_runtime.web import pages
from agent_runtime.web.admitting import ADMISSION, Admission, Terms
from agent_runtime.web.bodies import EVENTS_BODY_BYTES, LONG_BODIES
from agent_runtime.web.connection import HEAD_WITHIN_S, Connection
from agent_runtime.web.errors import problems
from agent_runtime.web.guards import BODY_TYPES, guarded, identified
from agent_runtime.web.metrics import measured
from agent_runtime.web.openapi import document
from agent_runtime.web.origins import tell_origin
from agent_runtime.web.owners import named_by
from agent_runtime.web.room import Room
from agent_runtime.web.route import Route
from agent_runtime.web.routes import ROUTES
from agent_runtime.web.services import SERVICES, Services
from agent_runtime.web.streams import STREAMS, Streams

_STOP_WITHIN_S = 2.0
_LOOKS_EVERY_S = 1.0
_REACHED_AT = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104  where all addresses are meant, ours is one


def build(services: Services) -> web.Application:
    """The application with every route and guard."""
    app = web.Application(middlewares=[measured, identified, problems, guarded], client_max_size=EVENTS_BODY_BYTES)
    app[SERVICES] = services
    app[BODY_TYPES] = {route.handler: route.sent_as for route in ROUTES}
    app[ADMISSION] = Admission.of(services, {route.handler: _terms(route) for route in ROUTES})
    app[LONG_BODIES] = asyncio.Lock()
    app[STREAMS] = Streams(services.limits.max_streams)
    if services.origins:
        app.on_response_prepare.append(tell_origin)
    app[pages.ASSETS] = pages.Assets.load(lambda: document(ROUTES))
    app.add_routes(ROUTES)
    return app


def _terms(route: Route) -> Terms:
    return Terms(frozenset({*route.to, "admin"}), route.is_turn, named_by(route.path))


@dataclass
class Server:
    """Listens on one address. `port` 0 takes a free one; `url` says which. `head_within_s` as in Connection."""

    app: web.Application
    host: str
    port: int
    head_within_s: float = HEAD_WITHIN_S
    _runner: web.AppRunner = field(init=False)
    _listening: asyncio.Server | None = field(default=None, init=False)
    _room: Room = field(init=False)
    _watch: asyncio.TimerHandle | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        self._runner = web.AppRunner(self.app, shutdown_timeout=_STOP_WITHIN_S)
        self._room = Room.of(self.app[SERVICES].limits.max_connections)

    async def start(self) -> None:
        """Raises Unavailable when the port is taken, Misconfigured when the address is not this machine's, and when
        others could reach it without a key."""
        await self._runner.setup()
        loop = asyncio.get_running_loop()
        try:
            self._listening = await loop.create_server(
                self._connection, self.host, self.port, backlog=128, start_serving=False
            )
            await self._check_reach(self._listening)
            await self._listening.start_serving()
        except OSError as error:
            await self._runner.cleanup()
            if error.errno == errno.EADDRINUSE:
                raise Unavailable(
                    f"port {self.port} on {self.host} is in use; stop what listens there or set another with "
                    f"AGENT_RUNTIME__HTTP__PORT (0 takes a free one)"
                ) from error
            raise Misconfigured(f"cannot listen on {self.host}:{self.port}: {error.strerror}") from error
        self.port = self._listening.sockets[0].getsockname()[1]
        self._look_at_keys()

    @property
    def url(self) -> str:
        """Where it answers this machine."""
        host = _REACHED_AT.get(self.host, self.host)
        host = f"[{host}]" if ":" in host else host
        return f"http://{host}:{self.port}"

    async def stop(self) -> None:
        """Close the socket and every connection."""
        if self._watch is not None:
            self._watch.cancel()
        if self._listening is not None:
            self._listening.close()
        await self._runner.cleanup()

    async def _check_reach(self, listening: asyncio.Server) -> None:
        """What a name stands for may be another address than when the settings were read. Nothing is served yet."""
        addresses = [str(each.getsockname()[0]) for each in listening.sockets]
        if self.app[SERVICES].access.is_required or all(map(is_loopback, addresses)):
            return
        listening.close()
        await self._runner.cleanup()
        raise Misconfigured(f"{self.host} is {', '.join(addresses)}: without an API key only this machine may connect")

    def _look_at_keys(self) -> None:
        """Take over what has changed in the file of keys, every second; who has no key any more is sent away."""
        access = self.app[SERVICES].access
        if access.look():
            self.app[STREAMS].drop(access.holds)
        self._watch = asyncio.get_running_loop().call_later(_LOOKS_EVERY_S, self._look_at_keys)

    def _connection(self) -> Connection:
        server = self._runner.server
        if server is None:
            raise RuntimeError("a connection came before the server was set up")
        services = self.app[SERVICES]
        return Connection(
            server,
            loop=asyncio.get_running_loop(),
            new_id=services.new_id,
            refused=services.tally.refused,
            room=self._room,
            head_within_s=self.head_within_s,
        )
