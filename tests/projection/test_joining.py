"""Joining: fewer records leave the same rows."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random

from agent_runtime.core.platform import Auction, Bid, Record, User
from agent_runtime.projection.joining import joined
from agent_runtime.store.database import Database

MOMENT = datetime(2026, 1, 1, tzinfo=UTC)


def bid(bid_id: str = "b", seconds: int = 0, **told: object) -> Bid:
    fields = {"amount": Decimal(5), "status": "PENDING", "user_id": "u", "auction_id": "a", **told}
    return Bid.model_validate({"id": bid_id, "created_at": MOMENT + timedelta(seconds=seconds), **fields})


def user(user_id: str = "u", seconds: int = 0, **told: object) -> User:
    moment = MOMENT + timedelta(seconds=seconds)
    return User.model_validate({"id": user_id, "created_at": moment, "updated_at": moment, **told})


def test_a_bid_placed_and_accepted_is_one_record() -> None:
    assert joined([bid(), bid(seconds=1, status="ACCEPTED")]) == [bid(status="ACCEPTED")]
    assert joined([bid(seconds=1, status="ACCEPTED"), bid()]) == [bid(status="ACCEPTED")]


def test_somebody_seen_twice_is_one_record_of_both_moments() -> None:
    (both,) = joined([user(seconds=2, twitter_handle="ada"), user(seconds=1, twitter_handle="ada")])
    assert both == user(seconds=1, twitter_handle="ada").model_copy(
        update={"updated_at": MOMENT + timedelta(seconds=2)}
    )


def test_what_differs_in_a_fact_stays_apart() -> None:
    records: list[Record] = [
        user(twitter_handle="ada"),
        user(seconds=1),
        bid(),
        bid(amount=Decimal(4), status="WINNING"),
        Auction(id="a", created_at=MOMENT, updated_at=MOMENT, status="ACTIVE"),
        Auction(id="a", created_at=MOMENT, updated_at=MOMENT, status="ENDED"),
    ]
    assert joined(records) == records


def some_record(rng: Random) -> Record:
    seconds = rng.randrange(4)
    if rng.random() < 0.5:
        return user(rng.choice("uv"), seconds, name=rng.choice(["Ada", "Bob", None]))
    told = {
        "amount": rng.choice([Decimal(5), Decimal(7), None]),
        "status": rng.choice(["PENDING", "ACCEPTED", "REJECTED", "WINNING", None]),
    }
    return bid(rng.choice("bc"), seconds, **told)


async def rows_of(database: Database, copy: int, records: Sequence[Record]) -> list[Record]:
    """What is left when these are kept one by one, under ids of their own."""
    for record in records:
        await database.records.upsert([record.model_copy(update={"id": f"{record.id}-{copy}"})])
    users, bids = (await database.users.list(limit=200)).data, (await database.bids.list(limit=200)).data
    own = [each for each in (*users, *bids) if each.id.endswith(f"-{copy}")]
    return sorted((each.model_copy(update={"id": each.id[0]}) for each in own), key=lambda each: each.id)


async def test_what_is_kept_in_the_end_is_the_same(migrated_url: Callable[[str], str]) -> None:
    rng, saved = Random("joining"), 0
    async with Database(migrated_url("sqlite")) as database:
        for number in range(20):
            before = [some_record(rng) for _ in range(3)]
            batch = [some_record(rng) for _ in range(8)]
            fewer = joined(batch)
            saved += len(batch) - len(fewer)
            one_by_one = await rows_of(database, 2 * number, [*before, *batch])
            assert await rows_of(database, 2 * number + 1, [*before, *fewer]) == one_by_one
    assert saved
