"""Idempotency keys: whoever comes second is told what the first was given, for a day."""

import asyncio
import sys
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from agent_runtime.core.conversation import Message
from agent_runtime.core.errors import NotFound, Refused, TurnRunning
from agent_runtime.core.turns import Claimed
from agent_runtime.store.database import Database
from tests.store.claiming import begin_some
from tests.store.values import NOON, claim, message, new_id, session, turn

_ROOT = Path(__file__).parents[2]
DAY = timedelta(hours=24)


async def test_a_key_stands_for_what_it_was_first_taken_for(database: Database) -> None:
    assert await database.claims.take(claim("k"), "session", "s1", NOON) is None
    first = Claimed(fingerprint="f", kind="session", id="s1", created_at=NOON)
    later = NOON + timedelta(hours=1)
    assert await database.claims.take(claim("k", fingerprint="other"), "turn", "t1", later) == first
    assert await database.claims.take(claim("k"), "session", "s1", later) is None  # itself, once more
    assert await database.claims.get("somebody", "k", at=later) == first
    assert await database.claims.take(claim("k", scope="another"), "turn", "t1", later) is None
    assert await database.claims.get("somebody", "other", at=later) is None


async def test_after_a_day_a_key_is_free_whether_purged_or_not(database: Database) -> None:
    await database.claims.take(claim("k"), "session", "s1", NOON)
    almost, after = NOON + DAY - timedelta(milliseconds=1), NOON + DAY
    assert await database.claims.get("somebody", "k", at=almost) is not None
    assert await database.claims.get("somebody", "k", at=after) is None
    assert await database.claims.take(claim("k"), "session", "s2", almost) is not None
    assert await database.claims.take(claim("k"), "session", "s2", after) is None
    standing = await database.claims.get("somebody", "k", at=after)
    assert standing is not None
    assert (standing.id, standing.created_at) == ("s2", after)


async def test_old_keys_are_purged_a_few_at_a_time(database: Database) -> None:
    for number in range(5):
        await database.claims.take(claim(f"k{number}"), "turn", new_id(), NOON + timedelta(minutes=number))
    before = NOON + timedelta(minutes=3)
    assert [await database.claims.purge(before, 2) for _ in range(3)] == [2, 1, 0]
    assert await database.claims.get("somebody", "k3", at=before) is not None


async def test_a_claimed_turn_is_not_begun_and_nothing_of_it_is_kept(database: Database) -> None:
    owner = await database.sessions.create(session())
    first, second = turn(owner.id), turn(owner.id)
    kept = await database.turns.begin(first, message(owner.id), claim("k"))
    assert isinstance(kept, Message)
    told = await database.turns.begin(second, message(owner.id), claim("k", fingerprint="other"))
    assert told == Claimed(fingerprint="f", kind="turn", id=first.id, created_at=NOON)
    with pytest.raises(NotFound):
        await database.turns.get(second.id)
    assert (await database.sessions.get(owner.id)).message_count == 1
    late = turn(owner.id, created_at=NOON + DAY)
    with pytest.raises(TurnRunning):
        await database.turns.begin(late, message(owner.id), claim("k"))
    await database.turns.finish(first.id, "done", None, at=NOON)
    assert isinstance(await database.turns.begin(late, message(owner.id), claim("k")), Message)


async def test_a_turn_that_cannot_be_begun_leaves_its_key_free(database: Database) -> None:
    owner = await database.sessions.create(session())
    lost, nowhere = turn(new_id()), turn(owner.id)
    with pytest.raises(NotFound):
        await database.turns.begin(lost, None, claim("k"))
    with pytest.raises(NotFound):
        await database.turns.begin(nowhere, message(owner.id, parent_id=new_id(), branches=True), claim("k"))
    assert await database.claims.get("somebody", "k", at=NOON) is None
    assert await database.turns.begin(turn(owner.id), None, claim("k")) is None


async def test_what_no_key_can_be_is_refused_and_unknown(database: Database) -> None:
    for strange in ("", "a\0b", "\ud800", "x" * 256):
        for bad in (claim(strange), claim("k", scope=strange)):
            with pytest.raises(Refused):
                await database.claims.take(bad, "turn", "t", NOON)
            with pytest.raises(Refused):
                await database.turns.begin(turn(new_id()), None, bad)
            assert await database.claims.get(bad.scope, bad.key, at=NOON) is None
    with pytest.raises(Refused):
        await database.claims.take(claim("k", fingerprint="x" * 65), "turn", "t", NOON)
    odd = claim("'\"$[0]%_é🎨\\" + "x" * 240, scope=":asked {}")
    assert await database.claims.take(odd, "turn", "t", NOON) is None
    assert await database.claims.get(odd.scope, odd.key, at=NOON) is not None


async def test_four_hundred_begun_at_once_under_ten_keys_are_ten_turns(database: Database) -> None:
    owners = [await database.sessions.create(session()) for _ in range(7)]
    told = await begin_some(database, [owner.id for owner in owners], 400)
    assert len(told) == 400
    assert set(Counter(told).values()) == {40}
    counts = [(await database.sessions.get(owner.id)).message_count for owner in owners]
    assert sum(counts) == len(set(told)) == 10


async def test_two_processes_begin_ten_turns_under_ten_keys(migrated_url: Callable[[str], str]) -> None:
    url = migrated_url("postgresql")
    async with Database(url) as database:
        owners = [(await database.sessions.create(session())).id for _ in range(7)]
        command = (sys.executable, "-m", "tests.store.claiming", url, "200", *owners)
        two = [
            await asyncio.create_subprocess_exec(*command, cwd=_ROOT, stdout=asyncio.subprocess.PIPE) for _ in range(2)
        ]
        async with asyncio.timeout(60):
            outputs = [(await each.communicate())[0].decode().split() for each in two]
        assert [each.returncode for each in two] == [0, 0]
        assert [len(each) for each in outputs] == [200, 200]
        told = set(outputs[0] + outputs[1])
        assert len(told) == 10
        counts = [(await database.sessions.get(owner)).message_count for owner in owners]
        assert sum(counts) == 10
        assert {(await database.turns.get(each)).state for each in told} == {"done"}
