"""After a restart: what was heard is known again, and only what was never told is told."""

from datetime import timedelta

import pytest

from tests.domains.streams import LOT, Engine, keys_after
from tests.recovery.house import LONG, House, logged, over


async def test_a_restart_knows_what_was_heard_and_says_nothing_of_it(engine: Engine) -> None:
    house = House(LONG)
    house.log.rows = [logged(each) for each in (engine.start(), *engine.bid(1, "ada", "50"))]
    async with house.running():
        assert house.stage().slots["bidder"] == "the_ada"
        assert house.host.shown == []
        await house.resynced()
        assert (house.host.said, house.host.shown, house.host.back) == ([], [LOT], [None])
        assert house.stage().is_open  # the keys know nothing of it, and that turns nothing back


async def test_a_countdown_has_gone_on_over_a_restart(engine: Engine) -> None:
    house = House(LONG)
    house.log.rows = [logged(each, timedelta(seconds=20)) for each in (engine.start(), engine.timer(1, 100))]
    async with house.running():
        assert 60 <= house.stage().slots["seconds"] <= 80


@pytest.mark.parametrize(
    ("spoken", "told", "said"),
    [(True, False, [("outcome", LOT)]), (True, True, []), (False, False, [])],
    ids=["in hand", "told already", "never in hand"],
)
@pytest.mark.parametrize("was_logged", [True, False])
async def test_an_end_found_at_the_start_is_told_by_whoever_had_the_lot_in_hand(
    engine: Engine, spoken: bool, told: bool, said: list[tuple[str, str]], was_logged: bool
) -> None:
    events = [engine.start(), *engine.bid(1, "ada", "50")]
    house = House(LONG)
    house.log.rows = [logged(each) for each in events] if was_logged else []
    house.host.spoken, house.host.told = ({LOT} if spoken else set()), ({LOT} if told else set())
    house.keys.put(over(keys_after(*events)))
    async with house.running():
        await house.resynced()
        assert house.host.said == said
        await house.gap()
        assert house.host.said == said


@pytest.mark.parametrize(
    ("age", "spoken", "said"),
    [(timedelta(seconds=20), False, True), (timedelta(minutes=5), False, False), (timedelta(hours=2), True, True)],
)
async def test_an_end_that_was_heard_and_not_said_before_a_crash_is_said_after_it(
    engine: Engine, age: timedelta, spoken: bool, said: bool
) -> None:
    house = House(LONG)
    events = (engine.start(), *engine.bid(1, "ada", "50"), engine.end(9), engine.winner(9.2, "ada", "50"))
    house.log.rows = [logged(each, age) for each in events]
    house.host.spoken = {LOT} if spoken else set()
    async with house.running():
        await house.resynced()
        assert house.host.said == ([("outcome", LOT)] if said else [])
        await house.gap()
        assert len(house.host.said) == said


async def test_a_log_that_cannot_be_read_costs_the_memory_and_nothing_else(engine: Engine) -> None:
    house = House(LONG)
    house.log.is_away = True
    house.keys.put(keys_after(engine.start()))
    async with house.running():
        await house.resynced()
        assert house.stage().title == "Salt Ledger"
        assert house.recovery.counts["failures"] == 1
