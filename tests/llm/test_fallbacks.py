"""Models that stand in for others, in order; models that characters choose; models that are left alone."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from pydantic import SecretStr

from agent_runtime.core.character import Character
from agent_runtime.core.clock import ManualClock
from agent_runtime.core.errors import Misconfigured, ModelFailed
from agent_runtime.core.ports import Delta, Sent
from agent_runtime.core.prompt import Prompt
from agent_runtime.llm.openai_compat import Fallback, OpenAICompat
from tests.llm.conftest import GREETING, HURRIED, PATIENT, prompt, said
from tests.llm.fake_server import DONE, FakeServer, answers, chunk, fake_server, says
from tests.llm.faulty import cut_in_the_middle, hang_before_headers

DOWN = answers(503, b'{"error":"down"}')
NO_MODEL = answers(404, b'{"error":"model not found"}')


@pytest.fixture
async def other() -> AsyncIterator[FakeServer]:
    async with fake_server() as fake:
        yield fake


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(1000.0)


@pytest.fixture
async def pair(server: FakeServer, other: FakeServer, clock: ManualClock) -> AsyncIterator[OpenAICompat]:
    """A model, a second one on the same server, a third one on another."""
    fallbacks = (Fallback("small"), Fallback("spare", other.url))
    model = OpenAICompat(
        server.url, "tiny", deadlines=PATIENT, clock=clock, jitter=lambda most: 0.0, fallbacks=fallbacks
    )
    yield model
    await model.close()


def asked_of(server: FakeServer) -> list[str]:
    return [request.json["model"] for request in server.requests]


def prompt_of(character: dict[str, object]) -> Prompt:
    return replace(prompt(), character=Character.model_validate({"name": "Vesper Quill", **character}))


async def test_the_next_model_answers_where_one_cannot_and_says_so(
    server: FakeServer, other: FakeServer, pair: OpenAICompat
) -> None:
    assert (await said(pair))[1].is_fallback is False
    server.play(answers(400, b"no"), answers(400, b"no"))
    text, finish = await said(pair)
    assert (text, finish.model, finish.is_fallback) == (GREETING, "spare", True)
    assert asked_of(server) == ["tiny", "tiny", "small"]
    assert asked_of(other) == ["spare"]
    assert pair.name == "tiny"


async def test_what_was_asked_is_told_before_every_attempt(server: FakeServer, pair: OpenAICompat) -> None:
    server.play(DOWN, DOWN, DOWN)
    parts = [part async for part in pair.reply(prompt())]
    assert [part.model for part in parts if isinstance(part, Sent)] == ["tiny", "tiny", "tiny", "small"]
    assert isinstance(parts[4], Delta)


async def test_no_other_model_goes_on_where_something_was_shown(
    server: FakeServer, other: FakeServer, pair: OpenAICompat
) -> None:
    server.play(cut_in_the_middle)
    with pytest.raises(ModelFailed) as failure:
        await said(pair)
    assert failure.value.reason == "truncated"
    assert (asked_of(server), asked_of(other)) == (["tiny"], [])


async def test_an_empty_reply_of_one_is_answered_by_the_next(server: FakeServer, pair: OpenAICompat) -> None:
    server.play(says(chunk(" "), DONE))
    assert (await said(pair))[1].model == "small"


async def test_every_model_has_its_own_time_to_begin(server: FakeServer) -> None:
    patient = replace(PATIENT, first_token=2.0)
    model = OpenAICompat(server.url, "tiny", deadlines=patient, fallbacks=(Fallback("small"),))
    server.play(hang_before_headers)
    assert (await said(model))[1].model == "small"
    await model.close()


async def test_all_of_them_together_take_no_longer_than_one_may(server: FakeServer) -> None:
    hurried = replace(HURRIED, first_token=PATIENT.total)
    model = OpenAICompat(server.url, "tiny", deadlines=hurried, fallbacks=(Fallback("small"), Fallback("spare")))
    server.play(hang_before_headers, hang_before_headers)
    with pytest.raises(ModelFailed, match="too long in all"):
        await said(model)
    await model.close()
    assert asked_of(server) == ["tiny"]


async def test_a_key_goes_to_its_own_server_only(server: FakeServer, other: FakeServer) -> None:
    fallbacks = (Fallback("small"), Fallback("spare", other.url))
    model = OpenAICompat(server.url, "tiny", SecretStr("sk-canary"), deadlines=PATIENT, fallbacks=fallbacks)
    server.play(NO_MODEL, NO_MODEL)
    await said(model)
    assert [request.headers["authorization"] for request in server.requests] == ["Bearer sk-canary"] * 2
    assert "authorization" not in other.requests[0].headers
    await model.close()
    model = OpenAICompat(server.url, "tiny", fallbacks=fallbacks[1:], fallback_key=SecretStr("sk-second"))
    server.play(NO_MODEL)
    await said(model)
    assert other.requests[1].headers["authorization"] == "Bearer sk-second"
    assert "canary" not in repr(model)
    await model.close()


def test_the_address_of_a_fallback_is_checked_as_the_first_one() -> None:
    with pytest.raises(Misconfigured, match="metadata"):
        OpenAICompat("https://example.org/v1", "tiny", fallbacks=(Fallback("spare", "http://169.254.169.254/v1"),))


async def test_a_model_that_is_not_there_is_left_alone_while_another_answers(
    server: FakeServer, pair: OpenAICompat, clock: ManualClock
) -> None:
    server.play(NO_MODEL)
    await said(pair)
    await said(pair)
    assert asked_of(server) == ["tiny", "small", "small"]
    assert pair.trouble == "tiny: the model's server answered 404 Not Found: model not found"
    clock.move_to(1010.0)
    assert (await said(pair))[1].model == "tiny"
    assert pair.trouble == ""


async def test_the_only_model_is_asked_again_until_it_has_failed_five_times(
    server: FakeServer, clock: ManualClock
) -> None:
    model = OpenAICompat(server.url, "tiny", deadlines=PATIENT, clock=clock)
    server.play(*[NO_MODEL] * 5)
    for _ in range(5):
        with pytest.raises(ModelFailed, match=r"model not found$"):
            await said(model)
    with pytest.raises(ModelFailed, match=r"not asked again for 10 s") as failure:
        await said(model)
    assert (failure.value.reason, failure.value.status, len(server.requests)) == ("refused", 404, 5)
    clock.move_to(1010.0)
    assert (await said(model))[0] == GREETING
    await model.close()


async def test_a_request_that_is_refused_says_nothing_against_the_model(server: FakeServer, clock: ManualClock) -> None:
    model = OpenAICompat(server.url, "tiny", deadlines=PATIENT, clock=clock)
    server.play(*[answers(400, b"too rude")] * 9)
    for _ in range(9):
        with pytest.raises(ModelFailed, match="too rude"):
            await said(model)
    assert (await said(model))[0] == GREETING
    await model.close()


async def test_a_trial_that_is_cancelled_makes_room_for_another(server: FakeServer, clock: ManualClock) -> None:
    model = OpenAICompat(server.url, "tiny", deadlines=PATIENT, clock=clock)
    server.play(*[NO_MODEL] * 5, hang_before_headers)
    for _ in range(5):
        with pytest.raises(ModelFailed):
            await said(model)
    clock.move_to(1010.0)
    trial = asyncio.create_task(said(model))
    while len(server.requests) < 6:
        await asyncio.sleep(0)
    with pytest.raises(ModelFailed, match="being tried again"):
        await said(model)
    trial.cancel()
    await asyncio.gather(trial, return_exceptions=True)
    assert (await said(model))[0] == GREETING
    await model.close()


async def test_a_character_speaks_with_the_model_it_names(server: FakeServer, pair: OpenAICompat) -> None:
    asked = prompt_of({"model": {"name": "muse", "temperature": 0.9, "max_tokens": 50}})
    text, finish = await said(pair, asked)
    assert (text, finish.model, finish.is_fallback) == (GREETING, "muse", False)
    assert server.requests[0].json["temperature"] == 0.9
    assert server.requests[0].json["max_tokens"] == 50
    await said(pair, prompt_of({"model": {"name": "muse"}}))
    assert "temperature" not in server.requests[1].json
    assert server.requests[1].json["max_tokens"] == 400


async def test_the_fallbacks_stand_in_for_a_chosen_model_too(server: FakeServer, pair: OpenAICompat) -> None:
    server.play(NO_MODEL)
    _, finish = await said(pair, prompt_of({"model": {"name": "muse"}}))
    assert (finish.model, finish.is_fallback) == ("small", True)
    assert (await said(pair))[1].model == "tiny"
