"""What was said stays said: over a stop, a stop in the middle of a reply, and a kill at any moment."""

import asyncio
import signal
import sqlite3
from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import pytest

from tests.process.http import Answer, Client, client_of
from tests.process.listening import platform_on
from tests.process.model import DRIP, WAIT, Model, model_server
from tests.process.runtime import RuntimeProcess
from tests.waiting import asked_until, until

Make = Callable[..., RuntimeProcess]
_CLIENTS = 10


@pytest.fixture
def model() -> Iterator[Model]:
    with model_server() as model:
        yield model


async def prompted(model: Model, question: str) -> None:
    await until(lambda: any(prompt[-1]["content"] == question for prompt in model.prompts))


@pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)])
async def test_a_conversation_goes_on_after_a_restart(
    runtime: Make, model: Model, migrated_url: Callable[[str], str], kind: str
) -> None:
    started = runtime(*model.settings(), AGENT_RUNTIME__DATABASE__URL=migrated_url(kind)).start()
    async with client_of(started.url) as client:
        session = await client.session_with("wren", user={"name": "Ada"})
        await client.say(session, "I like boats.")
        before = await client.messages(session)
    assert started.stop() == 0
    started.start()
    async with client_of(started.url) as client:
        question = f"What do I like? {uuid4()}"
        reply = (await client.say(session, question)).json
        assert [each["seq"] for each in (reply["user_message"], reply["message"])] == [3, 4]
        assert (await client.messages(session))[:2] == before
    prompt = model.prompt_for(question)
    assert [each["content"] for each in prompt if each["role"] != "system"][-3:] == [
        "I like boats.",
        "You said: I like boats..",
        question,
    ]
    assert "Ada" in str(prompt)
    assert started.stop() == 0
    assert "kept character not readable" not in started.log


async def test_a_mood_goes_on_after_a_restart(runtime: Make) -> None:
    started = runtime().start()
    async with client_of(started.url) as client, platform_on(started.redis_url) as platform:
        session = await client.session_with("vesper")
        for _ in range(4):
            await client.say(session, "Thank you, that was wonderful!")
        assert (await platform.hears("agent:mood"))["data"]["mood"] != "NEUTRAL"
        kept = (await client.get("/api/agents/vesper")).json["mood"]
        assert started.stop() == 0
    started.start()
    async with client_of(started.url) as client, platform_on(started.redis_url) as platform:
        now = (await client.get("/api/agents/vesper")).json["mood"]
        assert now["currentMood"] == kept["currentMood"]
        assert now["moodStartTime"] == kept["moodStartTime"]
        assert kept["intensity"] * 0.5 < now["intensity"] <= kept["intensity"]
        assert (await platform.value("agent:mood:vesper"))["currentMood"] == kept["currentMood"]
        assert await platform.client.ttl("rt:affect:vesper") > 0
    assert started.stop() == 0


async def test_a_stop_lets_short_replies_end_and_takes_nothing_new(runtime: Make, model: Model) -> None:
    started = runtime(*model.settings()).start()
    async with client_of(started.url) as client:
        sessions = [await client.session_with("wren") for _ in range(6)]
        questions = [f"{DRIP if number % 2 else WAIT} {uuid4()}" for number in range(6)]
        turns = [asyncio.create_task(client.say(*each)) for each in zip(sessions, questions, strict=True)]
        for question in questions:
            await prompted(model, question)
        started.signal(signal.SIGTERM)
        health = await _draining(client)
        assert health.json["status"] == "draining"
        for refused in (
            await client.say(sessions[0], "Now?"),
            await client.post("/api/events", {"id": "x"}),
        ):
            assert (refused.status, refused.json["code"]) == (503, "draining")
            assert int(refused.headers["Retry-After"]) >= 1
        assert (await client.get("/healthz")).status == 200
        model.go.set()
        answers = [await turn for turn in turns]
    assert [answer.status for answer in answers] == [200] * 6
    assert started.wait(within_s=15) == 0
    kept = _kept(started)
    for session, question in zip(sessions, questions, strict=True):
        (asked, replied) = kept[session]
        assert (asked["content"], asked["interrupted"]) == (question, 0)
        assert replied["content"].endswith(f"{question}.")
        assert replied["interrupted"] == 0


async def test_a_second_signal_stops_at_once_and_keeps_what_was_said(runtime: Make, model: Model) -> None:
    started = runtime(*model.settings()).start()
    await _stopped_within_a_reply(started, model, [signal.SIGTERM, signal.SIGTERM])
    assert started.wait(within_s=15) == 130
    assert "Traceback" not in started.log


@pytest.mark.slow
async def test_a_reply_longer_than_the_patience_is_kept_as_far_as_it_came(runtime: Make, model: Model) -> None:
    started = runtime(*model.settings()).start()
    await _stopped_within_a_reply(started, model, [signal.SIGTERM])
    assert started.wait(within_s=5) == 0


async def _stopped_within_a_reply(started: RuntimeProcess, model: Model, signals: list[signal.Signals]) -> None:
    """Two turns that never end by themselves, one watched and one not; then the signals."""
    question, unseen = f"{WAIT} {uuid4()}", f"{WAIT} {uuid4()}"
    async with client_of(started.url) as client:
        session, other = await client.session_with("wren"), await client.session_with("wren")
        waiting = asyncio.create_task(client.say(other, unseen))
        await prompted(model, unseen)
        body = {"content": question, "stream": True}
        async with client.stream("POST", f"/api/sessions/{session}/messages", json=body) as turn:
            await turn.until("delta")
            for each in signals[:-1]:
                started.signal(each)
                await _draining(client)
            started.signal(signals[-1])  # from here on nobody need answer any more
            ending = await turn.until("problem", within_s=40)
        assert ending.data["code"] == "interrupted"
        assert (await waiting).json["code"] == "interrupted"
    started.wait(within_s=15)
    kept = _kept(started)
    for asked_in, asked in ((session, question), (other, unseen)):
        assert [(each["content"], each["interrupted"]) for each in kept[asked_in]] == [(asked, 0), ("You said:", 1)]
    model.go.set()
    _after(started)


def _after(started: RuntimeProcess) -> None:
    """Nothing is left open in the database."""
    connection = sqlite3.connect(started.folder / "runtime.db")
    assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    connection.close()


async def _draining(client: Client) -> Answer:
    """What it says of itself, as soon as it is."""
    return await asked_until(lambda: client.get("/readyz"), lambda health: health.status == 503)


def _kept(stopped: RuntimeProcess) -> dict[str, list[dict[str, Any]]]:
    """The messages in the database of a runtime that has ended, by session."""
    connection = sqlite3.connect(stopped.folder / "runtime.db")
    connection.row_factory = sqlite3.Row
    found: dict[str, list[dict[str, Any]]] = {}
    for row in connection.execute("SELECT * FROM messages ORDER BY session_id, seq"):
        found.setdefault(row["session_id"], []).append(dict(row))
    connection.close()
    return found
