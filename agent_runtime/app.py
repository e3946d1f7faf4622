"""The roof: builds every part of a runtime, connects them, runs them, and takes them down in reverse."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path

import structlog
from redis.asyncio import Redis

from agent_runtime.agents.company import Company
from agent_runtime.casting import Casting
from agent_runtime.characters.loading import Roster, load_folder
from agent_runtime.chat.conversations import Conversations
from agent_runtime.chat.lanes import Lanes
from agent_runtime.chat.windows import Windows
from agent_runtime.config import Settings
from agent_runtime.core.broadcast import Broadcast
from agent_runtime.core.clock import Clock, SystemClock
from agent_runtime.core.errors import InvalidFile, Misconfigured
from agent_runtime.core.events import CHANNELS, Envelope
from agent_runtime.core.line import Line
from agent_runtime.core.ports import ChatModel
from agent_runtime.domains import DOMAINS
from agent_runtime.feed import SEEN_KEPT, Feed
from agent_runtime.live.channels import RedisPublisher, Subscriber
from agent_runtime.live.connection import connect
from agent_runtime.live.embedded import EmbeddedValkey
from agent_runtime.live.state import RedisLiveState
from agent_runtime.llm.deadlines import Deadlines
from agent_runtime.llm.openai_compat import OpenAICompat
from agent_runtime.llm.scripted import Scripted
from agent_runtime.llm.wire import Sampling
from agent_runtime.narration.phrasebook import phrases_of
from agent_runtime.projection.journal import Journal
from agent_runtime.projection.projector import Projector
from agent_runtime.projection.recorder import Recorder
from agent_runtime.runtime import Runtime, background, cancel_all, new_id, services_of, taken_down
from agent_runtime.store.database import Database
from agent_runtime.store.folder import DataFolder
from agent_runtime.web.server import Server, build

DRAIN_S = 20.0
_LISTENING_WITHIN_S = 5.0
_log = structlog.get_logger(__name__)


@asynccontextmanager
async def running(settings: Settings, heard: Callable[[Line], None] = lambda _line: None) -> AsyncIterator[Runtime]:
    """A runtime from start to stop. `heard` is told of every line said.

    Raises Misconfigured, Unavailable or SchemaBehind when it cannot start; nothing is left behind then.
    """
    async with AsyncExitStack() as stack:
        folder = stack.enter_context(DataFolder(settings.data_dir))
        roster = await asyncio.to_thread(_roster, settings.characters_dir)
        database = await _database(settings, stack)
        embedded = await _embedded(settings, stack)
        redis_url = embedded.url if embedded else settings.redis.url
        redis = await connect(redis_url)
        stack.push_async_callback(redis.aclose)
        model = _chat_model(settings)
        stack.push_async_callback(model.close)
        runtime = await _assembled(settings, roster, database, redis, redis_url, model, heard)
        group = await stack.enter_async_context(asyncio.TaskGroup())
        stack.callback(cancel_all, tasks := background(runtime, embedded, group))
        stack.push_async_callback(taken_down, runtime, tasks)
        runtime.server = Server(build(services_of(runtime)), settings.http.host, settings.http.port)
        await runtime.server.start()
        stack.push_async_callback(runtime.server.stop)
        with suppress(TimeoutError):
            async with asyncio.timeout(_LISTENING_WITHIN_S):
                await runtime.is_listening.wait()
        folder.announce(runtime.url, redis_url)
        try:
            yield runtime
        finally:
            runtime.is_draining = True
            await runtime.conversations.close(DRAIN_S)
            runtime.stream.close()


async def _database(settings: Settings, stack: AsyncExitStack) -> Database:
    """The store, with its schema at head: SQLite is created and upgraded here, PostgreSQL by `db upgrade`."""
    url = database_url(settings)
    database = Database(url)
    if database.address.kind == "sqlite" and (await database.standing()).is_behind:
        from agent_runtime.store import schema  # noqa: PLC0415 - the migration tool is loaded when it is needed

        await asyncio.to_thread(schema.upgrade, url)
    return await stack.enter_async_context(database)


def database_url(settings: Settings) -> str:
    """The configured database, SQLite in the data folder by default."""
    return settings.database.url or f"sqlite:///{(settings.data_dir / 'runtime.db').resolve()}"


def _chat_model(settings: Settings) -> ChatModel:
    """The configured model. A new provider is one more case."""
    llm = settings.llm
    match llm.provider:
        case "scripted":
            return Scripted(phrases_of)
        case "openai_compat":
            return OpenAICompat(
                base_url=llm.base_url,
                model=llm.model,
                api_key=llm.api_key,
                sampling=Sampling(max_tokens=llm.max_tokens),
                deadlines=Deadlines(first_token=llm.first_token_s, idle=llm.idle_s, total=llm.total_s),
            )


async def _embedded(settings: Settings, stack: AsyncExitStack) -> EmbeddedValkey | None:
    if settings.redis.url:
        return None
    embedded = EmbeddedValkey(settings.data_dir)
    await embedded.start()
    stack.push_async_callback(embedded.stop)
    return embedded


def _roster(folder: Path) -> Roster:
    roster = load_folder(folder)
    for finding in roster.findings:
        _log.error("broken character", finding=str(finding))
    if roster.findings and not roster.characters:
        raise InvalidFile(roster.findings)
    if not roster.characters:
        raise Misconfigured(f"no character in {folder}: put a YAML file there, or set AGENT_RUNTIME__CHARACTERS_DIR")
    return roster


async def _assembled(
    settings: Settings,
    roster: Roster,
    database: Database,
    redis: Redis,
    redis_url: str,
    model: ChatModel,
    heard: Callable[[Line], None],
) -> Runtime:
    clock, stream = SystemClock(), Broadcast[Envelope]()
    live, publisher = RedisLiveState(redis), RedisPublisher(redis)
    journal, recorder = Journal(database.events), Recorder(database.records)
    projector = Projector(DOMAINS, keep=recorder.note)
    casting = Casting(settings, database, live, publisher, projector, stream, clock, new_id, heard)
    casts = tuple([await casting.host(roster.characters[slug]) for slug in _chosen(settings, roster)])
    company = Company(roster.characters, {cast.agent.id: cast.agent for cast in casts}, casting.guest, live)
    conversations = _conversations(settings, database, model, company, clock)
    feed = Feed(projector, journal, [cast.agent for cast in casts], stream, clock, new_id)
    feed.remember(await database.events.recent_ids(SEEN_KEPT))
    is_listening = asyncio.Event()
    subscriber = Subscriber(
        redis_url,
        CHANNELS,
        on_message=feed.hear,
        on_live=is_listening.set,
        on_down=lambda why: _log.warning("redis lost", why=why),
    )
    return Runtime(
        settings=settings,
        database=database,
        redis_url=redis_url,
        roster=roster,
        company=company,
        conversations=conversations,
        feed=feed,
        model=model,
        subscriber=subscriber,
        journal=journal,
        recorder=recorder,
        casts=casts,
        stream=stream,
        redis=redis,
        is_listening=is_listening,
    )


def _conversations(
    settings: Settings, database: Database, model: ChatModel, company: Company, clock: Clock
) -> Conversations:
    return Conversations(
        sessions=database.sessions,
        messages=database.messages,
        character_files=database.character_files,
        model=model,
        company=company,
        clock=clock,
        new_id=new_id,
        lanes=Lanes(settings.chat.queue),
        windows=Windows(database.messages, settings.chat.window),
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
