"""The database as the roof builds it: repositories over one engine and one writer."""

from collections.abc import Mapping
from types import TracebackType
from typing import Self

from agent_runtime.core import platform
from agent_runtime.core.errors import SchemaBehind
from agent_runtime.store.address import Address, parse_address
from agent_runtime.store.auctions import SqlAuctions, SqlBids
from agent_runtime.store.character_files import SqlCharacterFiles
from agent_runtime.store.chronicle import SqlChronicle
from agent_runtime.store.claims import SqlClaims
from agent_runtime.store.engine import Engine, PooledEngine
from agent_runtime.store.events import SqlEvents
from agent_runtime.store.files import has_database
from agent_runtime.store.indexing import Indexer
from agent_runtime.store.memories import SqlMemories
from agent_runtime.store.messages import SqlMessages
from agent_runtime.store.postgres import postgres_pools
from agent_runtime.store.records import SqlRecordBook, SqlRecords
from agent_runtime.store.revisions import Standing, current, head
from agent_runtime.store.sessions import SqlSessions
from agent_runtime.store.spending import SqlSpending
from agent_runtime.store.sqlite import sqlite_pools
from agent_runtime.store.summaries import SqlSummaries
from agent_runtime.store.traces import SqlTraces
from agent_runtime.store.turns import SqlTurns
from agent_runtime.store.writer import Writer


class Database:
    """What lasts, at a URL such as `sqlite:///data/runtime.db` or `postgresql://user:password@host/database`.

    Building one does nothing; `connect` (or `async with`) makes the repositories usable, `disconnect` writes what
    is waiting and closes. Raises Misconfigured for a URL that cannot be meant.
    """

    def __init__(self, url: str) -> None:
        self.address: Address = parse_address(url)
        self._engine: Engine = _engine_for(self.address)
        self._writer = Writer(self._engine)
        self.indexer = Indexer(self._engine, self._writer)
        self.sessions = SqlSessions(self._engine, self._writer, self.indexer)
        self.messages = SqlMessages(self._engine, self._writer, self.indexer)
        self.turns = SqlTurns(self._engine, self._writer, self.indexer)
        self.claims = SqlClaims(self._engine, self._writer)
        self.traces = SqlTraces(self._engine, self._writer)
        self.spending = SqlSpending(self._engine, self._writer)
        self.character_files = SqlCharacterFiles(self._engine, self._writer)
        self.events = SqlEvents(self._engine, self._writer)
        self.memories = SqlMemories(self._engine, self._writer)
        self.summaries = SqlSummaries(self._engine, self._writer)
        self.chronicle = SqlChronicle(self._engine)
        self.records = SqlRecordBook(self._writer)
        kept = self._engine, self.records
        self.users = SqlRecords(*kept, platform.User, "user")
        self.user_preferences = SqlRecords(*kept, platform.UserPreference, "user preference")
        self.campaigns = SqlRecords(*kept, platform.Campaign, "campaign")
        self.collections = SqlRecords(*kept, platform.Collection, "collection")
        self.art_items = SqlRecords(*kept, platform.ArtItem, "art item")
        self.auctions = SqlAuctions(*kept, platform.Auction, "auction")
        self.bids = SqlBids(*kept, platform.Bid, "bid")
        self.host_characters = SqlRecords(*kept, platform.HostCharacter, "host character")
        self.stream_assets = SqlRecords(*kept, platform.StreamAsset, "stream asset")

    @property
    def writer(self) -> Writer:
        """Who commits, and knows how long that takes."""
        return self._writer

    def in_use(self) -> Mapping[str, int]:
        """How many connections are at work, by pool; empty while closed."""
        return self._engine.in_use()

    async def standing(self) -> Standing:
        """Which schema the database has, on a connection of its own: ask before `connect` whether to upgrade.

        Creates nothing. Raises Unavailable, Misconfigured.
        """
        if self.address.path is not None and not has_database(self.address.path):
            return Standing(None, head())
        engine = _engine_for(self.address)
        try:
            await engine.open()
            return Standing(await engine.read(current), head())
        finally:
            await engine.close()

    async def connect(self) -> None:
        """Open. Raises Unavailable, Misconfigured, SchemaBehind; nothing is left open then."""
        if self.address.path is not None and not has_database(self.address.path):
            _check(Standing(None, head()), self.address)
        try:
            await self._engine.open()
            _check(Standing(await self._engine.read(current), head()), self.address)
            await self._engine.write(lambda _connection: None)  # one that cannot write is better known now
        except BaseException:
            await self._engine.close()
            raise
        self._writer.start()
        self.indexer.start()

    async def disconnect(self) -> None:
        """Write what is waiting (at most ten seconds), then close; harmless when not connected."""
        await self._writer.stop()
        await self._engine.close()

    async def ping(self) -> None:
        """Raises Unavailable when the database does not answer a read."""
        await self._engine.read(lambda connection: connection.exec_driver_sql("SELECT 1").scalar())

    async def __aenter__(self) -> Self:
        """Connect."""
        await self.connect()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Disconnect."""
        await self.disconnect()


def _engine_for(address: Address) -> Engine:
    return PooledEngine(address, sqlite_pools if address.kind == "sqlite" else postgres_pools)


def _check(standing: Standing, address: Address) -> None:
    if standing.is_newer:
        raise SchemaBehind(
            f"{address} has schema {standing.current}, this code knows {standing.head} at most: it was upgraded by a "
            "newer version; run that version (`agent-runtime db upgrade` cannot go back)"
        )
    if standing.is_behind:
        raise SchemaBehind(
            f"{address} has schema {standing.current or 'none'}, this code needs {standing.head}; "
            "run `agent-runtime db upgrade`"
        )
