"""The auction engine's keys: every lot's four read as one moment, and written by simulators."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from agent_runtime.core.lots import AuctionBid, AuctionPrice, AuctionState, AuctionTimer, LotSnapshot, OfLot
from agent_runtime.live.keys import Expiry, Kind, key, parse
from agent_runtime.live.values import Values, shaped

LOTS_AT_ONCE = 50
_PARTS = 4
P = TypeVar("P", bound=OfLot)


@dataclass(frozen=True)
class EngineKeys:
    """The engine's keys. Raises Unavailable, and Refused for an id unfit for a key."""

    values: Values

    async def lots(self, auction_ids: Sequence[str]) -> Sequence[LotSnapshot]:
        """All four keys of each lot, in the order asked for; up to fifty lots as they stood at one moment."""
        found: list[LotSnapshot] = []
        for first in range(0, len(auction_ids), LOTS_AT_ONCE):
            asked = auction_ids[first : first + LOTS_AT_ONCE]
            values = await self.values.read([name for each in asked for name in _keys(each)])
            parts = zip(*[iter(values)] * _PARTS, strict=True)
            found += [self._lot(each, *raws) for each, raws in zip(asked, parts, strict=True)]
        return found

    async def auction_ids(self, limit: int = 10_000) -> Sequence[str]:
        """Lots the engine has a state for, sorted, after looking at about `limit` keys of the store."""
        names = await self.values.names(f"{Kind.AUCTION}:", limit)
        found = (parse(name) for name in names)
        return sorted({lot.id for lot in found if lot and lot.kind is Kind.AUCTION})

    async def put_lot(self, lot: LotSnapshot) -> None:
        """Write what is known of a lot, all at once, as the engine does; for simulators only."""
        parts = (lot.state, lot.price, lot.bid, lot.timer)
        entries = {name: part.as_json() for name, part in zip(_keys(lot.auction_id), parts, strict=True) if part}
        await self.values.write(entries, Expiry.DAY)

    def _lot(
        self, auction_id: str, state: bytes | None, price: bytes | None, bid: bytes | None, timer: bytes | None
    ) -> LotSnapshot:
        return LotSnapshot(
            auction_id,
            self._part(AuctionState, state, auction_id),
            self._part(AuctionPrice, price, auction_id),
            self._part(AuctionBid, bid, auction_id),
            self._part(AuctionTimer, timer, auction_id),
        )

    def _part(self, model: type[P], raw: bytes | None, auction_id: str) -> P | None:
        part = shaped(model, raw, self.values.unreadable)
        if part is None or part.lot_id == auction_id:
            return part
        self.values.unreadable["bad_shape"] += 1  # it speaks of another lot
        return None


def _keys(auction_id: str) -> list[str]:
    kinds = (Kind.AUCTION, Kind.AUCTION_PRICE, Kind.AUCTION_BID, Kind.AUCTION_TIMER)
    return [key(kind, auction_id) for kind in kinds]
