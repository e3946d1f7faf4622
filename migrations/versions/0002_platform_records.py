"""the platform's records: users, campaigns, works, lots, bids, hosts, stream assets

Revision 0002. On a PostgreSQL database shared with the platform these tables are usually there already: they keep
their rows and rules and get only columns they lack, and going back leaves them.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

from agent_runtime.store import amounts, columns

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

NAMES = (
    "users",
    "user_preferences",
    "campaigns",
    "collections",
    "art_items",
    "auctions",
    "bids",
    "characters",
    "stream_assets",
)


def make(name: str, *items: Any) -> None:
    """Create a table with its indexes, or add to the platform's the columns it lacks."""
    there = sa.inspect(op.get_bind())
    shared = there.dialect.name != "sqlite" and there.has_table(name)  # nobody shares a file with us
    if not shared:
        op.create_table(
            name,
            sa.Column("id", sa.String(64), nullable=False),
            *items,
            sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
            if_not_exists=True,
        )
    else:
        known = {column["name"] for column in there.get_columns(name)}
        for item in items:
            if isinstance(item, sa.Column) and item.name not in known:
                op.add_column(name, sa.Column(item.name, item.type, server_default=added_default(item)))


def added_default(column: Any) -> Any:
    """What rows that are there already have in a column that only we need."""
    if isinstance(column.type, columns.UtcTime):
        return sa.func.now() if column.name in {"created_at", "updated_at"} else None
    return column.server_default.arg if column.server_default is not None else None


def index(table: str, *names: str) -> None:
    op.create_index(f"ix_{table}_{'_'.join(names)}", table, list(names), if_not_exists=True)


def times() -> list[sa.Column[Any]]:
    return [sa.Column(name, columns.UtcTime(), nullable=False) for name in ("created_at", "updated_at")]


def texts(*names: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, sa.Text()) for name in names]


def text(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Text(), nullable=False)


def moment(name: str) -> sa.Column[Any]:
    return sa.Column(name, columns.UtcTime(), nullable=False)


def word(name: str, usual: str | None = None) -> sa.Column[Any]:
    return sa.Column(name, sa.String(16), server_default=usual, nullable=False)


def flag(name: str, usual: Any) -> sa.Column[Any]:
    return sa.Column(name, sa.Boolean(), server_default=usual, nullable=False)


def one_of(table: str, column: str, *words: str) -> sa.CheckConstraint:
    listed = ", ".join(f"'{each}'" for each in words)
    return sa.CheckConstraint(f"{column} IN ({listed})", name=op.f(f"ck_{table}_{column}"))


def unique(table: str, column: str) -> sa.UniqueConstraint:
    return sa.UniqueConstraint(column, name=op.f(f"uq_{table}_{column}"))


def upgrade() -> None:
    make(
        "users",
        *texts("email", "twitter_handle", "wallet_address", "name", "avatar_url"),
        flag("is_admin", sa.false()),
        *times(),
        unique("users", "email"),
        unique("users", "twitter_handle"),
        unique("users", "wallet_address"),
    )
    make(
        "user_preferences",
        sa.Column("user_id", sa.String(64), nullable=False),
        flag("notifications_enabled", sa.true()),
        flag("bid_confirmations", sa.true()),
        flag("outbid_alerts", sa.true()),
        flag("auction_reminders", sa.true()),
        word("theme", "system"),
        *times(),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_user_preferences_user_id_users"), ondelete="CASCADE"
        ),
        unique("user_preferences", "user_id"),
        one_of("user_preferences", "theme", "system", "light", "dark"),
    )
    make(
        "campaigns",
        text("name"),
        *texts("description"),
        moment("start_date"),
        moment("end_date"),
        word("status", "DRAFT"),
        sa.Column("collection_id", sa.String(64)),
        *times(),
        one_of("campaigns", "status", "DRAFT", "SCHEDULED", "ACTIVE", "COMPLETED", "CANCELLED"),
    )
    make(
        "collections",
        text("name"),
        *texts("description", "project_name", "image_url", "contract_address", "blockchain"),
        *times(),
    )
    make(
        "art_items",
        *texts("token_id"),
        text("name"),
        *texts("description"),
        text("image_url"),
        *texts("animation_url"),
        sa.Column("metadata", columns.json_column()),
        sa.Column("collection_id", sa.String(64)),
        *times(),
    )
    make(
        "auctions",
        moment("start_time"),
        moment("end_time"),
        sa.Column("reserve_price", amounts.ExactAmount()),
        sa.Column("min_bid_increment", amounts.ExactAmount()),
        word("currency", "ETH"),
        word("status", "SCHEDULED"),
        sa.Column("campaign_id", sa.String(64)),
        sa.Column("art_item_id", sa.String(64), nullable=False),
        sa.Column("winning_bid_id", sa.String(64)),
        *times(),
        unique("auctions", "winning_bid_id"),
        one_of("auctions", "status", "SCHEDULED", "ACTIVE", "ENDED", "SETTLED", "CANCELLED"),
    )
    make(
        "bids",
        sa.Column("amount", amounts.ExactAmount(), nullable=False),
        word("currency", "ETH"),
        word("status", "PENDING"),
        word("source"),
        *texts("transaction_hash"),
        sa.Column("user_id", sa.String(64), nullable=False),
        sa.Column("auction_id", sa.String(64), nullable=False),
        moment("created_at"),
        one_of("bids", "status", "PENDING", "ACCEPTED", "REJECTED", "WINNING"),
        one_of("bids", "source", "TWITTER", "WEBSITE", "API"),
    )
    make(
        "characters",
        text("name"),
        *texts("description", "personality", "voice_id", "default_expression"),
        *(sa.Column(name, columns.json_column()) for name in ("expressions", "backgrounds", "memory")),
        *times(),
    )
    make(
        "stream_assets",
        text("name"),
        word("type"),
        text("path"),
        sa.Column("metadata", columns.json_column()),
        *times(),
        one_of("stream_assets", "type", "BACKGROUND", "OVERLAY", "NFT", "CHARACTER", "EXPRESSION"),
    )
    for name in NAMES:
        index(name, "created_at", "id")
    index("auctions", "campaign_id", "created_at", "id")
    index("bids", "auction_id", "created_at", "id")
    index("bids", "user_id", "created_at", "id")


def downgrade() -> None:
    there = sa.inspect(op.get_bind())
    for name in reversed(NAMES):
        # A table that had a key before we came is the platform's, and its rows are not ours to drop.
        if there.dialect.name == "sqlite" or there.get_pk_constraint(name)["name"] == f"pk_{name}":
            op.drop_table(name)
