"""Killed at any moment while people talk: whatever was answered is there, and nobody is shut out."""

import asyncio
import os
import random
import signal
import sqlite3
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import aiohttp
import pytest

from tests.process.http import Client, client_of
from tests.process.runtime import RuntimeProcess
from tests.waiting import asked_until, until

Make = Callable[..., RuntimeProcess]
_CLIENTS = 10


@dataclass
class Acknowledged:
    """What clients were told is kept: messages by id."""

    messages: dict[str, dict[str, Any]] = field(default_factory=dict)

    def note(self, *messages: dict[str, Any]) -> None:
        for message in messages:
            self.messages[message["id"]] = message


async def talk(client: Client, session: str, acknowledged: Acknowledged) -> None:
    """Ask again and again, by JSON and as a stream, until the runtime is gone; note what is acknowledged."""
    with suppress(aiohttp.ClientError, ConnectionError, TimeoutError):
        while True:
            answer = await client.say(session, f"Hello! {uuid4()}")
            acknowledged.note(answer.json["user_message"], answer.json["message"])
            body = {"content": f"And? {uuid4()}", "stream": True}
            async with client.stream("POST", f"/api/sessions/{session}/messages", json=body) as turn:
                acknowledged.note((await turn.until("snapshot")).data["user_message"])
                acknowledged.note((await turn.until("message")).data)


async def killed_while_talking(started: RuntimeProcess, sessions: list[str], after: int) -> Acknowledged:
    """Kill it once so many messages are acknowledged."""
    acknowledged = Acknowledged()
    async with client_of(started.url) as client:
        talking = [asyncio.create_task(talk(client, session, acknowledged)) for session in sessions]
        await until(lambda: len(acknowledged.messages) >= after, within_s=30)
        started.kill()
        with suppress(AssertionError):  # a stream that ended without its message
            await asyncio.gather(*talking)
        await asyncio.wait(talking)
    return acknowledged


async def assert_nothing_lost(
    started: RuntimeProcess, sessions: list[str], acknowledged: Acknowledged, over: set[str]
) -> None:
    """`over` are the turns that are known to be: they are looked at once."""
    async with client_of(started.url) as client:
        kept: dict[str, dict[str, Any]] = {}
        for session in sessions:
            messages = await client.messages(session)
            assert [each["seq"] for each in messages] == list(range(1, len(messages) + 1))
            kept |= {each["id"]: each for each in messages}
            _assert_no_reply_without_question(messages)
        for message_id, message in acknowledged.messages.items():
            assert kept[message_id] == message
        await _assert_every_turn_is_over(client, kept.values(), over)
        answers = await asyncio.gather(*(client.say(session, "Still there?") for session in sessions))
        assert [answer.status for answer in answers] == [200] * len(sessions)


def _assert_no_reply_without_question(messages: list[dict[str, Any]]) -> None:
    for before, after in zip([None, *messages], messages, strict=False):
        if after["role"] == "assistant":
            assert before is not None
            assert before["role"] == "user"
            assert after["parent_id"] == before["id"]


async def _assert_every_turn_is_over(client: Client, messages: Iterable[dict[str, Any]], over: set[str]) -> None:
    """As soon as the runtime is back; done, if it has a whole reply."""
    replies = {each["turn_id"] for each in messages if each["role"] == "assistant" and not each["interrupted"]}
    for turn_id in {each["turn_id"] for each in messages} - over:
        state = (await client.get(f"/api/turns/{turn_id}")).json["state"]
        assert state == ("done" if turn_id in replies else "interrupted")
        over.add(turn_id)


async def sessions_on(started: RuntimeProcess) -> list[str]:
    async with client_of(started.url) as client:
        return [await client.session_with("wren") for _ in range(_CLIENTS)]


async def test_every_answered_message_survives_a_kill_while_ten_talk(runtime: Make) -> None:
    started = runtime().start()
    sessions = await sessions_on(started)
    acknowledged = await killed_while_talking(started, sessions, after=200)
    started.start()
    await assert_nothing_lost(started, sessions, acknowledged, set())
    assert started.stop() == 0
    _assert_whole(started.folder)


@pytest.mark.chaos
@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
async def test_every_answered_message_survives_thirty_kills(
    runtime: Make, migrated_url: Callable[[str], str], kind: str
) -> None:
    started = runtime(AGENT_RUNTIME__DATABASE__URL=migrated_url(kind)).start()
    sessions = await sessions_on(started)
    instants, over = random.Random(7), set[str]()
    for _ in range(30):
        acknowledged = await killed_while_talking(started, sessions, instants.randint(1, 400))
        started.start()
        await assert_nothing_lost(started, sessions, acknowledged, over)
    assert started.stop() == 0


@pytest.mark.chaos
async def test_chat_goes_on_while_its_redis_is_killed(runtime: Make) -> None:
    started = runtime().start()
    processes = [entry for entry in Path("/proc").iterdir() if entry.name.isdigit()]
    (server,) = (int(entry.name) for entry in processes if _parent(entry) == started.process.pid)
    async with client_of(started.url) as client:
        session = await client.session_with("wren")
        os.kill(server, signal.SIGKILL)
        for _ in range(20):
            assert (await client.say(session, "Hello!")).status == 200
        await asked_until(lambda: client.get("/readyz"), lambda health: health.json["status"] == "ok", within_s=30)
    assert started.stop() == 0


def _parent(process: Path) -> int:
    try:
        return int((process / "stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return -1


def _assert_whole(folder: Path) -> None:
    connection = sqlite3.connect(folder / "runtime.db")
    assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    connection.close()
