"""The server as it begins to listen: whoever could reach it without a key never does, whatever was said of its name."""

from pathlib import Path

import pytest

from agent_runtime.core.errors import Misconfigured
from agent_runtime.web.server import Server
from tests.web.served import served


@pytest.mark.parametrize("host", ["0.0.0.0", "::"])
async def test_an_address_that_others_reach_is_not_served_without_a_key(tmp_path: Path, host: str) -> None:
    async with served(tmp_path) as door:
        server = Server(door.app, host, 0)
        with pytest.raises(Misconfigured, match="without an API key only this machine may connect"):
            await server.start()


@pytest.mark.parametrize(("host", "at"), [("0.0.0.0", "127.0.0.1"), ("::", "[::1]"), ("::1", "[::1]")])
async def test_it_says_where_this_machine_finds_it(tmp_path: Path, host: str, at: str) -> None:
    async with served(tmp_path) as door:
        assert Server(door.app, host, 4500).url == f"http://{at}:4500"
