"""What the platform keeps and the runtime recalls: users, campaigns, works, lots, bids, hosts and their assets.

In every value None means "not known": kept over what is known, it changes nothing.
"""

from datetime import datetime
from typing import Any, Literal, get_args

from pydantic import BaseModel, ConfigDict

from agent_runtime.core.money import Amount

CampaignStatus = Literal["DRAFT", "SCHEDULED", "ACTIVE", "COMPLETED", "CANCELLED"]
AuctionStatus = Literal["SCHEDULED", "ACTIVE", "ENDED", "SETTLED", "CANCELLED"]
BidStatus = Literal["PENDING", "ACCEPTED", "REJECTED", "WINNING"]
BidSource = Literal["TWITTER", "WEBSITE", "API"]
Theme = Literal["system", "light", "dark"]
AssetType = Literal["BACKGROUND", "OVERLAY", "NFT", "CHARACTER", "EXPRESSION"]
Json = dict[str, Any] | list[Any]


class _Kept(BaseModel):
    """Every record has an id and the moment it came to be."""

    model_config = ConfigDict(frozen=True)

    id: str
    created_at: datetime


class _Dated(_Kept):
    """`updated_at` is the moment the record speaks of: of two that differ, the newer is believed."""

    updated_at: datetime


class User(_Dated):
    """Somebody who bids or talks. Email, handle and wallet belong to one user each."""

    email: str | None = None
    twitter_handle: str | None = None
    wallet_address: str | None = None
    name: str | None = None
    avatar_url: str | None = None
    is_admin: bool | None = None


class UserPreference(_Dated):
    """What a user wants to be told; one a user, gone with the user."""

    user_id: str
    notifications_enabled: bool | None = None
    bid_confirmations: bool | None = None
    outbid_alerts: bool | None = None
    auction_reminders: bool | None = None
    theme: Theme | None = None


class Campaign(_Dated):
    """Several days of auctions."""

    name: str | None = None
    description: str | None = None
    start_date: datetime | None = None
    end_date: datetime | None = None
    status: CampaignStatus | None = None
    collection_id: str | None = None


class Collection(_Dated):
    """Works that belong together."""

    name: str | None = None
    description: str | None = None
    project_name: str | None = None
    image_url: str | None = None
    contract_address: str | None = None
    blockchain: str | None = None


class ArtItem(_Dated):
    """A work that is sold."""

    token_id: str | None = None
    name: str | None = None
    description: str | None = None
    image_url: str | None = None
    animation_url: str | None = None
    metadata: Json | None = None
    collection_id: str | None = None


class Auction(_Dated):
    """One lot. Its status only moves on: SCHEDULED, ACTIVE, ENDED, SETTLED, CANCELLED."""

    start_time: datetime | None = None
    end_time: datetime | None = None
    reserve_price: Amount | None = None
    min_bid_increment: Amount | None = None
    currency: str | None = None
    status: AuctionStatus | None = None
    campaign_id: str | None = None
    art_item_id: str | None = None
    winning_bid_id: str | None = None


class Bid(_Kept):
    """One bid. Its status only moves on: PENDING, ACCEPTED, REJECTED, and WINNING for the one that won its lot."""

    amount: Amount | None = None
    currency: str | None = None
    status: BidStatus | None = None
    source: BidSource | None = None
    transaction_hash: str | None = None
    user_id: str | None = None
    auction_id: str


class HostCharacter(_Dated):
    """A character as the platform lists it (table `characters`); the character file is what it is made of."""

    name: str | None = None
    description: str | None = None
    personality: str | None = None
    voice_id: str | None = None
    default_expression: str | None = None
    expressions: Json | None = None
    backgrounds: Json | None = None
    memory: Json | None = None


class StreamAsset(_Dated):
    """A file a stream can show; `path` is relative to the asset root."""

    name: str
    type: AssetType
    path: str
    metadata: Json | None = None


class Winner(BaseModel):
    """Who won a lot and for how much; `name` is the user's name or handle, None when neither is known."""

    model_config = ConfigDict(frozen=True)

    auction_id: str
    bid_id: str
    user_id: str | None
    name: str | None
    amount: Amount | None
    currency: str


Record = User | UserPreference | Campaign | Collection | ArtItem | Auction | Bid | HostCharacter | StreamAsset
RECORDS: tuple[type[Record], ...] = get_args(Record)
