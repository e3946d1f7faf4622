"""How what is newly heard is merged into a kept row, so that repeats and the order of arrival change nothing."""

from typing import Any, get_args

from sqlalchemy import (
    BindParameter,
    Column,
    ColumnElement,
    Executable,
    Table,
    bindparam,
    case,
    cast,
    func,
    literal,
)

from agent_runtime.core import platform
from agent_runtime.store.columns import POSTGRESQL
from agent_runtime.store.dialects import earlier, insert, later
from agent_runtime.store.platform_tables import auctions, bids

_RANKS = {
    auctions: {word: rank for rank, word in enumerate(get_args(platform.AuctionStatus))},
    bids: {word: rank for rank, word in enumerate(get_args(platform.BidStatus))},
}
_OVER = _RANKS[auctions]["ENDED"]


def parameter(column: str) -> str:
    """The name under which a row gives a column's new value; None is "not known"."""
    return f"new_{column}"


def upsert(dialect: str, table: Table) -> Executable:
    """INSERT of one row by its id, or what it adds to the row that is kept."""
    rows = insert(dialect, table).values({column.name: _first(column) for column in table.columns})
    merged = {column.name: _merged(dialect, table, column) for column in table.columns if not column.primary_key}
    return rows.on_conflict_do_update(index_elements=["id"], set_=merged)


def _said(column: Column[Any]) -> BindParameter[Any]:
    return bindparam(parameter(column.name), type_=column.type)


def _first(column: Column[Any]) -> ColumnElement[Any]:
    """The value in a new row: a stand-in or the default where it is not known."""
    otherwise = _otherwise(column)
    return _said(column) if otherwise is None else func.coalesce(_said(column), literal(otherwise, column.type))


def _otherwise(column: Column[Any]) -> object:
    return column.info.get("unknown", column.info.get("usual"))


def _merged(dialect: str, table: Table, column: Column[Any]) -> ColumnElement[Any]:
    said, kept = _said(column), _kept(dialect, column)
    if column.name == "created_at":
        return earlier(dialect, kept, said)
    if column.name == "updated_at":
        return later(dialect, kept, said)
    if column.name == "status" and table in _RANKS:
        return case((_rank(table, said) > _rank(table, column), said), else_=column)
    if column is auctions.c.end_time:
        return _end_time(dialect)
    if column is bids.c.amount:
        return _amount()
    if "updated_at" not in table.columns:
        return func.coalesce(said, kept)
    is_newer = _said(table.c.updated_at) >= table.c.updated_at
    return case((is_newer, func.coalesce(said, kept)), else_=func.coalesce(_known(column, kept), said, kept))


def _amount() -> ColumnElement[Any]:
    """A bid's amount as the furthest status tells it: a maximum was bid, a price was won at."""
    column = bids.c.amount
    said, kept = _said(column), _known(column, column)
    moves_on = _rank(bids, _said(bids.c.status)) >= _rank(bids, bids.c.status)
    return case((moves_on, func.coalesce(said, column)), else_=func.coalesce(kept, said, column))


def _end_time(dialect: str) -> ColumnElement[Any]:
    """A lot's end: the latest that was announced while it ran, then the first that was told when it was over."""
    column = auctions.c.end_time
    said, kept = _said(column), _known(column, column)
    status = func.coalesce(_said(auctions.c.status), auctions.c.status)
    new, old = _rank(auctions, status), _rank(auctions, auctions.c.status)
    one, other = func.coalesce(said, kept), func.coalesce(kept, said)
    believed = case(
        (new > old, one),
        (new < old, other),
        (old < _OVER, later(dialect, one, other)),
        else_=earlier(dialect, one, other),
    )
    return func.coalesce(believed, column)


def _kept(dialect: str, column: Column[Any]) -> ColumnElement[Any]:
    # A table of the platform's may hold JSON as text; SQLite has no such cast and needs none.
    is_json = dialect == POSTGRESQL and column.type.python_type is dict
    return cast(column, column.type) if is_json else column


def _known(column: Column[Any], kept: ColumnElement[Any]) -> ColumnElement[Any]:
    """What is kept unless it may be only a stand-in or the default."""
    otherwise = _otherwise(column)
    return kept if otherwise is None else func.nullif(kept, literal(otherwise, column.type))


def _rank(table: Table, status: ColumnElement[Any]) -> ColumnElement[int]:
    return case(_RANKS[table], value=status)
