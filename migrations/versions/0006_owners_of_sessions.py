"""whose a session is: the name of the key that began it

Revision 0006. Sessions of before are nobody's but the operator's. On a database shared with the platform the table gets
a column that may be empty, and an index of the rows where it is not.
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

INDEX = "ix_sessions_owner_created_at_id"
OWNED = "owner IS NOT NULL"


def upgrade() -> None:
    if all(each["name"] != "owner" for each in sa.inspect(op.get_bind()).get_columns("sessions")):
        op.add_column("sessions", sa.Column("owner", sa.String(64), nullable=True))
    names = ["owner", "created_at", "id"]
    only = sa.text(OWNED)
    op.create_index(INDEX, "sessions", names, sqlite_where=only, postgresql_where=only, if_not_exists=True)


def downgrade() -> None:
    op.drop_index(INDEX, "sessions", if_exists=True)
    op.drop_column("sessions", "owner")
