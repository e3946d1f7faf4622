"""Summaries: one a session, never an older one over a newer, gone with what they sum up."""

import asyncio
from datetime import timedelta

import pytest

from agent_runtime.core.errors import NotFound, Refused
from agent_runtime.core.memory import Summary
from agent_runtime.store.database import Database
from tests.store.values import NOON, message, new_id, session


async def summary_of_new_session(database: Database, upto: int = 5) -> Summary:
    owner = await database.sessions.create(session())
    summary = Summary(session_id=owner.id, upto_seq=upto, text="They spoke of herons – naïvely.", updated_at=NOON)
    await database.summaries.save(summary)
    return summary


async def test_a_summary_comes_back_and_is_replaced_by_a_newer_one(database: Database) -> None:
    first = await summary_of_new_session(database)
    assert await database.summaries.get(first.session_id) == first
    newer = first.model_copy(update={"upto_seq": 9, "text": "Of boats.", "updated_at": NOON + timedelta(hours=1)})
    await database.summaries.save(newer)
    await database.summaries.save(first)
    assert await database.summaries.get(first.session_id) == newer


async def test_a_session_without_one_has_none(database: Database) -> None:
    owner = await database.sessions.create(session())
    for session_id in (owner.id, new_id(), "", "a\0b"):
        assert await database.summaries.get(session_id) is None


async def test_a_summary_of_no_session_is_not_kept(database: Database) -> None:
    for session_id in (new_id(), "", "a\0b"):
        with pytest.raises(NotFound):
            await database.summaries.save(Summary(session_id=session_id, upto_seq=1, text="x", updated_at=NOON))


async def test_what_cannot_be_kept_of_a_summary_is_refused(database: Database) -> None:
    kept = await summary_of_new_session(database)
    for text in ("a\0b", "\ud800", "x" * 20_001):
        with pytest.raises(Refused):
            await database.summaries.save(kept.model_copy(update={"text": text}))
    assert await database.summaries.get(kept.session_id) == kept


async def test_a_summary_that_comes_after_its_messages_were_deleted_or_left_is_not_kept(database: Database) -> None:
    """It waits for its commit while somebody deletes what it tells."""
    owner = await database.sessions.create(session())
    first = await database.messages.append(message(owner.id))
    summary = Summary(session_id=owner.id, upto_seq=1, text="They spoke.", updated_at=NOON)
    await database.messages.append(message(owner.id, branches=True, parent_id=None))
    with pytest.raises(NotFound):
        await database.summaries.save(summary, first.id)
    await database.messages.select(first.id)
    saved = database.summaries.save(summary, first.id)
    await asyncio.gather(saved, database.messages.delete_all(owner.id), return_exceptions=True)
    with pytest.raises(NotFound):
        await database.summaries.save(summary, first.id)
    assert await database.summaries.get(owner.id) is None


async def test_a_summary_goes_with_its_session_and_with_its_messages(database: Database) -> None:
    first, second = await summary_of_new_session(database), await summary_of_new_session(database)
    await database.sessions.delete(first.session_id)
    assert await database.summaries.get(first.session_id) is None
    await database.messages.append(message(second.session_id))
    assert await database.messages.delete_all(second.session_id) == 1
    assert await database.summaries.get(second.session_id) is None
    anew = second.model_copy(update={"upto_seq": 1})
    await database.summaries.save(anew)
    assert await database.summaries.get(second.session_id) == anew
