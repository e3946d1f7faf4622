"""The roof's wiring: every part of a runtime is built here and connected with the others; nothing runs yet."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from zoneinfo import ZoneInfo

from agent_runtime.agents.company import Company
from agent_runtime.authors import author_character
from agent_runtime.broadcasting import Announcements
from agent_runtime.casting import Cast, Casting
from agent_runtime.characters.exporting import Exporting
from agent_runtime.characters.library import Library
from agent_runtime.characters.loading import Roster
from agent_runtime.characters.watching import Watcher
from agent_runtime.chatting import Chat, chat_of
from agent_runtime.config import Settings
from agent_runtime.core.broadcast import Broadcast
from agent_runtime.core.character import Character
from agent_runtime.core.errors import Misconfigured
from agent_runtime.core.events import Envelope
from agent_runtime.core.ports import Publisher
from agent_runtime.domains import domains_in
from agent_runtime.ground import Ground
from agent_runtime.hearing import heard_by
from agent_runtime.live.channels import RedisPublisher
from agent_runtime.live.state import RedisLiveState
from agent_runtime.memory.mind import Mind
from agent_runtime.memory.recalling import Recalling
from agent_runtime.memory.remembering import Remembering
from agent_runtime.overhearing import Overhearing
from agent_runtime.projection.projector import Projector
from agent_runtime.projection.recorder import Recorder
from agent_runtime.runtime import Runtime, new_id
from agent_runtime.store.retention import Retention
from agent_runtime.sweeping import Sweeping

__all__ = ["Ground", "assembled"]


@dataclass(frozen=True)
class _Told:
    """Where news goes: to those who watch here, to other services, in order where it may wait."""

    stream: Broadcast[Envelope]
    publisher: Publisher
    announcements: Announcements


@dataclass(frozen=True)
class _World:
    """What events make of the world, what of it is written down, and what is merely overheard."""

    projector: Projector
    recorder: Recorder
    overhearing: Overhearing


@dataclass(frozen=True)
class _People:
    """Everyone who is there, those who run with all they need, and what they remember."""

    company: Company
    casts: tuple[Cast, ...]
    mind: Mind


@dataclass(frozen=True)
class _Files:
    """The folder of characters, followed and written."""

    watcher: Watcher
    library: Library


async def assembled(ground: Ground) -> Runtime:
    """A runtime of these. Raises Misconfigured, Unavailable."""
    author = author_character()
    told = _told(ground)
    world = _world(ground)
    people = await _people(ground, told, world, author)
    heard = await heard_by(people.company, ground, world.projector, told.stream, new_id)
    files = _files(ground, people.company, author)
    chat = chat_of(ground, people.company, people.mind, author, Exporting(files.library), new_id)
    return Runtime(
        settings=ground.settings,
        database=ground.database,
        redis=ground.redis,
        redis_url=ground.redis_url,
        models=ground.models,
        stream=told.stream,
        announcements=told.announcements,
        projector=world.projector,
        recorder=world.recorder,
        company=people.company,
        casts=people.casts,
        remembering=people.mind.remembering,
        subscriber=heard.subscriber,
        backlog=heard.backlog,
        feed=heard.feed,
        journal=heard.journal,
        recovery=heard.recovery,
        is_listening=heard.is_listening,
        watcher=files.watcher,
        library=files.library,
        chat=chat,
        sweeping=await _swept(ground, chat),
        retention=_retention(ground),
    )


def _told(ground: Ground) -> _Told:
    stream, publisher = Broadcast[Envelope](), RedisPublisher(ground.redis)
    return _Told(stream, publisher, Announcements(publisher, stream.send, ground.clock, new_id))


def _world(ground: Ground) -> _World:
    recorder, overhearing = Recorder(ground.database.records), Overhearing()
    domains = domains_in(ZoneInfo(ground.settings.time_zone))
    return _World(Projector(domains, keep=recorder.note, overhear=overhearing.hear), recorder, overhearing)


async def _people(ground: Ground, told: _Told, world: _World, author: Character) -> _People:
    live, roster = RedisLiveState(ground.redis), ground.roster
    mind = _mind(ground, told.announcements, lambda: company)  # who is there remembers, and what remembers asks who is
    casting = Casting(
        ground.settings,
        ground.database,
        live,
        told.publisher,
        world.projector,
        told.stream,
        ground.clock,
        new_id,
        ground.heard,
        ground.models.other,
        mind,
    )
    casts = tuple([await casting.host(roster.characters[slug]) for slug in _chosen(ground.settings, roster)])
    everyone = {author.slug: author, **roster.characters}
    company = Company(everyone, {cast.agent.id: cast.agent for cast in casts}, casting.guest, live)
    world.overhearing.connect([cast.audience for cast in casts], company.running)
    return _People(company, casts, mind)


def _mind(ground: Ground, announcements: Announcements, company: Callable[[], Company]) -> Mind:
    database, settings, clock = ground.database, ground.settings, ground.clock
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


def _chosen(settings: Settings, roster: Roster) -> tuple[str, ...]:
    """Which characters run: those configured, else all that host something."""
    if settings.agents is None:
        return tuple(slug for slug, character in roster.characters.items() if character.hosts.is_host)
    for slug in settings.agents:
        if slug not in roster.characters:
            known = ", ".join(sorted(roster.characters))
            raise Misconfigured(f"agents: no valid character {slug!r} in {settings.characters_dir}; there are: {known}")
    return tuple(settings.agents)


def _files(ground: Ground, company: Company, author: Character) -> _Files:
    def forget(slug: str) -> None:
        if slug == author.slug:
            company.recast(author)  # a file that stood in its place gives it back
        else:
            company.forget(slug)

    folder = ground.settings.characters_dir
    watcher = Watcher(folder, ground.roster, lambda _slug, character: company.recast(character))
    return _Files(watcher, Library(folder, watcher, forget))


async def _swept(ground: Ground, chat: Chat) -> Sweeping:
    is_alone = ground.database.address.kind == "sqlite"  # a second process is refused the folder
    sweeping = Sweeping(chat.conversations, is_alone)
    await sweeping.first()
    return sweeping


def _retention(ground: Ground) -> Retention:
    database, days = ground.database, ground.settings.retention
    return Retention(
        database.events,
        ground.clock,
        days.events_days,
        traces=database.traces,
        traces_days=days.traces_days,
        claims=database.claims,
    )
