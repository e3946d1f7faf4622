"""Whatever a server does, a reply ends in time with a reason, and the next one works."""

import asyncio
import gzip
import socket
from dataclasses import replace
from time import monotonic

import pytest
from pydantic import SecretStr

from agent_runtime.core.clock import ManualClock
from agent_runtime.core.errors import ModelFailed
from agent_runtime.core.ports import Delta
from agent_runtime.llm.openai_compat import OpenAICompat
from agent_runtime.llm.wire import Sampling
from tests.llm.conftest import HURRIED, PATIENT, prompt, said
from tests.llm.fake_server import (
    DONE,
    WHOLE_STREAM,
    Exchange,
    FakeServer,
    Mode,
    answers,
    chunk,
    event,
    fake_server,
    says,
)

GREETING = "Good evening, friend."
HTML = b"<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>"


async def hang_before_headers(exchange: Exchange) -> None:
    await exchange.hang()


async def hang_after_headers(exchange: Exchange) -> None:
    await exchange.head()
    await exchange.hang()


async def hang_in_the_middle(exchange: Exchange) -> None:
    await exchange.head()
    await exchange.send(chunk("Good "))
    await exchange.hang()


async def drip_of_comments(exchange: Exchange) -> None:
    await exchange.head()
    while True:
        await exchange.send(b": keep-alive\n\n")
        await asyncio.sleep(0.02)


async def drip_of_tokens(exchange: Exchange) -> None:
    await exchange.head()
    while True:
        await exchange.send(chunk("drip "))
        await asyncio.sleep(0.05)


async def drip_of_headers(exchange: Exchange) -> None:
    await exchange.send(b"HTTP/1.1 200 OK\r\n")
    while True:
        await exchange.send(b"X-Drip: 1\r\n")
        await asyncio.sleep(0.02)


async def endless(exchange: Exchange) -> None:
    await exchange.head()
    while True:
        await exchange.send(chunk("and so on " * 20))


async def endless_silence(exchange: Exchange) -> None:
    await exchange.head()
    while True:
        await exchange.send(b": " + b"." * 60_000 + b"\n")


async def reset_before_headers(exchange: Exchange) -> None:
    exchange.reset()


async def cut_in_the_middle(exchange: Exchange) -> None:
    await exchange.head()
    await exchange.send(chunk("Good "), chunk("eve"))
    await asyncio.sleep(0.05)  # the reset would take what is still in the socket with it
    exchange.reset()


async def short_of_its_length(exchange: Exchange) -> None:
    await exchange.head(200, "text/event-stream", "Content-Length: 9999")
    await exchange.send(chunk("Good "))


async def gzip_bomb(exchange: Exchange) -> None:
    await exchange.answer(200, gzip.compress(b" " * 100_000_000, 1), "text/event-stream", "Content-Encoding: gzip")


SILENCES = {
    "hangs before the headers": hang_before_headers,
    "hangs after the headers": hang_after_headers,
    "hangs in the middle": hang_in_the_middle,
    "drips comments": drip_of_comments,
    "drips tokens": drip_of_tokens,
    "drips headers": drip_of_headers,
}

FAULTS = {
    "never stops": (endless, "too_large"),
    "never stops saying nothing": (endless_silence, "too_large"),
    "is cut in the middle": (cut_in_the_middle, "truncated"),
    "is shorter than its length": (short_of_its_length, "truncated"),
    "closes without a marker": (says(chunk("Good ")), "truncated"),
    "closes at once": (says(), "truncated"),
    "is malformed": (says(b"data: {nonsense}\n\n"), "malformed"),
    "is malformed in the middle": (says(chunk("Good "), b"data: {nonsense}\n\n"), "malformed"),
    "has the wrong shape": (says(b'data: {"choices": 7}\n\n'), "malformed"),
    "is a list": (says(b"data: []\n\n"), "malformed"),
    "is nested without end": (says(b"data: " + b"[" * 100_000 + b"\n\n"), "malformed"),
    "is not UTF-8": (says(b"data: \xff\xfe\n\n"), "malformed"),
    "is not HTTP": (lambda exchange: exchange.send(b"+PONG\r\n\r\n"), "malformed"),
    "is a web page": (answers(200, HTML, "text/html"), "malformed"),
    "is not compressed as it says": (
        answers(200, b"plain", "text/event-stream", "Content-Encoding: gzip"),
        "malformed",
    ),
    "has a line of 4 MB": (says(b"data: " + b"x" * 4_000_000 + b"\n\n"), "too_large"),
    "has an event of 4 MB": (says(b"data: xxxxxxxxxx\n" * 300_000, b"\n"), "too_large"),
    "is a gzip bomb": (gzip_bomb, "too_large"),
    "is a document of 5 MB": (answers(200, b'"' + b"x" * 5_000_000 + b'"'), "too_large"),
    "is empty": (says(chunk(""), chunk(finish="stop"), DONE), "empty"),
    "is white space": (says(chunk(" \n\t"), DONE), "empty"),
    "is punctuation": (says(chunk("…"), chunk(" ."), DONE), "empty"),
    "is a thought": (says(chunk("<think>What is there to say?"), DONE), "empty"),
    "is a name": (says(chunk("Vesper:"), DONE), "empty"),
    "refuses in the structured way": (says(chunk(None, refusal="No."), chunk(finish="stop"), DONE), "empty"),
    "reports an error in the middle": (
        says(chunk("Good "), event({"error": {"message": "out of memory"}})),
        "server_error",
    ),
    "ends with an error": (says(chunk("Good "), chunk(finish="error")), "server_error"),
    "redirects": (answers(307, b"", "text/plain", "Location: /v2/chat/completions"), "refused"),
    "knows no key": (answers(401, b'{"error":{"message":"Incorrect API key"}}'), "refused"),
    "knows no model": (answers(404, b'{"error":"model \\"tiny\\" not found"}'), "refused"),
    "dislikes the request": (answers(422, b'{"detail":[{"msg":"extra fields not permitted"}]}'), "refused"),
    "has nothing to say": (answers(204, b""), "refused"),
}


@pytest.mark.parametrize("mode", SILENCES.values(), ids=SILENCES.keys())
async def test_time_is_up_for_a_server_that(server: FakeServer, hurried: OpenAICompat, mode: Mode) -> None:
    server.play(mode)
    begun = monotonic()
    with pytest.raises(ModelFailed) as failure:
        await said(hurried)
    assert failure.value.reason == "timeout"
    assert monotonic() - begun >= HURRIED.first_token - 0.05
    assert len(server.requests) == 1
    assert (await said(hurried))[0] == GREETING


@pytest.mark.parametrize(("mode", "reason"), FAULTS.values(), ids=FAULTS.keys())
async def test_there_is_a_reason_when_a_server(
    server: FakeServer, model: OpenAICompat, mode: Mode, reason: str
) -> None:
    server.play(mode)
    with pytest.raises(ModelFailed) as failure:
        await said(model)
    assert failure.value.reason == reason, str(failure.value)
    assert len(server.requests) == 1
    assert (await said(model))[0] == GREETING


@pytest.mark.parametrize("status", [408, 409, 429, 500, 502, 503, 529])
async def test_what_passes_is_tried_again(server: FakeServer, model: OpenAICompat, status: int) -> None:
    server.play(answers(status, HTML, "text/html"), answers(status, b"overloaded", "text/plain"))
    assert (await said(model))[0] == GREETING
    assert len(server.requests) == 3


async def test_a_third_failure_is_the_last(server: FakeServer, model: OpenAICompat) -> None:
    server.play(*[answers(503, b'{"error":{"message":"loading model"}}')] * 9)
    with pytest.raises(ModelFailed, match="503 Service Unavailable: loading model") as failure:
        await said(model)
    assert (failure.value.reason, failure.value.status) == ("server_error", 503)
    assert len(server.requests) == 3


async def test_a_reset_connection_is_tried_again(server: FakeServer, model: OpenAICompat) -> None:
    server.play(reset_before_headers, reset_before_headers)
    assert (await said(model))[0] == GREETING


async def test_an_error_in_place_of_the_first_token_is_tried_again(server: FakeServer, model: OpenAICompat) -> None:
    server.play(says(event({"error": {"message": "busy", "code": 429}})))
    assert (await said(model))[0] == GREETING


async def test_nothing_is_tried_again_once_something_was_shown(server: FakeServer, model: OpenAICompat) -> None:
    server.play(cut_in_the_middle)
    shown = []
    with pytest.raises(ModelFailed):
        async for part in model.reply(prompt()):
            shown.append(part)
    assert shown == [Delta("Good"), Delta(" eve")]
    assert len(server.requests) == 1


@pytest.mark.parametrize("header", ["-1", "nan", "inf", "Wed, 21 Oct 2015 07:28:00 GMT", "soon", "", "0"])
async def test_a_pause_that_makes_no_sense_is_not_kept(server: FakeServer, model: OpenAICompat, header: str) -> None:
    server.play(answers(429, b"slow down", "text/plain", f"Retry-After: {header}"))
    assert (await said(model))[0] == GREETING


@pytest.mark.parametrize("header", ["9e9", "31", "Fri, 01 Jan 2999 00:00:00 GMT"])
async def test_a_pause_too_long_to_wait_for_ends_it(server: FakeServer, model: OpenAICompat, header: str) -> None:
    server.play(answers(429, b'{"error":{"message":"quota"}}', "application/json", f"Retry-After: {header}"))
    with pytest.raises(ModelFailed, match="429 Too Many Requests: quota") as failure:
        await said(model)
    assert (failure.value.reason, failure.value.status) == ("rate_limited", 429)
    assert len(server.requests) == 1


@pytest.mark.parametrize("header", ["0.5", "Thu, 01 Jan 1970 00:16:41 GMT"])
async def test_a_sane_pause_is_kept_and_not_held_against_the_first_token(server: FakeServer, header: str) -> None:
    model = OpenAICompat(server.url, "tiny", deadlines=replace(PATIENT, first_token=0.4), clock=ManualClock(1000.5))
    server.play(answers(429, b"slow down", "text/plain", f"Retry-After: {header}"))
    begun = monotonic()
    assert (await said(model))[0] == GREETING
    await model.close()
    assert monotonic() - begun >= 0.45


async def test_a_redirect_is_not_followed_and_the_key_stays(server: FakeServer) -> None:
    model = OpenAICompat(server.url, "tiny", SecretStr("sk-canary"), deadlines=PATIENT)
    async with fake_server() as other:
        server.play(answers(307, b"", "text/plain", f"Location: {other.url}/chat/completions"))
        with pytest.raises(ModelFailed, match="redirects"):
            await said(model)
        assert other.requests == []
    await model.close()


async def test_no_error_tells_the_key(server: FakeServer) -> None:
    key = "sk-canary-0123456789"
    model = OpenAICompat(server.url, "tiny", SecretStr(key), deadlines=PATIENT)
    hidden = key[:9] + "\u200b" + key[9:]
    for body in (f"bad key {key}", f'{{"error":{{"message":"{"x" * 180}{key}"}}}}', f"Bearer {hidden}\x1b[31m\u202e"):
        server.play(answers(401, body.encode(), "application/json"))
        with pytest.raises(ModelFailed) as failure:
            await said(model)
        message = str(failure.value)
        assert "canary" not in message
        assert len(message) <= 200
        assert message.isprintable()
    await model.close()


async def test_a_server_that_is_not_there_is_unreachable() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound and not listening: connections are refused
        model = OpenAICompat(f"http://127.0.0.1:{taken.getsockname()[1]}/v1", "tiny", deadlines=PATIENT)
        with pytest.raises(ModelFailed, match="cannot be reached") as failure:
            await said(model)
        await model.close()
    assert failure.value.reason == "unreachable"


async def test_a_name_that_is_not_known_is_unreachable() -> None:
    model = OpenAICompat("http://model.invalid/v1", "tiny", deadlines=PATIENT)
    with pytest.raises(ModelFailed) as failure:
        await said(model)
    await model.close()
    assert failure.value.reason in {"unreachable", "timeout"}  # how fast a resolver says no is the machine's


async def test_a_reply_over_the_limit_is_refused(server: FakeServer) -> None:
    model = OpenAICompat(server.url, "tiny", sampling=Sampling(max_chars=8), deadlines=PATIENT)
    server.play(says(chunk("12345678"), DONE), says(chunk("123456789"), DONE))
    assert (await said(model))[0] == "12345678"
    with pytest.raises(ModelFailed, match="too long"):
        await said(model)
    await model.close()


async def test_a_cancelled_reply_is_cancelled(server: FakeServer, model: OpenAICompat) -> None:
    server.play(hang_after_headers)
    task = asyncio.create_task(said(model))
    while not server.requests:
        await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert (await said(model))[0] == GREETING


async def test_a_stream_cut_at_any_byte_before_its_marker_is_never_a_success(server: FakeServer) -> None:
    model = OpenAICompat(server.url, "tiny", deadlines=PATIENT, jitter=lambda most: 0.0)
    marker = WHOLE_STREAM.index(b'"finish_reason": "stop"')
    complete = WHOLE_STREAM.index(b"\n", marker)
    for cut in range(len(WHOLE_STREAM)):
        server.play(says(WHOLE_STREAM[:cut]))
        try:
            text, _ = await said(model)
        except ModelFailed as failure:
            assert failure.reason == "truncated", cut
            assert cut < complete
        else:
            assert text == GREETING
            assert cut >= complete
    await model.close()
