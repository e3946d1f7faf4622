"""An evening in the small world: its works under the hammer, its people bidding, stages of the day, and an audience."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from random import Random

from agent_runtime.cli.world import world
from agent_runtime.core.campaigns import CampaignDayState, CampaignState
from agent_runtime.core.clock import iso
from agent_runtime.core.platform import ArtItem, Auction, Campaign, User
from agent_runtime.domains.auction.simulation import Bidder, Happening, Show, Work, happenings

_HOME = "ETH"
_TICKS = {_HOME: Decimal("0.01")}
_ELSEWHERE = Decimal(10)  # amounts in any other currency are a thousand times as much
_LEAD_S = 8.0
_STAGE_AFTER_S = 4.0
_OVER_AFTER_S = 1.0
_FIRST_QUESTION_S = (8.0, 25.0)
_NEXT_QUESTION_S = (25.0, 60.0)
_QUIET_AT_THE_END_S = 6.0
_QUESTIONS = ("What's the bid?", "Who leads?", "How long is left?", "What is the price now?", "Who is ahead here?")


@dataclass(frozen=True, slots=True)
class Evening:
    """A show in a campaign; `asked` is the agent whom the audience asks, None for an audience that asks nothing."""

    show: Show
    campaign: Campaign
    asked: str | None = None

    @property
    def day(self) -> int:
        """The last of the campaign's days: the others are over in the world."""
        start, end = self.campaign.start_date, self.campaign.end_date
        return (end - start).days + 1 if start and end else 1

    @property
    def session_id(self) -> str:
        """The auction day, as newer engines call it."""
        return self.show.identifier("session")

    def state(self) -> CampaignState:
        """The contract's `campaign:{id}` on this evening."""
        campaign = self.campaign
        return CampaignState(
            id=campaign.id,
            name=campaign.name,
            start_date=campaign.start_date,
            end_date=campaign.end_date,
            status="ACTIVE",
            current_day=self.day,
            total_days=self.day,
        )

    def day_state(self, *, is_over: bool) -> CampaignDayState:
        """The contract's `campaign:day:{id}:{day}`."""
        return CampaignDayState(
            campaign_id=self.campaign.id,
            day=self.day,
            date=self.show.began,
            completed=is_over,
            auction_ids=self.show.lot_ids,
        )


def evening(
    began: datetime,
    *,
    seed: str,
    lots: int,
    lot_seconds: float,
    number: int = 0,
    currency: str = _HOME,
    asked: str | None = None,
) -> Evening:
    """The `number`th evening from `began` on: each goes on with the works where the one before has stopped."""
    records = world()
    campaign = next(record for record in records if isinstance(record, Campaign))
    works = _works()
    first = number * lots % len(works)
    show = Show(
        works=works[first:] + works[:first],
        bidders=tuple(Bidder(each.id, each.twitter_handle or "") for each in records if isinstance(each, User)),
        campaign_id=campaign.id,
        seed=f"{seed}.{number}" if number else seed,
        lots=lots,
        lot_seconds=lot_seconds,
        lead_seconds=_LEAD_S,
        currency=currency,
        tick=_TICKS.get(currency, _ELSEWHERE),
        began=began,
    )
    return Evening(show, campaign, asked)


def around(evening: Evening) -> Iterator[Happening]:
    """What happens beside the lots, in order: the day and its stages, and now and then a question."""
    show = evening.show
    yield _day(evening)
    yield _stage(evening, "auction", _STAGE_AFTER_S, "startTime")
    random, opened, last = Random(f"audience {show.seed}"), 0.0, _LEAD_S
    for happening in happenings(show):
        last = happening.at
        match happening.type:
            case "auction:start":
                opened = happening.at
            case "auction:end" if evening.asked is not None:
                yield from _questions(evening, evening.asked, random, opened, happening.at)
    yield _stage(evening, "end", last + _OVER_AFTER_S, "endTime")


def _works() -> tuple[Work, ...]:
    """The works of the world, those that nobody has won yet first; they should fetch half as much again as asked."""
    titles = {record.id: record.name or "" for record in world() if isinstance(record, ArtItem)}
    lots = [record for record in world() if isinstance(record, Auction)]
    return tuple(
        Work(lot.art_item_id, titles[lot.art_item_id], int(lot.reserve_price / _TICKS[_HOME] * 3 / 2))
        for lot in sorted(lots, key=lambda lot: lot.winning_bid_id is not None)
        if lot.art_item_id is not None and lot.reserve_price is not None
    )


def _day(evening: Evening) -> Happening:
    data = {
        "campaignId": evening.campaign.id,
        "name": evening.campaign.name,
        "day": evening.day,
        "totalDays": evening.day,
        "date": iso(evening.show.began),
        "status": "ACTIVE",
    }
    return Happening(0.0, "campaign:day:change", data)


def _stage(evening: Evening, stage: str, at: float, moment: str) -> Happening:
    ids = {"sessionId": evening.session_id, "campaignId": evening.campaign.id}
    return Happening(at, f"session:{stage}", {**ids, "stage": stage, moment: iso(evening.show.moment(at))})


def _questions(evening: Evening, asked: str, random: Random, opened: float, ended: float) -> Iterator[Happening]:
    """Few, and none in the last seconds of a lot."""
    at = opened + random.uniform(*_FIRST_QUESTION_S)
    while at < ended - _QUIET_AT_THE_END_S:
        who = random.choice(evening.show.bidders)
        data = {
            "agentId": asked,
            "interactionId": evening.show.identifier(f"question at {at}"),
            "userId": who.user_id,
            "twitterHandle": who.handle,
            "content": random.choice(_QUESTIONS),
            "timestamp": iso(evening.show.moment(at)),
            "type": "QUESTION",
        }
        yield Happening(at, "agent:interaction", data)
        at += random.uniform(*_NEXT_QUESTION_S)
