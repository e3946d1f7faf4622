"""memories with full-text search, what is forgotten, summaries of conversations, indexes for past lots and events

Revision 0004. On a database shared with the platform the three tables are ours; its own get indexes only.
"""

import sqlalchemy as sa
from alembic import op

from agent_runtime.store import columns

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

HEARD = "channel = 'events:auction' AND reason IS NULL"
PUBLIC = "about_user IS NULL"
# The words are marked, folded and separated already: the plainest tokenizer leaves them as they are.
SEARCH = (
    """CREATE VIRTUAL TABLE IF NOT EXISTS memory_words USING fts5(
        words, content='memories', content_rowid='seq', tokenize='ascii', detail='none')""",
    """CREATE TRIGGER IF NOT EXISTS memories_added AFTER INSERT ON memories BEGIN
        INSERT INTO memory_words (rowid, words) VALUES (new.seq, new.words);
    END""",
    """CREATE TRIGGER IF NOT EXISTS memories_gone AFTER DELETE ON memories BEGIN
        INSERT INTO memory_words (memory_words, rowid, words) VALUES ('delete', old.seq, old.words);
    END""",
    """CREATE TRIGGER IF NOT EXISTS memories_reworded AFTER UPDATE OF words ON memories BEGIN
        INSERT INTO memory_words (memory_words, rowid, words) VALUES ('delete', old.seq, old.words);
        INSERT INTO memory_words (rowid, words) VALUES (new.seq, new.words);
    END""",
    "INSERT INTO memory_words (memory_words) VALUES ('rebuild')",
)


def is_sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"


def index(name: str, table: str, names: list[str], where: str | None = None) -> None:
    only = None if where is None else sa.text(where)
    op.create_index(name, table, names, sqlite_where=only, postgresql_where=only, if_not_exists=True)


def upgrade() -> None:
    op.create_table(
        "memories",
        sa.Column("seq", columns.counter_column(), autoincrement=True, nullable=False),
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("agent_id", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("importance", sa.Float(), nullable=False),
        sa.Column("about_user", sa.String(64)),
        sa.Column("source_message_id", sa.String(64)),
        sa.Column("created_at", columns.UtcTime(), nullable=False),
        sa.Column("last_used_at", columns.UtcTime()),
        sa.Column("words", columns.SearchWords(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_memories")),
        sa.UniqueConstraint("id", name=op.f("uq_memories_id")),
        sa.CheckConstraint("kind IN ('outcome', 'bidder', 'fact', 'joke')", name=op.f("ck_memories_kind")),
        sa.CheckConstraint("importance BETWEEN 0 AND 1", name=op.f("ck_memories_importance")),
        sqlite_autoincrement=True,
        if_not_exists=True,
    )
    index("ix_memories_agent_id_created_at_id", "memories", ["agent_id", "created_at", "id"])
    index("ix_memories_public", "memories", ["agent_id", "created_at", "id"], PUBLIC)
    op.create_table(
        "forgotten_memories",
        sa.Column("agent_id", sa.String(64), nullable=False),
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("forgotten_at", columns.UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("agent_id", "id", name=op.f("pk_forgotten_memories")),
        if_not_exists=True,
    )
    op.create_table(
        "session_summaries",
        sa.Column("session_id", sa.String(64), nullable=False),
        sa.Column("upto_seq", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("updated_at", columns.UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["session_id"], ["sessions.id"], name=op.f("fk_session_summaries_session_id_sessions"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("session_id", name=op.f("pk_session_summaries")),
        if_not_exists=True,
    )
    if is_sqlite():
        for statement in SEARCH:
            op.execute(statement)
    else:
        # Kept in order at once: a list of what is still to be sorted in would be read through by every search.
        gin = {"postgresql_using": "gin", "postgresql_with": {"fastupdate": "off"}}
        op.create_index("ix_memories_words", "memories", ["words"], if_not_exists=True, **gin)
    index("ix_event_logs_heard", "event_logs", ["received_at", "seq"], HEARD)
    index("ix_auctions_campaign_id_start_time_id", "auctions", ["campaign_id", "start_time", "id"])
    index("ix_auctions_start_time_id", "auctions", ["start_time", "id"])


def downgrade() -> None:
    op.drop_index("ix_auctions_start_time_id", "auctions", if_exists=True)
    op.drop_index("ix_auctions_campaign_id_start_time_id", "auctions", if_exists=True)
    op.drop_index("ix_event_logs_heard", "event_logs", if_exists=True)
    op.drop_table("session_summaries")
    op.drop_table("forgotten_memories")
    if is_sqlite():
        op.execute("DROP TABLE memory_words")
    op.drop_table("memories")
