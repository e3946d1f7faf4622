"""A server that does not know a field, or has no room for the prompt, is asked once more in a way that it takes."""

from dataclasses import replace

import pytest

from agent_runtime.core.errors import ModelFailed
from agent_runtime.core.ports import Sent
from agent_runtime.core.prompt import PromptMessage
from agent_runtime.llm.openai_compat import OpenAICompat
from agent_runtime.llm.wire import Sampling
from tests.llm.conftest import GREETING, PATIENT, prompt, said
from tests.llm.fake_server import FakeServer, answers

STRANGERS = {
    "a 422": (422, b'{"detail":[{"msg":"Extra inputs are not permitted","loc":["body","stream_options"]}]}'),
    "a 422 without a word": (422, b""),
    "a 400": (400, b'{"error":{"message":"Unknown parameter: \'stream_options\'."}}'),
    "a plain text": (400, b"Unrecognized request argument supplied: stream_options"),
    "a message of its own": (400, b'{"message":"unknown field include_usage"}'),
}
OVERFLOWS = {
    "OpenAI": b'{"error":{"message":"This model\'s maximum context length is 8192 tokens.","code":"x"}}',
    "llama.cpp": b'{"error":{"message":"the request exceeds the available context size. try increasing it"}}',
    "vLLM": b'{"object":"error","message":"prompt is too long: 9000 tokens > 8192 maximum"}',
    "a text": b"context_length_exceeded",
}
WORDY = (PromptMessage("system", "You are Vesper."), PromptMessage("user", "Hm. " * 400))
SHORT = (PromptMessage("system", "You are Vesper."), PromptMessage("user", "Hm."))


@pytest.mark.parametrize(("status", "body"), STRANGERS.values(), ids=STRANGERS.keys())
async def test_a_field_it_does_not_know_is_left_out_from_then_on(
    server: FakeServer, model: OpenAICompat, status: int, body: bytes
) -> None:
    server.play(answers(status, body))
    assert (await said(model))[0] == GREETING
    assert (await said(model))[0] == GREETING
    assert ["stream_options" in request.json for request in server.requests] == [True, False, False]


async def test_what_it_dislikes_is_not_asked_a_third_time(server: FakeServer, model: OpenAICompat) -> None:
    server.play(*[answers(422, b'{"detail":[{"msg":"messages: roles must alternate"}]}')] * 3)
    with pytest.raises(ModelFailed, match="roles must alternate") as failure:
        await said(model)
    assert failure.value.reason == "refused"
    assert len(server.requests) == 2


async def test_a_limit_and_a_temperature_are_named_as_it_wants_them(server: FakeServer) -> None:
    model = OpenAICompat(server.url, "tiny", sampling=Sampling(temperature=0.5), deadlines=PATIENT)
    server.play(
        answers(400, b'{"error":{"message":"Unsupported parameter: use \'max_completion_tokens\' instead."}}'),
        answers(400, b'{"error":{"message":"Unsupported value: \'temperature\' does not support 0.5."}}'),
    )
    assert (await said(model))[0] == GREETING
    last = server.requests[-1].json
    assert (last["max_completion_tokens"], last.keys() & {"max_tokens", "temperature"}) == (400, set())
    await said(model)
    assert len(server.requests) == 4
    await model.close()


@pytest.mark.parametrize("body", OVERFLOWS.values(), ids=OVERFLOWS.keys())
async def test_a_prompt_that_is_too_long_is_halved_once(server: FakeServer, model: OpenAICompat, body: bytes) -> None:
    limits: list[int | None] = []

    def messages(limit: int | None = None) -> tuple[PromptMessage, ...]:
        limits.append(limit)
        return WORDY if limit is None else SHORT

    asked = replace(prompt(), messages=messages)
    server.play(answers(400, body))
    parts = [part async for part in model.reply(asked)]
    assert [part.messages for part in parts if isinstance(part, Sent)] == [WORDY, SHORT]
    assert limits == [None, 602]  # half of about 404 tokens, and 400 for the reply
    assert len(server.requests[1].json["messages"][1]["content"]) == 3
    server.play(answers(400, body), answers(400, body))
    with pytest.raises(ModelFailed, match="400") as failure:
        await said(model, asked)
    assert failure.value.reason == "refused"
    assert len(server.requests) == 4


async def test_a_prompt_with_nothing_to_leave_out_is_not_sent_again(server: FakeServer, model: OpenAICompat) -> None:
    server.play(answers(400, OVERFLOWS["OpenAI"]))
    with pytest.raises(ModelFailed, match="maximum context length"):
        await said(model)
    assert len(server.requests) == 1
