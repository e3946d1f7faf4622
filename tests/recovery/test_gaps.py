"""After a gap: what changed meanwhile is told as its length asks for, and nothing twice."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from tests.domains.streams import LOT, Engine, keys_after
from tests.recovery.house import LONG, SHORT, House, over, stamped


async def test_what_a_short_gap_hid_is_told_as_if_it_had_been_heard(engine: Engine) -> None:
    events = [engine.start(), *engine.bid(1, "ada", "50"), *engine.bid(5, "bo", "60")]
    async with House(SHORT).live() as house:
        house.hear(*events[:4])
        house.host.said.clear()
        house.keys.put(keys_after(*events))
        await house.gap()
        assert house.host.said == [("new_bidder", LOT)]
        assert house.host.back == []
        assert house.stage().slots["bidder"] == "the_bo"
        await house.gap()
        assert house.host.said == [("new_bidder", LOT)]


async def test_what_a_long_gap_hid_is_one_line_about_the_lot_that_changed_last(engine: Engine) -> None:
    lots = [f"lot-{number}" for number in range(1, 5)]
    starts = {lot: engine.start(lot=lot) for lot in lots}
    bids = {lot: engine.bid(1 + 5 * n, "ada", str(50 + 5 * n), lot=lot) for n, lot in enumerate(lots)}
    async with House(LONG).live() as house:
        house.hear(*starts.values())
        house.host.said.clear()
        house.keys.put(*(keys_after(starts[lot], *bids[lot]) for lot in lots[:3]), keys_after(starts["lot-4"]))
        await house.gap()
        (cue,) = house.host.back
        assert cue is not None
        assert (cue.family, cue.subject, cue.slots) == ("meanwhile", "lot-3", {"others": 2})
        assert house.host.said == []
        await house.gap()
        assert house.host.back[1:] == [None]


async def test_outcomes_corrections_and_openings_of_a_long_gap_are_told(engine: Engine) -> None:
    sold = [engine.start(), *engine.bid(1, "ada", "50")]
    wrong = [engine.start(lot="lot-2"), *engine.bid(1, "ada", "50", lot="lot-2")]
    fresh = keys_after(engine.start(lot="lot-3"))
    assert fresh.state is not None
    now = datetime.now(UTC)
    fresh = replace(fresh, state=fresh.state.model_copy(update={"start_time": now, "end_time": now}))
    async with House(LONG).live() as house:
        house.hear(*sold, *wrong)
        house.host.said.clear()
        house.keys.put(over(keys_after(*sold)), keys_after(*wrong, engine.priced(9, "45", lot="lot-2")), fresh)
        await house.gap()
        assert sorted(house.host.said) == [("correction", "lot-2"), ("open", "lot-3"), ("outcome", LOT)]
        assert house.host.back == [None]


async def test_a_recorded_lot_that_nobody_knew_of_before_the_gap_is_told(engine: Engine) -> None:
    async with House(SHORT).live() as house:
        house.keys.put(over(keys_after(engine.start(), *engine.bid(1, "ada", "50"))))
        await house.gap()
        assert house.host.said == [("outcome", LOT)]


async def test_a_lot_that_came_and_went_in_the_gap_is_told_and_one_of_this_morning_is_not(engine: Engine) -> None:
    now = datetime.now(UTC) + timedelta(seconds=1)
    today = stamped(over(keys_after(engine.start(), *engine.bid(1, "ada", "50"))), now)
    old = over(keys_after(engine.start(lot="old"), *engine.bid(1, "ada", "50", lot="old")))
    old = stamped(old, now - timedelta(hours=10))
    async with House(SHORT).live() as house:
        house.keys.put(today, old)
        await house.gap()
        assert house.host.said == [("outcome", LOT)]
        assert house.stage("old").outcome == "sold"
        await house.gap()
        assert house.host.said == [("outcome", LOT)]
