"""A conversation as a tree over HTTP: another reply, other words, the path that is shown."""

from typing import Any
from uuid import uuid4

import pytest

from tests.process.http import Client, assert_problem, assert_works
from tests.process.model import Model


async def said(guest: Client, session: str) -> list[str]:
    return [each["content"] for each in await guest.messages(session)]


async def test_another_reply_stands_beside_the_first_and_either_can_be_gone_on_from(
    guest: Client, model: Model
) -> None:
    session = await guest.session_with("wren")
    first = (await guest.say(session, "Hello!")).json
    second = (await guest.post(f"/api/messages/{first['message']['id']}/regenerate")).json
    assert second["user_message"] == first["user_message"]
    assert second["message"]["parent_id"] == first["user_message"]["id"]
    found = (await guest.get(f"/api/messages/{first['message']['id']}")).json
    assert found["message"] == first["message"] | {"active": False}
    assert [each["id"] for each in found["siblings"]] == [first["message"]["id"], second["message"]["id"]]
    tip = (await guest.post(f"/api/messages/{first['message']['id']}/select")).json["tip"]
    assert tip == first["message"]
    question = f"And then? {uuid4()}"
    third = (await guest.say(session, question)).json
    assert third["user_message"]["parent_id"] == first["message"]["id"]
    heard = [each["content"] for each in model.prompt_for(question) if each["role"] != "system"]
    assert heard[-3:] == ["Hello!", "You said: Hello!.", question]


async def test_other_words_are_answered_anew_and_the_old_ones_stay(guest: Client) -> None:
    session = await guest.session_with("wren")
    first = (await guest.say(session, "Hello!")).json
    await guest.say(session, "Two")
    body = {"content": "Good evening!", "stream": True}
    async with guest.stream("POST", f"/api/messages/{first['user_message']['id']}/edit", json=body) as stream:
        events = await stream.all()
    assert [events[0].event, *(each.event for each in events[-2:])] == ["snapshot", "message", "done"]
    assert await said(guest, session) == ["Good evening!", "You said: Good evening!."]
    everything = (await guest.get(f"/api/sessions/{session}/messages?every=true&limit=200")).json["data"]
    assert [each["active"] for each in everything] == [False] * 4 + [True] * 2
    await guest.post(f"/api/messages/{first['user_message']['id']}/select", {})
    assert await said(guest, session) == ["Hello!", "You said: Hello!.", "Two", "You said: Two."]


async def test_a_reply_in_other_words_is_kept_without_a_turn(guest: Client, model: Model) -> None:
    session = await guest.session_with("wren")
    first = (await guest.say(session, "Hello!")).json["message"]
    made = (await guest.post(f"/api/messages/{first['id']}/edit", {"content": "Come in."})).json
    assert made.keys() == {"message"}
    assert (made["message"]["content"], made["message"]["role"], made["message"]["turn_id"]) == (
        "Come in.",
        "assistant",
        None,
    )
    question = f"Thanks {uuid4()}"
    await guest.say(session, question)
    heard = [each["content"] for each in model.prompt_for(question) if each["role"] != "system"]
    assert heard[-3:] == ["Hello!", "Come in.", question]


async def test_what_was_said_is_found_on_every_path(guest: Client) -> None:
    word, session = f"Zanzibar{uuid4().hex[:8]}", await guest.session_with("wren")
    first = (await guest.say(session, f"Tell me of {word}")).json
    await guest.post(f"/api/messages/{first['user_message']['id']}/edit", {"content": "Tell me of home"})
    found = (await guest.get(f"/api/sessions?q={word.lower()}&character=wren")).json["data"]
    assert {each["id"] for each in found} == {session}
    assert first["user_message"]["id"] in {each["found"]["id"] for each in found}
    assert (await guest.get(f"/api/sessions?q={uuid4().hex}")).json == {"data": [], "next_cursor": None}


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "code"),
    [
        ("POST", "/api/messages/{reply}/regenerate", {"mode": "now"}, 422, "invalid_body"),
        ("POST", "/api/messages/{reply}/regenerate", {"n": 2}, 422, "invalid_body"),
        ("POST", "/api/messages/{reply}/regenerate", [], 422, "invalid_body"),
        ("POST", "/api/messages/{nothing}/regenerate", None, 404, "not_found"),
        ("POST", "/api/messages/{greeting}/regenerate", None, 422, "refused"),
        ("POST", "/api/messages/{reply}/edit", {}, 422, "invalid_body"),
        ("POST", "/api/messages/{reply}/edit", {"content": " \n"}, 422, "invalid_body"),
        ("POST", "/api/messages/{reply}/edit", {"content": "a\0b"}, 422, "invalid_body"),
        ("POST", "/api/messages/{reply}/edit", {"content": "x" * 16_001}, 413, "too_large"),
        ("POST", "/api/messages/{nothing}/edit", {"content": "x"}, 404, "not_found"),
        ("POST", "/api/messages/{reply}/select", {"now": 1}, 422, "invalid_body"),
        ("POST", "/api/messages/{nothing}/select", None, 404, "not_found"),
        ("GET", "/api/messages/{nothing}", None, 404, "not_found"),
        ("GET", "/api/messages/%00", None, 400, "bad_path"),
        ("GET", "/api/messages/" + "x" * 300, None, 404, "not_found"),
        ("DELETE", "/api/messages/{reply}", None, 405, "method_not_allowed"),
        ("GET", "/api/sessions/{session}/messages?every=1", None, 422, "invalid_query"),
        ("GET", "/api/sessions/{session}/messages?cursor=x", None, 422, "refused"),
        ("GET", "/api/sessions?q=", None, 422, "invalid_query"),
        ("GET", "/api/sessions?q=" + "x" * 501, None, 422, "invalid_query"),
        ("GET", "/api/sessions/agent:mood:*", None, 404, "not_found"),
        ("GET", "/api/sessions/" + "x" * 300, None, 404, "not_found"),
        ("POST", "/api/sessions", {"character": "wren", "greeting": 99}, 422, "refused"),
        ("POST", "/api/sessions", {"character": "wren", "greeting": -1}, 422, "invalid_body"),
    ],
)
async def test_what_makes_no_sense_is_refused_and_the_next_request_works(
    guest: Client, method: str, path: str, body: Any, status: int, code: str
) -> None:
    session = (await guest.post("/api/sessions", {"character": "wren", "greeting": 0})).json["id"]
    (greeting,) = await guest.messages(session)
    reply = (await guest.say(session, "Hello!")).json["message"]
    known = {"reply": reply["id"], "greeting": greeting["id"], "nothing": str(uuid4()), "session": session}
    options = {"json": body} if body is not None else {}
    assert_problem(await guest.request(method, path.format(**known), **options), status, code)
    assert len((await guest.get(f"/api/sessions/{session}/messages?every=true")).json["data"]) == 3
    await assert_works(guest)


async def test_another_reply_of_the_scripted_voice_is_in_other_words_while_there_are_any(client: Client) -> None:
    session = await client.session_with("wren")
    first = (await client.say(session, "Hello!")).json["message"]
    told = [first["content"]]
    for _ in range(3):
        again = await client.post(f"/api/messages/{first['id']}/regenerate")
        told.append(again.json["message"]["content"])
    assert len(set(told)) == len(told)


async def test_a_turn_tells_how_long_its_parts_took(client: Client) -> None:
    answer = await client.say(await client.session_with("wren"), "Hello!")
    parts = [each.partition(";")[0].strip() for each in answer.headers["Server-Timing"].split(",")]
    assert parts == ["prompt", "first_token", "total"]
