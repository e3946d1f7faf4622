"""The tables: what is kept, how it is joined and by which index it is found."""

from typing import Any

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, MetaData, String, Table, Text, UniqueConstraint
from sqlalchemy.schema import SchemaItem

from agent_runtime.store.columns import UtcTime, counter_column, json_column

ID_LIMIT = 64

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _id(name: str, *rules: SchemaItem, **options: Any) -> Column[Any]:
    return Column(name, String(ID_LIMIT), *rules, **options)


sessions = Table(
    "sessions",
    metadata,
    _id("id", primary_key=True),
    Column("character", String(ID_LIMIT), nullable=False),
    Column("title", Text),
    Column("created_at", UtcTime, nullable=False),
    Column("updated_at", UtcTime, nullable=False),
    # The counter that gives messages their place; never MAX(seq) + 1, which two writers can both read.
    Column("message_count", Integer, nullable=False, server_default="0"),
    # The message that has place `message_count`: the parent of the next, without a look into messages.
    _id("last_message_id"),
    _id("agent_id", unique=True),
    Column("metadata", json_column(), nullable=False),
    Index("ix_sessions_created_at_id", "created_at", "id"),
    Index("ix_sessions_character_created_at_id", "character", "created_at", "id"),
)

messages = Table(
    "messages",
    metadata,
    _id("id", primary_key=True),
    _id("session_id", ForeignKey("sessions.id", ondelete="CASCADE"), nullable=False),
    Column("seq", Integer, nullable=False),
    _id("parent_id"),
    Column("role", String(16), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("content", Text, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    _id("turn_id"),
    Column("interrupted", Boolean(create_constraint=False), nullable=False),
    Column("cause", json_column(), nullable=False),
    Column("as_of", Text),
    UniqueConstraint("session_id", "seq"),  # its index also finds the newest messages of a session
)

character_files = Table(
    "character_files",
    metadata,
    _id("id", primary_key=True),
    _id("session_id", ForeignKey("sessions.id", ondelete="CASCADE"), nullable=False, unique=True),
    Column("content", json_column(), nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("updated_at", UtcTime, nullable=False),
)

event_logs = Table(
    "event_logs",
    metadata,
    Column("seq", counter_column(), primary_key=True, autoincrement=True),
    _id("id", nullable=False, unique=True),
    Column("timestamp", UtcTime, nullable=False),
    Column("type", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("data", json_column(), nullable=False),
    Column("reason", Text),
    Index("ix_event_logs_type_timestamp", "type", "timestamp"),
    Index("ix_event_logs_type_seq", "type", "seq"),
    sqlite_autoincrement=True,
)
# Dead letters are few among very many: an index of them alone costs the others nothing.
Index(
    "ix_event_logs_dead",
    event_logs.c.seq,
    sqlite_where=event_logs.c.reason.is_not(None),
    postgresql_where=event_logs.c.reason.is_not(None),
)
