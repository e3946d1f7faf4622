"""The message tree: branches, siblings, paths, and the one path that a session shows."""

import asyncio
from collections.abc import Sequence

import pytest

from agent_runtime.core.conversation import Message
from agent_runtime.core.errors import NotFound, Refused
from agent_runtime.core.memory import Summary
from agent_runtime.store.database import Database
from tests.store.values import NOON, message, new_id, session


async def chain_of(database: Database, words: str) -> list[Message]:
    """A session in which these were said, one after the other."""
    owner = await database.sessions.create(session())
    return [await database.messages.append(message(owner.id, word)) for word in words.split()]


async def branch(database: Database, parent: Message, content: str, *, beside_root: bool = False) -> Message:
    parent_id = None if beside_root else parent.id
    return await database.messages.append(message(parent.session_id, content, parent_id=parent_id, branches=True))


def said(messages: Sequence[Message]) -> str:
    return " ".join(each.content for each in messages)


async def shown(database: Database, session_id: str) -> str:
    """The active path, which every way to look at it must agree on."""
    page = await database.messages.list(session_id)
    assert list(await database.messages.recent(session_id, 100)) == list(page.data)
    every = (await database.messages.list(session_id, every=True)).data
    assert [each for each in every if each.active] == list(page.data)
    assert [each.parent_id for each in page.data] == [None, *(each.id for each in page.data[:-1])]
    assert [each.seq for each in every] == list(range(1, len(every) + 1))
    return said(page.data)


async def test_a_branch_becomes_the_active_path_and_the_rest_stays(database: Database) -> None:
    a, b, *_ = await chain_of(database, "a b c d")
    kept = await branch(database, b, "C")
    assert (kept.seq, kept.parent_id, kept.active) == (5, b.id, True)
    assert await shown(database, a.session_id) == "a b C"
    await database.messages.append(message(a.session_id, "D"))
    assert await shown(database, a.session_id) == "a b C D"
    every = await database.messages.list(a.session_id, every=True)
    assert said(every.data) == "a b c d C D"
    assert said(await database.messages.recent(a.session_id, 2)) == "C D"


async def test_a_branch_from_off_the_path_leads_back_to_it(database: Database) -> None:
    _, b, c, d = await chain_of(database, "a b c d")
    x = await branch(database, b, "x")
    assert (await branch(database, d, "e")).parent_id == d.id
    assert await shown(database, b.session_id) == "a b c d e"
    y = await branch(database, x, "y")
    assert await shown(database, b.session_id) == "a b x y"
    await branch(database, c, "D")
    assert await shown(database, b.session_id) == "a b c D"
    assert said(await database.messages.path(y.id, 100)) == "a b x y"


async def test_a_session_can_be_begun_anew_beside_its_beginning(database: Database) -> None:
    a, _ = await chain_of(database, "a b")
    root = await branch(database, a, "A", beside_root=True)
    assert (root.parent_id, root.seq) == (None, 3)
    assert await shown(database, a.session_id) == "A"
    assert said(await database.messages.siblings(a.id)) == said(await database.messages.siblings(root.id)) == "a A"
    empty = await database.sessions.create(session())
    first = await database.messages.append(message(empty.id, "first", branches=True))
    await database.messages.append(message(empty.id, "second"))
    assert await shown(database, empty.id) == "first second"
    assert list(await database.messages.siblings(first.id)) == [first]


async def test_siblings_have_one_parent_and_ascend(database: Database) -> None:
    a, b, c = await chain_of(database, "a b c")
    swipes = [await branch(database, a, f"b{n}") for n in range(3)]
    assert said(await database.messages.siblings(b.id)) == "b b0 b1 b2"
    assert list(await database.messages.siblings(swipes[1].id)) == [
        b.model_copy(update={"active": False}),
        *(each.model_copy(update={"active": each == swipes[2]}) for each in swipes),
    ]
    assert said(await database.messages.siblings(c.id)) == "c"
    assert said(await database.messages.siblings(a.id)) == "a"


async def test_selecting_goes_down_to_the_newest_child_at_each_step(database: Database) -> None:
    a, b, c, d = await chain_of(database, "a b c d")
    x = await branch(database, a, "x")
    await database.messages.append(message(a.session_id, "y"))
    await branch(database, b, "C")
    assert (await database.messages.select(x.id)).content == "y"
    assert await shown(database, a.session_id) == "a x y"
    assert (await database.messages.select(b.id)).content == "C"
    assert await shown(database, a.session_id) == "a b C"
    assert await database.messages.select(d.id) == d
    assert await shown(database, a.session_id) == "a b c d"
    assert await database.messages.select(c.id) == d
    assert (await database.messages.select(a.id)).content == "y"
    assert (await database.sessions.get(a.session_id)).message_count == 7


async def test_what_is_said_after_selecting_follows_the_selected_tip(database: Database) -> None:
    a, _, c = await chain_of(database, "a b c")
    await branch(database, a, "x")
    await database.messages.select(c.id)
    d = await database.messages.append(message(a.session_id, "d"))
    e = await database.messages.append(message(a.session_id, "e"))
    assert (d.parent_id, d.seq, e.parent_id) == (c.id, 5, d.id)
    assert await shown(database, a.session_id) == "a b c d e"
    assert await database.messages.select(c.id) == e
    assert said(await database.messages.siblings(d.id)) == "d"
    await branch(database, c, "D")
    assert said(await database.messages.siblings(d.id)) == "d D"
    assert (await database.messages.select(a.id)).content == "x"


async def test_a_path_is_as_long_as_it_is_asked_for(database: Database) -> None:
    kept = await chain_of(database, "a b c d e")
    assert said(await database.messages.path(kept[3].id, 2)) == "c d"
    assert list(await database.messages.path(kept[4].id, 1000)) == kept
    for limit in (0, 1001):
        with pytest.raises(Refused):
            await database.messages.path(kept[0].id, limit)


async def test_what_is_not_there_has_no_siblings_no_path_and_no_branches(database: Database) -> None:
    owner, other = await database.sessions.create(session()), await chain_of(database, "a")
    for strange in (new_id(), "", "a\0b", "\ud800", "x" * 65):
        for ask in (database.messages.siblings, database.messages.select):
            with pytest.raises(NotFound):
                await ask(strange)
        with pytest.raises(NotFound):
            await database.messages.path(strange, 5)
        with pytest.raises(NotFound):
            await database.messages.append(message(owner.id, parent_id=strange, branches=True))
    with pytest.raises(NotFound):  # another session's
        await database.messages.append(message(owner.id, parent_id=other[0].id, branches=True))
    assert (await database.messages.append(message(owner.id))).seq == 1


async def test_a_branch_in_a_group_of_appends_follows_what_came_before_it(database: Database) -> None:
    owner = await database.sessions.create(session())
    first = message(owner.id, "a")
    rest = [
        message(owner.id, "b"),
        message(owner.id, "B", parent_id=first.id, branches=True),
        message(owner.id, "nothing", parent_id="nobody", branches=True),
        message(owner.id, "C"),
    ]
    jobs = (database.messages.append(each) for each in (first, *rest))
    kept = await asyncio.gather(*jobs, return_exceptions=True)
    assert isinstance(kept[3], NotFound)
    assert await shown(database, owner.id) == "a B C"


async def test_concurrent_branches_leave_one_path(database: Database) -> None:
    a, b, c = await chain_of(database, "a b c")
    jobs = [branch(database, (a, b, c)[n % 3], f"x{n}") for n in range(30)]
    await asyncio.gather(*jobs, *(database.messages.select(each.id) for each in (a, b, c)))
    await shown(database, a.session_id)
    assert (await database.sessions.get(a.session_id)).message_count == 33


async def test_a_summary_of_what_is_no_longer_on_the_path_goes(database: Database) -> None:
    _, b, c, d = await chain_of(database, "a b c d")
    await database.summaries.save(Summary(session_id=b.session_id, upto_seq=2, text="ab", updated_at=NOON))
    await branch(database, c, "D")
    assert await database.summaries.get(b.session_id) is not None
    await database.summaries.save(Summary(session_id=b.session_id, upto_seq=5, text="abcD", updated_at=NOON))
    await database.messages.select(d.id)
    assert await database.summaries.get(b.session_id) is None


async def test_a_tree_that_is_deleted_begins_anew(database: Database) -> None:
    a, *_ = await chain_of(database, "a b")
    await branch(database, a, "x")
    await database.messages.select(a.id)
    assert await database.messages.delete_all(a.session_id) == 3
    again = await database.messages.append(message(a.session_id, "again"))
    assert (again.seq, again.parent_id) == (1, None)
    await database.messages.append(message(a.session_id, "b"))
    assert await shown(database, a.session_id) == "again b"
    assert said(await database.messages.siblings(again.id)) == "again"
