"""Memory from end to end on a real database: told in one session, recalled in the next; hammered, then remembered."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal

import pytest

from agent_runtime.chat.conversations import Guest
from agent_runtime.chat.summarising import Summariser
from agent_runtime.core.character import Character
from agent_runtime.core.clock import SystemClock
from agent_runtime.core.memory import Memory
from agent_runtime.core.platform import ArtItem, Auction, Bid, User
from agent_runtime.llm.scripted import Scripted
from agent_runtime.memory.mind import Mind
from agent_runtime.memory.recalling import Recalling
from agent_runtime.memory.remembering import Remembering
from agent_runtime.narration.phrasebook import phrases_of
from agent_runtime.store.database import Database
from tests.chat.conftest import Puppet, chat_on
from tests.store.values import NOON, message, new_id, session
from tests.waiting import asked_until, beside, until

BOB = Guest("u1", "Bob")


@pytest.fixture
async def database(migrated_url: Callable[[str], str]) -> AsyncIterator[Database]:
    async with Database(migrated_url("sqlite")) as database:
        yield database


@dataclass
class Head:
    """A mind on a database, with all it tells."""

    database: Database
    told: list[Memory] = field(default_factory=list)

    def __post_init__(self) -> None:
        clock = SystemClock()
        recalling = Recalling(self.database.memories, clock, deadline_s=20)
        self.remembering = Remembering(
            self.database.memories,
            self.database.chronicle,
            recalling,
            clock,
            agents=lambda: [("ada", lambda *_: True)],
            remembered=lambda _agent, memory: self.told.append(memory),
            every_s=0.01,
            settles_s=0.0,
        )
        self.mind = Mind(recalling, self.remembering)


async def sold(database: Database, title: str, minute: int) -> None:
    """A lot that velvet_ox has won for 0.48 ETH."""
    at, auction, bid, item = NOON + timedelta(minutes=minute), new_id(), new_id(), new_id()
    kept = {"created_at": at, "updated_at": at}
    await database.records.upsert(
        [
            User(id="u-ox", twitter_handle="velvet_ox", **kept),
            ArtItem(id=item, name=title, **kept),
            Auction(
                id=auction,
                start_time=at,
                end_time=at,
                status="SETTLED",
                art_item_id=item,
                winning_bid_id=bid,
                currency="ETH",
                **kept,
            ),
            Bid(
                id=bid,
                auction_id=auction,
                user_id="u-ox",
                amount=Decimal("0.48"),
                currency="ETH",
                status="WINNING",
                created_at=at,
            ),
        ]
    )


async def test_what_is_told_in_one_session_comes_back_in_the_next_for_that_guest_alone(
    database: Database, puppet: Puppet
) -> None:
    head = Head(database)
    told = chat_on(database, puppet, recollector=head.mind)
    await told.answer(await told.session(BOB), "I collect old clocks.", BOB)
    await head.remembering.write()
    asked = chat_on(database, Scripted(phrases_of), recollector=head.mind)
    for guest, knows in ((BOB, True), (Guest("u2", "Bob"), False), (Guest(), False)):
        session_id = await asked.session(guest)
        for question in ("What do you remember about me?", "do you remember me?", "what do I collect?"):
            assert ("old clocks" in (await asked.answer(session_id, question, guest)).message.content) is knows
    assert head.told == []
    for chat in (told, asked):
        await chat.conversations.close(0)


async def test_a_lot_that_is_over_in_the_records_is_remembered_and_recalled(database: Database) -> None:
    head = Head(database)
    await sold(database, "Paper Lighthouse", 1)
    async with beside(head.remembering.run):
        await until(lambda: len(head.told) >= 1)
        await sold(database, "Tin Moon", 2)
        await until(lambda: len(head.told) >= 3)
    assert [memory.text for memory in head.told] == [
        "Paper Lighthouse sold to velvet_ox for 0.48 ETH.",
        "Tin Moon sold to velvet_ox for 0.48 ETH.",
        "velvet_ox has won 2 lots, the last Tin Moon for 0.48 ETH.",
    ]
    assert [lot.number for lot in head.mind.past(lambda *_: True)] == [2, 1]
    found = await head.mind.recall("ada", "what about the lighthouse?")
    assert found[0].memory.subject == "Paper Lighthouse"
    again = Head(database)
    await again.remembering.look()
    assert again.told == []


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
async def test_what_is_forgotten_is_not_made_again_from_the_records(
    migrated_url: Callable[[str], str], kind: str
) -> None:
    url = migrated_url(kind)
    async with Database(url) as database:
        for minute, title in enumerate(("Paper Lighthouse", "Tin Moon")):
            await sold(database, title, minute)
        first = Head(database)
        await first.remembering.look()
        assert len(first.told) == 3
        assert await database.memories.forget_all("ada") == 3
        await first.remembering.look()
    async with Database(url) as database:
        await sold(database, "Salt Ledger", 5)
        again = Head(database)
        await again.remembering.look()
        kept = (await database.memories.list("ada")).data
    # Three wins by now; but that they win at all was forgotten.
    assert [each.text for each in kept] == ["Salt Ledger sold to velvet_ox for 0.48 ETH."]
    assert again.told == list(kept)


async def test_a_summary_outlasts_the_process(database: Database) -> None:
    owner = (await database.sessions.create(session())).id
    for number in range(12):
        await database.messages.append(message(owner, f"I collect {number} clocks"))
        newest = await database.messages.append(message(owner, "Indeed.", role="assistant"))
    model, clock = Scripted(phrases_of), SystemClock()
    summariser = Summariser(database.summaries, database.messages, model, clock, 4, reading_s=20)
    window = await database.messages.path(newest.id, 4)
    summariser.consider(newest, window[0].parent_id, Character(name="Ada"))
    await asked_until(lambda: database.summaries.get(owner))
    await summariser.close()
    again = Summariser(database.summaries, database.messages, model, clock, 4, reading_s=20)
    assert 'told: "I collect 0 clocks"' in await again.before(newest)
