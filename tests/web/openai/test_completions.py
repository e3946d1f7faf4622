"""Chat completions: whole and in chunks, with usage, ids and everything that clients send along."""

import asyncio
from typing import Any

import pytest

from tests.process.http import Client
from tests.process.model import BREAK, DRIP, WAIT, Model
from tests.web.openai.conftest import (
    COMPLETIONS,
    assert_error,
    assistant,
    chunks_of,
    completion,
    system,
    text_of,
    user,
)


async def test_characters_are_models(client: Client) -> None:
    listed = (await client.get("/v1/models")).json
    assert listed["object"] == "list"
    by_id = {each["id"]: each for each in listed["data"]}
    assert by_id["wren"] == {
        "id": "wren",
        "object": "model",
        "created": 0,
        "owned_by": "agent-runtime",
        "name": "Wren Halloran",
    }
    assert (await client.get("/v1/models/wren")).json == by_id["wren"]


async def test_a_reply_has_the_shape_clients_expect(client: Client) -> None:
    answer = await completion(client, user("Shape?"))
    body = answer.json
    assert body["object"] == "chat.completion"
    assert body["model"] == "wren"
    assert isinstance(body["created"], int)
    assert body["choices"] == [
        {"index": 0, "message": {"role": "assistant", "content": "You said: Shape?."}, "finish_reason": "stop"}
    ]
    assert body["usage"] == {"prompt_tokens": 7, "completion_tokens": 3, "total_tokens": 10}


async def test_what_was_said_is_found_by_the_ids_in_the_headers(client: Client) -> None:
    answer = await completion(client, user("Where?"))
    session, turn = answer.headers["X-Session-Id"], answer.headers["X-Turn-Id"]
    question, reply = await client.messages(session)
    assert answer.json["id"] == f"chatcmpl-{turn}"
    assert (question["id"], reply["id"]) == (answer.headers["X-User-Message-Id"], answer.headers["X-Message-Id"])
    assert (await client.get(f"/api/turns/{turn}")).json["state"] == "done"
    assert (await client.get(f"/api/sessions/{session}")).json["character"] == "wren"


async def test_a_stream_begins_with_the_role_and_ends_with_the_usage(client: Client) -> None:
    asked = {"stream": True, "stream_options": {"include_usage": True}}
    answer = await completion(client, user("Stream?"), **asked)
    assert answer.headers["Content-Type"].startswith("text/event-stream")
    first, *middle, last, usage = chunks_of(answer)
    assert first["choices"] == [{"index": 0, "delta": {"role": "assistant", "content": ""}, "finish_reason": None}]
    assert "".join(each["choices"][0]["delta"]["content"] for each in middle) == "You said: Stream?."
    assert last["choices"] == [{"index": 0, "delta": {}, "finish_reason": "stop"}]
    assert (usage["choices"], usage["usage"]["total_tokens"]) == ([], 10)
    assert {each["id"] for each in (first, *middle, last, usage)} == {f"chatcmpl-{answer.headers['X-Turn-Id']}"}
    assert answer.headers["X-Message-Id"] == (await client.messages(answer.headers["X-Session-Id"]))[-1]["id"]


async def test_without_the_wish_for_it_a_stream_has_no_usage(client: Client) -> None:
    for options in ({}, {"stream_options": None}, {"stream_options": {"include_usage": False}}):
        chunks = chunks_of(await completion(client, user("No usage?"), stream=True, **options))
        assert all(each["choices"] and "usage" not in each for each in chunks)


@pytest.mark.parametrize("stream", [False, True])
async def test_several_choices_are_replies_beside_each_other(client: Client, stream: bool) -> None:
    answer = await completion(client, user(f"Three? {stream}"), n=3, stream=stream)
    if stream:
        ended = [each["choices"][0] for each in chunks_of(answer) if each["choices"][0]["finish_reason"]]
        assert [each["index"] for each in ended] == [0, 1, 2]
    else:
        assert [each["index"] for each in answer.json["choices"]] == [0, 1, 2]
    session = answer.headers["X-Session-Id"]
    kept = (await client.get(f"/api/sessions/{session}/messages?every=true")).json["data"]
    assert [each["role"] for each in kept] == ["user", *["assistant"] * 3]
    assert len({each["parent_id"] for each in kept[1:]}) == 1


async def test_the_system_messages_of_a_client_are_notes_below_the_characters_own(client: Client, model: Model) -> None:
    await completion(client, system("Speak of ferrets."), user("Notes?"), system("Be brief."), user("Notes, please?"))
    sent = "\n".join(each["content"] for each in model.prompt_for("Notes, please?"))
    assert sent.index("Wren Halloran") < sent.index("Speak of ferrets.\n\nBe brief.") < sent.index("Notes, please?")


async def test_who_talks_is_named_by_the_client(client: Client, model: Model) -> None:
    await completion(client, user("Who am I?"), user_name="Grace", user="u-1")
    assert any("Grace" in each["content"] for each in model.prompt_for("Who am I?"))
    by_header = {"X-OpenWebUI-User-Name": "Ad%C3%A8le", "X-OpenWebUI-User-Id": "u-2"}
    body = {"model": "wren", "messages": [user("And I?")]}
    await client.post(COMPLETIONS, body, headers=by_header)
    assert any("Adèle" in each["content"] for each in model.prompt_for("And I?"))


async def test_a_character_may_be_named_beside_the_model(client: Client, model: Model) -> None:
    answer = await completion(client, user("Character?"), model="gpt-4o", character="vesper")
    session = (await client.get(f"/api/sessions/{answer.headers['X-Session-Id']}")).json
    assert session["character"] == "vesper"


TOOL = {"type": "function", "function": {"name": "search", "parameters": {"type": "object", "properties": {}}}}
QUIRKS: dict[str, dict[str, Any]] = {
    "parameters of others": {"stop": [], "logit_bias": {}, "top_k": 40, "min_p": 0.1, "seed": None, "mirostat": 0},
    "nulls": {"n": None, "stream": None, "user": None, "metadata": None, "stream_options": None, "session_id": None},
    "dozens of tools": {"tools": [TOOL] * 60, "tool_choice": "auto", "parallel_tool_calls": True},
    "a form of answer": {"response_format": {"type": "text"}, "max_tokens": 5, "stop": ["You"], "temperature": 1.5},
    "fields of the future": {"hyper": {"drive": [1, {"deep": True}]}, "safety_identifier": "x"},
}


@pytest.mark.parametrize("quirk", QUIRKS.values(), ids=list(QUIRKS))
async def test_what_means_nothing_here_is_let_by(client: Client, quirk: dict[str, Any]) -> None:
    assert text_of(await completion(client, user("Quirk?"), **quirk)) == "You said: Quirk?."


PARTS = [{"type": "text", "text": "Look"}, {"type": "image_url", "image_url": {"url": "data:image/png;base64,AA=="}}]
HISTORIES: dict[str, tuple[list[dict[str, Any]], str]] = {
    "several system messages": ([system("A"), system("B"), user("Many?"), system("C")], "Many?"),
    "a leading assistant message": ([assistant("Welcome!"), user("Led?")], "Led?"),
    "null content": ([user("Null?"), assistant(None), user("Still null?")], "Still null?"),
    "no content": ([{"role": "assistant"}, user("None?")], "None?"),
    "parts": ([user([{"type": "text", "text": "Par"}, {"type": "text", "text": "ts?"}])], "Par\nts?"),
    "an image beside text": ([user(PARTS)], "Look"),
    "a developer": ([{"role": "developer", "content": "Hm"}, user("Dev?")], "Dev?"),
    "tools that spoke": (
        [
            user("Call?"),
            {"role": "assistant", "content": None, "tool_calls": [{"id": "1", "type": "function", "function": {}}]},
            {"role": "tool", "tool_call_id": "1", "content": "42"},
            user("So?"),
        ],
        "So?",
    ),
    "words put into its mouth": ([user("Prefilled?"), assistant("I would say")], "Prefilled?"),
    "names": ([{"role": "user", "content": "Named?", "name": "ada"}], "Named?"),
    "a NUL": ([user("Nu\0l?")], "Nul?"),
}


@pytest.mark.parametrize(("messages", "heard"), HISTORIES.values(), ids=list(HISTORIES))
async def test_histories_are_taken_as_they_come(client: Client, messages: list[dict[str, Any]], heard: str) -> None:
    assert text_of(await completion(client, *messages)) == f"You said: {heard}."


async def test_a_reply_is_kept_though_the_client_leaves(client: Client, model: Model) -> None:
    body = {"model": "wren", "messages": [user(WAIT)], "stream": True}
    async with client.stream("POST", COMPLETIONS, json=body) as stream:
        session = stream.response.headers["X-Session-Id"]
        assert b"assistant" in await stream.response.content.readuntil(b"\n\n")
    model.go.set()
    async with asyncio.timeout(20):
        while len(kept := await client.messages(session)) < 2:
            await asyncio.sleep(0.01)
    assert (kept[1]["content"], kept[1]["interrupted"]) == (f"You said: {WAIT}.", False)


async def test_a_reply_that_breaks_off_is_an_error_in_the_stream(client: Client) -> None:
    body = {"model": "wren", "messages": [user(BREAK)], "stream": True}
    answer = await client.post(COMPLETIONS, body)
    lines = [line for line in answer.raw.decode().split("\n\n") if line]
    assert answer.status == 200
    assert '"You said:"' in lines[1]
    assert lines[-1].startswith('data: {"error":{"message":')
    assert "[DONE]" not in answer.raw.decode()
    assert text_of(await completion(client, user("And now?"))) == "You said: And now?."


async def test_what_is_asked_again_after_a_failure_stands_there_once(client: Client) -> None:
    session = ""
    for _ in range(2):
        answer = await client.post(COMPLETIONS, {"model": "wren", "messages": [user(f"{BREAK} again")]})
        assert_error(answer, 502, "model_failed")
    found = (await client.get(f"/api/sessions?q={BREAK.replace(' ', '%20')}%20again")).json["data"]
    session = found[0]["id"]
    kept = (await client.get(f"/api/sessions/{session}/messages?every=true")).json["data"]
    assert len(found) == 1
    assert [each["role"] for each in kept].count("user") == 1


async def test_ten_at_once_are_ten_conversations(client: Client) -> None:
    answers = await asyncio.gather(*(completion(client, user(f"{DRIP} at once")) for _ in range(10)))
    assert len({each.headers["X-Session-Id"] for each in answers}) == 10
