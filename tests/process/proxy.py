"""A network between two processes that can go black: connections stay open, and nothing arrives any more."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress


class Network:
    """Forwards every connection to one port of this machine; while `is_black`, bytes of either side vanish."""

    def __init__(self, port: int) -> None:
        self.is_black = False
        self.port = 0
        self._to = port
        self._pipes: set[asyncio.Task[None]] = set()

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    async def join(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, until either side closes it."""
        try:
            there, back = await asyncio.open_connection("127.0.0.1", self._to)
        except OSError:
            writer.close()
            return
        ways = [asyncio.create_task(self._carry(reader, back)), asyncio.create_task(self._carry(there, writer))]
        self._pipes.update(ways)
        await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        self._pipes.difference_update(ways)
        for way in ways:
            way.cancel()
        for end in (writer, back):
            end.close()

    async def close(self) -> None:
        """Break every connection, and wait until those who carried it have gone."""
        for pipe in list(self._pipes):
            pipe.cancel()
        while self._pipes:
            await asyncio.sleep(0)

    async def _carry(self, source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await source.read(65_536):
                if not self.is_black:
                    target.write(data)
                    await target.drain()


@asynccontextmanager
async def network_to(port: int) -> AsyncIterator[Network]:
    """A network to a port, on a port of its own."""
    network = Network(port)
    server = await asyncio.start_server(network.join, "127.0.0.1", 0)
    network.port = server.sockets[0].getsockname()[1]
    try:
        yield network
    finally:
        server.close()
        await network.close()
