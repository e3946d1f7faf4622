"""What became of calls is counted, also of those that their reader left."""

from contextlib import aclosing

import pytest

from agent_runtime.core.errors import ModelFailed
from agent_runtime.core.ports import Delta, Finish, Sent
from agent_runtime.llm.calls import OTHER, CallBook
from agent_runtime.llm.openai_compat import OpenAICompat
from tests.llm.conftest import prompt
from tests.llm.fake_server import DONE, Exchange, FakeServer, chunk


async def _good(exchange: Exchange) -> None:
    await exchange.head()
    await exchange.send(chunk("Good evening."), chunk(finish="stop"), DONE)


async def _cut(exchange: Exchange) -> None:
    await exchange.head()
    await exchange.send(chunk("Good"))


async def read_until(model: OpenAICompat, last: type[Delta] | type[Finish]) -> None:
    """Read a reply as chat does: whoever has what it wanted leaves."""
    async with aclosing(model.reply(prompt())) as parts:
        async for part in parts:
            if not isinstance(part, Sent) and isinstance(part, last):
                return


def test_what_no_configuration_names_is_counted_as_other() -> None:
    book = CallBook(["tiny", "small"])
    assert book.of("tiny") is not book.of("small")
    assert book.of("chosen by a character") is book.of(OTHER)
    assert book.by_model.keys() == {"tiny", "small", OTHER}


async def test_a_reply_that_was_read_to_its_end_is_done_and_one_that_was_left_is_stopped(
    server: FakeServer, model: OpenAICompat
) -> None:
    server.play(_good, _good)
    await read_until(model, Finish)
    await read_until(model, Delta)
    calls = model.caller.calls.of("tiny")
    assert calls.outcomes == {"done": 1, "stopped": 1}
    assert sum(calls.seconds.counts) == 2


async def test_a_failure_is_counted_by_its_reason(server: FakeServer, model: OpenAICompat) -> None:
    server.play(_cut)
    with pytest.raises(ModelFailed):
        await read_until(model, Finish)
    assert model.caller.calls.of("tiny").outcomes == {"truncated": 1}


async def test_a_model_that_answers_in_between_is_not_left_alone(server: FakeServer, model: OpenAICompat) -> None:
    for _ in range(4):
        server.play(_cut, _good)
        with pytest.raises(ModelFailed):
            await read_until(model, Finish)
        await read_until(model, Finish)
    server.play(_cut)
    with pytest.raises(ModelFailed):
        await read_until(model, Finish)
    assert model.caller.states == {"tiny": "closed"}
