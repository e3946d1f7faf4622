"""Responses: whole, as a sequence of events, and one going on from another."""

from typing import Any

import pytest

from tests.process.http import Answer, Client
from tests.process.model import BREAK, Model
from tests.web.openai.conftest import assert_error, assistant, user

RESPONSES = "/v1/responses"


async def response(client: Client, said: Any, **more: Any) -> Answer:
    answer = await client.post(RESPONSES, {"model": "wren", "input": said, **more})
    assert answer.status == 200, answer.raw
    return answer


def text_of(answer: Answer) -> str:
    (message,) = answer.json["output"]
    (part,) = message["content"]
    return str(part["text"])


async def test_a_response_has_the_shape_clients_expect(client: Client) -> None:
    answer = await response(client, "Shape?", metadata={"page": "home"}, user="u-1", store=False)
    body = answer.json
    assert body["object"] == "response"
    assert (body["status"], body["error"], body["model"]) == ("completed", None, "wren")
    assert body["id"] == f"resp_{answer.headers['X-Turn-Id']}"
    (message,) = body["output"]
    assert message["id"] == f"msg_{answer.headers['X-Message-Id']}"
    assert (message["type"], message["role"], message["status"]) == ("message", "assistant", "completed")
    assert message["content"][0]["type"] == "output_text"
    assert text_of(answer) == "You said: Shape?."
    assert (body["usage"]["input_tokens"], body["usage"]["total_tokens"]) == (7, 10)
    assert (body["metadata"], body["user"], body["store"]) == ({"page": "home"}, "u-1", False)
    assert body["conversation"] == {"id": answer.headers["X-Session-Id"]}


async def test_a_stream_is_the_sequence_that_clients_wait_for(client: Client) -> None:
    body = {"model": "wren", "input": "Sequence?", "stream": True}
    async with client.stream("POST", RESPONSES, json=body) as stream:
        events = await stream.all()
    assert [each.data["sequence_number"] for each in events] == list(range(len(events)))
    assert all(each.event == each.data["type"] for each in events)
    names = [each.event.removeprefix("response.") for each in events]
    deltas = names.count("output_text.delta")
    assert names == [
        *("created", "in_progress", "output_item.added", "content_part.added"),
        *["output_text.delta"] * deltas,
        *("output_text.done", "content_part.done", "output_item.done", "completed"),
    ]
    text = "".join(each.data["delta"] for each in events if each.event == "response.output_text.delta")
    done = events[-1].data["response"]
    assert deltas > 1
    assert text == done["output"][0]["content"][0]["text"] == "You said: Sequence?."
    assert {each.data["item_id"] for each in events if "item_id" in each.data} == {done["output"][0]["id"]}
    assert events[0].data["response"]["status"] == "in_progress"
    assert events[0].data["response"]["id"] == done["id"]


async def test_a_stream_that_fails_says_so_at_its_end(client: Client) -> None:
    body = {"model": "wren", "input": BREAK, "stream": True}
    async with client.stream("POST", RESPONSES, json=body) as stream:
        events = await stream.all()
    assert events[-1].event == "response.failed"
    failed = events[-1].data["response"]
    assert (failed["status"], failed["error"]["code"]) == ("failed", "model_failed")


async def test_the_previous_response_is_where_it_goes_on(client: Client, model: Model) -> None:
    first = await response(client, "First?")
    second = await response(client, "Second?", previous_response_id=first.json["id"])
    other = await response(client, "Other?", previous_response_id=first.json["id"])
    again = await response(client, "Other?", previous_response_id=first.json["id"])
    sessions = {each.headers["X-Session-Id"] for each in (first, second, other, again)}
    assert len(sessions) == 1
    sent = [each["content"] for each in model.prompt_for("Other?") if each["role"] != "system"]
    assert sent[-3:] == ["First?", "You said: First?.", "Other?"]
    kept = (await client.get(f"/api/sessions/{sessions.pop()}/messages?every=true")).json["data"]
    assert [each["content"] for each in kept if each["role"] == "user"] == ["First?", "Second?", "Other?"]
    assert len(kept) == 7


@pytest.mark.parametrize("wrapped", [False, True])
async def test_a_conversation_is_a_session(client: Client, wrapped: bool) -> None:
    session = await client.session_with("wren")
    named = {"id": session} if wrapped else session
    for words in ("Here?", "And here?"):
        answer = await response(client, words, conversation=named)
        assert answer.headers["X-Session-Id"] == session
    assert len(await client.messages(session)) == 4


async def test_items_are_a_history(client: Client, model: Model) -> None:
    said: list[dict[str, Any]] = [
        {"role": "developer", "content": "Mention ferrets."},
        {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "Item one?"}]},
        {"type": "reasoning", "summary": []},
        {
            "type": "message",
            "id": "msg_1",
            "role": "assistant",
            "content": [{"type": "output_text", "text": "One.", "annotations": []}],
        },
        {"type": "item_reference", "id": "msg_2"},
        {"role": "user", "content": [{"type": "input_text", "text": "Item two?"}, {"type": "input_image"}]},
    ]
    answer = await response(client, said, instructions="Be brief.")
    kept = [each["content"] for each in await client.messages(answer.headers["X-Session-Id"])]
    assert kept == ["Item one?", "One.", "Item two?", "You said: Item two?."]
    sent = "\n".join(each["content"] for each in model.prompt_for("Item two?"))
    assert sent.index("Be brief.\n\nMention ferrets.")


async def test_a_history_sent_again_stays_in_its_session(client: Client) -> None:
    first = await response(client, [user("Resent?")])
    second = await response(client, [user("Resent?"), assistant(text_of(first)), user("Yes?")], store=False)
    assert first.headers["X-Session-Id"] == second.headers["X-Session-Id"]


async def test_a_response_that_failed_is_no_place_to_go_on_from(client: Client) -> None:
    async with client.stream("POST", RESPONSES, json={"model": "wren", "input": "please fail", "stream": True}) as it:
        failed = (await it.all())[-1].data["response"]
    answer = await client.post(RESPONSES, {"model": "wren", "input": "On?", "previous_response_id": failed["id"]})
    assert_error(answer, 400, "refused", "previous_response_id")
