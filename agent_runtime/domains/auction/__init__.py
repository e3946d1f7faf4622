"""Live auctions: lots open, are bid on, extended, and end."""

from agent_runtime.core.domain import Domain
from agent_runtime.domains.auction.appraisal import appraise
from agent_runtime.domains.auction.events import EVENT_TYPES, AuctionEvent, parse
from agent_runtime.domains.auction.lot import Lot
from agent_runtime.domains.auction.project import project, settled
from agent_runtime.domains.auction.records import records
from agent_runtime.domains.auction.stage import stage

AUCTION: Domain[AuctionEvent, Lot] = Domain(
    name="auction",
    channel="events:auction",
    types=EVENT_TYPES,
    parse=parse,
    subject=lambda event: event.auction_id,
    settle=settled,
    project=project,
    appraise=appraise,
    stage=stage,
    records=records,
)
