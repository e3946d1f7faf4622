"""turns, the message tree, idempotency keys, traces, search over conversations, tokens spent

Revision 0005. Every message of before is on the active path of its session. On a database shared with the platform
the new tables are ours; its own get columns with defaults and indexes only.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

from agent_runtime.store import columns

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

UNFINISHED = "state IN ('accepted', 'running')"
# As for memories: the words are folded and separated already.
SEARCH = (
    """CREATE VIRTUAL TABLE IF NOT EXISTS message_search USING fts5(
        words, content='message_words', content_rowid='place', tokenize='ascii', detail='none')""",
    """CREATE TRIGGER IF NOT EXISTS message_words_added AFTER INSERT ON message_words BEGIN
        INSERT INTO message_search (rowid, words) VALUES (new.place, new.words);
    END""",
    """CREATE TRIGGER IF NOT EXISTS message_words_gone AFTER DELETE ON message_words BEGIN
        INSERT INTO message_search (message_search, rowid, words) VALUES ('delete', old.place, old.words);
    END""",
    "INSERT INTO message_search (message_search) VALUES ('rebuild')",
)
# In a database that was here before and went back: where somebody branched, two messages have the same parent.
FORKED = "SELECT session_id FROM messages GROUP BY session_id, parent_id HAVING count(*) > 1"
OFF_THE_PATH = f"""
WITH RECURSIVE forked AS ({FORKED}), path (id, parent_id) AS (
    SELECT m.id, m.parent_id FROM sessions JOIN messages AS m ON m.id = sessions.last_message_id
    WHERE sessions.id IN (SELECT session_id FROM forked)
    UNION ALL
    SELECT m.id, m.parent_id FROM path JOIN messages AS m ON m.id = path.parent_id
)
UPDATE messages SET active = false
WHERE session_id IN (SELECT session_id FROM forked) AND id NOT IN (SELECT id FROM path)
"""
FORKS = f"""
UPDATE messages SET forks = true WHERE session_id IN ({FORKED}) AND seq > 1 AND NOT EXISTS (
    SELECT 1 FROM messages AS m
    WHERE m.session_id = messages.session_id AND m.seq = messages.seq - 1 AND m.id = messages.parent_id)
"""
TIPS = """
UPDATE sessions SET tip_seq = coalesce((SELECT seq FROM messages WHERE messages.id = sessions.last_message_id), 0)
WHERE message_count > 0
"""
NEW = ("spending", "searched_sessions", "message_words", "prompt_parts", "traces", "idempotency_keys", "turns")


def is_sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"


def add(table: str, column: sa.Column[Any]) -> None:
    """Add the column unless it is there."""
    if all(each["name"] != column.name for each in sa.inspect(op.get_bind()).get_columns(table)):
        op.add_column(table, column)


def index(name: str, table: str, names: list[str], where: str | None = None, *, unique: bool = False) -> None:
    only = None if where is None else sa.text(where)
    op.create_index(name, table, names, unique=unique, sqlite_where=only, postgresql_where=only, if_not_exists=True)


def belonging(table: str, column: str, owner: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}_{owner}")
    return sa.ForeignKeyConstraint([column], [f"{owner}.id"], name=name, ondelete="CASCADE")


def upgrade() -> None:
    add("messages", sa.Column("active", sa.Boolean(), nullable=False, server_default=sa.true()))
    add("messages", sa.Column("forks", sa.Boolean(), nullable=False, server_default=sa.false()))
    add("messages", sa.Column("chain", sa.String(64), nullable=True))
    add("sessions", sa.Column("tip_seq", sa.Integer(), nullable=False, server_default="0"))
    index("ix_messages_forks", "messages", ["session_id", "parent_id", "seq"], "forks")
    index("ix_messages_chain_created_at", "messages", ["chain", "created_at"], "chain IS NOT NULL")
    for statement in (OFF_THE_PATH, FORKS, TIPS):
        op.execute(statement)
    make_turns()
    make_search()
    op.create_table(
        "spending",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("tokens", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_spending")),
        if_not_exists=True,
    )


def make_turns() -> None:
    op.create_table(
        "turns",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("session_id", sa.String(64), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("user_message_id", sa.String(64), nullable=False),
        sa.Column("message_id", sa.String(64)),
        sa.Column("owner", sa.String(64), nullable=False),
        sa.Column("created_at", columns.UtcTime(), nullable=False),
        sa.Column("updated_at", columns.UtcTime(), nullable=False),
        sa.Column("error_code", sa.String(64)),
        sa.Column("error", sa.Text()),
        sa.Column("model", sa.Text()),
        sa.Column("mood", sa.String(32)),
        sa.Column("prompt_tokens", sa.Integer()),
        sa.Column("completion_tokens", sa.Integer()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_turns")),
        if_not_exists=True,
    )
    index("ix_turns_regenerating", "turns", ["session_id"], "kind = 'regenerate'")
    index("uq_turns_unfinished", "turns", ["session_id"], UNFINISHED, unique=True)
    op.create_table(
        "idempotency_keys",
        sa.Column("scope", sa.String(255), nullable=False),
        sa.Column("key", sa.String(255), nullable=False),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("created_at", columns.UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("scope", "key", name=op.f("pk_idempotency_keys")),
        if_not_exists=True,
    )
    index("ix_idempotency_keys_created_at", "idempotency_keys", ["created_at"])
    op.create_table(
        "traces",
        sa.Column("turn_id", sa.String(64), nullable=False),
        sa.Column("created_at", columns.UtcTime(), nullable=False),
        sa.Column("content", columns.json_column(), nullable=False),
        sa.PrimaryKeyConstraint("turn_id", name=op.f("pk_traces")),
        belonging("traces", "turn_id", "turns"),
        if_not_exists=True,
    )
    index("ix_traces_created_at", "traces", ["created_at"])
    op.create_table(
        "prompt_parts",
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("used_until", columns.UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_prompt_parts")),
        if_not_exists=True,
    )
    index("ix_prompt_parts_used_until", "prompt_parts", ["used_until"])


def make_search() -> None:
    op.create_table(
        "message_words",
        sa.Column("place", columns.counter_column(), autoincrement=False, nullable=False),
        sa.Column("message_id", sa.String(64), nullable=False),
        sa.Column("words", columns.SearchWords(), nullable=False),
        sa.PrimaryKeyConstraint("place", name=op.f("pk_message_words")),
        sa.UniqueConstraint("message_id", name=op.f("uq_message_words_message_id")),
        belonging("message_words", "message_id", "messages"),
        if_not_exists=True,
    )
    op.create_table(
        "searched_sessions",
        sa.Column("session_id", sa.String(64), nullable=False),
        sa.Column("upto_seq", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("session_id", name=op.f("pk_searched_sessions")),
        belonging("searched_sessions", "session_id", "sessions"),
        if_not_exists=True,
    )
    if is_sqlite():
        for statement in SEARCH:
            op.execute(statement)
    else:
        gin = {"postgresql_using": "gin", "postgresql_with": {"fastupdate": "off"}}
        op.create_index("ix_message_words_words", "message_words", ["words"], if_not_exists=True, **gin)


def downgrade() -> None:
    """Messages off the active paths stay; coming back, they are found to be off it again."""
    if is_sqlite():
        op.execute("DROP TABLE message_search")
    for name in NEW:
        op.drop_table(name)
    for name in ("ix_messages_chain_created_at", "ix_messages_forks"):
        op.drop_index(name, "messages", if_exists=True)
    op.drop_column("sessions", "tip_seq")
    for name in ("chain", "forks", "active"):
        op.drop_column("messages", name)
