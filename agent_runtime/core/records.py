"""Where the platform's records are kept: ports beside `core.ports`, each docstring a contract."""

from collections.abc import Sequence
from typing import Protocol, TypeVar

from agent_runtime.core.conversation import Page
from agent_runtime.core.platform import Auction, Bid, Record, Winner

T = TypeVar("T")


class RecordBook(Protocol):
    """All records together."""

    async def upsert(self, records: Sequence[Record]) -> None:
        """Keep them in one transaction, each by its id: new ones are added, kept ones learn what is new.

        Keeping twice is keeping once, in any order: None changes nothing, of two facts the newer is believed, a
        status only moves on. Raises Refused when one of them cannot be kept (none is then), Busy, Unavailable.
        """
        ...


class Records(Protocol[T]):
    """One kind of record."""

    async def get(self, record_id: str) -> T:
        """Raises NotFound."""
        ...

    async def list(self, *, limit: int = 50, cursor: str | None = None) -> Page[T]:
        """Newest first by `created_at`, stable under inserts. Raises Refused for a cursor that is not ours."""
        ...

    async def upsert(self, records: Sequence[T]) -> None:
        """As `RecordBook.upsert`."""
        ...


class Auctions(Records[Auction], Protocol):
    """Lots."""

    async def of_campaign(self, campaign_id: str, *, limit: int = 50, cursor: str | None = None) -> Page[Auction]:
        """As `list`; an unknown campaign has none."""
        ...

    async def winner(self, auction_id: str) -> Winner | None:
        """None while nobody has won, and for a lot that was cancelled or that is not known."""
        ...


class Bids(Records[Bid], Protocol):
    """Bids."""

    async def of_auction(self, auction_id: str, *, limit: int = 50, cursor: str | None = None) -> Page[Bid]:
        """As `list`; an unknown lot has none."""
        ...

    async def of_user(self, user_id: str, *, limit: int = 50, cursor: str | None = None) -> Page[Bid]:
        """As `list`; an unknown user has none."""
        ...
