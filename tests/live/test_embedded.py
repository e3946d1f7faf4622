"""The embedded server: keeps what it is given through every end, and never outlives its runtime."""

import asyncio
import os
import signal
import socket
import stat
import sys
import textwrap
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from agent_runtime.core.errors import Unavailable
from agent_runtime.live.connection import commands_client, connect
from agent_runtime.live.embedded import EmbeddedValkey
from agent_runtime.live.state import RedisLiveState
from tests.live.shapes import MOOD


@pytest.fixture
async def embedded(tmp_path: Path) -> AsyncIterator[EmbeddedValkey]:
    server = EmbeddedValkey(tmp_path)
    await server.start()
    yield server
    await server.stop()


async def put_mood(url: str) -> None:
    client = await connect(url)
    await RedisLiveState(client).put_mood(MOOD)
    await client.aclose()


async def has_mood(url: str) -> bool:
    client = await connect(url)
    mood = await RedisLiveState(client).read_mood("a-1")
    await client.aclose()
    return mood == MOOD


async def test_it_answers_on_loopback_and_evicts_nothing(embedded: EmbeddedValkey, tmp_path: Path) -> None:
    client = commands_client(embedded.url)
    settings = await client.config_get("*")
    await client.aclose()
    assert embedded.url.startswith("redis://127.0.0.1:")
    assert settings["bind"] == "127.0.0.1"
    assert settings["protected-mode"] == "yes"
    assert settings["maxmemory-policy"] == "noeviction"
    assert (settings["appendonly"], settings["appendfsync"], settings["save"]) == ("yes", "everysec", "")
    assert stat.S_IMODE((tmp_path / "valkey").stat().st_mode) == 0o700
    assert (tmp_path / "valkey" / "valkey.log").stat().st_size > 0


async def test_starting_twice_is_starting_once(embedded: EmbeddedValkey) -> None:
    pid = embedded.pid
    assert await embedded.start() == embedded.url
    assert embedded.pid == pid


async def test_what_it_holds_survives_a_stop(embedded: EmbeddedValkey, tmp_path: Path) -> None:
    await put_mood(embedded.url)
    await embedded.stop()
    assert embedded.pid is None
    await embedded.stop()
    again = EmbeddedValkey(tmp_path)
    await again.start()
    assert await has_mood(again.url)
    await again.stop()


async def test_its_death_is_noticed_and_it_starts_again_where_it_was(embedded: EmbeddedValkey) -> None:
    await put_mood(embedded.url)
    url, pid = embedded.url, embedded.pid
    ending = asyncio.create_task(embedded.wait())
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    async with asyncio.timeout(10):
        assert await ending == -signal.SIGKILL
    assert await embedded.start() == url
    assert embedded.pid not in {None, pid}
    assert await has_mood(url)


async def test_a_torn_last_write_does_not_prevent_a_start(embedded: EmbeddedValkey, tmp_path: Path) -> None:
    await put_mood(embedded.url)
    await embedded.stop()
    (newest,) = (tmp_path / "valkey" / "appendonlydir").glob("*.incr.aof")
    with newest.open("ab") as log:
        log.write(b"*3\r\n$3\r\nSET\r\n$7\r\nrt:torn\r\n$100\r\nhalf of")
    await embedded.start()
    assert await has_mood(embedded.url)


async def test_damage_that_cannot_be_mended_is_said_with_what_to_do(embedded: EmbeddedValkey, tmp_path: Path) -> None:
    await put_mood(embedded.url)
    await embedded.stop()
    (newest,) = (tmp_path / "valkey" / "appendonlydir").glob("*.incr.aof")
    newest.write_bytes(b"garbage\r\n" * 100)
    async with asyncio.timeout(20):
        with pytest.raises(Unavailable, match=r"move .*valkey away"):
            await embedded.start()
    assert embedded.pid is None


async def test_a_port_that_was_taken_meanwhile_is_given_up_for_another(embedded: EmbeddedValkey) -> None:
    await put_mood(embedded.url)
    await embedded.stop()
    before = embedded.url
    with socket.socket() as squatter:
        squatter.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        squatter.bind(("127.0.0.1", int(before.split(":")[-1].split("/")[0])))
        squatter.listen()
        assert await embedded.start() != before
    assert await has_mood(embedded.url)


@pytest.mark.slow
@pytest.mark.chaos
async def test_a_frozen_server_is_stopped_all_the_same(embedded: EmbeddedValkey) -> None:
    assert embedded.pid is not None
    os.kill(embedded.pid, signal.SIGSTOP)
    async with asyncio.timeout(15):
        await embedded.stop()
    assert embedded.pid is None


async def test_a_folder_that_cannot_be_used_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Unavailable, match="cannot be started"):
        await EmbeddedValkey(tmp_path / "file").start()


async def test_waiting_for_what_was_never_started_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Unavailable):
        await EmbeddedValkey(tmp_path).wait()


async def test_it_dies_with_its_runtime_even_by_sigkill(tmp_path: Path) -> None:
    program = textwrap.dedent(
        """
        import asyncio, sys
        from pathlib import Path
        from agent_runtime.live.embedded import EmbeddedValkey

        async def main():
            server = EmbeddedValkey(Path(sys.argv[1]))
            await server.start()
            print(server.pid, server.url, flush=True)
            await server.wait()

        asyncio.run(main())
        """
    )
    runtime = await asyncio.create_subprocess_exec(
        sys.executable, "-c", program, str(tmp_path), stdout=asyncio.subprocess.PIPE
    )
    assert runtime.stdout is not None
    async with asyncio.timeout(30):
        pid, url = (await runtime.stdout.readline()).decode().split()
        await put_mood(url)
        runtime.kill()
        await runtime.wait()
        while _runs(int(pid)):
            await asyncio.sleep(0.01)
    successor = EmbeddedValkey(tmp_path)
    await successor.start()
    assert await has_mood(successor.url)
    await successor.stop()


def _runs(pid: int) -> bool:
    """Whether a process lives; one that is dead and not yet buried does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in {"Z", "X"}
    except (FileNotFoundError, ProcessLookupError):
        return False
