"""Statements for the hottest paths: Core on PostgreSQL, where the network is the cost; on SQLite, where Core is,
rendered once and handed to the driver."""

import re
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from typing import Any, cast

from sqlalchemy import Connection, Executable
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import IntegrityError
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.elements import ClauseElement

from agent_runtime.store.columns import POSTGRESQL, dump_json

Row = dict[str, Any]
_NAME = re.compile(r":(\w+)")
_Binder = tuple[str, Callable[[Any], Any] | None]


class Prepared:
    """One statement in both dialects. Values go through the types of their columns; what SQLite gives back is as
    the driver has it, so ask for texts and numbers only."""

    def __init__(self, wording: Callable[[str], Executable]) -> None:
        self._core = wording(POSTGRESQL)
        dialect = sqlite.dialect(json_serializer=dump_json, paramstyle="named")
        compiled = cast(SQLCompiler, cast(ClauseElement, wording("sqlite")).compile(dialect=dialect))
        constants = dict(_constants(compiled))
        # A value that never changes is part of the text: a statement with ranks has fifty of them to bind a row.
        self._text = _NAME.sub(lambda found: constants.get(found[1], found[0]), str(compiled))
        self._binds: list[_Binder] = [
            (name, bind.type.dialect_impl(dialect).bind_processor(dialect))
            for name, bind in compiled.binds.items()
            if bind.required
        ]

    def rows(self, db: Connection, values: Row) -> Sequence[Sequence[Any]]:
        """What the statement finds."""
        if db.dialect.name == POSTGRESQL:
            return db.execute(self._core, values).all()
        found: list[Sequence[Any]] = _driver(db).execute(self._text, self._bound(values)).fetchall()
        return found

    def run_each(self, db: Connection, rows: list[Row]) -> None:
        """Run it for every row at once. Raises IntegrityError."""
        if db.dialect.name == POSTGRESQL:
            db.execute(self._core, rows)
            return
        try:
            _driver(db).executemany(self._text, [self._bound(row) for row in rows])
        except sqlite3.IntegrityError as error:
            raise IntegrityError(self._text, None, error) from error

    def _bound(self, row: Row) -> Row:
        """The row as the driver takes it."""
        return {name: bound(row[name]) if bound else row[name] for name, bound in self._binds}


def _constants(compiled: SQLCompiler) -> Iterator[tuple[str, str]]:
    """What has a value already, as SQL by the name of its parameter."""
    for bind, name in compiled.bind_names.items():
        if not bind.required:
            yield name, compiled.render_literal_value(bind.value, bind.type)


def _driver(db: Connection) -> Any:
    return db.connection.dbapi_connection
