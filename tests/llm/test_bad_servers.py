"""Whatever a server does, a reply ends in time with a reason, and the next one works."""

import asyncio
import socket
from time import monotonic

import pytest
from pydantic import SecretStr

from agent_runtime.core.errors import ModelFailed
from agent_runtime.llm.breaker import Tolerance
from agent_runtime.llm.openai_compat import OpenAICompat
from agent_runtime.llm.wire import Sampling
from tests.llm.conftest import GREETING, HURRIED, PATIENT, said
from tests.llm.fake_server import DONE, WHOLE_STREAM, FakeServer, Mode, answers, chunk, fake_server, says
from tests.llm.faulty import FAULTS, SILENCES, hang_after_headers


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


@pytest.mark.timing
@pytest.mark.parametrize("mode", SILENCES.values(), ids=SILENCES.keys())
async def test_no_more_than_half_a_second_is_lost_on_a_server_that(
    server: FakeServer, hurried: OpenAICompat, mode: Mode
) -> None:
    server.play(mode)
    begun = monotonic()
    with pytest.raises(ModelFailed):
        await said(hurried)
    assert monotonic() - begun <= HURRIED.total + 0.5


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
    patience = Tolerance(in_a_row=10_000, of_many=10_000)
    model = OpenAICompat(server.url, "tiny", deadlines=PATIENT, jitter=lambda most: 0.0, tolerance=patience)
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
