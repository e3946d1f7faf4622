"""Who can reach a runtime: without a key only this machine, told before anything is opened; with one, anybody."""

import asyncio
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.process.http import Answer, Client, assert_problem, client_of, raw
from tests.process.runtime import RuntimeProcess, command
from tests.web.keyed import MAIN

BEARER = {"Authorization": f"Bearer {MAIN}"}
KEY = {"AGENT_RUNTIME__HTTP__API_KEY": MAIN}


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "::ffff:192.0.2.1", "nowhere.invalid"])
def test_without_a_key_other_addresses_are_refused_before_anything_is_opened(tmp_path: Path, host: str) -> None:
    refused = command("run", "--data-dir", tmp_path / "data", "--set", f"http.host={host}")
    said = refused.stderr.decode()
    assert (refused.returncode, refused.stdout, said.count("\n")) == (2, b"", 1)
    assert said.startswith("agent-runtime: flag http.host: ")
    assert list(tmp_path.iterdir()) == []


def test_a_key_that_is_none_is_refused_before_anything_is_opened(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("changeme")
    for environ in (
        {"AGENT_RUNTIME__HTTP__API_KEY": "short"},
        {"AGENT_RUNTIME__HTTP__API_KEY_FILE": f"{tmp_path}/key"},
    ):
        refused = command("run", "--data-dir", tmp_path / "data", environ=environ)
        assert refused.returncode == 2
        assert b"at least 16 characters" in refused.stderr
        assert not (tmp_path / "data").exists()


@pytest.fixture
def open_runtime(tmp_path: Path) -> Iterator[RuntimeProcess]:
    runtime = RuntimeProcess(tmp_path / "data", "http.host=0.0.0.0", environ=KEY)
    try:
        yield runtime.start()
    finally:
        runtime.kill()


def _another_address() -> str:
    """One of this machine's that is not loopback; loopback where there is none."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # sends nothing
        except OSError:
            return "127.0.0.1"
        return str(probe.getsockname()[0])


async def test_with_a_key_it_answers_there_whatever_it_is_called(open_runtime: RuntimeProcess) -> None:
    assert open_runtime.url.startswith("http://127.0.0.1:")
    url = open_runtime.url.replace("127.0.0.1", _another_address())
    async with client_of(url) as client:
        assert (await client.get("/api/agents", headers=BEARER)).status == 200
        assert_problem(await client.get("/api/agents"), 401, "unauthorised")
        named = {**BEARER, "Host": "chat.example.org"}
        assert (await client.get("/api/agents", headers=named)).status == 200
        own = {**named, "Origin": "https://chat.example.org"}
        assert (await client.get("/api/agents", headers=own)).status == 200
        foreign = {**named, "Origin": "https://evil.example"}
        assert_problem(await client.get("/api/agents", headers=foreign), 403, "foreign_origin")


@pytest.mark.parametrize(("host", "more"), [("127.0.0.1", ()), ("0.0.0.0", ("http.requests_per_minute=0",))])
async def test_names_that_are_given_are_its_names(tmp_path: Path, host: str, more: tuple[str, ...]) -> None:
    names = "http.hosts=chat.example.org, 192.0.2.7"
    runtime = RuntimeProcess(tmp_path / "data", f"http.host={host}", names, *more, environ=KEY).start()
    try:
        port = runtime.url.rpartition(":")[2]
        good = (f"127.0.0.1:{port}", "chat.example.org", "CHAT.example.org", f"chat.example.org:{port}", "192.0.2.7")
        for name in good:
            assert (await _named(runtime.url, name)).status == 200
        for name in ("evil.example", "chat.example.org:1", "example.org", f"192.0.2.8:{port}"):
            assert_problem(await _named(runtime.url, name), 421, "wrong_host")
    finally:
        runtime.kill()


async def _named(url: str, host: str) -> Answer:
    return await raw(url, f"GET /healthz HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())


async def test_keys_that_are_made_while_it_runs_close_it(tmp_path: Path) -> None:
    runtime = RuntimeProcess(tmp_path / "data").start()
    try:
        async with client_of(runtime.url) as client:
            assert (await client.get("/api/agents", headers=BEARER)).status == 200
            made = command("keys", "create", "ada", "--scopes", "chat", "--data-dir", tmp_path / "data")
            key = {"Authorization": f"Bearer {made.stdout.decode().strip()}"}
            await _until(client, 401, {})
            assert (await client.get("/api/agents", headers=key)).status == 200
            assert command("keys", "revoke", "ada", "--data-dir", tmp_path / "data").returncode == 0
            await _until(client, 401, key)
        assert runtime.stop() == 0
        async with client_of(runtime.start().url) as client:
            assert_problem(await client.get("/api/agents"), 401, "unauthorised")
    finally:
        runtime.kill()


async def _until(client: Client, status: int, headers: dict[str, str]) -> None:
    async with asyncio.timeout(10):
        while (await client.get("/api/agents", headers=headers)).status != status:
            await asyncio.sleep(0.05)
