"""`agents`, `say`, `sessions` and `memories`: a running runtime looked at and told what to do."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from agent_runtime.core.memory import Memory
from tests.process.runtime import command
from tests.store.values import NOON, message, session
from tests.web.served import Door, served


@pytest.fixture
async def door(tmp_path: Path) -> AsyncIterator[Door]:
    async with served(tmp_path) as door:
        yield door


async def typed(door: Door, *arguments: str) -> CompletedProcess[bytes]:
    """A command that talks to the runtime behind the door."""
    return await asyncio.to_thread(command, *arguments, "--url", door.client.url)


async def done(door: Door, *arguments: str) -> str:
    """What a command that ends well prints."""
    ended = await typed(door, *arguments)
    assert (ended.returncode, ended.stderr) == (0, b"")
    return ended.stdout.decode()


def rows(table: str) -> list[list[str]]:
    """The cells of a table whose cells hold no two spaces."""
    return [[cell for cell in line.split("  ") if cell] for line in table.splitlines()]


async def test_agents_are_listed_as_a_table_or_as_json(door: Door) -> None:
    head, vesper = rows(await done(door, "agents"))
    assert [cell.strip() for cell in head] == ["AGENT", "NAME", "STATUS", "MUTED", "MOOD", "IN HAND"]
    assert [cell.strip() for cell in vesper] == ["vesper", "Vesper Quill", "ACTIVE", "no", "NEUTRAL", "-"]
    assert json.loads(await done(door, "agents", "-o", "json")) == (await door.client.get("/api/agents")).json


async def test_agents_are_paused_and_muted_and_go_on(door: Door) -> None:
    assert rows(await done(door, "agents", "mute", "vesper"))[1][3].strip() == "yes"
    assert door.agent.is_muted
    assert json.loads(await done(door, "agents", "unmute", "vesper", "-o", "json"))["muted"] is False
    assert rows(await done(door, "agents", "pause", "vesper"))[1][2].strip() == "PAUSED"
    assert door.agent.status == "PAUSED"
    await done(door, "agents", "resume", "vesper")
    assert door.agent.status == "ACTIVE"


async def test_a_line_is_said_and_a_prompt_answered(door: Door) -> None:
    door.answers["Greet the room"] = "Good evening."
    assert await done(door, "say", "vesper", "Five minutes.") == ""
    assert await done(door, "say", "vesper", "Greet the room", "--prompt") == ""
    assert door.said == ["Five minutes.", "Good evening."]


async def test_conversations_are_listed_and_one_is_read(door: Door) -> None:
    one = await door.database.sessions.create(session(id="s1", metadata={"user": {"id": "", "name": "Ada"}}))
    for number in range(205):
        await door.database.messages.append(message(one.id, f"Line {number}\n\x1b[2Jnext"))
    listed = rows(await done(door, "sessions"))
    assert [cell.strip() for cell in listed[1]] == ["s1", "ada", "205", "2026-03-01T12:00:01.123Z", "Ada"]
    assert len(rows(await done(door, "sessions", "--character", "nobody"))) == 1
    transcript = await done(door, "sessions", "s1")
    assert len(transcript.splitlines()) == 206
    assert "\x1b" not in transcript
    assert rows(transcript)[-1][-1].strip() == "Line 204 [2Jnext"
    answer = json.loads(await done(door, "sessions", "s1", "-o", "json"))
    assert [each["seq"] for each in answer["data"]] == list(range(1, 206))


async def test_memories_are_listed_searched_and_forgotten(door: Door) -> None:
    texts = ("Salt went for $9.", "Nobody wanted the Ember.", "Ada & Bo? 100% yes.")
    moments = [NOON - timedelta(seconds=number) for number in range(len(texts))]
    await door.database.memories.remember(
        [
            Memory(id=f"m{at}", agent_id="vesper", kind="fact", subject="x", text=text, importance=1, created_at=moment)
            for at, (text, moment) in enumerate(zip(texts, moments, strict=True))
        ]
    )
    assert [row[-1].strip() for row in rows(await done(door, "memories", "vesper"))] == ["TEXT", *texts]
    assert len(rows(await done(door, "memories", "vesper", "-n", "1"))) == 2
    found = json.loads(await done(door, "memories", "vesper", "--search", "& Bo? 100%", "-o", "json"))["data"]
    assert [each["id"] for each in found] == ["m2"]
    assert await done(door, "memories", "vesper", "--forget", "m0") == ""
    assert await done(door, "memories", "vesper", "--forget-all") == "2 forgotten\n"
    assert (await door.client.get("/api/agents/vesper/memories")).json["data"] == []


@pytest.mark.parametrize(
    ("arguments", "code", "why"),
    [
        (("agents", "mute", "nobody"), 1, "no agent 'nobody'"),
        (("agents", "mute", "../../healthz"), 1, "no agent '../../healthz'"),
        (("say", "vesper", "..."), 1, "nothing in it to say"),
        (("say", "vesper", "Hello?", "--prompt"), 3, "the model does not answer"),
        (("agents", "mute", ""), 2, "'' is nobody's id"),
        (("sessions", "nobody"), 1, "no session 'nobody'"),
        (("sessions", "."), 2, "'.' is nobody's id"),
        (("memories", "vesper", "--forget", ".."), 2, "'..' is nobody's id"),
        (("memories", "nobody"), 1, "no character 'nobody'"),
        (("memories", "vesper", "--forget", "m9"), 1, "no memory 'm9'"),
        (("memories", "vesper", "--forget", "m9", "--forget-all"), 2, "give one of"),
        (("memories", "vesper", "--user", "ada"), 2, "--user goes with --search"),
        (("sessions", "-n", "0"), 2, "0 is not in the range"),
    ],
)
async def test_what_cannot_be_done_is_told(door: Door, arguments: tuple[str, ...], code: int, why: str) -> None:
    ended = await typed(door, *arguments)
    assert (ended.returncode, ended.stdout) == (code, b"")
    assert why in ended.stderr.decode()
    assert b"Traceback" not in ended.stderr


@pytest.mark.parametrize("arguments", [("agents",), ("agents", "mute", "x"), ("say", "x", "y"), ("memories", "x")])
def test_where_nothing_runs_that_is_told(arguments: tuple[str, ...], tmp_path: Path) -> None:
    ended = command(*arguments, "--data-dir", tmp_path / "none")
    assert (ended.returncode, ended.stdout) == (3, b"")
    assert "start one with `agent-runtime run`" in ended.stderr.decode()
    assert not (tmp_path / "none").exists()
