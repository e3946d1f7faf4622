"""Traces: given back as they were saved, small where prompts repeat, gone when they are old."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from agent_runtime.core.errors import NotFound
from agent_runtime.store.database import Database
from agent_runtime.store.turn_tables import prompt_parts, traces
from tests.store.values import NOON, new_id, session, turn

PREFIX = "You are Ada, who sells clocks. " * 40


async def begun(database: Database, count: int = 1) -> list[str]:
    """Turns to trace."""
    owners = await asyncio.gather(*(database.sessions.create(session()) for _ in range(count)))
    given = [turn(owner.id) for owner in owners]
    await asyncio.gather(*(database.turns.begin(each, None) for each in given))
    return [each.id for each in given]


async def counted(database: Database, table: Any) -> int:
    return int(
        await database.traces.engine.read(lambda db: db.execute(select(func.count()).select_from(table)).scalar())
    )


async def test_a_trace_comes_back_as_it_was_saved(database: Database) -> None:
    (turn_id,) = await begun(database)
    content = {
        "sections": [
            {"name": "persona", "text": PREFIX, "tokens": 300},
            {"name": "history", "texts": ["a", PREFIX, ""]},
        ],
        "raw": "é🎨" * 400,
        "timings": {"first_token": 0.25, "total": None},
        "parts": [[["x"], "y"]],
        "content": {"": {"0": PREFIX + "."}},
    }
    await database.traces.save(turn_id, content, NOON)
    assert await database.traces.get(turn_id) == content
    assert content["raw"] == "é🎨" * 400  # what was given is left alone
    await database.traces.save(turn_id, {"again": PREFIX}, NOON)
    assert await database.traces.get(turn_id) == {"again": PREFIX}


async def test_what_repeats_from_turn_to_turn_is_kept_once(database: Database) -> None:
    ids = await begun(database, 30)
    saves = (database.traces.save(each, {"prefix": PREFIX, "question": each}, NOON) for each in ids)
    await asyncio.gather(*saves)
    assert await counted(database, prompt_parts) == 1
    widest = select(func.max(func.length(traces.c.content.cast(prompt_parts.c.text.type))))
    assert await database.traces.engine.read(lambda db: db.execute(widest).scalar()) < 250
    assert await database.traces.get(ids[7]) == {"prefix": PREFIX, "question": ids[7]}


async def test_a_strange_text_is_mended_and_costs_no_trace(database: Database) -> None:
    (turn_id,) = await begun(database)
    raw = "a\0b \ud800 " + "x" * 600
    await database.traces.save(turn_id, {"raw": raw, "\0": [float("nan"), 1.5], "short": "\0"}, NOON)
    assert await database.traces.get(turn_id) == {
        "raw": "a\ufffdb \ufffd " + "x" * 600,
        "\ufffd": [None, 1.5],
        "short": "\ufffd",
    }


async def test_a_turn_that_is_not_there_has_no_trace_and_its_neighbours_have(database: Database) -> None:
    (turn_id,) = await begun(database)
    for unknown in (turn_id, new_id(), "", "a\0b", "x" * 65):
        with pytest.raises(NotFound):
            await database.traces.get(unknown)
    jobs = (database.traces.save(each, {"a": PREFIX}, NOON) for each in (new_id(), turn_id, "a\0b"))
    outcomes = await asyncio.gather(*jobs, return_exceptions=True)
    assert [isinstance(each, NotFound) for each in outcomes] == [True, False, True]
    assert await database.traces.get(turn_id) == {"a": PREFIX}


async def test_old_traces_are_purged_and_parts_only_when_no_trace_needs_them(database: Database) -> None:
    ids = await begun(database, 6)
    for hours, turn_id in enumerate(ids):
        at = NOON + timedelta(hours=hours)
        await database.traces.save(turn_id, {"prefix": PREFIX, "mine": f"{hours} {PREFIX}"}, at)
    before = NOON + timedelta(hours=4)
    assert [await database.traces.purge(before, 3) for _ in range(4)] == [3, 3, 1, 0]  # four traces, three parts
    for turn_id in ids[:4]:
        with pytest.raises(NotFound):
            await database.traces.get(turn_id)
    assert await database.traces.get(ids[4]) == {"prefix": PREFIX, "mine": f"4 {PREFIX}"}
    end = NOON + timedelta(days=1)
    assert await database.traces.purge(end, 1000) == 2 + 4
    assert await counted(database, prompt_parts) == 0
    await database.traces.save(ids[0], {"prefix": PREFIX}, end)  # used again after it was gone
    assert await database.traces.get(ids[0]) == {"prefix": PREFIX}
