"""The HTTP server: one application, one port, started and stopped by the roof."""

import asyncio
import errno
from dataclasses import dataclass, field

from aiohttp import web

from agent_runtime.core.errors import Misconfigured, Unavailable
from agent_runtime.web import pages
from agent_runtime.web.bodies import EVENTS_BODY_BYTES
from agent_runtime.web.connection import HEAD_WITHIN_S, Connection
from agent_runtime.web.errors import problems
from agent_runtime.web.guards import BODY_TYPES, guarded, identified
from agent_runtime.web.openapi import document
from agent_runtime.web.routes import ROUTES
from agent_runtime.web.services import SERVICES, Services

_STOP_WITHIN_S = 2.0


def build(services: Services) -> web.Application:
    """The application with every route and guard."""
    app = web.Application(middlewares=[identified, problems, guarded], client_max_size=EVENTS_BODY_BYTES)
    app[SERVICES] = services
    app[BODY_TYPES] = {route.handler: route.sent_as for route in ROUTES}
    app[pages.ASSETS] = pages.Assets.load(lambda: document(ROUTES))
    app.add_routes(ROUTES)
    return app


@dataclass
class Server:
    """Listens on one address. `port` 0 takes a free one; `url` says which. `head_within_s` as in Connection."""

    app: web.Application
    host: str
    port: int
    head_within_s: float = HEAD_WITHIN_S
    _runner: web.AppRunner = field(init=False)
    _listening: asyncio.Server | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        self._runner = web.AppRunner(self.app, shutdown_timeout=_STOP_WITHIN_S)

    async def start(self) -> None:
        """Raises Unavailable when the port is taken, Misconfigured when the address is not this machine's."""
        await self._runner.setup()
        loop = asyncio.get_running_loop()
        try:
            self._listening = await loop.create_server(self._connection, self.host, self.port, backlog=128)
        except OSError as error:
            await self._runner.cleanup()
            if error.errno == errno.EADDRINUSE:
                raise Unavailable(
                    f"port {self.port} on {self.host} is in use; stop what listens there or set another with "
                    f"AGENT_RUNTIME__HTTP__PORT (0 takes a free one)"
                ) from error
            raise Misconfigured(f"cannot listen on {self.host}:{self.port}: {error.strerror}") from error
        self.port = self._listening.sockets[0].getsockname()[1]

    @property
    def url(self) -> str:
        """Where it answers."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}"

    async def stop(self) -> None:
        """Close the socket and every connection."""
        if self._listening is not None:
            self._listening.close()
        await self._runner.cleanup()

    def _connection(self) -> Connection:
        server = self._runner.server
        if server is None:
            raise RuntimeError("a connection came before the server was set up")
        return Connection(
            server,
            loop=asyncio.get_running_loop(),
            new_id=self.app[SERVICES].new_id,
            head_within_s=self.head_within_s,
        )
