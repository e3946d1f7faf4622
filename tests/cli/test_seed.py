"""`db seed`: a small world, the same each time."""

import asyncio
from pathlib import Path

import pytest
from click.testing import CliRunner

from agent_runtime.app import database_url
from agent_runtime.cli.db import command
from agent_runtime.cli.seeding import sow
from agent_runtime.cli.world import world
from agent_runtime.config import load_settings
from agent_runtime.core.errors import Unavailable
from agent_runtime.core.platform import Auction, Bid
from agent_runtime.store import schema
from agent_runtime.store.database import Database
from agent_runtime.store.folder import DataFolder


async def everything(url: str) -> set[str]:
    """Most records of the world as they are kept."""
    async with Database(url) as database:
        tables = (
            database.users,
            database.user_preferences,
            database.campaigns,
            database.collections,
            database.auctions,
            database.bids,
            database.stream_assets,
        )
        pages = [await table.list(limit=1000) for table in tables]  # type: ignore[attr-defined]
        return {record.model_dump_json() for page in pages for record in page.data}


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_seeding_twice_fills_the_database_once(kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    url, given = f"sqlite:///{tmp_path / 'runtime.db'}", ["seed", "--data-dir", str(tmp_path)]
    if kind == "postgresql":
        url = request.getfixturevalue("empty_postgres_url")
        schema.upgrade(url)
        given += ["--set", f"database.url={url}"]
    first = CliRunner().invoke(command, given, catch_exceptions=False)
    assert first.exit_code == 0
    assert "  13 Bid\n" in first.output
    kept = asyncio.run(everything(url))
    assert CliRunner().invoke(command, given, catch_exceptions=False).output == first.output
    assert asyncio.run(everything(url)) == kept
    assert len(kept) == 8 + 8 + 1 + 1 + 6 + 13 + 1


def test_the_world_can_be_sown_before_there_is_a_database_and_again(tmp_path: Path) -> None:
    settings = load_settings(None, {"data_dir": str(tmp_path / "data")}, {}, tmp_path)
    for _ in range(2):
        asyncio.run(sow(settings, world()))
    assert len(asyncio.run(everything(database_url(settings)))) == 8 + 8 + 1 + 1 + 6 + 13 + 1
    with DataFolder(settings.data_dir), pytest.raises(Unavailable, match="in use"):
        asyncio.run(sow(settings, world()))


def test_a_runtime_that_uses_the_file_must_be_stopped_first(tmp_path: Path) -> None:
    with DataFolder(tmp_path), pytest.raises(Unavailable, match="stop it"):
        CliRunner().invoke(command, ["seed", "--data-dir", str(tmp_path)], catch_exceptions=False)


def test_everything_in_the_world_belongs_to_something_in_it() -> None:
    records = world()
    ids = {record.id for record in records}
    assert len(ids) == len(records)
    for record in records:
        for name, value in record.model_dump().items():
            assert not name.endswith("_id") or name in {"token_id", "voice_id"} or value is None or value in ids
    lots = [record for record in records if isinstance(record, Auction)]
    bids = {record.id: record for record in records if isinstance(record, Bid)}
    for lot in lots:
        amounts = [bid.amount or 0 for bid in bids.values() if bid.auction_id == lot.id]
        assert amounts == sorted(amounts)
        if lot.winning_bid_id is not None:
            won = bids[lot.winning_bid_id]
            assert lot.reserve_price is not None and won.amount is not None
            assert (won.status, won.auction_id, won.amount >= lot.reserve_price) == ("WINNING", lot.id, True)
