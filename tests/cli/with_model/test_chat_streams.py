"""A reply in the terminal is the one that is kept, wherever the connection breaks; one that breaks off is called so."""

import asyncio
from pathlib import Path
from uuid import uuid4

import pytest

from agent_runtime.cli.remote import remote
from agent_runtime.cli.talk_stream import Watching
from agent_runtime.config import Settings
from agent_runtime.core.errors import Unavailable
from tests.cli.cutting import door_to
from tests.process.http import Client
from tests.process.model import BREAK, DRIP, FAIL, WAIT, Model
from tests.process.runtime import RuntimeProcess, command


async def kept(client: Client) -> list[str]:
    """What was said in the newest session."""
    newest = (await client.get("/api/sessions?character=wren&limit=1")).json["data"][0]
    return [each["content"] for each in await client.messages(newest["id"])]


@pytest.mark.parametrize("cuts", [pytest.param((1, 3, 9), marks=pytest.mark.slow), (0, 0, 4)])
async def test_a_connection_that_breaks_is_taken_up_without_a_word(
    runtime: RuntimeProcess, client: Client, cuts: tuple[int, ...]
) -> None:
    question = f"{DRIP} {uuid4()}"
    async with door_to(runtime.url) as door:
        door.cuts = list(cuts)
        done = await asyncio.to_thread(command, "chat", "wren", question, "--new", "--url", door.url)
        assert (done.returncode, done.stderr, door.cuts) == (0, b"", [])
    assert await kept(client) == [question, done.stdout.decode().removesuffix("\n")]
    assert done.stdout.decode().count("drip, ") == 20


async def test_a_runtime_that_stays_away_is_given_up_in_words(runtime: RuntimeProcess, client: Client) -> None:
    session = await client.session_with("wren")
    async with door_to(runtime.url) as door, remote(door.url, Settings()) as far:
        door.cuts = [2]
        with pytest.raises(Unavailable, match="could not be taken up again"):
            async for event in Watching(far, pauses_s=(0.0, 0.0)).events(
                f"/api/sessions/{session}/messages", {"content": f"{DRIP} {uuid4()}"}
            ):
                door.is_closed = event.event == "delta"
    begun, *taken_up = door.asked
    assert begun.startswith("POST /api/sessions/")
    assert {each.split()[0] for each in taken_up} == {"GET"}


async def test_what_takes_no_key_is_not_asked_for_twice(runtime: RuntimeProcess, client: Client) -> None:
    session = await client.session_with("wren")
    reply = (await client.say(session, "Hello!")).json["message"]["id"]
    async with door_to(runtime.url) as door, remote(door.url, Settings()) as far:
        door.cuts = [0]
        with pytest.raises(Unavailable, match="/branch shows"):
            async for _ in Watching(far).events(f"/api/messages/{reply}/regenerate", {}):
                pass
        assert len(door.asked) == 1


async def test_a_draft_is_summed_up_beside_the_reply(runtime: RuntimeProcess) -> None:
    async with door_to(runtime.url) as door:
        door.more = b'event: draft\ndata: {"content": {}, "missing": ["name", "greetings"], "problems": []}\n\n'
        done = await asyncio.to_thread(command, "chat", "wren", "Hello!", "--new", "--url", door.url)
    assert (done.returncode, done.stdout) == (0, b"You said: Hello!.\n")
    assert done.stderr == b"draft: still missing: name, greetings\n"


@pytest.mark.parametrize(
    ("question", "said", "why"),
    [(BREAK, b"You said: \n", "the reply was interrupted: "), (FAIL, b"", "the model is ill")],
)
async def test_a_reply_that_is_not_whole_is_called_so(
    runtime: RuntimeProcess, client: Client, question: str, said: bytes, why: str
) -> None:
    done = await asyncio.to_thread(command, "chat", "wren", question, "--new", "--data-dir", runtime.folder)
    assert done.returncode == 3
    assert done.stdout.strip() == said.strip()
    assert why in done.stderr.decode()
    again = await asyncio.to_thread(command, "chat", "wren", "And now?", "--data-dir", runtime.folder)
    assert (again.returncode, again.stdout) == (0, b"You said: And now?.\n")
    assert (await kept(client))[0] == question


def test_a_model_that_takes_too_long_is_a_time_out(model: Model, tmp_path: Path) -> None:
    settings = [part for each in (*model.settings(), "llm.idle_s=0.3") for part in ("--set", each)]
    done = command("chat", "wren", WAIT, "--data-dir", tmp_path / "data", *settings)
    assert done.returncode == 6
    assert done.stderr.splitlines()[-1].startswith(b"agent-runtime: the reply was interrupted: ")
    model.go.set()
    model.go.clear()


@pytest.mark.parametrize("typed", ["chat wren Hello --url http://127.0.0.1:1", "chat wren --url http://127.0.0.1:1"])
def test_a_runtime_that_is_not_there_is_told(typed: str, tmp_path: Path) -> None:
    done = command(*typed.split(), "--data-dir", tmp_path / "none")
    assert (done.returncode, done.stdout, done.stderr.count(b"\n")) == (3, b"", 1)
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize("page", [pytest.param("docs", marks=pytest.mark.slow), "openapi.json"])
async def test_what_is_no_runtime_is_told(client: Client, page: str) -> None:
    url = f"{client.url}/{page}#"
    done = await asyncio.to_thread(command, "chat", "wren", "Hello!", "--session", "x", "--url", url)
    assert done.returncode == 3
    assert "is no runtime" in done.stderr.decode()
