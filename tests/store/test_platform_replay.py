"""A recorded auction becomes the same rows however often and in whatever order its events are heard."""

from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

from agent_runtime.core.events import Envelope, parse_envelope
from agent_runtime.core.platform import Record
from agent_runtime.domains.auction import AUCTION
from agent_runtime.domains.auction.lot import Lot
from agent_runtime.domains.auction.records import records
from agent_runtime.projection.recorder import Recorder
from agent_runtime.store.database import Database

_LOTS = Path(__file__).parents[1] / "data" / "ebay-three-lots.jsonl"


def recorded() -> list[Envelope]:
    """The recording of three lots."""
    return [parse_envelope(line, 0) for line in _LOTS.read_bytes().splitlines()]


async def hear(database: Database, envelopes: Iterable[Envelope]) -> None:
    """Fold the events and keep their records."""
    recorder, lots = Recorder(database.records), dict[str, Lot]()
    for number, envelope in enumerate(envelopes):
        event = AUCTION.parse(envelope)
        after = AUCTION.project(lots.get(event.auction_id), event, float(number))
        lots[event.auction_id] = after
        recorder.note(records(event, after))
    await recorder.close()
    assert (recorder.lost, recorder.refused) == (0, 0)


async def everything(database: Database) -> dict[str, list[Record]]:
    """Every row there is."""
    tables: dict[str, Any] = {
        "users": database.users,
        "campaigns": database.campaigns,
        "art_items": database.art_items,
        "auctions": database.auctions,
        "bids": database.bids,
    }
    return {name: list((await table.list(limit=1000)).data) for name, table in tables.items()}


async def test_three_lots_heard_once_are_kept_as_the_recording_tells_them(database: Database) -> None:
    envelopes = recorded()
    await hear(database, envelopes)
    rows = await everything(database)
    said = [envelope.data for envelope in envelopes]
    assert len(rows["bids"]) == len({data["bidId"] for data in said if "bidId" in data})
    assert len(rows["users"]) == len({data["userId"] for data in said if "userId" in data})
    ends = [envelope.data for envelope in envelopes if envelope.type == "auction:end"]
    assert len(rows["auctions"]) == len(ends) == 3
    for end in ends:
        won = await database.auctions.winner(end["auctionId"])
        named = next(data for data in said if data.get("bidId") == end["winningBidId"] and "artItemId" in data)
        assert won is not None
        assert (won.bid_id, won.name) == (end["winningBidId"], named["twitterHandle"])
        assert (won.amount, won.currency) == (Decimal(end["finalPrice"]), "USD")
        lot = await database.auctions.get(end["auctionId"])
        assert lot.status == "ENDED" and lot.start_time is not None and lot.campaign_id is not None
        statuses = {bid.status for bid in (await database.bids.of_auction(lot.id, limit=1000)).data}
        assert statuses == {"ACCEPTED", "WINNING"}


async def test_heard_twice_and_out_of_order_the_rows_are_the_same(database: Database) -> None:
    envelopes = recorded()
    twice = [*envelopes, *envelopes]
    Random(11).shuffle(twice)
    await hear(database, twice)
    shuffled = await everything(database)
    await hear(database, envelopes)
    assert await everything(database) == shuffled


async def test_an_order_of_its_own_in_every_database_gives_the_same_rows(
    database_url: str, sqlite_template: Path, tmp_path: Path
) -> None:
    envelopes = recorded()
    path = tmp_path / "other.db"
    path.write_bytes(sqlite_template.read_bytes())
    async with Database(database_url) as one, Database(f"sqlite:///{path}") as other:
        await hear(one, envelopes)
        await hear(other, Random(5).sample(envelopes, len(envelopes)))
        assert await everything(one) == await everything(other)
