"""why a line was said, when an event was heard

Revision 0003. Both are unknown in rows of before.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

from agent_runtime.store import columns

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def add(table: str, column: sa.Column[Any]) -> None:
    """Add the column unless it is there."""
    if all(each["name"] != column.name for each in sa.inspect(op.get_bind()).get_columns(table)):
        op.add_column(table, column)


def upgrade() -> None:
    """Add the two columns."""
    add("messages", sa.Column("explanation", columns.json_column(), nullable=True))
    add("event_logs", sa.Column("received_at", columns.UtcTime(), nullable=True))


def downgrade() -> None:
    """Take them away."""
    op.drop_column("event_logs", "received_at")
    op.drop_column("messages", "explanation")
