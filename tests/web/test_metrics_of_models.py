"""GET /metrics where a model answers: its calls, what they cost, and who stood in for it."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.measuring.figures import scraped
from tests.process.http import Client, client_of
from tests.process.model import BREAK, FAIL, Model, model_server
from tests.process.runtime import RuntimeProcess


@pytest.fixture(scope="module")
def modelled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RuntimeProcess]:
    with model_server() as model:
        started = _runtime(tmp_path_factory.mktemp("modelled"), model)
        yield started.start()
        started.kill()


@pytest.fixture
async def guest(modelled: RuntimeProcess) -> AsyncIterator[Client]:
    async with client_of(modelled.url) as client:
        yield client


def _runtime(folder: Path, model: Model, *settings: str) -> RuntimeProcess:
    return RuntimeProcess(folder / "data", *model.settings(), *settings)


async def test_calls_are_counted_by_model_and_end_with_the_tokens_they_cost(guest: Client) -> None:
    session, before = await guest.session_with("wren"), await scraped(guest)
    replies = [await guest.say(session, content) for content in ("Hello!", FAIL, BREAK)]
    assert [reply.status for reply in replies] == [200, 502, 502]
    after = await scraped(guest)
    grown = after.since(before)
    for outcome in ("done", "refused", "truncated"):
        asked = {"provider": "openai_compat", "model": "tiny", "outcome": outcome}
        assert grown("rt_llm_requests_total", **asked) == 1
    for outcome in ("done", "failed", "truncated"):
        assert grown("rt_turns_total", kind="chat", outcome=outcome) == 1
    assert grown("rt_llm_seconds_count", model="tiny") == 3
    assert grown("rt_first_token_seconds_count", provider="openai_compat") == 2
    usage = replies[0].json["usage"]
    assert grown("rt_llm_tokens_total", direction="sent") >= usage["prompt_tokens"] > 0
    assert grown("rt_llm_tokens_total", direction="received") >= usage["completion_tokens"] > 0
    assert after.of("rt_llm_breaker_state", provider="openai_compat", model="tiny") == 0


async def test_a_reply_beyond_the_limits_is_counted_as_that_of_a_stand_in(tmp_path: Path) -> None:
    with model_server() as model:
        runtime = _runtime(tmp_path, model, "llm.limits.tokens_per_minute=1").start()
        try:
            async with client_of(runtime.url) as client:
                session = await client.session_with("wren")
                replies = [await client.say(session, content) for content in ("Hello!", "And you?")]
                figures = await scraped(client)
        finally:
            runtime.kill()
    assert [reply.status for reply in replies] == [200, 200]
    assert figures.of("rt_fallback_lines_total", reason="limits") == 1
    assert figures.of("rt_llm_requests_total", provider="openai_compat", model="tiny", outcome="done") == 1
    assert figures.of("rt_first_token_seconds_count", provider="scripted") == 1
