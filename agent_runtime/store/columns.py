"""Column types that read and write the same Python values on SQLite and PostgreSQL."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ARRAY, JSON, BigInteger, DateTime, Dialect, Integer, String, Text
from sqlalchemy.dialects.postgresql import JSONB, TSVECTOR
from sqlalchemy.types import TypeDecorator, TypeEngine

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
POSTGRESQL = "postgresql"
_ENCODER = json.JSONEncoder(allow_nan=False, separators=(",", ":"))


def to_millisecond(moment: datetime) -> datetime:
    """The moment as it will be read back: in UTC, cut (never rounded) to whole milliseconds."""
    if moment.tzinfo is UTC and not moment.microsecond % 1000:  # nearly always so
        return moment
    if moment.tzinfo is None:
        raise ValueError("a moment needs a time zone")
    exact = moment.astimezone(UTC)
    return exact.replace(microsecond=exact.microsecond // 1000 * 1000)


def dump_json(value: Any) -> str:
    """Compact JSON; raises ValueError for NaN and infinities, which PostgreSQL would refuse."""
    return _ENCODER.encode(value)


class UtcTime(TypeDecorator[datetime]):
    """An aware UTC datetime of millisecond precision: timestamptz on PostgreSQL, epoch milliseconds on SQLite."""

    impl = BigInteger
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Timestamp with time zone where there is one."""
        return dialect.type_descriptor(DateTime(timezone=True) if dialect.name == POSTGRESQL else BigInteger())

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        """What the driver is given."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs a time zone")
        return to_millisecond(value) if dialect.name == POSTGRESQL else (value - EPOCH) // _MILLISECOND

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """What the driver gave."""
        if value is None:
            return None
        if dialect.name != POSTGRESQL:
            since: int = value
            return EPOCH + since * _MILLISECOND
        # A table of the platform's may keep no time zone: sessions are in UTC on either side.
        moment: datetime = value
        return to_millisecond(moment if moment.tzinfo else moment.replace(tzinfo=UTC))


class TextList(TypeDecorator[Sequence[str]]):
    """A list of texts as ONE parameter, so that a statement stays the same text for lists of any length."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """An array on PostgreSQL, JSON for `json_each` on SQLite."""
        return dialect.type_descriptor(ARRAY(String) if dialect.name == POSTGRESQL else Text())

    def process_bind_param(self, value: Sequence[str] | None, dialect: Dialect) -> Any:
        """What the driver is given."""
        return value if value is None or dialect.name == POSTGRESQL else dump_json(list(value))


class SearchWords(TypeDecorator[Sequence[str]]):
    """Words for full-text search, made of letters and digits: a tsvector on PostgreSQL, text between spaces on SQLite.

    Only written: what is read are the texts that the words are of.
    """

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """A tsvector where there is one."""
        return dialect.type_descriptor(TSVECTOR() if dialect.name == POSTGRESQL else Text())

    def process_bind_param(self, value: Sequence[str] | None, dialect: Dialect) -> Any:
        """What the driver is given."""
        return None if value is None else " ".join(value)


class WrittenJson(TypeDecorator[str]):
    """What a json_column is given when somebody has written the JSON already."""

    impl = JSON
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """What the column is."""
        return dialect.type_descriptor(JSONB() if dialect.name == POSTGRESQL else Text())

    def bind_processor(self, dialect: Dialect) -> None:
        """The driver is given it as it is: it would be written as a text within JSON otherwise."""


def json_column() -> TypeEngine[Any]:
    """JSON text on SQLite, JSONB on PostgreSQL."""
    return JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), POSTGRESQL)


def counter_column() -> TypeEngine[int]:
    """A 64-bit counter; SQLite gives out row numbers for exactly INTEGER."""
    return BigInteger().with_variant(Integer, "sqlite")
