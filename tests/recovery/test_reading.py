"""Keys are read when something seems to be missing, now and then, and again when they could not be."""

from agent_runtime.recovery import Rhythm
from tests.domains.streams import LOT, Engine, keys_after
from tests.recovery.house import LONG, NEVER, SHORT, House
from tests.waiting import until


async def test_a_message_lost_without_a_gap_is_made_up_for_and_otherwise_nothing_is_said(engine: Engine) -> None:
    events = [engine.start(), *engine.bid(1, "ada", "50"), *engine.bid(5, "bo", "60")]
    async with House(Rhythm(reconcile_every=0.01)).live() as house:
        house.hear(*events[:6])  # the price of the second bid is lost
        house.host.said.clear()
        assert "amount" not in house.stage().slots
        house.keys.put(keys_after(*events))
        await until(lambda: "amount" in house.stage().slots)
        done = house.recovery.counts["reconciled"]
        await until(lambda: house.recovery.counts["reconciled"] > done + 3)
        assert house.host.said == [("bid", LOT)]
        assert house.recovery.counts["adopted"] == 1


async def test_a_bid_on_a_lot_nobody_knows_has_its_keys_read(engine: Engine) -> None:
    bid = engine.bid(1, "ada", "50")
    async with House(SHORT).live() as house:
        house.keys.put(keys_after(engine.start(), *bid))
        house.hear(bid[1])
        assert house.host.said == []
        await until(lambda: house.stage().is_open)
        assert (house.stage().title, house.stage().slots["bidder"]) == ("Salt Ledger", "the_ada")
        assert house.host.said == [("bid", LOT)]


async def test_what_is_asked_for_is_bounded(engine: Engine) -> None:
    async with House(Rhythm(reconcile_every=0.0, look_up_every=0.0)).live() as house:
        house.hear(*(engine.start(lot=f"lot-{number}") for number in range(450)))
        for number in range(5_000):
            house.recovery.want(f"unknown-{number}")
        house.keys.asked.clear()
        done = house.recovery.counts["reconciled"]
        await until(lambda: house.recovery.counts["reconciled"] >= done + 6)
        unknown = {each for ids in house.keys.asked for each in ids if each.startswith("unknown")}
        known = [each for ids in house.keys.asked for each in ids if each.startswith("lot")]
        assert len(unknown) == 100
        assert all(len(ids) <= 50 for ids in house.keys.asked)
        assert set(known[:450]) == {f"lot-{number}" for number in range(450)}


async def test_an_outage_is_told_once_if_a_lot_is_in_hand(engine: Engine) -> None:
    async with House(LONG).live() as house:
        house.recovery.down("nothing in hand")
        await house.resynced()
        assert house.host.losses == 0
        house.hear(engine.start(lot="foreign"), engine.start())
        for _ in range(3):
            house.recovery.down("still away")
            await until(lambda: house.host.losses == 1)
        await house.resynced()
        assert house.host.losses == 1
        assert house.recovery.counts["gaps"] == 2


async def test_keys_that_cannot_be_read_are_read_when_they_can(engine: Engine) -> None:
    events = [engine.start(), *engine.bid(1, "ada", "50")]
    rhythm = Rhythm(long_gap=NEVER, reconcile_every=0.01, retry_after=0.01)
    async with House(rhythm).live() as house:
        house.hear(events[0])
        house.host.said.clear()
        house.keys.is_away = True
        house.recovery.down("gone")
        house.recovery.live()
        await until(lambda: house.recovery.counts["failures"] >= 3)
        house.keys.put(keys_after(*events))
        house.keys.is_away = False
        await until(lambda: "amount" in house.stage().slots)
        assert house.host.said == [("bid", LOT)]
