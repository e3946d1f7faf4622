"""conversations and event log

Revision 0001, the first. Tables that are there already (a database shared with the platform) are left as they are.
"""

import sqlalchemy as sa
from alembic import op

from agent_runtime.store import columns

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
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
        if_not_exists=True,
    )
    op.create_index("ix_sessions_created_at_id", "sessions", ["created_at", "id"], if_not_exists=True)
    op.create_index(
        "ix_sessions_character_created_at_id", "sessions", ["character", "created_at", "id"], if_not_exists=True
    )
    op.create_table(
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
        if_not_exists=True,
    )
    op.create_table(
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
        if_not_exists=True,
    )
    op.create_table(
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
        if_not_exists=True,
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
    op.drop_table("event_logs")
    op.drop_table("character_files")
    op.drop_table("messages")
    op.drop_table("sessions")
