"""Statements for the hottest path: Core on PostgreSQL, where the network is the cost; on SQLite rendered once and
handed to aiosqlite whole, where Core would cost four hops to its thread a statement instead of one."""

from collections.abc import Callable, Sequence
from typing import Any, cast

from sqlalchemy import Connection, Executable
from sqlalchemy.dialects import sqlite
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.elements import ClauseElement

from agent_runtime.store.columns import POSTGRESQL, dump_json

Row = dict[str, Any]


class Prepared:
    """One statement in both dialects. Values go through the types of their columns; what SQLite gives back is as
    the driver has it, so ask for texts and numbers only."""

    def __init__(self, wording: Callable[[str], Executable]) -> None:
        self._core = wording(POSTGRESQL)
        dialect = sqlite.dialect(json_serializer=dump_json)
        compiled = cast(SQLCompiler, cast(ClauseElement, wording("sqlite")).compile(dialect=dialect))
        self._text = str(compiled)
        self._binds = [
            (name, compiled.binds[name].type.dialect_impl(dialect).bind_processor(dialect))
            for name in compiled.positiontup or ()
        ]

    def rows(self, db: Connection, values: Row) -> Sequence[Sequence[Any]]:
        """What the statement finds."""
        if db.dialect.name == POSTGRESQL:
            return db.execute(self._core, values).all()
        bound = self._bound(values)
        found: list[Sequence[Any]] = _driver(db).run_async(lambda driver: driver.execute_fetchall(self._text, bound))
        return found

    def run_each(self, db: Connection, rows: list[Row]) -> None:
        """Run it for every row at once."""
        if db.dialect.name == POSTGRESQL:
            db.execute(self._core, rows)
        else:
            bound = [self._bound(row) for row in rows]
            _driver(db).run_async(lambda driver: driver.executemany(self._text, bound))

    def _bound(self, row: Row) -> list[Any]:
        """The row in the order of the text's question marks."""
        return [bound(row[name]) if bound else row[name] for name, bound in self._binds]


def _driver(db: Connection) -> Any:
    return db.connection.dbapi_connection
