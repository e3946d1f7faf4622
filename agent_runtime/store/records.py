"""The platform's records in SQL: the ports in `core.records`, one repository a table."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cache
from itertools import chain
from operator import itemgetter
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement, Connection, Row, Table, desc, select, tuple_
from sqlalchemy.exc import IntegrityError

from agent_runtime.core import platform
from agent_runtime.core.conversation import Page
from agent_runtime.core.errors import NotFound, Refused
from agent_runtime.store import platform_tables as tables
from agent_runtime.store.amounts import is_amount
from agent_runtime.store.columns import to_millisecond
from agent_runtime.store.cursor import read_time_cursor, time_cursor
from agent_runtime.store.engine import Engine
from agent_runtime.store.merging import parameter, upsert
from agent_runtime.store.paging import check_limit, page_of
from agent_runtime.store.prepared import Prepared
from agent_runtime.store.text import check_id, check_json, check_known, check_text, is_storable
from agent_runtime.store.writer import Writer

T = TypeVar("T", bound=platform.Record)
# In this order, what a row belongs to comes before it: a database of the platform's may insist.
TABLE_OF: dict[type[object], Table] = {
    platform.User: tables.users,
    platform.UserPreference: tables.user_preferences,
    platform.Collection: tables.collections,
    platform.Campaign: tables.campaigns,
    platform.ArtItem: tables.art_items,
    platform.Auction: tables.auctions,
    platform.Bid: tables.bids,
    platform.HostCharacter: tables.characters,
    platform.StreamAsset: tables.stream_assets,
}
_IDS = ("id", "user_id", "auction_id", "art_item_id", "campaign_id", "collection_id", "winning_bid_id")
_Batch = dict[Table, list[dict[str, Any]]]


@dataclass(frozen=True)
class SqlRecordBook:
    """All records together, in either database."""

    writer: Writer

    async def upsert(self, records: Sequence[platform.Record]) -> None:
        """Keep them in one transaction, one statement a table. Raises Refused, Busy, Unavailable."""
        batch: _Batch = {}
        for record in records:
            batch.setdefault(TABLE_OF[type(record)], []).append(_row(record))
        if not batch:
            return
        try:
            await self.writer.write(_keep, batch, bulk_rows=len(records))
        except IntegrityError as error:
            raise Refused(
                "a record has what is another's alone (email, handle, wallet, winning bid), or belongs to a record "
                "that is not there"
            ) from error


@dataclass(frozen=True)
class SqlRecords(Generic[T]):
    """One kind of record, in either database."""

    engine: Engine
    book: SqlRecordBook
    kind: type[T]
    what: str

    @property
    def table(self) -> Table:
        """Where they are."""
        return TABLE_OF[self.kind]

    async def get(self, record_id: str) -> T:
        """Raises NotFound."""
        check_known(self.what, record_id)
        query = select(self.table).where(self.table.c.id == record_id)
        row = await self.engine.read(lambda db: db.execute(query).first())
        if row is None:
            raise NotFound(self.what, record_id)
        return self._value(row)

    async def list(self, *, limit: int = 50, cursor: str | None = None) -> Page[T]:
        """Newest first. Raises Refused."""
        return await self.page((), limit, cursor)

    async def upsert(self, records: Sequence[T]) -> None:
        """Keep them, each by its id. Raises Refused, Busy, Unavailable."""
        await self.book.upsert(records)

    async def page(self, where: Iterable[ColumnElement[bool]], limit: int, cursor: str | None) -> Page[T]:
        """Those for which all of `where` is so, newest first. Raises Refused."""
        check_limit(limit)
        place = (self.table.c.created_at, self.table.c.id)
        query = select(self.table).where(*where).order_by(*map(desc, place)).limit(limit + 1)
        if cursor is not None:
            query = query.where(tuple_(*place) < read_time_cursor(self.table.name, cursor))
        rows = await self.engine.read(lambda db: db.execute(query).all())
        return page_of([self._value(row) for row in rows], limit, self._cursor_after)

    async def belonging_to(self, column: str, owner: str, limit: int, cursor: str | None) -> Page[T]:
        """Those whose `column` is `owner`. Raises Refused."""
        if not is_storable(owner):
            return Page(data=())
        return await self.page([self.table.c[column] == owner], limit, cursor)

    def _value(self, row: Row[Any]) -> T:
        return self.kind(**{column.name: _told(column.info, row._mapping[column]) for column in self.table.columns})

    def _cursor_after(self, last: T) -> str:
        return time_cursor(self.table.name, last.created_at, last.id)


def _told(info: dict[str, Any], value: Any) -> Any:
    """None for what only stands in."""
    return None if "unknown" in info and value == info["unknown"] else value


def _row(record: platform.Record) -> dict[str, Any]:
    """The record as parameters. Raises Refused for what one of the databases would not keep as it is."""
    row: dict[str, Any] = {}
    for name, value in record.__dict__.items():
        match value:
            case None:
                pass
            case str() if name in _IDS:
                check_id(name, value)
            case str():
                check_text(name, value)
            case datetime():
                value = to_millisecond(value)  # noqa: PLW2901 - as it is kept
            case Decimal() if not is_amount(value):
                raise Refused(f"{name} has more than 12 digits before the point or 8 after it, or a sign")
            case dict() | list():
                check_json(name, value)
        row[parameter(name)] = value
    return row


def _keep(db: Connection, batches: Sequence[_Batch]) -> list[None]:
    """Everything that waits, a statement a table; rows in the order of their ids, so that two processes that keep
    the same rows cannot wait for each other."""
    for table in TABLE_OF.values():
        rows = list(chain.from_iterable(batch.get(table, ()) for batch in batches))
        if rows:
            _upsert(table).run_each(db, sorted(rows, key=itemgetter(parameter("id"))))
    return [None] * len(batches)


@cache
def _upsert(table: Table) -> Prepared:
    """Worded when the first row of its kind comes: there are nine, each with several ranks."""
    return Prepared(lambda dialect: upsert(dialect, table))
