"""What the runtime knows of lots, over HTTP: in hand as they stand, then as they were kept; never a reserve."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from agent_runtime.core.domain import Stage
from agent_runtime.core.money import Money
from agent_runtime.core.platform import ArtItem
from tests.process.http import assert_problem
from tests.store.platform_values import auction, bid, user
from tests.store.values import NOON
from tests.web.served import Door, served

RESERVE = Decimal("987.25")


@pytest.fixture
async def door(tmp_path: Path) -> AsyncIterator[Door]:
    async with served(tmp_path) as door:
        yield door


def in_hand(lot_id: str, **slots: Any) -> Stage:
    return Stage(lot_id, "Salt Ledger", is_open=True, is_last_call=False, slots=slots, as_of="b7", bid_count=3)


async def keep_lots(door: Door, *ids: str) -> None:
    """Lots that are over, each begun a minute after the one before."""
    moments = [NOON + timedelta(minutes=number) for number in range(len(ids))]
    await door.database.auctions.upsert(
        [
            auction(id=lot_id, created_at=moment, updated_at=moment, reserve_price=RESERVE, status="ENDED")
            for lot_id, moment in zip(ids, moments, strict=True)
        ]
    )


async def ids(door: Door, query: str = "") -> list[str]:
    """The ids of every page."""
    found: list[str] = []
    cursor = ""
    while True:
        page = (await door.client.get(f"/api/auctions?{query}{cursor}")).json
        found += [each["id"] for each in page["data"]]
        if page["next_cursor"] is None:
            return found
        cursor = f"&cursor={page['next_cursor']}"


async def test_a_lot_in_hand_is_shown_as_it_stands(door: Door) -> None:
    usd = "USD"
    door.stages["lot"] = replace(
        in_hand("lot", amount=Money(Decimal("12.50"), usd), next=Money(Decimal("13"), usd), bidder="ox", seconds=42),
        campaign="c1",
    )
    door.coalesced["lot"] = {"vesper": 7}
    expected = {
        "id": "lot",
        "title": "Salt Ledger",
        "campaign_id": "c1",
        "is_open": True,
        "amount": "12.5",
        "next_amount": "13",
        "currency": "USD",
        "bidder": "ox",
        "seconds_left": 42,
        "bid_count": 3,
        "outcome": None,
        "as_of": "b7",
        "starts_at": None,
        "ends_at": None,
    }
    assert (await door.client.get("/api/auctions")).json == {"data": [expected], "next_cursor": None}
    assert (await door.client.get("/api/auctions/lot")).json == {**expected, "coalesced": {"vesper": 7}, "overtaken": 3}
    await door.database.auctions.upsert(
        [auction(id="lot", start_time=NOON, end_time=NOON, reserve_price=RESERVE, status="ACTIVE")]
    )
    answer = await door.client.get("/api/auctions/lot")
    noon = "2026-03-01T12:00:00.123Z"
    assert answer.json == {**expected, "starts_at": noon, "ends_at": noon, "coalesced": {"vesper": 7}, "overtaken": 3}


async def test_what_is_not_known_of_a_lot_is_null(door: Door) -> None:
    door.stages["lot"] = in_hand("lot")
    lot = (await door.client.get("/api/auctions/lot")).json
    unknown = ("amount", "next_amount", "currency", "bidder", "seconds_left", "campaign_id", "outcome")
    assert [lot[name] for name in unknown] == [None] * len(unknown)
    door.stages["lot"] = replace(in_hand("lot"), is_open=False, outcome="passed")
    lot = (await door.client.get("/api/auctions/lot")).json
    assert (lot["is_open"], lot["seconds_left"], lot["outcome"]) == (False, 0, "passed")


async def test_a_lot_that_was_sold_is_shown_with_its_winner(door: Door) -> None:
    ox = user(id="u1", twitter_handle="ox")
    won = bid("lot", id="b1", amount="20.25", currency="USD", user_id="u1", status="WINNING")
    over = auction(
        id="lot", status="ENDED", currency="USD", winning_bid_id="b1", campaign_id="c1", reserve_price=RESERVE
    )
    work = ArtItem(id="w1", created_at=NOON, updated_at=NOON, name="Salt Ledger")
    await door.database.records.upsert([ox, won, over.model_copy(update={"art_item_id": "w1"}), work])
    lot = (await door.client.get("/api/auctions/lot")).json
    assert lot.pop("coalesced") == {}
    assert lot.pop("overtaken") == 3
    assert lot == (await door.client.get("/api/auctions")).json["data"][0]
    assert (lot["title"], lot["campaign_id"], lot["is_open"]) == ("Salt Ledger", "c1", False)
    assert (lot["outcome"], lot["amount"], lot["currency"], lot["bidder"]) == ("sold", "20.25", "USD", "ox")
    assert (lot["seconds_left"], lot["bid_count"]) == (0, None)


@pytest.mark.parametrize(
    ("status", "is_open", "outcome"),
    [("SCHEDULED", False, None), ("ACTIVE", True, None), ("ENDED", False, "passed"), ("CANCELLED", False, "cancelled")],
)
async def test_a_kept_lot_says_how_it_ended(door: Door, status: str, is_open: bool, outcome: str | None) -> None:
    await door.database.auctions.upsert([auction(id="lot", status=status)])
    lot = (await door.client.get("/api/auctions/lot")).json
    assert (lot["is_open"], lot["outcome"]) == (is_open, outcome)


async def test_lots_in_hand_come_first_open_ones_before_others_and_no_lot_comes_twice(door: Door) -> None:
    await keep_lots(door, "k1", "k2", "h1", "k3", "h2", "k4")
    door.stages |= {"h2": replace(in_hand("h2"), is_open=False), "h1": in_hand("h1"), "h3": in_hand("h3")}
    expected = ["h1", "h3", "h2", "k4", "k3", "k2", "k1"]
    for limit in (1, 2, 3, 4, 5, 200):
        assert await ids(door, f"limit={limit}") == expected, limit


async def test_a_campaign_in_hand_is_no_lot(door: Door) -> None:
    door.stages["c1"] = replace(in_hand("c1"), kind="campaign")
    assert await ids(door) == []
    assert_problem(await door.client.get("/api/auctions/c1"), 404, "not_found")


async def test_no_answer_tells_a_reserve(door: Door) -> None:
    await keep_lots(door, "k1", "h1")
    door.stages["h1"] = in_hand("h1")
    for path in ("", "/k1", "/h1", "/k1/bids"):
        answer = await door.client.get(f"/api/auctions{path}")
        assert answer.status == 200
        assert b"987.25" not in answer.raw
        assert b"reserve" not in answer.raw


async def test_bids_are_listed_newest_first_as_they_were_kept(door: Door) -> None:
    await keep_lots(door, "lot", "quiet")
    moments = [NOON + timedelta(seconds=number) for number in range(3)]
    await door.database.bids.upsert(
        [
            bid(
                "lot",
                id=f"b{number}",
                created_at=moment,
                amount="0.10",
                currency="ETH",
                user_id="u1",
                status="ACCEPTED",
            )
            for number, moment in enumerate(moments)
        ]
    )
    first = (await door.client.get("/api/auctions/lot/bids?limit=2")).json
    rest = (await door.client.get(f"/api/auctions/lot/bids?limit=2&cursor={first['next_cursor']}")).json
    assert [each["id"] for each in first["data"] + rest["data"]] == ["b2", "b1", "b0"]
    assert first["data"][0] == {
        "id": "b2",
        "auction_id": "lot",
        "user_id": "u1",
        "amount": "0.1",
        "currency": "ETH",
        "status": "ACCEPTED",
        "source": "API",
        "created_at": "2026-03-01T12:00:02.123Z",
    }
    assert (await door.client.get("/api/auctions/quiet/bids")).json == {"data": [], "next_cursor": None}


async def test_a_lot_in_hand_that_is_not_kept_yet_has_no_bids(door: Door) -> None:
    door.stages["lot"] = in_hand("lot")
    assert (await door.client.get("/api/auctions/lot/bids")).json == {"data": [], "next_cursor": None}


BAD = {
    ("GET", "/api/auctions/nothing"): (404, "not_found"),
    ("GET", "/api/auctions/nothing/bids"): (404, "not_found"),
    ("GET", "/api/auctions/%ff"): (404, "not_found"),
    ("GET", "/api/auctions/%00"): (400, "bad_path"),
    ("POST", "/api/auctions"): (405, "method_not_allowed"),
    ("DELETE", "/api/auctions/lot"): (405, "method_not_allowed"),
    ("GET", "/api/auctions?limit=0"): (422, "invalid_query"),
    ("GET", "/api/auctions?cursor=x"): (422, "refused"),
    ("GET", "/api/auctions?cursor=~x"): (422, "refused"),
    ("GET", "/api/auctions?cursor=~-1"): (422, "refused"),
    ("GET", "/api/auctions?cursor=~" + "9" * 5000): (422, "refused"),
    ("GET", "/api/auctions/lot/bids?limit=1000"): (422, "invalid_query"),
    ("GET", "/api/auctions/lot/bids?cursor=x"): (422, "refused"),
}


@pytest.mark.parametrize(("method", "path"), BAD)
async def test_what_makes_no_sense_is_refused_and_the_next_request_works(door: Door, method: str, path: str) -> None:
    door.stages["lot"] = in_hand("lot")
    assert_problem(await door.client.request(method, path), *BAD[method, path])
    assert (await door.client.get("/api/auctions/lot")).status == 200


async def test_a_place_beyond_what_is_in_hand_goes_on_with_what_is_kept(door: Door) -> None:
    await keep_lots(door, "k1")
    assert await ids(door, "cursor=~999999") == ["k1"]
