"""What outlasts a stream: memories of agents, marks of those forgotten, and summaries of long conversations."""

from typing import get_args

from sqlalchemy import CheckConstraint, Column, Float, ForeignKey, Index, Integer, String, Table, Text

from agent_runtime.core.memory import MemoryKind
from agent_runtime.store.columns import SearchWords, UtcTime, counter_column
from agent_runtime.store.naming import id_column, metadata

_KINDS = ", ".join(f"'{kind}'" for kind in get_args(MemoryKind))

memories = Table(
    "memories",
    metadata,
    # SQLite's search finds rows by number, and a copy (VACUUM) renumbers rows whose number is no column.
    Column("seq", counter_column(), primary_key=True, autoincrement=True),
    id_column("id", nullable=False, unique=True),
    id_column("agent_id", nullable=False),
    Column("kind", String(16), nullable=False),
    Column("subject", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("importance", Float, nullable=False),
    id_column("about_user"),
    id_column("source_message_id"),
    Column("created_at", UtcTime, nullable=False),
    Column("last_used_at", UtcTime),
    # The words of subject and text, each marked with agent and guest: see `store.words`.
    Column("words", SearchWords, nullable=False),
    CheckConstraint(f"kind IN ({_KINDS})", name="kind"),
    CheckConstraint("importance BETWEEN 0 AND 1", name="importance"),
    Index("ix_memories_agent_id_created_at_id", "agent_id", "created_at", "id"),
    sqlite_autoincrement=True,
)
Index(
    "ix_memories_public",
    memories.c.agent_id,
    memories.c.created_at,
    memories.c.id,
    sqlite_where=memories.c.about_user.is_(None),
    postgresql_where=memories.c.about_user.is_(None),
)

# Nothing of the words: what is forgotten is known by its id alone, so that the records do not bring it back.
forgotten_memories = Table(
    "forgotten_memories",
    metadata,
    id_column("agent_id", primary_key=True),
    id_column("id", primary_key=True),
    Column("forgotten_at", UtcTime, nullable=False),
)

session_summaries = Table(
    "session_summaries",
    metadata,
    id_column("session_id", ForeignKey("sessions.id", ondelete="CASCADE"), primary_key=True),
    Column("upto_seq", Integer, nullable=False),
    Column("text", Text, nullable=False),
    Column("updated_at", UtcTime, nullable=False),
)

MEMORY = (memories, forgotten_memories, session_summaries)
