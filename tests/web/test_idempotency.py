"""The same request sent again under its key does nothing again and is answered as it was, also after a restart."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest

from tests.process.http import Answer, Client, assert_problem, client_of, raw
from tests.process.model import BREAK, FAIL, WAIT, Model
from tests.process.runtime import RuntimeProcess
from tests.waiting import asked_until


def under(key: str) -> dict[str, str]:
    return {"Idempotency-Key": key}


async def say(guest: Client, session: str, content: str, key: str, **body: Any) -> Answer:
    path = f"/api/sessions/{session}/messages"
    return await guest.post(path, {"content": content, **body}, headers=under(key))


async def streamed(guest: Client, session: str, content: str, key: str) -> tuple[list[Any], str | None]:
    body = {"content": content, "stream": True}
    path = f"/api/sessions/{session}/messages"
    async with guest.stream("POST", path, json=body, headers=under(key)) as stream:
        return await stream.all(), stream.response.headers.get("Idempotent-Replayed")


async def test_a_turn_is_answered_again_as_it_was_and_after_a_restart_too(
    served: tuple[RuntimeProcess, Model], guest: Client
) -> None:
    session, key = await guest.session_with("wren"), str(uuid4())
    first = await say(guest, session, "Hello!", key)
    second = await say(guest, session, "Hello!", key)
    assert (first.status, second.status) == (200, 200)
    assert first.json == second.json
    assert "Idempotent-Replayed" not in first.headers
    assert second.headers["Idempotent-Replayed"] == "true"
    runtime = served[0]
    runtime.kill()
    runtime.start()
    async with client_of(runtime.url) as again:
        third = await say(again, session, "Hello!", key)
        assert (third.json, third.headers["Idempotent-Replayed"]) == (first.json, "true")
        assert len(await again.messages(session)) == 2
        assert_problem(await say(again, session, "Goodbye!", key), 422, "key_reused")
        assert (await say(again, session, "Goodbye!", f"{key}-2")).status == 200


async def test_a_stream_is_answered_again(guest: Client) -> None:
    session, key = await guest.session_with("wren"), str(uuid4())
    first, was_replayed = await streamed(guest, session, "Hello!", key)
    second, is_replayed = await streamed(guest, session, "Hello!", key)
    assert (was_replayed, is_replayed) == (None, "true")
    assert [each.event for each in second] == ["snapshot", "message", "done"]
    assert second[0].data["text"] == first[-1].data["message"]["content"]
    assert second[-1].data == first[-1].data
    assert len(await guest.messages(session)) == 2


async def test_a_session_is_begun_once(guest: Client) -> None:
    body, key = {"character": "wren", "user": {"name": "Ada"}}, str(uuid4())
    first, second = [await guest.post("/api/sessions", body, headers=under(key)) for _ in range(2)]
    assert (first.status, second.status, first.json) == (201, 201, second.json)
    assert second.headers["Idempotent-Replayed"] == "true"
    assert second.headers["Location"] == first.headers["Location"]
    assert_problem(await guest.post("/api/sessions", {"character": "wren"}, headers=under(key)), 422, "key_reused")
    await guest.request("DELETE", first.headers["Location"])
    assert_problem(await guest.post("/api/sessions", body, headers=under(key)), 409, "failed")
    assert (await guest.post("/api/sessions", body, headers=under(f"{key}-2"))).status == 201


async def test_another_reply_and_other_words_are_made_once(guest: Client) -> None:
    session = await guest.session_with("wren")
    reply = (await guest.say(session, "Hello!")).json["message"]
    for path, body in (("regenerate", {}), ("edit", {"content": "Well!"})):
        url, key = f"/api/messages/{reply['id']}/{path}", str(uuid4())
        first, second = [await guest.post(url, body, headers=under(key)) for _ in range(2)]
        assert (first.status, second.status, first.json) == (200, 200, second.json)
        assert second.headers["Idempotent-Replayed"] == "true"
        assert_problem(await guest.post(url, {**body, "mode": "reject"}, headers=under(key)), 422, "key_reused")
    assert len((await guest.get(f"/api/messages/{reply['id']}")).json["siblings"]) == 3


async def test_what_is_being_answered_is_told_and_a_key_is_one_sessions(guest: Client, model: Model) -> None:
    session, other, key = await guest.session_with("wren"), await guest.session_with("wren"), str(uuid4())
    question = f"{WAIT} {uuid4()}"
    asking = asyncio.create_task(say(guest, session, question, key))
    await asked_until(lambda: guest.messages(session))
    running = (await guest.messages(session))[0]["turn_id"]
    again = await say(guest, session, question, key)
    assert_problem(again, 409, "turn_running")
    assert again.json["turn_id"] == running
    assert_problem(await say(guest, session, "Other words", key), 422, "key_reused")
    assert (await say(guest, other, "Hello!", key)).status == 200
    model.go.set()
    assert (await asking).json == (await say(guest, session, question, key)).json


@pytest.mark.parametrize(("failing", "code"), [(FAIL, "failed"), (BREAK, "truncated")])
async def test_what_came_to_nothing_is_not_run_again_under_its_key(guest: Client, failing: str, code: str) -> None:
    session, key = await guest.session_with("wren"), str(uuid4())
    question = f"{failing} {uuid4()}"
    assert_problem(await say(guest, session, question, key), 502, "model_failed")
    assert_problem(await say(guest, session, question, key), 409, code)
    assert len([each for each in await guest.messages(session) if each["role"] == "user"]) == 1
    assert (await say(guest, session, "Hello!", f"{key}-2")).status == 200


async def test_what_a_crash_broke_off_is_not_run_again_under_its_key(
    served: tuple[RuntimeProcess, Model], guest: Client
) -> None:
    session, key, runtime = await guest.session_with("wren"), str(uuid4()), served[0]
    question = f"{WAIT} {uuid4()}"
    asking = asyncio.create_task(say(guest, session, question, key))
    await asked_until(lambda: guest.messages(session))
    runtime.kill()
    await asyncio.wait({asking})
    assert asking.exception() is not None
    runtime.start()
    async with client_of(runtime.url) as again:
        assert_problem(await say(again, session, question, key), 409, "failed")
        assert (await say(again, session, "Hello!", f"{key}-2")).status == 200


@pytest.mark.parametrize("key", [b"", b"x" * 256, "ü".encode(), b"a\tb", b" "])
async def test_what_is_no_key_is_refused_and_the_next_request_works(guest: Client, key: bytes) -> None:
    session = await guest.session_with("wren")
    body = b'{"content": "Hello!"}'
    host = guest.url.removeprefix("http://").encode()
    head = (
        b"POST /api/sessions/%s/messages HTTP/1.1\r\nHost: %s\r\nContent-Type: application/json\r\n"
        b"Content-Length: %d\r\nIdempotency-Key: %s\r\n\r\n"
    )
    answer = await raw(guest.url, head % (session.encode(), host, len(body), key) + body)
    assert (answer.status, answer.json["code"]) in {(400, "bad_key"), (400, "not_http")}
    assert (await say(guest, session, "Hello!", "x" * 255)).json["message"]["seq"] == 2


async def test_two_keys_are_refused(guest: Client) -> None:
    session = await guest.session_with("wren")
    path = f"/api/sessions/{session}/messages"
    headers = [("Idempotency-Key", "a"), ("Idempotency-Key", "b")]
    assert_problem(await guest.post(path, {"content": "Hello!"}, headers=headers), 400, "bad_key")
    assert (await guest.say(session, "Hello!")).status == 200


async def test_four_hundred_at_once_under_ten_keys_are_ten_turns(guest: Client) -> None:
    sessions = [await guest.session_with("wren") for _ in range(10)]

    async def ask(number: int) -> str:
        while (answer := await say(guest, sessions[number % 10], "Hello!", f"k{number % 10}")).status == 409:
            assert answer.json["code"] == "turn_running"
            await asyncio.sleep(0.02)
        assert answer.status == 200, answer.raw
        return str(answer.json["turn_id"])

    turns = await asyncio.gather(*(ask(number) for number in range(400)))
    assert len(set(turns)) == 10
    assert [len(await guest.messages(each)) for each in sessions] == [2] * 10
