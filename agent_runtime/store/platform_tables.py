"""The platform's tables: what its services and the runtime know of users, campaigns, lots and bids.

Only `user_preferences` has a foreign key: of everything else the runtime may hear before it hears of what it
belongs to (docs/records.md). A required column that the runtime may not know has a stand-in, `info["unknown"]`:
rows hold it until the fact is known, and values read from them say None. `info["usual"]` is a real default.
"""

from decimal import Decimal
from typing import Any, get_args

from sqlalchemy import Boolean, CheckConstraint, Column, ForeignKey, Index, String, Table, Text, false, true
from sqlalchemy.schema import SchemaItem
from sqlalchemy.types import TypeEngine

from agent_runtime.core import platform
from agent_runtime.store.amounts import ExactAmount
from agent_runtime.store.columns import EPOCH, UtcTime, json_column
from agent_runtime.store.naming import id_column, metadata


def _required(name: str, kind: TypeEngine[Any], unknown: object) -> Column[Any]:
    return Column(name, kind, nullable=False, info={"unknown": unknown})


def _usual(name: str, value: str) -> Column[Any]:
    return Column(name, String(16), nullable=False, server_default=value, info={"usual": value})


def _flag(name: str, *, usual: bool) -> Column[Any]:
    default = true() if usual else false()
    return Column(name, Boolean(create_constraint=False), nullable=False, server_default=default, info={"usual": usual})


def _texts(*names: str) -> list[Column[Any]]:
    return [Column(name, Text) for name in names]


def _belongs_to(name: str) -> Column[Any]:
    return id_column(name, nullable=False, info={"unknown": ""})


def _one_of(column: str, words: Any) -> CheckConstraint:
    listed = ", ".join(f"'{word}'" for word in get_args(words))
    return CheckConstraint(f"{column} IN ({listed})", name=column)


def _table(name: str, *parts: SchemaItem) -> Table:
    """A table with id and both times, found newest first."""
    columns = [part for part in parts if isinstance(part, Column)]
    rules = [part for part in parts if not isinstance(part, Column)]
    times = [Column(each, UtcTime, nullable=False) for each in ("created_at", "updated_at")]
    newest = Index(f"ix_{name}_created_at_id", "created_at", "id")
    return Table(name, metadata, id_column("id", primary_key=True), *columns, *times, *rules, newest)


users = _table(
    "users",
    Column("email", Text, unique=True),
    Column("twitter_handle", Text, unique=True),
    Column("wallet_address", Text, unique=True),
    *_texts("name", "avatar_url"),
    _flag("is_admin", usual=False),
)

user_preferences = _table(
    "user_preferences",
    id_column("user_id", ForeignKey("users.id", ondelete="CASCADE"), nullable=False, unique=True),
    *(
        _flag(name, usual=True)
        for name in ("notifications_enabled", "bid_confirmations", "outbid_alerts", "auction_reminders")
    ),
    _usual("theme", "system"),
    _one_of("theme", platform.Theme),
)

campaigns = _table(
    "campaigns",
    _required("name", Text(), ""),
    *_texts("description"),
    _required("start_date", UtcTime(), EPOCH),
    _required("end_date", UtcTime(), EPOCH),
    _usual("status", "DRAFT"),
    id_column("collection_id"),
    _one_of("status", platform.CampaignStatus),
)

collections = _table(
    "collections",
    _required("name", Text(), ""),
    *_texts("description", "project_name", "image_url", "contract_address", "blockchain"),
)

art_items = _table(
    "art_items",
    *_texts("token_id"),
    _required("name", Text(), ""),
    *_texts("description"),
    _required("image_url", Text(), ""),
    *_texts("animation_url"),
    Column("metadata", json_column()),
    id_column("collection_id"),
)

auctions = _table(
    "auctions",
    _required("start_time", UtcTime(), EPOCH),
    _required("end_time", UtcTime(), EPOCH),
    Column("reserve_price", ExactAmount),
    Column("min_bid_increment", ExactAmount),
    _usual("currency", "ETH"),
    _usual("status", "SCHEDULED"),
    id_column("campaign_id"),
    _belongs_to("art_item_id"),
    id_column("winning_bid_id", unique=True),
    _one_of("status", platform.AuctionStatus),
    Index("ix_auctions_campaign_id_created_at_id", "campaign_id", "created_at", "id"),
    Index("ix_auctions_campaign_id_start_time_id", "campaign_id", "start_time", "id"),
    Index("ix_auctions_start_time_id", "start_time", "id"),
)

bids = Table(
    "bids",
    metadata,
    id_column("id", primary_key=True),
    _required("amount", ExactAmount(), Decimal(0)),
    _usual("currency", "ETH"),
    _usual("status", "PENDING"),
    # Events do not say where a bid came from: what an engine tells came through an API.
    Column("source", String(16), nullable=False, info={"usual": "API"}),
    *_texts("transaction_hash"),
    _belongs_to("user_id"),
    id_column("auction_id", nullable=False),
    Column("created_at", UtcTime, nullable=False),
    _one_of("status", platform.BidStatus),
    _one_of("source", platform.BidSource),
    Index("ix_bids_created_at_id", "created_at", "id"),
    Index("ix_bids_auction_id_created_at_id", "auction_id", "created_at", "id"),
    Index("ix_bids_user_id_created_at_id", "user_id", "created_at", "id"),
)

characters = _table(
    "characters",
    _required("name", Text(), ""),
    *_texts("description", "personality", "voice_id", "default_expression"),
    *(Column(name, json_column()) for name in ("expressions", "backgrounds", "memory")),
)

stream_assets = _table(
    "stream_assets",
    Column("name", Text, nullable=False),
    Column("type", String(16), nullable=False),
    Column("path", Text, nullable=False),
    Column("metadata", json_column()),
    _one_of("type", platform.AssetType),
)

PLATFORM = (users, user_preferences, campaigns, collections, art_items, auctions, bids, characters, stream_assets)
