"""What passes is tried again, before the first word only, and never for longer than a reply is worth."""

from dataclasses import replace
from time import monotonic

import pytest

from agent_runtime.core.clock import ManualClock
from agent_runtime.core.errors import ModelFailed
from agent_runtime.core.ports import Delta, Sent
from agent_runtime.llm.openai_compat import OpenAICompat
from tests.llm.conftest import GREETING, PATIENT, prompt, said
from tests.llm.fake_server import FakeServer, answers, event, says
from tests.llm.faulty import HTML, cut_in_the_middle, reset_before_headers


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
    shown: list[object] = []
    with pytest.raises(ModelFailed):
        async for part in model.reply(prompt()):
            shown += [] if isinstance(part, Sent) else [part]
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
