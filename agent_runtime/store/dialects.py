"""The four phrases of SQL that SQLite and PostgreSQL word differently."""

from typing import Any

from sqlalchemy import ColumnElement, ColumnExpressionArgument, Table, any_, bindparam, func, select
from sqlalchemy.dialects import postgresql, sqlite

from agent_runtime.store.columns import POSTGRESQL, TextList

DIALECTS = (POSTGRESQL, "sqlite")


def insert(dialect: str, table: Table) -> postgresql.Insert | sqlite.Insert:
    """INSERT that knows ON CONFLICT."""
    return postgresql.insert(table) if dialect == POSTGRESQL else sqlite.insert(table)


def among(dialect: str, column: ColumnExpressionArgument[Any], name: str) -> ColumnElement[bool]:
    """Whether `column` is one of the texts in the list parameter `name`: one statement text for any length."""
    listed = bindparam(name, type_=TextList)
    if dialect == POSTGRESQL:
        return column == any_(listed)  # type: ignore[return-value]
    return column.in_(select(func.json_each(listed).table_valued("value").c.value))  # type: ignore[union-attr]


def later(dialect: str, one: ColumnElement[Any], other: ColumnElement[Any]) -> ColumnElement[Any]:
    """The larger of two values of the same row."""
    return func.greatest(one, other) if dialect == POSTGRESQL else func.max(one, other)


def earlier(dialect: str, one: ColumnElement[Any], other: ColumnElement[Any]) -> ColumnElement[Any]:
    """The smaller of two values of the same row."""
    return func.least(one, other) if dialect == POSTGRESQL else func.min(one, other)
