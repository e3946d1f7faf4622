"""Whatever a model's server does, a turn ends in time and says why; nothing half is kept, and the next turn works."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from agent_runtime.live.binary import free_port
from tests.llm.faulty import MODES, REASONS, REFUSES, WELL
from tests.process.http import Client, assert_problem, client_of
from tests.process.model_faults import cast, faulty_models
from tests.process.runtime import RuntimeProcess

pytestmark = pytest.mark.slow
Make = Callable[..., RuntimeProcess]
WITHIN_S = 30.0  # several times what the deadlines allow: the machine may be busy
DEADLINES = {"FIRST_TOKEN_S": "3", "IDLE_S": "3", "TOTAL_S": "5"}


def start(make: Make, characters: Path, url: str) -> RuntimeProcess:
    settings = {"PROVIDER": "openai_compat", "BASE_URL": url, "MODEL": "none", **DEADLINES}
    environ = {f"AGENT_RUNTIME__LLM__{name}": value for name, value in settings.items()}
    return make(f"characters_dir={characters}", **environ).start()


async def fails(client: Client, slug: str, mode: str) -> str:
    """A turn against the fault; returns its session."""
    session, reason = await client.session_with(slug), REASONS[mode]
    async with asyncio.timeout(WITHIN_S):
        answer = await client.say(session, "Hello?")
    assert_problem(answer, 504 if reason == "timeout" else 502, "model_failed")
    assert answer.json["reason"] == reason, (mode, answer.json)
    kept = [(each["role"], each["content"]) for each in await client.messages(session)]
    assert kept[:1] == [("user", "Hello?")]
    assert all(each.get("interrupted") for each in (await client.messages(session))[1:]), mode
    return session


async def works(client: Client, session: str) -> None:
    """The next turn of the same session."""
    answer = await client.say(session, f"Hello, {WELL}?")
    assert (answer.status, answer.json["message"]["content"]) == (200, "Good evening, friend."), answer.raw


async def test_every_fault_of_a_model_ends_in_a_problem_and_the_next_turn_works(runtime: Make, tmp_path: Path) -> None:
    slugs = cast(tmp_path / "characters", (mode for mode in MODES if mode != REFUSES))
    with faulty_models() as url:
        started = start(runtime, tmp_path / "characters", url)
        async with client_of(started.url) as client:

            async def shows(mode: str) -> None:
                await works(client, await fails(client, slugs[mode], mode))

            await asyncio.gather(*map(shows, slugs))
        assert started.stop() == 0
    assert "crashed" not in started.log


async def test_a_server_that_is_not_there_yet_is_used_when_it_is(runtime: Make, tmp_path: Path) -> None:
    slugs, port = cast(tmp_path / "characters", [REFUSES]), free_port()
    started = start(runtime, tmp_path / "characters", f"http://127.0.0.1:{port}/v1")
    async with client_of(started.url) as client:
        session = await fails(client, slugs[REFUSES], REFUSES)
        with faulty_models(port):
            await works(client, session)
    assert started.stop() == 0
