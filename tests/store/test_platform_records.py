"""The platform's records: kept by id, merged without regard to order, found again a page at a time."""

import asyncio
import random
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.exc import DBAPIError

from agent_runtime.core.errors import NotFound, Refused
from agent_runtime.core.platform import (
    ArtItem,
    Campaign,
    Collection,
    HostCharacter,
    Record,
    StreamAsset,
    UserPreference,
)
from agent_runtime.store.database import Database
from tests.store.platform_values import TIMES, auction, bid, user
from tests.store.values import NOON, new_id


async def test_every_kind_of_record_comes_back_as_it_was_kept(database: Database) -> None:
    someone = user(
        email="a@b.org", twitter_handle="ada", wallet_address="0x1", name="Ada", avatar_url="a.png", is_admin=True
    )
    told = {"notifications_enabled": False, "bid_confirmations": True, "outbid_alerts": False}
    likes = UserPreference(id=new_id(), user_id=someone.id, auction_reminders=True, theme="dark", **told, **TIMES)
    group = Collection(id=new_id(), name="Machines", description="d", project_name="p", image_url="i", **TIMES)
    days = Campaign(
        id=new_id(), name="Week", start_date=NOON, end_date=NOON, status="ACTIVE", collection_id=group.id, **TIMES
    )
    work = ArtItem(id=new_id(), token_id="7", name="Salt", image_url="s.png", metadata={"x": [1, None]}, **TIMES)
    lot = auction(
        start_time=NOON,
        end_time=NOON,
        reserve_price="0.00000001",
        min_bid_increment="999999999999.99999999",
        currency="USD",
        status="ACTIVE",
        campaign_id=days.id,
        art_item_id=work.id,
    )
    offer = bid(lot.id, user_id=someone.id, currency="USD", status="WINNING", source="TWITTER", transaction_hash="0x2")
    host = HostCharacter(id=new_id(), name="Vesper", voice_id="v", expressions={"HAPPY": "h.png"}, memory=[1], **TIMES)
    asset = StreamAsset(id=new_id(), name="Wall", type="BACKGROUND", path="assets/w.png", metadata=None, **TIMES)
    records: list[Record] = [offer, lot, work, days, group, likes, someone, host, asset]
    await database.records.upsert(records)
    await database.records.upsert(records)
    kept = [
        await database.bids.get(offer.id),
        await database.auctions.get(lot.id),
        await database.art_items.get(work.id),
        await database.campaigns.get(days.id),
        await database.collections.get(group.id),
        await database.user_preferences.get(likes.id),
        await database.users.get(someone.id),
        await database.host_characters.get(host.id),
        await database.stream_assets.get(asset.id),
    ]
    assert kept == records


async def test_a_record_of_which_little_is_known_has_the_contracts_defaults(database: Database) -> None:
    someone, lot = user(), auction()
    offer = bid(lot.id, amount=None, user_id=None)
    days = Campaign(id=new_id(), **TIMES)
    await database.records.upsert([someone, UserPreference(id="p", user_id=someone.id, **TIMES), lot, offer, days])
    likes = await database.user_preferences.get("p")
    assert (await database.users.get(someone.id)).is_admin is False
    assert [likes.notifications_enabled, likes.bid_confirmations, likes.outbid_alerts] == [True] * 3
    assert (likes.auction_reminders, likes.theme) == (True, "system")
    assert await database.campaigns.get(days.id) == days.model_copy(update={"status": "DRAFT"})
    assert await database.auctions.get(lot.id) == lot.model_copy(update={"status": "SCHEDULED", "currency": "ETH"})
    usual = {"status": "PENDING", "currency": "ETH", "source": "API"}
    assert await database.bids.get(offer.id) == offer.model_copy(update=usual)


async def test_what_is_not_known_never_replaces_what_is(database: Database) -> None:
    someone = user(name="Ada", twitter_handle="ada", is_admin=True)
    lot = auction(reserve_price="5", art_item_id="item", start_time=NOON, currency="USD")
    later = {"updated_at": NOON + timedelta(hours=1)}
    await database.records.upsert([someone, lot])
    await database.records.upsert([user(id=someone.id, **later), auction(id=lot.id, **later)])
    assert await database.users.get(someone.id) == someone.model_copy(update=later)
    kept = await database.auctions.get(lot.id)
    assert kept == lot.model_copy(update={**later, "status": "SCHEDULED"})


async def test_the_newer_of_two_facts_is_believed_whichever_comes_first(database: Database) -> None:
    old = user(name="Ada", avatar_url="a.png", is_admin=True)
    new = old.model_copy(update={"name": "Ida", "avatar_url": None, "updated_at": NOON + timedelta(seconds=1)})
    await database.users.upsert([old, new])
    first = await database.users.get(old.id)
    other = {"id": new_id()}
    await database.users.upsert([new.model_copy(update=other)])
    await database.users.upsert([old.model_copy(update=other)])
    assert await database.users.get(other["id"]) == first.model_copy(update=other)
    assert (first.name, first.avatar_url, first.updated_at) == ("Ida", "a.png", new.updated_at)


async def test_a_default_gives_way_to_what_was_known_before_it(database: Database) -> None:
    late = auction(currency=None, status="ENDED", updated_at=NOON + timedelta(hours=1))
    await database.auctions.upsert([late, late.model_copy(update={"currency": "USD", "updated_at": NOON})])
    assert (await database.auctions.get(late.id)).currency == "USD"


async def test_a_bid_that_won_is_kept_with_the_price_it_won_at(database: Database) -> None:
    for seed in range(6):
        facts = [
            bid("lot", id=f"bid-{seed}", amount="90", status="PENDING", currency="USD"),
            bid("lot", id=f"bid-{seed}", amount="90", status="ACCEPTED"),
            bid("lot", id=f"bid-{seed}", amount="55", status="WINNING"),
            bid("lot", id=f"bid-{seed}", amount=None, status="WINNING", user_id=None),
        ]
        random.Random(seed).shuffle(facts)
        for fact in facts:
            await database.bids.upsert([fact])
        kept = await database.bids.get(f"bid-{seed}")
        assert (kept.status, kept.amount, kept.currency) == ("WINNING", 55, "USD")


async def test_a_lot_ends_the_same_in_whatever_order_its_facts_come(database: Database) -> None:
    def at(seconds: int) -> Any:
        return NOON + timedelta(seconds=seconds)

    facts = [
        {"status": "ACTIVE", "start_time": NOON, "end_time": at(60), "updated_at": NOON},
        {"status": "ACTIVE", "end_time": at(70), "updated_at": at(55)},
        {"status": "ENDED", "end_time": at(65), "updated_at": at(65)},
        {"status": "ENDED", "end_time": at(66), "winning_bid_id": "w", "updated_at": at(66)},
        {"updated_at": at(40)},
    ]
    for seed in range(24):
        lots = [auction(id=f"lot-{seed}", **{**fact, "winning_bid_id": None}) for fact in facts]
        lots[3] = lots[3].model_copy(update={"winning_bid_id": f"w-{seed}"})
        random.Random(seed).shuffle(lots)
        for lot in (*lots, *lots[:2]):
            await database.auctions.upsert([lot])
        kept = await database.auctions.get(f"lot-{seed}")
        assert (kept.status, kept.end_time, kept.winning_bid_id) == ("ENDED", at(65), f"w-{seed}")
        assert (kept.start_time, kept.updated_at) == (NOON, at(66))


async def test_a_bids_status_only_moves_on(database: Database) -> None:
    offer = bid("lot")
    for status in ("ACCEPTED", "PENDING", None, "WINNING", "REJECTED"):
        await database.bids.upsert([offer.model_copy(update={"status": status})])
    assert (await database.bids.get(offer.id)).status == "WINNING"
    assert (await database.bids.get(offer.id)).created_at == NOON


async def test_amounts_are_exact_ordered_and_compared_in_sql(database: Database) -> None:
    texts = ["9", "10", "0.00000001", "0.1", "999999999999.99999999", "123456789.000000010", "10.5"]
    await database.bids.upsert([bid("lot", id=text, amount=text) for text in texts])
    table = database.bids.table
    engine = database.bids.engine
    query = table.select().order_by(table.c.amount)
    rows = await engine.read(lambda db: db.execute(query).all())
    assert [row.id for row in rows] == sorted(texts, key=float)
    assert all(row.amount == bid("lot", amount=row.id).amount for row in rows)
    above = await engine.read(lambda db: db.execute(table.select().where(table.c.amount > rows[3].amount)).all())
    assert len(above) == 3


async def test_an_amount_that_would_be_rounded_is_refused_and_nothing_is_kept(database: Database) -> None:
    good = bid("lot")
    for amount in ("-1", "1000000000000", "0.000000001", "NaN", "1e30"):
        wrong = bid("lot").model_copy(update={"amount": type(good.amount)(amount)})  # type: ignore[misc]
        with pytest.raises(Refused):
            await database.bids.upsert([good, wrong])
    assert (await database.bids.list()).data == ()


async def test_what_one_database_would_not_keep_is_refused_by_both(database: Database) -> None:
    strange: list[Any] = [
        user(id="x" * 65),
        user(id=""),
        user(name="a\0b"),
        user(name="\ud800"),
        ArtItem(id=new_id(), metadata={"n": float("nan")}, **TIMES),
    ]
    for record in strange:
        with pytest.raises(Refused):
            await database.records.upsert([record])


async def test_what_belongs_to_one_is_refused_to_another(database: Database) -> None:
    await database.records.upsert([user(twitter_handle="ada"), auction(winning_bid_id="b")])
    for record in (user(twitter_handle="ada"), auction(winning_bid_id="b")):
        with pytest.raises(Refused):
            await database.records.upsert([user(id="neighbour"), record])
    with pytest.raises(Refused):
        await database.user_preferences.upsert([UserPreference(id="p", user_id="nobody", **TIMES)])
    with pytest.raises(NotFound):
        await database.users.get("neighbour")


async def test_preferences_go_with_their_user(database: Database) -> None:
    someone = user()
    await database.records.upsert([someone, UserPreference(id="p", user_id=someone.id, **TIMES)])
    users = database.users.table
    await database.users.engine.write(lambda db: db.execute(users.delete().where(users.c.id == someone.id)))
    with pytest.raises(NotFound):
        await database.user_preferences.get("p")


async def test_words_outside_the_contract_are_refused_by_the_database_itself(database: Database) -> None:
    await database.records.upsert([auction(id="a"), bid("a", id="b")])
    for table, column in (("auctions", "status"), ("bids", "status"), ("bids", "source")):
        with pytest.raises(DBAPIError, match=f"ck_{table}_{column}"):
            await database.bids.engine.write(
                lambda db, t=table, c=column: db.exec_driver_sql(f"UPDATE {t} SET {c} = 'ODD'")  # type: ignore[misc]
            )


async def test_a_bid_may_be_kept_before_its_user_and_its_lot(database: Database) -> None:
    offer = bid("lot", user_id="someone", status="WINNING", currency="USD")
    await database.bids.upsert([offer])
    assert await database.auctions.winner("lot") is None
    await database.auctions.upsert([auction(id="lot", status="ENDED", winning_bid_id=offer.id)])
    won = await database.auctions.winner("lot")
    assert won is not None
    assert (won.bid_id, won.user_id, won.name, won.amount, won.currency) == (
        offer.id, "someone", None, offer.amount, "USD",
    )  # fmt: skip
    await database.users.upsert([user(id="someone", twitter_handle="ada")])
    won = await database.auctions.winner("lot")
    assert won is not None and won.name == "ada"
    await database.users.upsert([user(id="someone", name="Ada")])
    won = await database.auctions.winner("lot")
    assert won is not None and won.name == "Ada"


async def test_a_lot_has_no_winner_when_it_was_cancelled_and_an_unknown_one_when_its_bid_is(
    database: Database,
) -> None:
    await database.auctions.upsert([auction(id="gone", status="CANCELLED", winning_bid_id="a")])
    await database.auctions.upsert([auction(id="dark", status="ENDED", winning_bid_id="b")])
    assert await database.auctions.winner("gone") is None
    assert await database.auctions.winner("nothing") is None
    assert await database.auctions.winner("a\0b") is None
    won = await database.auctions.winner("dark")
    assert won is not None
    assert (won.user_id, won.name, won.amount, won.currency) == (None, None, None, "ETH")


async def test_lists_are_newest_first_and_turn_their_pages(database: Database) -> None:
    bids = [
        bid("odd" if n % 2 else "even", id=f"b{n}", user_id=f"u{n % 3}", created_at=NOON + timedelta(seconds=n // 2))
        for n in range(12)
    ]
    await database.bids.upsert(bids)
    await database.auctions.upsert([auction(id=f"a{n}", campaign_id=f"c{n % 2}") for n in range(6)])

    async def pages(ask: Any, *given: Any) -> list[str]:
        found, cursor = [], None
        while True:
            page = await ask(*given, limit=2, cursor=cursor)
            found += [each.id for each in page.data]
            if page.next_cursor is None:
                return found
            cursor = page.next_cursor

    newest = [each.id for each in sorted(bids, key=lambda each: (each.created_at, each.id), reverse=True)]
    assert await pages(database.bids.list) == newest
    assert await pages(database.bids.of_auction, "odd") == [each for each in newest if int(each[1:]) % 2]
    assert await pages(database.bids.of_user, "u1") == [each for each in newest if int(each[1:]) % 3 == 1]
    assert await pages(database.auctions.of_campaign, "c1") == ["a5", "a3", "a1"]
    assert await pages(database.bids.of_user, "a\0b") == await pages(database.bids.of_auction, "none") == []
    with pytest.raises(Refused):
        await database.bids.list(cursor="mine")
    with pytest.raises(Refused):
        await database.bids.list(limit=0)


async def test_many_writers_of_the_same_records_are_harmless(database_url: str) -> None:
    lots = [auction(id=f"lot-{n}", status="ACTIVE") for n in range(20)]
    bids = [bid(f"lot-{n % 20}", id=f"bid-{n}") for n in range(100)]
    async with Database(database_url) as one:
        others = [one] if one.address.kind == "sqlite" else [one, other := Database(database_url)]
        if len(others) == 2:
            await other.connect()
        try:
            order = random.Random(7)
            jobs = []
            for _ in range(10):
                batch: list[Record] = [*lots, *bids]
                order.shuffle(batch)
                jobs += [each.records.upsert(batch) for each in others]
            await asyncio.gather(*jobs)
        finally:
            for each in others[1:]:
                await each.disconnect()
        assert len((await one.bids.list(limit=1000)).data) == 100
        assert len((await one.auctions.list(limit=1000)).data) == 20
