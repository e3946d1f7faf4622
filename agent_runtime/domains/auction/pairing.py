"""Price and leader come in two events: which belong together, and what is known while one of them is missing.

A price that was lost leaves the new leader beside the price of the one before; a bid that was lost leaves the old
leader beside a price that is another's. The newer half is true; the older one is not to be shown (`Bidding.lacks`)
until a price, a bid or the engine's keys complete the pair.
"""

from dataclasses import replace
from decimal import Decimal

from agent_runtime.domains.auction.lot import Bidder, Bidding, Lack, Price, Pricing

SETTLE_S = 0.25  # an engine's price follows its bid well within this
SAME_MOMENT_S = 0.002  # a moment may be rounded to milliseconds on its way
SAME_BID_S = 1.0  # an engine may stamp a price with the moment of its bid, a little before the bid was accepted


def raised(price: Price, current: Decimal, at: float, pricing: Pricing) -> Price:
    """The price when it is `current` as of `at`, and who names it."""
    return replace(price, current=current, at=at, first=price.first or current, pricing=pricing)


def led_by(bidding: Bidding, leader: Bidder) -> Bidding:
    """The bidding when `leader` has taken the lead, or leads with another bid."""
    return replace(bidding, leader=leader, loser=outbid(bidding, leader.user_id), last_bid_led=True)


def outbid(bidding: Bidding, user_id: str) -> str | None:
    """The name of whoever loses the lead to this user; None where nobody does."""
    leader = bidding.leader
    return leader.name if leader is not None and leader.user_id != user_id else None


def awaited(bidding: Bidding, step: int, now: float) -> Bidding:
    """One more bid (1) or price (-1) whose other half is awaited, unless it was that other half."""
    balance = bidding.balance + step
    settles_at = None if balance == 0 else bidding.settles_at or now + SETTLE_S
    return replace(bidding, balance=balance, settles_at=settles_at)


def lack_after_bid(before: Bidding, after: Bidding, price: Price, bid_at: float) -> Lack | None:
    """What the pair lacks after a bid made at `bid_at` was accepted."""
    if price.pricing != "engine" or after.balance == 0:
        return None
    if before.lacks == "bidder" and abs(bid_at - price.at) <= SAME_BID_S:
        return None  # the bid whose price was here before it
    if after.leader is None or after.leader == before.leader:
        return before.lacks
    was = before.leader.user_id if before.leader is not None else None
    return before.lacks if was == after.leader.user_id else "price"


def lack_after_price(bidding: Bidding, was: Price, price: Price) -> Lack | None:
    """What the pair lacks after `was` became `price`; the bidding has counted it already."""
    leader = bidding.leader
    if bidding.balance == 0 or leader is None:
        return None
    if bidding.lacks == "price":
        slack = SAME_BID_S if bidding.balance <= 0 else 0.0
        return None if price.at >= leader.at - slack else "price"
    rose = was.current is not None and price.current is not None and price.current > was.current
    return "bidder" if rose and bidding.balance < 0 else bidding.lacks
