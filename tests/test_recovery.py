"""After any gap the hosts know how things stand, say what changed in one line, and never tell anything twice."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest
from redis.asyncio import Redis

from agent_runtime.cli.books import Books
from agent_runtime.core.broadcast import Broadcast
from agent_runtime.core.campaigns import CampaignDayState, CampaignState
from agent_runtime.core.clock import SystemClock
from agent_runtime.core.conversation import LoggedEvent, Page
from agent_runtime.core.domain import Cue, Stage
from agent_runtime.core.errors import Unavailable
from agent_runtime.core.events import CHANNELS, Envelope
from agent_runtime.core.lots import LotSnapshot
from agent_runtime.domains import DOMAINS
from agent_runtime.domains.campaign import campaigns_in
from agent_runtime.domains.campaign.found import from_state
from agent_runtime.feed import Feed
from agent_runtime.live.channels import Patience, RedisPublisher, Subscriber
from agent_runtime.live.connection import commands_client
from agent_runtime.live.lots import EngineKeys
from agent_runtime.live.platform import PlatformKeys
from agent_runtime.live.values import RedisValues
from agent_runtime.projection.projector import Projector, Step
from agent_runtime.recovery import Recovery, Rhythm
from agent_runtime.recovery.campaigns import CampaignReader
from tests.domains.streams import LOT, Engine, keys_after
from tests.servers.redis import RedisServer
from tests.test_feed import ListJournal
from tests.transcripts import recorded

AUCTIONS = "events:auction"
RECORDING = Path(__file__).parent / "data" / "ebay-three-lots.jsonl"
NEVER = 1e9
SHORT, LONG = Rhythm(long_gap=NEVER, reconcile_every=NEVER), Rhythm(long_gap=0.0, reconcile_every=NEVER)


@dataclass
class Host:
    """A host that remembers what it was shown; what it could say counts as said."""

    said: list[tuple[str, str]] = field(default_factory=list)
    shown: list[str] = field(default_factory=list)
    back: list[Cue | None] = field(default_factory=list)
    losses: int = 0
    spoken: set[str] = field(default_factory=set)
    told: set[str] = field(default_factory=set)

    def hosts(self, subject: str, campaign: str | None) -> bool:
        return not subject.startswith("foreign")

    def witness(self, step: Step, cause: str, now: float) -> None:
        self.shown.append(step.stage.subject)
        for cue in step.appraisal.cues:
            self.said.append((cue.family, cue.subject))
            self.spoken.add(cue.subject)
            if cue.family == "outcome":
                self.told.add(cue.subject)

    def feed_lost(self, now: float) -> None:
        self.losses += 1

    def feed_back(self, now: float, cue: Cue | None) -> None:
        self.back.append(cue)

    def spoke_of(self, subject: str) -> bool:
        return subject in self.spoken

    def told_outcome(self, subject: str) -> bool:
        return subject in self.told


@dataclass
class Log:
    """An event log in a list."""

    rows: list[LoggedEvent] = field(default_factory=list)
    is_away: bool = False

    async def recent(self, limit: int, *, heard_since: datetime) -> Sequence[LoggedEvent]:
        if self.is_away:
            raise Unavailable("the database is down")
        return [row for row in self.rows if row.received_at is not None and row.received_at >= heard_since][-limit:]

    async def list(self, *, kind: str, since: datetime, **_: object) -> Page[LoggedEvent]:
        return Page(data=tuple(row for row in self.rows if row.type == kind and row.timestamp >= since))


@dataclass
class Keys:
    """The engine's keys in a dict; `asked` holds the ids of each reading."""

    lots_kept: dict[str, LotSnapshot] = field(default_factory=dict)
    asked: list[tuple[str, ...]] = field(default_factory=list)
    is_away: bool = False

    async def lots(self, auction_ids: Sequence[str]) -> Sequence[LotSnapshot]:
        if self.is_away:
            raise Unavailable("Redis is down")
        self.asked.append(tuple(auction_ids))
        return [self.lots_kept.get(each, LotSnapshot(each)) for each in auction_ids]

    async def auction_ids(self, limit: int = 10_000) -> Sequence[str]:
        if self.is_away:
            raise Unavailable("Redis is down")
        return sorted(self.lots_kept)

    def put(self, *snapshots: LotSnapshot) -> None:
        self.lots_kept.update((each.auction_id, each) for each in snapshots)


class House:
    """Feed and recovery around a host, with the keys in memory unless others are given."""

    def __init__(self, rhythm: Rhythm, keys: Keys | EngineKeys | None = None) -> None:
        numbers = count(1)
        self.clock, self.host, self.log, self.keys = SystemClock(), Host(), Log(), keys or Keys()
        self.titles = {LOT: "Salt Ledger"}
        self.projector = Projector(DOMAINS)
        self.recovery = Recovery(
            self.projector, self.keys, self.log, lambda: [self.host], self._titles, self.clock, rhythm
        )
        self.feed = Feed(
            self.projector,
            ListJournal(),
            [self.host],
            Broadcast[Envelope](),
            self.clock,
            new_id=lambda: f"new-{next(numbers)}",
            want=self.recovery.want,
        )

    async def _titles(self, ids: Sequence[str]) -> dict[str, str]:
        return {each: self.titles[each] for each in ids if each in self.titles}

    def hear(self, *events: Envelope) -> None:
        for event in events:
            self.feed.hear(AUCTIONS, event.as_json())

    def stage(self, lot: str = LOT) -> Stage:
        stage = self.projector.stage(lot, self.clock.monotonic())
        assert stage is not None
        return stage

    @asynccontextmanager
    async def running(self) -> AsyncIterator["House"]:
        await self.recovery.remember()
        task = asyncio.create_task(self.recovery.run(), name="recovery")
        try:
            yield self
            assert not task.done()
        finally:
            task.cancel()
            await asyncio.wait([task], timeout=10)

    @asynccontextmanager
    async def live(self) -> AsyncIterator["House"]:
        """Running, and over its start; what was said at the start is forgotten."""
        async with self.running():
            await self.resynced()
            self.host.said.clear()
            self.host.back.clear()
            self.host.shown.clear()
            yield self

    async def resynced(self) -> None:
        """A subscription, and the keys read because of it."""
        done = self.recovery.counts["resyncs"]
        self.recovery.live()
        await until(lambda: self.recovery.counts["resyncs"] > done)

    async def gap(self) -> None:
        self.recovery.down("somebody pulled the plug")
        await self.resynced()


async def until(condition: Callable[[], bool], seconds: float = 10) -> None:
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.002)


def logged(event: Envelope, age: timedelta = timedelta(minutes=1)) -> LoggedEvent:
    return LoggedEvent(
        id=event.id,
        timestamp=datetime.fromtimestamp(event.timestamp / 1000, UTC),
        type=event.type,
        source=event.source,
        channel=AUCTIONS,
        data=event.data,
        received_at=datetime.now(UTC) - age,
    )


def over(keys: LotSnapshot, status: str = "SETTLED") -> LotSnapshot:
    assert keys.state is not None
    return replace(keys, state=keys.state.model_copy(update={"status": status}))


@pytest.fixture
def engine() -> Engine:
    return Engine()


@pytest.fixture
async def client(redis_url: str) -> AsyncIterator[Redis]:
    client = commands_client(redis_url)
    yield client
    await client.aclose()


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


def stamped(snapshot: LotSnapshot, moment: datetime) -> LotSnapshot:
    """The same as of a moment."""
    assert snapshot.price is not None
    return replace(snapshot, price=snapshot.price.model_copy(update={"last_update_time": moment}))


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


@dataclass
class Days:
    """A campaign's keys."""

    day: int = 2
    is_away: bool = False

    async def campaign(self, campaign_id: str) -> CampaignState | None:
        if self.is_away:
            raise Unavailable("Redis is down")
        return CampaignState(id=campaign_id, name="Week", status="ACTIVE", current_day=self.day, total_days=5)

    async def campaign_day(self, campaign_id: str, day: int) -> CampaignDayState | None:
        return None


async def test_the_campaigns_of_what_is_held_are_known_too_and_their_keys_cost_nothing_else(engine: Engine) -> None:
    days, house = Days(), House(SHORT)
    domain = campaigns_in(UTC)
    house.recovery.campaigns = CampaignReader(house.projector, days, domain, from_state, house.clock)
    house.log.rows = [logged(engine.start(campaignId="week"))]
    async with house.running():
        await house.resynced()
        assert house.stage("week").slots["day"] == 2
        assert house.host.said == []
        days.day = 3
        await house.gap()
        assert house.stage("week").slots["day"] == 3
        assert house.host.said == [("stage_of_day", "week")]
        days.is_away = True
        house.keys.put(keys_after(engine.start(), *engine.bid(1, "ada", "50")))
        await house.gap()
        assert house.host.said[1:] == [("bid", LOT)]


async def test_a_campaign_whose_id_is_none_costs_nothing_that_follows(engine: Engine, client: Redis) -> None:
    house = House(SHORT)
    keys = PlatformKeys(RedisValues(client))
    house.recovery.campaigns = CampaignReader(house.projector, keys, campaigns_in(UTC), from_state, house.clock)
    lot = keys_after(engine.start(), *engine.bid(1, "ada", "50"))
    assert lot.state is not None
    house.keys.put(replace(lot, state=lot.state.model_copy(update={"campaign_id": "a:b"})))
    async with house.running():
        await house.resynced()
        await house.gap()
    assert house.recovery.counts["resyncs"] == 2


@asynccontextmanager
async def listening(house: House, url: str) -> AsyncIterator[Subscriber]:
    """The house at the end of a real subscription."""
    recovery = house.recovery
    subscriber = Subscriber(
        url, CHANNELS, house.feed.hear, recovery.live, recovery.down, patience=Patience(longest_pause=0.2)
    )
    async with house.running():
        task = asyncio.create_task(subscriber.run(), name="subscriber")
        await until(lambda: recovery.counts["resyncs"] >= 1)
        yield subscriber
        task.cancel()
        await asyncio.wait([task], timeout=10)


async def test_after_a_killed_subscription_the_state_is_the_engines(
    redis_url: str, client: Redis, engine: Engine
) -> None:
    keys, publisher, books = EngineKeys(RedisValues(client)), RedisPublisher(client), Books()
    house = House(SHORT, keys)
    async with listening(house, redis_url) as subscriber:

        async def publish(event: Envelope) -> None:
            lot = books.enter(event)
            assert lot is not None
            await keys.put_lot(lot)
            await publisher.publish(AUCTIONS, event.as_json())

        await publish(engine.start())
        await until(lambda: house.host.said == [("open", LOT)])
        for number in range(5):
            await client.execute_command("CLIENT", "KILL", "TYPE", "pubsub")
            for event in engine.bid(1 + number, f"user-{number % 2}", str(50 + 5 * number)):
                await publish(event)
            await until(lambda number=number: subscriber.counts["subscriptions"] == number + 2)
            await until(lambda number=number: house.stage().slots.get("amount", (0,))[0] == 50 + 5 * number)
            await until(lambda number=number: house.stage().slots.get("bidder") == f"the_user-{number % 2}")
        await client.execute_command("CLIENT", "KILL", "TYPE", "pubsub")
        await publish(engine.end(9, winningBidId="bid-lot-1-user-0-70", finalPrice="70"))
        await publish(engine.winner(9.2, "user-0", "70"))
        await until(lambda: house.stage().outcome == "sold")
        assert house.stage().slots["bidder"] == "the_user-0"
    assert [family for family, _ in house.host.said].count("outcome") >= 1


async def test_recorded_lots_are_known_rightly_however_often_the_subscription_dies(
    redis_url: str, client: Redis
) -> None:
    """P10, in small: a kill every few dozen events of three recorded lots, kept in the keys; nothing diverges."""
    keys, publisher, books = EngineKeys(RedisValues(client)), RedisPublisher(client), Books()
    house = House(Rhythm(reconcile_every=0.05), keys)
    latest: dict[str, LotSnapshot] = {}
    async with listening(house, redis_url):
        for number, raw in enumerate(recorded(RECORDING)):
            event = Envelope.model_validate(raw)
            lot = books.enter(event)
            assert lot is not None
            latest[lot.auction_id] = lot
            await keys.put_lot(lot)
            await publisher.publish(AUCTIONS, event.as_json())
            if number % 40 == 20:
                await client.execute_command("CLIENT", "KILL", "TYPE", "pubsub")
        assert len(latest) == 3
        await until(lambda: all(house.stage(lot).outcome is not None for lot in latest))
        for lot, kept in latest.items():
            assert kept.price is not None and kept.bid is not None
            assert house.stage(lot).outcome == "sold"
            assert house.stage(lot).slots["bidder"] == kept.bid.twitter_handle
    assert house.recovery.counts["gaps"] >= 1


async def test_a_server_that_dies_and_comes_back_empty_costs_nothing_that_is_known(
    redis_server: RedisServer, engine: Engine
) -> None:
    client = commands_client(redis_server.url)
    keys = EngineKeys(RedisValues(client))
    house = House(Rhythm(long_gap=0.0, reconcile_every=0.01, retry_after=0.01), keys)
    events = [engine.start(), *engine.bid(1, "ada", "50")]
    async with listening(house, redis_server.url) as subscriber:
        await keys.put_lot(keys_after(*events))
        house.hear(*events)
        redis_server.kill()
        await until(lambda: house.host.losses == 1)
        redis_server.start()
        await until(lambda: subscriber.state == "live" and len(house.host.back) >= 2)
        assert house.host.back[-1] is None
        assert house.stage().slots["bidder"] == "the_ada"
        assert house.stage().is_open
    await client.aclose()
