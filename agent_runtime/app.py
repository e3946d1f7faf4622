"""The roof: opens what a runtime stands on, has it assembled, runs it, and takes everything down in reverse."""

import asyncio
import gc
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path

import structlog

from agent_runtime.assembling import Ground, assembled
from agent_runtime.characters.loading import Roster, load_folder
from agent_runtime.config import Settings
from agent_runtime.core.clock import SystemClock
from agent_runtime.core.errors import InvalidFile, Misconfigured
from agent_runtime.core.line import Line
from agent_runtime.live.connection import connect
from agent_runtime.live.embedded import EmbeddedValkey
from agent_runtime.models import models_of
from agent_runtime.runtime import Runtime, background, cancel_all, services_of, taken_down
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
        models = models_of(settings.llm, database.spending, SystemClock())
        stack.push_async_callback(models.close)
        ground = Ground(settings, roster, database, redis, redis_url, models, heard, folder.identity())
        runtime = await assembled(ground)
        group = await stack.enter_async_context(asyncio.TaskGroup())
        stack.callback(cancel_all, tasks := background(runtime, embedded, group))
        stack.push_async_callback(taken_down, runtime, tasks)
        runtime.server = Server(build(services_of(runtime)), settings.http.host, settings.http.port)
        await runtime.server.start()
        stack.push_async_callback(runtime.server.stop)
        with suppress(TimeoutError):
            async with asyncio.timeout(_LISTENING_WITHIN_S):
                await runtime.is_listening.wait()
        runtime.begin()
        gc.collect()
        gc.freeze()  # what is there now stays until the end: no collection need look at it again
        folder.announce(runtime.url, redis_url)
        try:
            yield runtime
        finally:
            runtime.is_draining = True
            await runtime.chat.conversations.close(DRAIN_S)
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
