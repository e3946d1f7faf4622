"""Good servers of every habit are understood; what is sent is what every server takes."""

import asyncio
import gzip
from dataclasses import replace

import pytest
from pydantic import SecretStr

from agent_runtime.core.errors import ModelFailed
from agent_runtime.core.ports import Delta, Finish, Sent
from agent_runtime.llm.openai_compat import OpenAICompat
from agent_runtime.llm.wire import Sampling
from tests.llm.conftest import GREETING, PATIENT, prompt, said
from tests.llm.fake_server import DONE, USAGE, WHOLE_STREAM, FakeServer, answers, chunk, event, says


async def test_a_streamed_reply_arrives_in_pieces_and_ends_with_its_finish_and_usage(
    server: FakeServer, model: OpenAICompat
) -> None:
    sent, *parts = [part async for part in model.reply(prompt())]
    assert sent == Sent("tiny", prompt().messages())
    assert parts == [Delta("Good"), Delta(" evening"), Delta(", friend."), Finish("stop", 7, 3, "tiny")]


async def test_the_request_says_no_more_than_it_must(server: FakeServer, model: OpenAICompat) -> None:
    await said(model, prompt("Who leads?"))
    request = server.requests[0]
    assert request.line == "POST /v1/chat/completions HTTP/1.1"
    assert request.json == {
        "model": "tiny",
        "messages": [{"role": "system", "content": "You are Vesper."}, {"role": "user", "content": "Who leads?"}],
        "stream": True,
        "max_tokens": 400,
        "stream_options": {"include_usage": True},
    }
    assert request.headers["accept-encoding"] == "identity"
    assert "authorization" not in request.headers


async def test_key_and_sampling_are_sent_as_configured(server: FakeServer) -> None:
    sampling = Sampling(max_tokens=9, token_field="max_completion_tokens", temperature=0.5)
    model = OpenAICompat(server.url, "tiny", SecretStr("sk-canary"), sampling, PATIENT)
    await said(model)
    await model.close()
    assert server.requests[0].headers["authorization"] == "Bearer sk-canary"
    assert server.requests[0].json["max_completion_tokens"] == 9
    assert server.requests[0].json["temperature"] == 0.5
    assert "sk-canary" not in repr(model)


async def test_one_connection_serves_many_replies(server: FakeServer, model: OpenAICompat) -> None:
    for _ in range(5):
        await said(model)
    assert server.connections == 1


async def test_many_tasks_may_ask_at_once(server: FakeServer, model: OpenAICompat) -> None:
    replies = await asyncio.gather(*(said(model) for _ in range(20)))
    assert {text for text, _ in replies} == {GREETING}


async def test_closing_twice_is_closing_once(server: FakeServer, model: OpenAICompat) -> None:
    await said(model)
    await model.close()
    await model.close()


async def test_a_reader_that_leaves_early_frees_the_connection(server: FakeServer, model: OpenAICompat) -> None:
    replies = model.reply(prompt())
    assert isinstance(await anext(replies), Sent)
    assert await anext(replies) == Delta("Good")
    await replies.aclose()
    assert (await said(model))[0] == GREETING


async def test_a_slow_reader_is_not_taken_for_a_silent_model(server: FakeServer) -> None:
    model = OpenAICompat(server.url, "tiny", deadlines=replace(PATIENT, idle=0.3))
    server.play(says(*map(chunk, "abcdef"), DONE))
    text = ""
    async for part in model.reply(prompt()):
        await asyncio.sleep(0.1)  # together longer than the idle deadline
        text += part.text if isinstance(part, Delta) else ""
    await model.close()
    assert text == "abcdef"


LINES = {
    "finish and no [DONE]": b"".join((chunk("Good evening, "), chunk("friend.", finish="stop"))),
    "[DONE] and no finish": b"".join((chunk("Good evening, "), chunk("friend."), DONE)),
    "CRLF": WHOLE_STREAM.replace(b"\n", b"\r\n"),
    "CR": WHOLE_STREAM.replace(b"\n", b"\r"),
    "a byte order mark": b"\xef\xbb\xbf" + WHOLE_STREAM,
    "comments and other fields": b": hi\n\nevent: x\nid: 3\nretry: 5\n"
    + WHOLE_STREAM.replace(b"\n\n", b"\n\n: on\n\n"),
    "no blank after the colon": WHOLE_STREAM.replace(b"data: ", b"data:"),
    "data over several lines": WHOLE_STREAM.replace(b'"choices"', b'\ndata: "choices"'),
    "[DONE] twice and data after it": WHOLE_STREAM + DONE + chunk("more"),
    "content after the finish": b"".join((chunk(GREETING, finish="stop"), chunk("more"), DONE)),
    "no last blank line": WHOLE_STREAM.rstrip(b"\n"),
    "nonsense after the finish": chunk(GREETING, finish="stop") + b"data: {\n\ndata: \xff\n\n",
    "an empty name for no finish": chunk(GREETING, finish="") + DONE,
    "other choices": event({"choices": [{"index": 1, "delta": {"content": "No."}}]}) + WHOLE_STREAM,
    "parts of text": event({"choices": [{"delta": {"content": [{"type": "text", "text": GREETING}]}}]}) + DONE,
    "odd usage": chunk(GREETING) + event({"choices": [], "usage": {"prompt_tokens": "many"}}) + DONE,
    "no usage": chunk(GREETING) + event({"choices": [], "usage": None, "error": None}) + DONE,
    "a name in front": chunk("ves") + chunk("per") + chunk(": Good") + chunk(" evening, friend.") + DONE,
    "a thought in front": chunk("<thi") + chunk("nk>Hm. ") + chunk("So.</think>\n\n") + chunk(GREETING) + DONE,
    "control and bidi characters": chunk("\u202eGood\x1b \x00even") + chunk("\u2066ing, friend.\u200b") + DONE,
    "thoughts aside": chunk(None, reasoning_content="Hm. ") + chunk("", reasoning="So.") + chunk(GREETING) + DONE,
    "tool calls and a null refusal": chunk(None, tool_calls=[{"index": 0}], refusal=None) + chunk(GREETING) + DONE,
    "white space around": chunk("\n\n ") + chunk(GREETING) + chunk(" \n\n") + DONE,
}


@pytest.mark.parametrize("body", LINES.values(), ids=LINES.keys())
async def test_a_server_may_say_it_with(server: FakeServer, model: OpenAICompat, body: bytes) -> None:
    server.play(says(body))
    text, finish = await said(model)
    assert (text, finish.reason) == (GREETING, "stop")


async def test_a_stream_may_be_cut_into_single_bytes(server: FakeServer, model: OpenAICompat) -> None:
    body = b"".join((chunk("Grüße, 😀 "), chunk("naïve"), DONE)).replace(b"\n", b"\r\n")
    server.play(says(*(body[place : place + 1] for place in range(len(body)))))
    assert (await said(model))[0] == "Grüße, 😀 naïve"


async def test_a_server_that_does_not_stream_is_understood(server: FakeServer, model: OpenAICompat) -> None:
    body = b'{"choices":[{"message":{"role":"assistant","content":"Good evening, friend."},"finish_reason":"length"}]}'
    server.play(answers(200, body, "application/json; charset=utf-8"))
    assert await said(model) == (GREETING, Finish("length", model="tiny"))


async def test_a_compressed_answer_nobody_asked_for_is_read_all_the_same(
    server: FakeServer, model: OpenAICompat
) -> None:
    server.play(answers(200, gzip.compress(WHOLE_STREAM), "text/event-stream", "Content-Encoding: gzip"))
    assert (await said(model))[0] == GREETING


async def test_a_long_line_is_no_obstacle(server: FakeServer, model: OpenAICompat) -> None:
    padded = event({"padding": "x" * 700_000, "choices": [{"delta": {"content": GREETING}}]})
    server.play(says(padded, DONE))
    assert (await said(model))[0] == GREETING


@pytest.mark.parametrize("end", [USAGE, b""])
async def test_a_server_that_does_not_hang_up_costs_a_moment_only(
    server: FakeServer, model: OpenAICompat, end: bytes
) -> None:
    async def mode(exchange) -> None:  # type: ignore[no-untyped-def]
        await exchange.head()
        await exchange.send(chunk(GREETING, finish="stop"), end)
        await exchange.hang()

    server.play(mode)
    text, finish = await said(model)
    assert text == GREETING
    assert (finish.prompt_tokens, finish.completion_tokens) == ((7, 3) if end else (None, None))


async def test_a_reply_of_nothing_but_tool_calls_is_empty(server: FakeServer, model: OpenAICompat) -> None:
    calls = [{"index": 0, "function": {"name": "bid", "arguments": "{}"}}]
    server.play(says(chunk(None, tool_calls=calls), chunk(finish="tool_calls"), DONE))
    with pytest.raises(ModelFailed, match="nothing") as failure:
        await said(model)
    assert failure.value.reason == "empty"
