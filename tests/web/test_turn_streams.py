"""A turn's stream is left and taken up again at any place; a turn is looked at, stopped, and explained."""

import asyncio
import random
from collections.abc import Sequence
from typing import Any
from uuid import uuid4

import pytest

from tests.process.http import Client, StreamEvent, assert_problem, client_of
from tests.process.model import BREAK, DRIP, FAIL, WAIT, Model
from tests.process.runtime import RuntimeProcess
from tests.waiting import asked_until

SIZES = [pytest.param(30, 10, id="some"), pytest.param(200, 50, id="many", marks=pytest.mark.slow)]


async def begun(guest: Client, session: str, question: str, pieces: int) -> list[StreamEvent]:
    """The first events of a turn, then the connection is gone."""
    body = {"content": question, "stream": True}
    async with guest.stream("POST", f"/api/sessions/{session}/messages", json=body) as stream:
        seen = [await stream.until("snapshot")]
        for _ in range(pieces):
            event = await stream.next()
            assert event is not None
            seen.append(event)
    return seen


async def resumed(guest: Client, turn_id: str, after: str | None = None) -> list[StreamEvent]:
    headers = {"Last-Event-ID": after} if after is not None else {}
    async with guest.stream("GET", f"/api/turns/{turn_id}/stream", headers=headers) as stream:
        assert stream.response.status == 200
        return await stream.all()


async def raw_stream(guest: Client, turn_id: str, after: str) -> bytes:
    answer = await guest.get(f"/api/turns/{turn_id}/stream", headers={"Last-Event-ID": after})
    return answer.raw


async def over(guest: Client, turn_id: str) -> dict[str, Any]:
    """The turn, once it is over."""
    found = await asked_until(
        lambda: guest.get(f"/api/turns/{turn_id}"),
        lambda turn: turn.json["state"] not in ("accepted", "running"),
        within_s=60,
    )
    return dict(found.json)


def texts(events: Sequence[StreamEvent]) -> str:
    return "".join(each.data["text"] for each in events if each.event == "delta")


@pytest.mark.parametrize(("leaving", "_resuming"), SIZES)
async def test_who_leaves_at_any_token_loses_no_reply(guest: Client, leaving: int, _resuming: int) -> None:
    places = random.Random(11)
    sessions = [await guest.session_with("wren") for _ in range(leaving)]
    question = f"{DRIP}, {uuid4()}"
    seen = await asyncio.gather(*(begun(guest, each, question, places.randrange(0, 21)) for each in sessions))
    for session, events in zip(sessions, seen, strict=True):
        turn = await over(guest, events[0].data["turn_id"])
        asked, reply = await guest.messages(session)
        assert (turn["state"], turn["message_id"], asked["interrupted"]) == ("done", reply["id"], False)
        assert reply["content"] == turn["text"] == f"You said: {'drip, ' * 20}{question}."
        assert reply["content"].startswith(texts(events).rstrip())


@pytest.mark.parametrize(("_leaving", "resuming"), SIZES)
async def test_a_stream_taken_up_again_goes_on_byte_for_byte(guest: Client, _leaving: int, resuming: int) -> None:
    places = random.Random(12)
    sessions = [await guest.session_with("wren") for _ in range(resuming)]

    async def leave_and_come_back(session: str) -> tuple[list[StreamEvent], list[StreamEvent], bytes]:
        seen = await begun(guest, session, f"{DRIP}, {uuid4()}", places.randrange(0, 21))
        rest = await resumed(guest, seen[0].data["turn_id"], seen[-1].id)
        return seen, rest, await raw_stream(guest, seen[0].data["turn_id"], seen[-1].id)

    for seen, rest, again in await asyncio.gather(*map(leave_and_come_back, sessions)):
        turn_id = seen[0].data["turn_id"]
        whole = await resumed(guest, turn_id)
        assert [each.id for each in whole] == [str(number) for number in range(len(whole))]
        assert seen + rest == whole
        assert (await raw_stream(guest, turn_id, "garbage")).endswith(again)
        assert len(again) > 100
        assert texts(whole).strip() == whole[-1].data["message"]["content"]


@pytest.mark.parametrize("after", ["garbage", "-1", "", "1.5", "999", "1" + "0" * 30, "\u00e9", "other-1"])
async def test_an_event_that_is_not_of_this_stream_begins_it_anew(guest: Client, after: str) -> None:
    session = await guest.session_with("wren")
    turn_id = (await guest.say(session, "Hello!")).json["turn_id"]
    assert (await resumed(guest, turn_id, after))[0].event == "snapshot"
    assert [each.event for each in await resumed(guest, turn_id, "1")][-2:] == ["message", "done"]


async def test_many_watch_one_turn_and_see_the_same(guest: Client, model: Model) -> None:
    session = await guest.session_with("wren")
    seen = await begun(guest, session, f"{WAIT} {uuid4()}", 1)
    watching = [asyncio.create_task(resumed(guest, seen[0].data["turn_id"])) for _ in range(20)]
    model.go.set()
    streams = await asyncio.gather(*watching)
    assert all(each == streams[0] for each in streams)
    assert [each.event for each in streams[0]][-2:] == ["message", "done"]


async def test_a_turn_is_looked_at_while_it_runs_and_stopped_with_what_was_said(guest: Client, model: Model) -> None:
    session = await guest.session_with("wren")
    seen = await begun(guest, session, f"{WAIT} {uuid4()}", 1)
    turn_id = seen[0].data["turn_id"]
    looked = (await guest.get(f"/api/turns/{turn_id}")).json
    assert (looked["state"], looked["text"].strip(), looked["message_id"]) == ("running", "You said:", None)
    watching = asyncio.create_task(resumed(guest, turn_id, "1"))
    stopped = (await guest.post(f"/api/turns/{turn_id}/stop")).json
    assert (stopped["state"], stopped["problem"]["code"]) == ("interrupted", "interrupted")
    rest = await watching
    assert [each.event for each in rest] == ["message", "problem"]
    assert (rest[0].data["content"], rest[0].data["interrupted"]) == ("You said:", True)
    assert rest[1].data["code"] == "interrupted"
    assert (await guest.post(f"/api/turns/{turn_id}/stop", {})).json == stopped
    assert (await guest.get(f"/api/turns/{turn_id}")).json == stopped
    model.go.set()
    after = f"Again? {uuid4()}"
    assert (await guest.say(session, after)).json["message"]["seq"] == 4
    assert "You said:" not in [each["content"] for each in model.prompt_for(after)]


async def test_a_turn_that_is_done_is_not_changed_by_a_stop(guest: Client) -> None:
    session = await guest.session_with("wren")
    reply = (await guest.say(session, "Hello!")).json
    stopped = (await guest.post(f"/api/turns/{reply['turn_id']}/stop")).json
    assert (stopped["state"], stopped["message_id"], stopped["problem"]) == ("done", reply["message"]["id"], None)
    assert stopped["usage"] == reply["usage"]
    assert stopped["text"].strip() == reply["message"]["content"]


async def test_who_interrupts_is_answered_and_the_other_is_told(guest: Client, model: Model) -> None:
    session = await guest.session_with("wren")
    body = {"content": f"{WAIT} {uuid4()}", "stream": True}
    async with guest.stream("POST", f"/api/sessions/{session}/messages", json=body) as first:
        await first.until("delta")
        assert (await guest.say(session, "Listen!", mode="interrupt")).json["message"]["seq"] == 4
        assert (await first.until("problem")).data["code"] == "interrupted"
    said = [(each["content"], each["interrupted"]) for each in await guest.messages(session)]
    assert said[1:] == [("You said:", True), ("Listen!", False), ("You said: Listen!.", False)]


@pytest.mark.parametrize(("failing", "state"), [(FAIL, "failed"), (BREAK, "truncated")])
async def test_a_turn_that_failed_says_so_for_good(guest: Client, failing: str, state: str) -> None:
    session = await guest.session_with("wren")
    question = f"{failing} {uuid4()}"
    assert_problem(await guest.say(session, question), 502, "model_failed")
    turn_id = (await guest.messages(session))[0]["turn_id"]
    turn = (await guest.get(f"/api/turns/{turn_id}")).json
    assert (turn["state"], turn["problem"]["code"]) == (state, "model_failed")
    assert (await resumed(guest, turn_id))[-1].event == "problem"


async def test_a_stream_that_begins_after_a_restart_is_told_from_the_store(
    served: tuple[RuntimeProcess, Model], guest: Client, model: Model
) -> None:
    session = await guest.session_with("wren")
    done = (await guest.say(session, "Hello!")).json
    seen = await begun(guest, session, f"{WAIT} {uuid4()}", 1)
    runtime = served[0]
    runtime.kill()
    runtime.start()
    async with client_of(runtime.url) as again:
        events = await resumed(again, done["turn_id"], "1")
        assert [each.event for each in events] == ["snapshot", "message", "done"]
        assert events[0].data["text"] == done["message"]["content"]
        assert events[-1].data == done
        left = seen[0].data["turn_id"]
        assert (await again.get(f"/api/turns/{left}")).json["state"] == "interrupted"
        assert [each.event for each in await resumed(again, left)] == ["snapshot", "problem"]
        model.go.set()
        assert (await again.say(session, "Still there?")).status == 200


@pytest.mark.parametrize("path", ["", "/stream", "/trace"])
async def test_a_turn_that_is_not_there_is_not_found_and_the_next_request_works(guest: Client, path: str) -> None:
    for turn_id in (str(uuid4()), "x" * 300, "agent:mood:*", "a%20b"):
        assert_problem(await guest.get(f"/api/turns/{turn_id}{path}"), 404, "not_found")
    assert_problem(await guest.post(f"/api/turns/{uuid4()}/stop"), 404, "not_found")
    session = await guest.session_with("wren")
    turn_id = (await guest.say(session, "Hello!")).json["turn_id"]
    assert_problem(await guest.post(f"/api/turns/{turn_id}/stop", {"now": True}), 422, "invalid_body")
    assert (await guest.get(f"/api/turns/{turn_id}{path}")).status == 200
