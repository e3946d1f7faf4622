"""Tasks with an owner, and the supervisor of those that must not end."""

import asyncio

import pytest

from agent_runtime.core.supervision import GivenUp, Supervisor
from agent_runtime.core.tasks import Tasks


async def test_draining_waits_for_what_ends_in_time_and_cancels_the_rest() -> None:
    tasks, ends = Tasks(), asyncio.Event()
    seen: list[str] = []

    async def work(name: str) -> None:
        try:
            await (ends.wait() if name == "quick" else asyncio.Event().wait())
            seen.append(name)
        except asyncio.CancelledError:
            seen.append(f"{name} put in order")
            raise

    tasks.spawn("quick", work("quick"))
    tasks.spawn("endless", work("endless"))
    await asyncio.sleep(0)
    ends.set()
    await tasks.drain(grace_s=0.05)
    assert seen == ["quick", "endless put in order"]
    assert len(tasks) == 0


async def test_draining_nothing_returns() -> None:
    await Tasks().drain(grace_s=5)


async def test_a_child_that_fails_or_returns_runs_again_and_its_sibling_does_not_notice() -> None:
    supervisor, ran, ticks = Supervisor(), asyncio.Event(), 0
    runs: list[str] = []

    async def failing() -> None:
        runs.append("run")
        if len(runs) == 3:
            ran.set()
            await asyncio.Event().wait()
        if len(runs) == 1:
            raise ValueError("a bug")

    async def ticking() -> None:
        nonlocal ticks
        while True:
            ticks += 1
            await asyncio.sleep(0)

    async with asyncio.timeout(10), asyncio.TaskGroup() as group:
        kept = [group.create_task(supervisor.keep(child.__name__, child)) for child in (failing, ticking)]
        await ran.wait()
        for task in kept:
            task.cancel()
    assert supervisor.restarts == {"failing": 2}
    assert ticks > 10


async def test_a_child_that_cannot_be_kept_alive_is_given_up() -> None:
    supervisor = Supervisor(longest_pause_s=0.0)

    async def hopeless() -> None:
        raise OSError("again")

    async with asyncio.timeout(10):
        with pytest.raises(GivenUp, match="hopeless failed 20 times"):
            await supervisor.keep("hopeless", hopeless)
    assert supervisor.restarts == {"hopeless": 20}


async def test_cancelling_a_kept_child_is_not_a_failure() -> None:
    supervisor = Supervisor()
    kept = asyncio.create_task(supervisor.keep("waiting", asyncio.Event().wait))  # type: ignore[arg-type]
    await asyncio.sleep(0)
    kept.cancel()
    with pytest.raises(asyncio.CancelledError):
        await kept
    assert supervisor.restarts == {}
