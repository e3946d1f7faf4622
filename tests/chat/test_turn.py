"""A turn as its watchers see it: from the first piece on, as often as they like, until it is over."""

import asyncio

import pytest

from agent_runtime.chat.turn import Reply, Turn
from agent_runtime.core.conversation import Message
from agent_runtime.core.errors import Interrupted
from agent_runtime.core.ports import Finish
from agent_runtime.core.presence import Mood
from tests.store.values import message


def kept(content: str) -> Message:
    return Message(**message("session", content).model_dump(), seq=1)


async def watched(turn: Turn) -> list[str]:
    async with asyncio.timeout(20):
        return [text async for _, text in turn.deltas()]


async def test_early_and_late_watchers_see_every_piece() -> None:
    turn = Turn("t", kept("Hello!"))
    early = asyncio.create_task(watched(turn))
    await asyncio.sleep(0)
    turn.grow("Good ")
    middle = asyncio.create_task(watched(turn))
    await asyncio.sleep(0)
    turn.grow("evening.")
    reply = Reply("t", turn.user_message, kept("Good evening."), Mood.HAPPY, Finish("stop"))
    turn.finish(reply)
    for seen in (await early, await middle, await watched(turn)):
        assert seen == ["Good ", "evening."]
    assert turn.text == "Good evening."
    assert await turn.reply() is reply
    assert await turn.reply() is reply


async def test_a_watcher_that_leaves_disturbs_nobody() -> None:
    turn = Turn("t", kept("Hello!"))
    leaving, staying = asyncio.create_task(watched(turn)), asyncio.create_task(watched(turn))
    await asyncio.sleep(0)
    leaving.cancel()
    turn.grow("Good ")
    turn.fail(Interrupted("stopped"))
    assert await staying == ["Good "]
    await asyncio.wait({leaving})
    assert leaving.cancelled()


async def test_a_fault_reaches_everyone_who_waits() -> None:
    turn = Turn("t", kept("Hello!"))
    waiting = [asyncio.create_task(turn.reply()) for _ in range(3)]
    await asyncio.sleep(0)
    turn.fail(Interrupted("stopped"))
    for each in waiting:
        with pytest.raises(Interrupted):
            await each
    assert await watched(turn) == []
