"""The tables: what is kept, how it is joined and by which index it is found."""

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
    true,
)

from agent_runtime.store.columns import UtcTime, counter_column, json_column
from agent_runtime.store.memory_tables import MEMORY
from agent_runtime.store.naming import ID_LIMIT, id_column, metadata
from agent_runtime.store.platform_tables import PLATFORM
from agent_runtime.store.turn_tables import TURNS
from agent_runtime.store.word_tables import WORDS

__all__ = ["FORKS", "HEARD", "ID_LIMIT", "TABLES", "character_files", "event_logs", "messages", "metadata", "sessions"]

# In these words in the index and in the question: neither database looks at an index when they differ.
FORKS = "forks"
HEARD = "channel = 'events:auction' AND reason IS NULL"

sessions = Table(
    "sessions",
    metadata,
    id_column("id", primary_key=True),
    Column("character", String(ID_LIMIT), nullable=False),
    Column("title", Text),
    Column("created_at", UtcTime, nullable=False),
    Column("updated_at", UtcTime, nullable=False),
    # The counter that gives messages their place; never MAX(seq) + 1, which two writers can both read.
    Column("message_count", Integer, nullable=False, server_default="0"),
    # The tip of the active path: the parent of the next, without a look into messages.
    id_column("last_message_id"),
    Column("tip_seq", Integer, nullable=False, server_default="0"),
    id_column("agent_id", unique=True),
    id_column("owner"),
    Column("metadata", json_column(), nullable=False),
    Index("ix_sessions_created_at_id", "created_at", "id"),
    Index("ix_sessions_character_created_at_id", "character", "created_at", "id"),
)

# Where no keys are used it costs nothing.
Index(
    "ix_sessions_owner_created_at_id",
    sessions.c.owner,
    sessions.c.created_at,
    sessions.c.id,
    sqlite_where=sessions.c.owner.is_not(None),
    postgresql_where=sessions.c.owner.is_not(None),
)

messages = Table(
    "messages",
    metadata,
    id_column("id", primary_key=True),
    id_column("session_id", ForeignKey("sessions.id", ondelete="CASCADE"), nullable=False),
    Column("seq", Integer, nullable=False),
    id_column("parent_id"),
    Column("role", String(16), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("content", Text, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    id_column("turn_id"),
    Column("interrupted", Boolean(create_constraint=False), nullable=False),
    Column("cause", json_column(), nullable=False),
    Column("as_of", Text),
    Column("explanation", json_column()),
    # Whether it is on the path that its session shows.
    Column("active", Boolean(create_constraint=False), nullable=False, server_default=true()),
    # Whether it follows another message than the one in the place before its own.
    Column("forks", Boolean(create_constraint=False), nullable=False, server_default=false()),
    Column("chain", String(64)),
    UniqueConstraint("session_id", "seq"),  # its index also finds the one child that does not fork
)
# The other children of a message. Each index that is as wide as the sessions are many costs a page for every message
# that is kept: so few messages fork that this one costs nothing, and the newest are found from the tip upwards.
Index(
    "ix_messages_forks",
    messages.c.session_id,
    messages.c.parent_id,
    messages.c.seq,
    sqlite_where=text(FORKS),
    postgresql_where=text(FORKS),
)
Index(
    "ix_messages_chain_created_at",
    messages.c.chain,
    messages.c.created_at,
    sqlite_where=messages.c.chain.is_not(None),
    postgresql_where=messages.c.chain.is_not(None),
)

character_files = Table(
    "character_files",
    metadata,
    id_column("id", primary_key=True),
    id_column("session_id", ForeignKey("sessions.id", ondelete="CASCADE"), nullable=False, unique=True),
    Column("content", json_column(), nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("updated_at", UtcTime, nullable=False),
)

event_logs = Table(
    "event_logs",
    metadata,
    Column("seq", counter_column(), primary_key=True, autoincrement=True),
    id_column("id", nullable=False, unique=True),
    Column("timestamp", UtcTime, nullable=False),
    Column("type", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("data", json_column(), nullable=False),
    Column("reason", Text),
    Column("received_at", UtcTime),
    Index("ix_event_logs_type_timestamp", "type", "timestamp"),
    Index("ix_event_logs_type_seq", "type", "seq"),
    sqlite_autoincrement=True,
)
# After a gap the newest events of auctions are asked for, however many others there are.
Index(
    "ix_event_logs_heard",
    event_logs.c.received_at,
    event_logs.c.seq,
    sqlite_where=text(HEARD),
    postgresql_where=text(HEARD),
)
# Dead letters are few among very many: an index of them alone costs the others nothing.
Index(
    "ix_event_logs_dead",
    event_logs.c.seq,
    sqlite_where=event_logs.c.reason.is_not(None),
    postgresql_where=event_logs.c.reason.is_not(None),
)

TABLES = (sessions, messages, character_files, event_logs, *PLATFORM, *MEMORY, *TURNS, *WORDS)
