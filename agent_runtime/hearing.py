"""The roof's wiring of what is heard: the subscription, who takes events in, and what sees that none was missed."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from agent_runtime.agents.company import Company
from agent_runtime.core.broadcast import Broadcast
from agent_runtime.core.events import CHANNELS, Envelope
from agent_runtime.domains.auction import AUCTION
from agent_runtime.domains.campaign import campaigns_in
from agent_runtime.domains.campaign.found import from_state
from agent_runtime.feed import SEEN_KEPT, Backlog, Feed
from agent_runtime.ground import Ground
from agent_runtime.live.channels import Subscriber
from agent_runtime.live.lots import EngineKeys
from agent_runtime.live.platform import PlatformKeys
from agent_runtime.live.values import RedisValues
from agent_runtime.projection.journal import Journal
from agent_runtime.projection.projector import Projector
from agent_runtime.recovery import Recovery
from agent_runtime.recovery.campaigns import CampaignReader


@dataclass(frozen=True)
class Heard:
    """The way of an event, from Redis into the feed. `is_listening` is set when it can be heard at all."""

    subscriber: Subscriber
    backlog: Backlog
    feed: Feed
    journal: Journal
    recovery: Recovery
    is_listening: asyncio.Event


async def heard_by(
    company: Company,
    ground: Ground,
    projector: Projector,
    stream: Broadcast[Envelope],
    new_id: Callable[[], str],
) -> Heard:
    """All of it, knowing what was heard before; nothing runs yet. Raises Unavailable."""
    database, is_listening = ground.database, asyncio.Event()
    journal = Journal(database.events)
    recovery = _recovery(ground, projector, company)
    feed = Feed(projector, journal, company.running, stream, ground.clock, new_id, want=recovery.want)
    feed.remember(await database.events.recent_ids(SEEN_KEPT))
    await recovery.remember()
    backlog = Backlog(feed.hear, AUCTION.hurry)
    subscriber = _subscriber(ground.redis_url, backlog, recovery, company, is_listening)
    return Heard(subscriber, backlog, feed, journal, recovery, is_listening)


def _recovery(ground: Ground, projector: Projector, company: Company) -> Recovery:
    database, clock, values = ground.database, ground.clock, RedisValues(ground.redis)
    campaigns = campaigns_in(ZoneInfo(ground.settings.time_zone))
    return Recovery(
        projector,
        EngineKeys(values),
        database.events,
        hosts=lambda: company.running,
        titles=database.chronicle.titles,
        clock=clock,
        campaigns=CampaignReader(projector, PlatformKeys(values), campaigns, from_state, clock),
    )


def _subscriber(
    url: str, backlog: Backlog, recovery: Recovery, company: Company, is_listening: asyncio.Event
) -> Subscriber:
    def live() -> None:
        recovery.live()
        for agent in company.running:
            agent.changed()  # a Redis that comes back may have lost its keys
        is_listening.set()

    return Subscriber(
        url, CHANNELS, on_message=backlog.put, on_live=live, on_down=recovery.down, has_room=lambda: backlog.has_room
    )
