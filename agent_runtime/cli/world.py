"""A small world to look at: a campaign of three days, six works, their lots and bids, eight users, a host."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID, uuid5

from agent_runtime.core.platform import (
    ArtItem,
    Auction,
    Bid,
    Campaign,
    Collection,
    HostCharacter,
    Record,
    StreamAsset,
    User,
    UserPreference,
)

_OURS = UUID("6f2a3c50-7f0e-4c1b-9a4e-3d5b8c7e1f20")
_MADE = datetime(2026, 3, 1, 9, tzinfo=UTC)
_FIRST_DAY = datetime(2026, 3, 2, 23, tzinfo=UTC)  # six in the evening in New York
_LOT = timedelta(minutes=20)
_NAMES = {
    "amber_heron": "Ines Calloway",
    "north_kiln": "Tomas Brandt",
    "july_static": "Mei Okafor",
    "velvet_ox": "Rufus Adeyemi",
    "the_lamplighter": "Clara Voss",
    "kestrel9": "Jonah Pike",
    "mint_folio": "Sofia Marchetti",
    "ohm_sweet_ohm": "Arun Devi",
}


@dataclass(frozen=True, slots=True)
class _Work:
    """A work and how its lot went: `bids` in order, by place among the users, in hundredths of ETH."""

    title: str
    about: str
    reserve: str
    bids: tuple[tuple[int, int], ...] = ()
    status: str = "SETTLED"


_WORKS = (
    _Work("Salt Ledger", "Accounts of a harbour, kept in brine.", "0.4", ((0, 30), (3, 42), (0, 55), (6, 61))),
    _Work("Nine Small Doors", "None of them opens.", "0.2", ((1, 20), (4, 24), (7, 25), (4, 31))),
    _Work("The Glass Orchard", "Twelve trees and their shadows.", "0.9", ((2, 50), (5, 70))),
    _Work("Paper Lighthouse", "It burns a little every night.", "0.3", ((6, 33), (0, 36), (6, 48))),
    _Work("Study for a Quiet Machine", "Pencil, graphite, patience.", "1.2", status="SCHEDULED"),
    _Work("Self-Portrait as Weather", "Partly cloudy, then resolute.", "2", status="SCHEDULED"),
)
_PASSED = "The Glass Orchard"  # its bids stayed under the reserve


def world() -> tuple[Record, ...]:
    """All of it: the same ids and values each time."""
    return (*_people(), *_campaign(), *(record for number in range(len(_WORKS)) for record in _lot(number)))


def _id(name: str) -> str:
    return str(uuid5(_OURS, name))


def _people() -> Iterator[Record]:
    for number, (handle, name) in enumerate(_NAMES.items()):
        made = {"created_at": _MADE, "updated_at": _MADE}
        yield User(id=_id(handle), twitter_handle=handle, name=name, email=f"{handle}@example.org", **made)
        theme = ("system", "light", "dark")[number % 3]
        yield UserPreference(
            id=_id(f"preferences of {handle}"),
            user_id=_id(handle),
            outbid_alerts=number != 5,
            theme=theme,
            **made,
        )


def _campaign() -> Iterator[Record]:
    made = {"created_at": _MADE, "updated_at": _MADE}
    group = Collection(
        id=_id("collection"),
        name="Instruments of Weather",
        description="Six works about waiting for something to change.",
        project_name="Field Office",
        blockchain="ethereum",
        **made,
    )
    yield group
    yield Campaign(
        id=_id("campaign"),
        name="Three Evenings in March",
        description="Two lots an evening, hosted live.",
        start_date=_FIRST_DAY,
        end_date=_FIRST_DAY + timedelta(days=2, hours=1),
        status="ACTIVE",
        collection_id=group.id,
        **made,
    )
    face = "assets/character/expressions/neutral.png"
    yield HostCharacter(
        id=_id("host"),
        name="Vesper Quill",
        description="Auctioneer. Has seen prices come and go.",
        personality="Dry, attentive, easily delighted.",
        default_expression=face,
        expressions={"NEUTRAL": face},
        **made,
    )
    wall = "assets/stream/backgrounds/saleroom.png"
    yield StreamAsset(id=_id("saleroom"), name="Saleroom", type="BACKGROUND", path=wall, **made)


def _lot(number: int) -> Iterator[Record]:
    work, opens = _WORKS[number], _FIRST_DAY + timedelta(days=number // 2, minutes=30 * (number % 2))
    made = {"created_at": _MADE, "updated_at": _MADE}
    is_over = work.status != "SCHEDULED"
    bids = list(_bids(work, opens))
    yield ArtItem(
        id=_id(work.title),
        token_id=str(number + 1),
        name=work.title,
        description=work.about,
        image_url=f"assets/stream/nfts/{number + 1}.png",
        metadata={"artist": "R. Tennant", "year": 2025},
        collection_id=_id("collection"),
        **made,
    )
    yield Auction(
        id=_id(f"lot {work.title}"),
        start_time=opens,
        end_time=opens + _LOT,
        reserve_price=Decimal(work.reserve),
        min_bid_increment=Decimal("0.01"),
        currency="ETH",
        status="ENDED" if work.title == _PASSED else work.status,
        campaign_id=_id("campaign"),
        art_item_id=_id(work.title),
        winning_bid_id=next((bid.id for bid in bids if bid.status == "WINNING"), None),
        created_at=_MADE,
        updated_at=opens + _LOT if is_over else _MADE,
    )
    yield from bids


def _bids(work: _Work, opens: datetime) -> Iterator[Bid]:
    handles = list(_NAMES)
    for number, (who, hundredths) in enumerate(work.bids):
        is_won = number == len(work.bids) - 1 and work.title != _PASSED
        yield Bid(
            id=_id(f"bid {number} on {work.title}"),
            created_at=opens + timedelta(minutes=3 * number + 2),
            amount=Decimal(hundredths) / 100,
            currency="ETH",
            status="WINNING" if is_won else "ACCEPTED",
            source="TWITTER" if number % 2 else "WEBSITE",
            user_id=_id(handles[who]),
            auction_id=_id(f"lot {work.title}"),
        )
