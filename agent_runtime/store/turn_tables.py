"""What is kept of turns: how far each has come, the keys they came with, what the model saw, what was spent."""

from sqlalchemy import BigInteger, Column, Date, ForeignKey, Index, Integer, String, Table, Text, text

from agent_runtime.store.columns import UtcTime, json_column
from agent_runtime.store.naming import id_column, metadata

KEY_LIMIT = 255
# In these words in the index and in the question: neither database looks at an index when they differ.
REGENERATING = "kind = 'regenerate'"
UNFINISHED = "state IN ('accepted', 'running')"

turns = Table(
    "turns",
    metadata,
    id_column("id", primary_key=True),
    # No foreign key: it would need an index, a page a turn. Turns are found by their messages (see `ending.py`).
    id_column("session_id", nullable=False),
    Column("state", String(16), nullable=False),
    Column("kind", String(16), nullable=False),
    id_column("user_message_id", nullable=False),
    id_column("message_id"),
    id_column("owner", nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("updated_at", UtcTime, nullable=False),
    id_column("error_code"),
    Column("error", Text),
    Column("model", Text),
    Column("mood", String(32)),
    Column("prompt_tokens", Integer),
    Column("completion_tokens", Integer),
)
# Those that have no message of a user's for their own.
Index(
    "ix_turns_regenerating",
    turns.c.session_id,
    sqlite_where=text(REGENERATING),
    postgresql_where=text(REGENERATING),
)
# One at a time in a session, whichever process takes it. Few among very many: what a crash left is found at once.
Index(
    "uq_turns_unfinished",
    turns.c.session_id,
    unique=True,
    sqlite_where=text(UNFINISHED),
    postgresql_where=text(UNFINISHED),
)

idempotency_keys = Table(
    "idempotency_keys",
    metadata,
    Column("scope", String(KEY_LIMIT), primary_key=True),
    Column("key", String(KEY_LIMIT), primary_key=True),
    id_column("fingerprint", nullable=False),
    Column("kind", String(16), nullable=False),
    id_column("id", nullable=False),
    Column("created_at", UtcTime, nullable=False, index=True),
)

traces = Table(
    "traces",
    metadata,
    id_column("turn_id", ForeignKey("turns.id", ondelete="CASCADE"), primary_key=True),
    Column("created_at", UtcTime, nullable=False, index=True),
    Column("content", json_column(), nullable=False),
)

# Long texts of traces by their SHA-256, each once; no trace kept after `used_until` refers to it.
prompt_parts = Table(
    "prompt_parts",
    metadata,
    Column("hash", String(64), primary_key=True),
    Column("text", Text, nullable=False),
    Column("used_until", UtcTime, nullable=False, index=True),
)

spending = Table(
    "spending",
    metadata,
    Column("day", Date, primary_key=True),
    Column("tokens", BigInteger, nullable=False),
)

TURNS = (turns, idempotency_keys, traces, prompt_parts, spending)
