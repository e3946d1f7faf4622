"""conversations and event log

Revision 0001, the first. On a PostgreSQL database shared with the platform, tables of these names may be there
already: they keep their rows and get what they lack, and going back to nothing leaves them.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

from agent_runtime.store import columns

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


# What rows that are there already, and those that the platform adds later, have in a column that only we need.
DEFAULTS = {
    "character": "",
    "metadata": "{}",
    "role": "user",
    "kind": "chat",
    "interrupted": "false",
    "cause": "[]",
    "channel": "",
    "source": "",
    "message_count": "0",
    "created_at": sa.func.now(),
    "updated_at": sa.func.now(),
    "timestamp": sa.func.now(),
}
# Rows that are there already are numbered as they were said.
NUMBERED = """
UPDATE messages SET seq = n.seq, parent_id = n.parent_id
FROM (SELECT id, row_number() OVER said AS seq, lag(id) OVER said AS parent_id FROM messages
      WINDOW said AS (PARTITION BY session_id ORDER BY created_at, id)) AS n
WHERE n.id = messages.id
"""
COUNTED = """
UPDATE sessions SET message_count = n.seq, last_message_id = n.id
FROM (SELECT DISTINCT ON (session_id) session_id, seq, id FROM messages ORDER BY session_id, seq DESC) AS n
WHERE n.session_id = sessions.id
"""


def make(name: str, *items: Any, **options: Any) -> bool:
    """Create a table, or add to the platform's what it lacks; whether its rows lack a number."""
    there = sa.inspect(op.get_bind())
    if not there.has_table(name) or there.dialect.name == "sqlite":  # nobody shares a file with us
        op.create_table(name, *items, if_not_exists=True, **options)
        return False
    table = sa.Table(name, sa.MetaData(), *items)
    missing = {column.name for column in table.columns} - {column["name"] for column in there.get_columns(name)}
    for column in table.columns:
        if column.name in missing:
            op.add_column(name, added(name, column))
    unique = [
        there.get_pk_constraint(name)["constrained_columns"],
        *(each["column_names"] for each in there.get_unique_constraints(name)),
        *(each["column_names"] for each in there.get_indexes(name) if each["unique"]),
    ]
    for rule in table.constraints:
        wanted = [column.name for column in rule.columns]
        if isinstance(rule, (sa.UniqueConstraint, sa.PrimaryKeyConstraint)) and wanted not in unique:
            op.create_unique_constraint(f"uq_{name}_{'_'.join(wanted)}", name, wanted)
    return "seq" in missing


def added(table: str, column: sa.Column[Any]) -> sa.Column[Any]:
    """The column as a table with rows can take it."""
    if (table, column.name) == ("event_logs", "seq"):
        return sa.Column("seq", sa.BigInteger(), sa.Identity(), nullable=False)
    default = None if column.nullable else DEFAULTS.get(column.name)
    is_numbered_later = (table, column.name) == ("messages", "seq")
    return sa.Column(column.name, column.type, nullable=column.nullable or is_numbered_later, server_default=default)


def upgrade() -> None:
    make(
        "sessions",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("character", sa.String(64), nullable=False),
        sa.Column("title", sa.Text()),
        sa.Column("created_at", columns.UtcTime(), nullable=False),
        sa.Column("updated_at", columns.UtcTime(), nullable=False),
        sa.Column("message_count", sa.Integer(), server_default="0", nullable=False),
        sa.Column("last_message_id", sa.String(64)),
        sa.Column("agent_id", sa.String(64)),
        sa.Column("metadata", columns.json_column(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sessions")),
        sa.UniqueConstraint("agent_id", name=op.f("uq_sessions_agent_id")),
    )
    op.create_index("ix_sessions_created_at_id", "sessions", ["created_at", "id"], if_not_exists=True)
    op.create_index(
        "ix_sessions_character_created_at_id", "sessions", ["character", "created_at", "id"], if_not_exists=True
    )
    is_to_number = make(
        "messages",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("session_id", sa.String(64), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("parent_id", sa.String(64)),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("created_at", columns.UtcTime(), nullable=False),
        sa.Column("turn_id", sa.String(64)),
        sa.Column("interrupted", sa.Boolean(), nullable=False),
        sa.Column("cause", columns.json_column(), nullable=False),
        sa.Column("as_of", sa.Text()),
        sa.ForeignKeyConstraint(
            ["session_id"], ["sessions.id"], name=op.f("fk_messages_session_id_sessions"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_messages")),
        sa.UniqueConstraint("session_id", "seq", name=op.f("uq_messages_session_id_seq")),
    )
    if is_to_number:
        op.execute(NUMBERED)
        op.execute(COUNTED)
        op.alter_column("messages", "seq", nullable=False)
    make(
        "character_files",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("session_id", sa.String(64), nullable=False),
        sa.Column("content", columns.json_column(), nullable=False),
        sa.Column("created_at", columns.UtcTime(), nullable=False),
        sa.Column("updated_at", columns.UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["session_id"], ["sessions.id"], name=op.f("fk_character_files_session_id_sessions"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_character_files")),
        sa.UniqueConstraint("session_id", name=op.f("uq_character_files_session_id")),
    )
    make(
        "event_logs",
        sa.Column("seq", columns.counter_column(), autoincrement=True, nullable=False),
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("timestamp", columns.UtcTime(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("data", columns.json_column(), nullable=False),
        sa.Column("reason", sa.Text()),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_event_logs")),
        sa.UniqueConstraint("id", name=op.f("uq_event_logs_id")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_event_logs_type_timestamp", "event_logs", ["type", "timestamp"], if_not_exists=True)
    op.create_index("ix_event_logs_type_seq", "event_logs", ["type", "seq"], if_not_exists=True)
    op.create_index(
        "ix_event_logs_dead",
        "event_logs",
        ["seq"],
        sqlite_where=sa.text("reason IS NOT NULL"),
        postgresql_where=sa.text("reason IS NOT NULL"),
        if_not_exists=True,
    )


def downgrade() -> None:
    there = sa.inspect(op.get_bind())
    for name in ("event_logs", "character_files", "messages", "sessions"):
        # A table that had a key before we came is the platform's, and its rows are not ours to drop.
        if there.dialect.name == "sqlite" or there.get_pk_constraint(name)["name"] == f"pk_{name}":
            op.drop_table(name)
