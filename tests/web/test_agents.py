"""Telling an agent what to do: pausing, muting, and letting it say something."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.process.http import assert_problem
from tests.web.served import Door, served

JSON = {"Content-Type": "application/json"}


@pytest.fixture
async def door(tmp_path: Path) -> AsyncIterator[Door]:
    async with served(tmp_path) as door:
        yield door


@pytest.mark.parametrize(
    ("order", "field", "value", "back"),
    [("pause", "status", "PAUSED", "resume"), ("mute", "muted", True, "unmute")],
)
async def test_an_order_is_followed_before_it_is_answered_and_twice_is_once(
    door: Door, order: str, field: str, value: object, back: str
) -> None:
    before = (await door.client.get("/api/agents/vesper")).json
    for _ in range(2):
        answer = await door.client.post(f"/api/agents/vesper/{order}")
        assert (answer.status, answer.json) == (200, {**before, field: value})
        assert (await door.client.get("/api/agents/vesper")).json[field] == value
    for _ in range(2):
        answer = await door.client.post(f"/api/agents/vesper/{back}", {})
        assert (answer.status, answer.json) == (200, before)


@pytest.mark.parametrize("order", ["pause", "resume", "mute", "unmute"])
async def test_an_order_that_makes_no_sense_is_refused(door: Door, order: str) -> None:
    path = f"/api/agents/vesper/{order}"
    assert_problem(await door.client.post(f"/api/agents/nobody/{order}"), 404, "not_found")
    assert_problem(await door.client.post(f"/api/agents/wren/{order}"), 404, "not_found")
    assert_problem(await door.client.get(path), 405, "method_not_allowed")
    assert_problem(await door.client.post(path, {"for": "5 minutes"}), 422, "invalid_body")
    assert_problem(await door.client.post(path, data=b"now", headers=JSON), 400, "invalid_json")
    assert_problem(await door.client.post(path, data=b"x" * 70_000, headers=JSON), 413, "too_large")
    assert_problem(await door.client.post(path, data=b"a=1", headers={"Content-Type": "text/plain"}), 415, "not_json")
    assert (await door.client.post(path)).status == 200


async def test_a_line_is_said_as_it_is_given_on_one_line(door: Door) -> None:
    answer = await door.client.post("/api/agents/vesper/say", {"content": "Five minutes,\neverybody.\u202e "})
    assert answer.status == 202
    assert answer.json["id"] == "vesper"
    assert door.said == ["Five minutes, everybody."]


async def test_a_prompt_is_answered_in_its_own_words(door: Door) -> None:
    door.answers["Greet the room"] = "Good evening.\nSit down."
    assert (await door.client.post("/api/agents/vesper/say", {"prompt": "Greet the room"})).status == 202
    assert door.said == ["Good evening. Sit down."]


SAY = {
    "nothing": (b"{}", 422, "invalid_body"),
    "both": (b'{"content":"a","prompt":"b"}', 422, "invalid_body"),
    "neither": (b'{"content":null}', 422, "invalid_body"),
    "an empty line": (b'{"content":""}', 422, "invalid_body"),
    "a line nobody hears": (b'{"content":" ... \\u200b"}', 422, "invalid_body"),
    "an empty prompt": (b'{"prompt":"  "}', 422, "invalid_body"),
    "a line too long": (json.dumps({"content": "a" * 501}).encode(), 422, "invalid_body"),
    "a prompt too long": (json.dumps({"prompt": "a" * 2001}).encode(), 422, "invalid_body"),
    "another type": (b'{"content":5}', 422, "invalid_body"),
    "an unknown field": (b'{"content":"a","voice":"loud"}', 422, "invalid_body"),
    "a list": (b"[]", 422, "invalid_body"),
    "no JSON": (b"hello", 400, "invalid_json"),
    "no body": (b"", 400, "invalid_json"),
    "a body too large": (b" " * 70_000, 413, "too_large"),
    "a model that is away": (b'{"prompt":"Hello?"}', 502, "model_failed"),
}


@pytest.mark.parametrize("row", SAY)
async def test_what_cannot_be_said_is_refused_and_the_next_line_is_said(door: Door, row: str) -> None:
    body, status, code = SAY[row]
    assert_problem(await door.client.post("/api/agents/vesper/say", data=body, headers=JSON), status, code)
    assert door.said == []
    assert (await door.client.post("/api/agents/vesper/say", {"content": "Well then."})).status == 202
    assert door.said == ["Well then."]


async def test_what_is_wrong_with_a_line_is_pointed_at(door: Door) -> None:
    answer = (await door.client.post("/api/agents/vesper/say", {})).json
    assert answer["detail"] == "give either 'content' or 'prompt'"
    assert answer["errors"] == [{"pointer": "", "detail": "give either 'content' or 'prompt'"}]
    answer = (await door.client.post("/api/agents/vesper/say", {"prompt": "?"})).json
    assert answer["errors"][0]["pointer"] == "/prompt"


@pytest.mark.parametrize(("order", "why", "back"), [("mute", "is muted", "unmute"), ("pause", "is paused", "resume")])
async def test_who_is_to_be_silent_says_nothing(door: Door, order: str, why: str, back: str) -> None:
    await door.client.post(f"/api/agents/vesper/{order}")
    for body in ({"content": "Hello."}, {"prompt": "Hello?"}):
        answer = await door.client.post("/api/agents/vesper/say", body)
        assert_problem(answer, 409, "silent")
        assert why in answer.json["detail"]
    assert_problem(await door.client.post("/api/agents/vesper/say", {"content": ""}), 422, "invalid_body")
    await door.client.post(f"/api/agents/vesper/{back}")
    assert (await door.client.post("/api/agents/vesper/say", {"content": "Hello."})).status == 202


async def test_who_is_muted_while_it_thinks_says_nothing(door: Door) -> None:
    door.answers["Greet the room"] = "muted meanwhile"
    assert_problem(await door.client.post("/api/agents/vesper/say", {"prompt": "Greet the room"}), 409, "silent")
    assert door.said == []


async def test_who_has_too_much_to_say_already_is_asked_later(door: Door) -> None:
    door.ear.is_silent = True
    answer = await door.client.post("/api/agents/vesper/say", {"content": "Hello."})
    assert_problem(answer, 429, "busy")
    assert answer.headers["Retry-After"] == "1"
    door.ear.is_silent = False
    assert (await door.client.post("/api/agents/vesper/say", {"content": "Hello."})).status == 202


async def test_only_who_runs_can_say_something_aloud(door: Door) -> None:
    for name in ("wren", "nobody"):
        assert_problem(await door.client.post(f"/api/agents/{name}/say", {"content": "Hello."}), 404, "not_found")
