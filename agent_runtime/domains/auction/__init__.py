"""Live auctions: lots open, are bid on, extended, and end."""

from agent_runtime.core.domain import Appraisal, Domain
from agent_runtime.domains.auction.appraisal import appraise
from agent_runtime.domains.auction.events import EVENT_TYPES, HURRY, AuctionEvent, parse
from agent_runtime.domains.auction.found import LotFound, found
from agent_runtime.domains.auction.found_appraisal import appraise_found
from agent_runtime.domains.auction.lot import Lot
from agent_runtime.domains.auction.project import project, settled
from agent_runtime.domains.auction.records import records
from agent_runtime.domains.auction.stage import stage


def _appraise(before: Lot | None, event: AuctionEvent, after: Lot) -> Appraisal:
    return appraise_found(before, event, after) if isinstance(event, LotFound) else appraise(before, event, after)


AUCTION: Domain[AuctionEvent, Lot] = Domain(
    name="auction",
    channel="events:auction",
    types=EVENT_TYPES,
    parse=parse,
    subject=lambda event: event.auction_id,
    settle=settled,
    project=project,
    appraise=_appraise,
    stage=stage,
    records=records,
    found=found,
    hurry=HURRY,
)
