"""The roof: builds every part of a runtime, connects them, runs them, and takes them down in reverse."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import structlog
from redis.asyncio import Redis

from agent_runtime.agents.company import Company
from agent_runtime.casting import Cast, Casting
from agent_runtime.characters.loading import Roster, load_folder
from agent_runtime.chat.conversations import Conversations
from agent_runtime.chat.lanes import Lanes
from agent_runtime.chat.windows import Windows
from agent_runtime.config import Settings
from agent_runtime.core.broadcast import Broadcast
from agent_runtime.core.clock import SystemClock
from agent_runtime.core.errors import InvalidFile, Misconfigured, Unavailable
from agent_runtime.core.events import CHANNELS, Envelope
from agent_runtime.core.line import Line
from agent_runtime.core.ports import ChatModel
from agent_runtime.core.supervision import Supervisor
from agent_runtime.domains import DOMAINS
from agent_runtime.feed import SEEN_KEPT, Feed
from agent_runtime.live.channels import RedisPublisher, Subscriber
from agent_runtime.live.connection import FAILURES, connect
from agent_runtime.live.embedded import EmbeddedValkey
from agent_runtime.live.state import RedisLiveState
from agent_runtime.llm.deadlines import Deadlines
from agent_runtime.llm.openai_compat import OpenAICompat
from agent_runtime.llm.scripted import Scripted
from agent_runtime.llm.wire import Sampling
from agent_runtime.narration.phrasebook import phrases_of
from agent_runtime.projection.journal import Journal
from agent_runtime.projection.projector import Projector
from agent_runtime.store.database import Database
from agent_runtime.store.folder import DataFolder
from agent_runtime.web.server import Server, build
from agent_runtime.web.services import Health, Services

DRAIN_S = 20.0
_LISTENING_WITHIN_S = 5.0
_PROBE_S = 1.0
_CANCEL_AGAIN_S = 1.0
_log = structlog.get_logger(__name__)


@dataclass
class Runtime:
    """A running runtime: what commands and tests may ask of it."""

    settings: Settings
    database: Database
    redis_url: str
    roster: Roster
    company: Company
    conversations: Conversations
    feed: Feed
    model: ChatModel
    subscriber: Subscriber
    journal: Journal
    casts: tuple[Cast, ...]
    stream: Broadcast[Envelope]
    redis: Redis
    server: Server = field(init=False)
    is_draining: bool = False
    is_listening: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def url(self) -> str:
        """Where it answers."""
        return self.server.url

    async def _ping(self) -> None:
        await self.redis.ping()

    async def health(self) -> Mapping[str, Health]:
        """Every part as it is now; a probe never takes longer than a second."""
        store, redis = await asyncio.gather(_probe(self.database.ping, "down"), _probe(self._ping, "degraded"))
        if self.subscriber.state != "live":
            redis = Health("degraded", "not subscribed; events are missed until it is")
        is_kept = self.journal.is_healthy and all(cast.speaker.is_healthy for cast in self.casts)
        broken = sum(1 for each in self.roster.files if each.findings)
        return {
            "store": store,
            "redis": redis,
            "narration": Health("ok") if is_kept else Health("degraded", "what was said or heard waits to be kept"),
            "characters": Health("degraded", f"{broken} broken") if broken else Health("ok"),
            "model": Health("ok", self.model.name),
        }


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
        tasks = await stack.enter_async_context(asyncio.TaskGroup())
        stack.callback(_cancel_all, background := _background(runtime, embedded, tasks))
        stack.push_async_callback(_taken_down, runtime, background)
        runtime.server = Server(build(_services(runtime)), settings.http.host, settings.http.port)
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
    if not roster.characters:
        raise (
            InvalidFile(roster.findings)
            if roster.findings
            else Misconfigured(
                f"no character in {folder}: put a YAML file there, or set another folder with AGENT_RUNTIME__CHARACTERS_DIR"
            )
        )
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
    projector, journal = Projector(DOMAINS), Journal(database.events)
    casting = Casting(settings, database, live, publisher, projector, stream, clock, new_id, heard)
    casts = tuple([await casting.host(roster.characters[slug]) for slug in _chosen(settings, roster)])
    company = Company(roster.characters, {cast.agent.id: cast.agent for cast in casts}, casting.guest, live)
    conversations = Conversations(
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
        casts=casts,
        stream=stream,
        redis=redis,
        is_listening=is_listening,
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


def _background(
    runtime: Runtime, embedded: EmbeddedValkey | None, tasks: asyncio.TaskGroup
) -> list[asyncio.Task[None]]:
    """Everything that runs beside requests, each under supervision."""
    children: dict[str, Callable[[], Awaitable[None]]] = {
        "subscriber": runtime.subscriber.run,
        "journal": runtime.journal.run,
        "guests": runtime.company.keep_guests,
    }
    for cast in runtime.casts:
        children[f"speaker {cast.agent.id}"] = cast.speaker.run
        children[f"keeper {cast.agent.id}"] = cast.speaker.keep_unkept
        children[f"herald {cast.agent.id}"] = cast.herald.run
    if embedded is not None:
        children["embedded redis"] = lambda: _revive(embedded)
    supervisor = Supervisor()
    return [tasks.create_task(supervisor.keep(name, child), name=name) for name, child in children.items()]


async def _revive(embedded: EmbeddedValkey) -> None:
    while True:
        code = await embedded.wait()
        _log.error("the embedded redis ended", code=code)
        await embedded.start()


def _cancel_all(tasks: list[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()


async def _ended(tasks: list[asyncio.Task[None]]) -> None:
    """Cancel until they have ended: a client library that swallows a cancellation must not hold up a stop."""
    pending = set(tasks)
    while pending:
        for task in pending:
            task.cancel()
        _, pending = await asyncio.wait(pending, timeout=_CANCEL_AGAIN_S)


async def _taken_down(runtime: Runtime, background: list[asyncio.Task[None]]) -> None:
    """The last words, while store and Redis are still there."""
    await _ended(background)
    await runtime.journal.close()
    await runtime.company.save_guests()
    for cast in runtime.casts:
        cast.agent.status = "INACTIVE"
        await cast.herald.farewell()


def _services(runtime: Runtime) -> Services:
    async def post(events: list[object]) -> Mapping[str, int]:
        return asdict(await runtime.feed.post(events))

    return Services(
        company=runtime.company,
        conversations=runtime.conversations,
        sessions=runtime.database.sessions,
        messages=runtime.database.messages,
        events=runtime.database.events,
        stream=runtime.stream,
        stream_epoch=f"{int(time.time()):x}",
        post=post,
        health=runtime.health,
        broken=lambda: _broken(runtime.roster),
        max_chars=runtime.settings.chat.max_chars,
        hosts=lambda: _host_names(runtime.server.port),
        new_id=new_id,
        is_draining=lambda: runtime.is_draining,
    )


def _broken(roster: Roster) -> list[dict[str, Any]]:
    return [
        {"file": each.path.name, "errors": [str(finding) for finding in each.findings]}
        for each in roster.files
        if each.findings
    ]


def _host_names(port: int) -> frozenset[str]:
    """The Host headers of a server on loopback: anything else is another site's name for this machine."""
    return frozenset(f"{name}:{port}" for name in ("127.0.0.1", "localhost", "[::1]"))


async def _probe(question: Callable[[], Awaitable[Any]], otherwise: str) -> Health:
    began = time.perf_counter()
    try:
        async with asyncio.timeout(_PROBE_S):
            await question()
    except (Unavailable, TimeoutError, *FAILURES) as error:
        return Health(otherwise, str(error) or "did not answer within a second")
    return Health("ok", latency_ms=round((time.perf_counter() - began) * 1000, 2))


def new_id() -> str:
    """A fresh id for a row, a message, an event."""
    return str(uuid4())
