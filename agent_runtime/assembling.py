"""The roof's wiring: every part of a runtime is built here and connected with the others; nothing runs yet."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from zoneinfo import ZoneInfo

from redis.asyncio import Redis

from agent_runtime.agents.company import Company
from agent_runtime.authors import author_character
from agent_runtime.broadcasting import Announcements
from agent_runtime.casting import Cast, Casting
from agent_runtime.characters.exporting import Exporting
from agent_runtime.characters.library import Library
from agent_runtime.characters.loading import Roster
from agent_runtime.characters.watching import Watcher
from agent_runtime.chatting import chat_of
from agent_runtime.config import Settings
from agent_runtime.core.broadcast import Broadcast
from agent_runtime.core.character import Character
from agent_runtime.core.clock import Clock, SystemClock
from agent_runtime.core.errors import Misconfigured
from agent_runtime.core.events import CHANNELS, Envelope
from agent_runtime.core.line import Line
from agent_runtime.domains import domains_in
from agent_runtime.domains.auction import AUCTION
from agent_runtime.domains.campaign import campaigns_in
from agent_runtime.domains.campaign.found import from_state
from agent_runtime.feed import SEEN_KEPT, Backlog, Feed
from agent_runtime.live.channels import RedisPublisher, Subscriber
from agent_runtime.live.lots import EngineKeys
from agent_runtime.live.platform import PlatformKeys
from agent_runtime.live.state import RedisLiveState
from agent_runtime.live.values import RedisValues
from agent_runtime.memory.mind import Mind
from agent_runtime.memory.recalling import Recalling
from agent_runtime.memory.remembering import Remembering
from agent_runtime.models import Models
from agent_runtime.overhearing import Overhearing
from agent_runtime.projection.journal import Journal
from agent_runtime.projection.projector import Projector
from agent_runtime.projection.recorder import Recorder
from agent_runtime.recovery import Recovery
from agent_runtime.recovery.campaigns import CampaignReader
from agent_runtime.runtime import Runtime, new_id
from agent_runtime.store.database import Database
from agent_runtime.store.retention import Retention
from agent_runtime.sweeping import Sweeping


@dataclass(frozen=True)
class Ground:
    """What a runtime stands on, open already. `heard` is told of every line said; `owner` is whose turns it runs."""

    settings: Settings
    roster: Roster
    database: Database
    redis: Redis
    redis_url: str
    models: Models
    heard: Callable[[Line], None]
    owner: str


async def assembled(ground: Ground) -> Runtime:
    """A runtime of these. Raises Misconfigured, Unavailable."""
    settings, database, clock = ground.settings, ground.database, SystemClock()
    stream, overhearing, is_listening = Broadcast[Envelope](), Overhearing(), asyncio.Event()
    publisher, values = RedisPublisher(ground.redis), RedisValues(ground.redis)
    journal, recorder = Journal(database.events), Recorder(database.records)
    projector = Projector(domains_in(ZoneInfo(settings.time_zone)), keep=recorder.note, overhear=overhearing.hear)
    announcements = Announcements(publisher, stream.send, clock, new_id)
    mind = _mind(ground, clock, announcements, lambda: company)
    live = RedisLiveState(ground.redis)
    casting = Casting(
        settings, database, live, publisher, projector, stream, clock, new_id, ground.heard, ground.models.other, mind
    )
    casts = await _cast(casting, ground)
    author = author_character()
    everyone = {author.slug: author, **ground.roster.characters}
    company = Company(everyone, {cast.agent.id: cast.agent for cast in casts}, casting.guest, live)
    overhearing.connect([cast.audience for cast in casts], company.running)
    recovery = _recovery(ground, projector, company, values, clock)
    feed = Feed(projector, journal, company.running, stream, clock, new_id, want=recovery.want)
    feed.remember(await database.events.recent_ids(SEEN_KEPT))
    backlog = Backlog(feed.hear, AUCTION.hurry)
    await recovery.remember()
    watcher = Watcher(settings.characters_dir, ground.roster, lambda _slug, character: company.recast(character))
    library = Library(settings.characters_dir, watcher, lambda slug: _forget(company, slug, author))
    chat = chat_of(
        settings, database, company, ground.models, mind, clock, new_id, ground.owner, author, Exporting(library)
    )
    is_alone = database.address.kind == "sqlite"  # a second process is refused the folder
    sweeping = Sweeping(chat.conversations, is_alone)
    await sweeping.first()
    return Runtime(
        settings=settings,
        database=database,
        redis_url=ground.redis_url,
        watcher=watcher,
        library=library,
        projector=projector,
        company=company,
        chat=chat,
        sweeping=sweeping,
        feed=feed,
        backlog=backlog,
        models=ground.models,
        subscriber=_subscriber(ground.redis_url, backlog, recovery, company, is_listening),
        journal=journal,
        recorder=recorder,
        recovery=recovery,
        remembering=mind.remembering,
        announcements=announcements,
        retention=Retention(
            database.events,
            clock,
            settings.retention.events_days,
            traces=database.traces,
            traces_days=settings.retention.traces_days,
            claims=database.claims,
        ),
        casts=casts,
        stream=stream,
        redis=ground.redis,
        is_listening=is_listening,
    )


def _forget(company: Company, slug: str, author: Character) -> None:
    """A file that stood in the place of the author gives it back."""
    if slug == author.slug:
        company.recast(author)
    else:
        company.forget(slug)


def _mind(ground: Ground, clock: Clock, announcements: Announcements, company: Callable[[], Company]) -> Mind:
    database, settings = ground.database, ground.settings
    recalling = Recalling(database.memories, clock, half_life=timedelta(days=settings.memory.half_life_days))
    remembering = Remembering(
        database.memories,
        database.chronicle,
        recalling,
        clock,
        agents=lambda: [(agent.id, agent.hosts) for agent in company().running],
        remembered=announcements.remembered,
        held=lambda agent_id, keys: company().agent(agent_id).keep_in_mind(keys),
        locale=settings.locale,
    )
    return Mind(recalling, remembering)


def _recovery(ground: Ground, projector: Projector, company: Company, values: RedisValues, clock: Clock) -> Recovery:
    database, zone = ground.database, ZoneInfo(ground.settings.time_zone)
    return Recovery(
        projector,
        EngineKeys(values),
        database.events,
        hosts=lambda: company.running,
        titles=database.chronicle.titles,
        clock=clock,
        campaigns=CampaignReader(projector, PlatformKeys(values), campaigns_in(zone), from_state, clock),
    )


async def _cast(casting: Casting, ground: Ground) -> tuple[Cast, ...]:
    slugs = _chosen(ground.settings, ground.roster)
    return tuple([await casting.host(ground.roster.characters[slug]) for slug in slugs])


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


def _chosen(settings: Settings, roster: Roster) -> tuple[str, ...]:
    """Which characters run: those configured, else all that host something."""
    if settings.agents is None:
        return tuple(slug for slug, character in roster.characters.items() if character.hosts.is_host)
    for slug in settings.agents:
        if slug not in roster.characters:
            known = ", ".join(sorted(roster.characters))
            raise Misconfigured(f"agents: no valid character {slug!r} in {settings.characters_dir}; there are: {known}")
    return tuple(settings.agents)
