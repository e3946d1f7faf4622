"""The HTTP server: one application, one port, started and stopped by the roof."""

import errno
from dataclasses import dataclass, field

from aiohttp import web

from agent_runtime.core.errors import Misconfigured, Unavailable
from agent_runtime.web.bodies import EVENTS_BODY_BYTES
from agent_runtime.web.errors import problems
from agent_runtime.web.guards import guarded, identified
from agent_runtime.web.routes import ROUTES
from agent_runtime.web.services import SERVICES, Services

_STOP_WITHIN_S = 2.0


def build(services: Services) -> web.Application:
    """The application with every route and guard."""
    app = web.Application(middlewares=[identified, problems, guarded], client_max_size=EVENTS_BODY_BYTES)
    app[SERVICES] = services
    app.add_routes(ROUTES)
    return app


@dataclass
class Server:
    """Listens on one address. `port` 0 takes a free one; `url` says which."""

    app: web.Application
    host: str
    port: int
    _runner: web.AppRunner | None = field(default=None)

    async def start(self) -> None:
        """Raises Unavailable when the port is taken, Misconfigured when the address is not this machine's."""
        # Compressed bodies are refused, so nothing may be unpacked before they are.
        self._runner = web.AppRunner(self.app, access_log=None, shutdown_timeout=_STOP_WITHIN_S, auto_decompress=False)
        await self._runner.setup()
        site = web.TCPSite(self._runner, self.host, self.port)
        try:
            await site.start()
        except OSError as error:
            await self._runner.cleanup()
            if error.errno == errno.EADDRINUSE:
                raise Unavailable(
                    f"port {self.port} on {self.host} is in use; stop what listens there or set another with "
                    f"AGENT_RUNTIME__HTTP__PORT (0 takes a free one)"
                ) from error
            raise Misconfigured(f"cannot listen on {self.host}:{self.port}: {error.strerror}") from error
        self.port = self._runner.addresses[0][1]

    @property
    def url(self) -> str:
        """Where it answers."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}"

    async def stop(self) -> None:
        """Close the socket and every connection."""
        if self._runner is not None:
            await self._runner.cleanup()
