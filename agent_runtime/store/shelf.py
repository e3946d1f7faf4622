"""The statements of an append: through Core on PostgreSQL, where the network is the cost, and straight through the
driver on SQLite, where Core's machinery would cost ten times what SQLite does."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, cast

from sqlalchemy import Connection, bindparam, insert, select, update
from sqlalchemy.dialects import sqlite
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.elements import ClauseElement

from agent_runtime.core.conversation import Message
from agent_runtime.store.columns import POSTGRESQL, dump_json
from agent_runtime.store.dialects import DIALECTS, among, later
from agent_runtime.store.tables import messages, sessions

# NO KEY: rows that refer to the session may come while it is locked. Ordered: two processes that lock the same
# sessions meet on the first one and cannot hold one each. SQLite has one writer, and renders no lock.
_PLACES = {
    dialect: select(sessions.c.id, sessions.c.message_count, sessions.c.last_message_id)
    .where(among(dialect, sessions.c.id, "ids"))
    .order_by(sessions.c.id)
    .with_for_update(key_share=True)
    for dialect in DIALECTS
}
_KEPT = {
    dialect: select(*(messages.c[name] for name in Message.model_fields)).where(among(dialect, messages.c.id, "ids"))
    for dialect in DIALECTS
}
_KEPT_IDS = select(messages.c.id).where(among("sqlite", messages.c.id, "ids"))
_ADVANCE = {
    dialect: update(sessions)
    .where(sessions.c.id == bindparam("of"))
    .values(
        message_count=bindparam("count"),
        last_message_id=bindparam("last"),
        updated_at=later(dialect, sessions.c.updated_at, bindparam("moved", type_=sessions.c.updated_at.type)),
    )
    for dialect in DIALECTS
}
_INSERT = insert(messages)


@dataclass(frozen=True, slots=True)
class CoreShelf:
    """Core as usual."""

    db: Connection

    def places(self, session_ids: Sequence[str]) -> Iterable[tuple[str, int, str | None]]:
        """Locked in the order of ids."""
        return [(row[0], row[1], row[2]) for row in self.db.execute(_PLACES[POSTGRESQL], {"ids": session_ids})]

    def kept(self, message_ids: Sequence[str]) -> Iterable[Message]:
        """Those messages that are kept already."""
        return _kept(self.db, POSTGRESQL, message_ids)

    def insert(self, rows: list[dict[str, Any]]) -> None:
        """One round trip."""
        self.db.execute(_INSERT, rows)

    def advance(self, places: list[dict[str, Any]]) -> None:
        """One round trip."""
        self.db.execute(_ADVANCE[POSTGRESQL], places)


class _Rendered:
    """A Core statement as SQLite's text, rendered once, with what makes driver values of Python's."""

    def __init__(self, statement: ClauseElement) -> None:
        dialect = sqlite.dialect(json_serializer=dump_json)
        compiled = cast(SQLCompiler, statement.compile(dialect=dialect))
        self.text = str(compiled)
        self._binds = [
            (name, compiled.binds[name].type.dialect_impl(dialect).bind_processor(dialect))
            for name in compiled.positiontup or ()
        ]

    def values(self, row: dict[str, Any]) -> list[Any]:
        """The row in the order of the text's question marks."""
        return [bound(row[name]) if bound else row[name] for name, bound in self._binds]


_PLACES_TEXT, _KEPT_IDS_TEXT = _Rendered(_PLACES["sqlite"]), _Rendered(_KEPT_IDS)
_ADVANCE_TEXT, _INSERT_TEXT = _Rendered(_ADVANCE["sqlite"]), _Rendered(_INSERT)


@dataclass(frozen=True)
class DriverShelf:
    """The same statements without Core in between; the transaction is still the `Connection`'s."""

    db: Connection

    @cached_property
    def _driver(self) -> Any:
        return self.db.connection.driver_connection

    def places(self, session_ids: Sequence[str]) -> Iterable[tuple[str, int, str | None]]:
        """SQLite's one writer needs no lock."""
        found = self._driver.execute(_PLACES_TEXT.text, _PLACES_TEXT.values({"ids": session_ids}))
        return cast(Iterable[tuple[str, int, str | None]], found)

    def kept(self, message_ids: Sequence[str]) -> Iterable[Message]:
        """Hardly ever any: only then is a message read."""
        ids = [row[0] for row in self._driver.execute(_KEPT_IDS_TEXT.text, _KEPT_IDS_TEXT.values({"ids": message_ids}))]
        return _kept(self.db, "sqlite", ids) if ids else ()

    def insert(self, rows: list[dict[str, Any]]) -> None:
        """One statement, many rows."""
        self._driver.executemany(_INSERT_TEXT.text, [_INSERT_TEXT.values(row) for row in rows])

    def advance(self, places: list[dict[str, Any]]) -> None:
        """One statement, many rows."""
        self._driver.executemany(_ADVANCE_TEXT.text, [_ADVANCE_TEXT.values(place) for place in places])


def _kept(db: Connection, dialect: str, ids: Sequence[str]) -> list[Message]:
    return [Message(**row._mapping) for row in db.execute(_KEPT[dialect], {"ids": ids})]
