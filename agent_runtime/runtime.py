"""A running runtime: its parts, what goes on beside requests, how each part is, and how it says goodbye."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from typing import Any

import structlog
from redis.asyncio import Redis

from agent_runtime.agents.agent import Agent
from agent_runtime.agents.company import Company
from agent_runtime.broadcasting import Announcements
from agent_runtime.casting import Cast
from agent_runtime.characters.exporting import Exporting
from agent_runtime.characters.importing import Importing
from agent_runtime.characters.library import Library
from agent_runtime.characters.watching import Watcher
from agent_runtime.chatting import Chat
from agent_runtime.config import Settings
from agent_runtime.core.broadcast import Broadcast
from agent_runtime.core.clock import SystemClock
from agent_runtime.core.errors import ModelFailed, RuntimeFault, Unavailable
from agent_runtime.core.events import Envelope
from agent_runtime.core.ids import RandomIds
from agent_runtime.core.supervision import Supervisor
from agent_runtime.feed import Backlog, Feed
from agent_runtime.live.channels import Subscriber
from agent_runtime.live.connection import FAILURES
from agent_runtime.live.embedded import EmbeddedValkey
from agent_runtime.measuring.exposition import Exposition
from agent_runtime.measuring.lag import Ticker
from agent_runtime.memory.remembering import Remembering
from agent_runtime.models import Models
from agent_runtime.projection.journal import Journal
from agent_runtime.projection.projector import Projector
from agent_runtime.projection.recorder import Recorder
from agent_runtime.recovery import Recovery
from agent_runtime.store.database import Database
from agent_runtime.store.retention import Retention
from agent_runtime.sweeping import Sweeping
from agent_runtime.web.access import Access
from agent_runtime.web.keys import KEY_FILE
from agent_runtime.web.names import own_names
from agent_runtime.web.server import Server
from agent_runtime.web.services import Clients, Health, Limits, Lots, Services
from agent_runtime.web.tally import HttpTally

_PROBE_S = 1.0
_LAST_WORDS_S = 5.0
_CANCEL_AGAIN_S = 0.1
new_id = RandomIds()
_log = structlog.get_logger(__name__)


@dataclass
class Runtime:
    """A running runtime: what commands and tests may ask of it."""

    settings: Settings
    database: Database
    redis_url: str
    watcher: Watcher
    library: Library
    projector: Projector
    company: Company
    chat: Chat
    sweeping: Sweeping
    feed: Feed
    backlog: Backlog
    models: Models
    subscriber: Subscriber
    journal: Journal
    recorder: Recorder
    recovery: Recovery
    remembering: Remembering
    announcements: Announcements
    retention: Retention
    casts: tuple[Cast, ...]
    stream: Broadcast[Envelope]
    redis: Redis
    server: Server = field(init=False)
    supervisor: Supervisor = field(default_factory=Supervisor)
    ticker: Ticker = field(default_factory=Ticker)
    is_draining: bool = False
    is_listening: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def url(self) -> str:
        """Where it answers."""
        return self.server.url

    def begin(self) -> None:
        """Let the agents speak: everything they need is there, or known to be away."""
        for cast in self.casts:
            cast.agent.begin()

    async def improvise(self, agent: Agent, words: str) -> str:
        """What an agent says to an operator's words. Raises ModelFailed where that is nothing."""
        audience = next(cast.audience for cast in self.casts if cast.agent is agent)
        text = await audience.improvise(words, new_id())
        if not text:
            raise ModelFailed("empty", "the character has nothing to say to that")
        return text

    async def _ping(self) -> None:
        await self.redis.ping()

    async def health(self) -> Mapping[str, Health]:
        """Every part as it is now; a probe never takes longer than a second."""
        store, redis = await asyncio.gather(_probe(self.database.ping, "down"), _probe(self._ping, "degraded"))
        if store.status == "ok" and (trouble := self.database.writer.trouble):
            store = Health("degraded", f"within the last minute: {trouble}", store.latency_ms)
        if self.subscriber.state != "live":
            redis = Health("degraded", "not subscribed; events are missed until it is")
        is_kept = all(
            (
                self.journal.is_healthy,
                self.recorder.is_healthy,
                self.remembering.is_healthy,
                *(cast.speaker.is_healthy for cast in self.casts),
            )
        )
        broken = len(self.watcher.broken)
        return {
            "store": store,
            "redis": redis,
            "narration": Health("ok") if is_kept else Health("degraded", "what was said or heard waits to be kept"),
            "characters": Health("degraded", f"{broken} broken") if broken else Health("ok"),
            "model": Health("degraded", trouble)
            if (trouble := self.models.trouble())
            else Health("ok", self.models.chat.name),
        }


def background(runtime: Runtime, embedded: EmbeddedValkey | None, tasks: asyncio.TaskGroup) -> list[asyncio.Task[None]]:
    """Everything that runs beside requests, each under supervision."""
    children: dict[str, Callable[[], Awaitable[None]]] = {
        "subscriber": runtime.subscriber.run,
        "backlog": runtime.backlog.run,
        "journal": runtime.journal.run,
        "recorder": runtime.recorder.run,
        "guests": runtime.company.keep_guests,
        "recovery": runtime.recovery.run,
        "remembering": runtime.remembering.run,
        "announcements": runtime.announcements.run,
        "retention": runtime.retention.run,
        "sweeping": runtime.sweeping.run,
        "index": runtime.database.indexer.run,
        "characters": runtime.watcher.run,
        "ticker": runtime.ticker.run,
    }
    for cast in runtime.casts:
        children[f"speaker {cast.agent.id}"] = cast.speaker.run
        children[f"keeper {cast.agent.id}"] = cast.speaker.keep_unkept
        children[f"herald {cast.agent.id}"] = cast.herald.run
        children[f"audience {cast.agent.id}"] = cast.audience.run
        children[f"colourist {cast.agent.id}"] = cast.colourist.run
    if embedded is not None:
        children["embedded redis"] = lambda: _revive(embedded)
    return [tasks.create_task(runtime.supervisor.keep(name, child), name=name) for name, child in children.items()]


async def _revive(embedded: EmbeddedValkey) -> None:
    while True:
        code = await embedded.wait()
        _log.error("the embedded redis ended", code=code)
        await embedded.start()


def cancel_all(tasks: list[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()


async def _ended(tasks: list[asyncio.Task[None]]) -> None:
    """Cancel until they have ended.

    Up to Python 3.11 `asyncio.wait_for` swallows a cancellation that comes just as its work is done, and redis-py
    sends every command through it: once is not always enough.
    """
    pending = set(tasks)
    while pending:
        for task in pending:
            task.cancel()
        _, pending = await asyncio.wait(pending, timeout=_CANCEL_AGAIN_S)


async def taken_down(runtime: Runtime, background: list[asyncio.Task[None]]) -> None:
    """The last words, while store and Redis are still there."""
    await _ended(background)
    await runtime.journal.close()
    await runtime.recorder.close()
    with suppress(RuntimeFault, TimeoutError):
        async with asyncio.timeout(_LAST_WORDS_S):
            await runtime.remembering.write()
    await runtime.company.save_guests()
    for cast in runtime.casts:
        cast.agent.status = "INACTIVE"
        await cast.herald.farewell()


def services_of(runtime: Runtime) -> Services:
    async def post(events: list[object]) -> Mapping[str, int]:
        return asdict(await runtime.feed.post(events))

    tally, http = HttpTally(), runtime.settings.http
    key = http.api_key.get_secret_value().encode() if http.api_key is not None else None
    return Services(
        company=runtime.company,
        conversations=runtime.chat.conversations,
        clients=Clients(runtime.chat.continuing, runtime.chat.errands, runtime.settings.http.session_headers),
        starting=runtime.chat.starting,
        talks=runtime.chat.talks,
        tracing=runtime.chat.tracing,
        turns=runtime.database.turns,
        character_files=runtime.database.character_files,
        library=runtime.library,
        export=Exporting(runtime.library),
        importing=Importing(runtime.library, runtime.database.claims, SystemClock()),
        sessions=runtime.database.sessions,
        messages=runtime.database.messages,
        events=runtime.database.events,
        stream=runtime.stream,
        stream_epoch=f"{int(time.time()):x}",
        post=post,
        health=runtime.health,
        broken=lambda: [asdict(each) for each in runtime.watcher.broken],
        max_chars=runtime.settings.chat.max_chars,
        hosts=lambda: own_names(runtime.server.host, runtime.server.port, http.hosts, has_key=key is not None),
        new_id=new_id,
        is_draining=lambda: runtime.is_draining,
        memories=runtime.database.memories,
        lots=_lots_of(runtime),
        improvise=runtime.improvise,
        access=Access(key, runtime.settings.data_dir / KEY_FILE),
        limits=Limits(http.requests_per_minute, http.turns_per_minute, http.max_connections, http.max_streams),
        origins=frozenset(http.cors_origins),
        exposition=Exposition(runtime, tally).text,
        tally=tally,
    )


def _lots_of(runtime: Runtime) -> Lots:
    projector, database = runtime.projector, runtime.database
    return Lots(
        stages=lambda: projector.stages(time.monotonic()),
        stage=lambda lot_id: projector.stage(lot_id, time.monotonic()),
        auctions=database.auctions,
        bids=database.bids,
        titles=database.chronicle.titles,
        coalesced=lambda lot_id: {cast.agent.id: cast.narrator.coalesced(lot_id) for cast in runtime.casts},
        overtaken=runtime.backlog.overtaken,
    )


async def _probe(question: Callable[[], Awaitable[Any]], otherwise: str) -> Health:
    began = time.perf_counter()
    try:
        async with asyncio.timeout(_PROBE_S):
            await question()
    except (Unavailable, TimeoutError, *FAILURES) as error:
        return Health(otherwise, str(error) or "did not answer within a second")
    return Health("ok", latency_ms=round((time.perf_counter() - began) * 1000, 2))
