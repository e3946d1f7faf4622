"""What it means that the keys know more than the events did: the same cues, modest feelings, and no claim too many.

Several bids may lie between two readings: a step is then a bid, never "the first", and no jump is read into it.
"""

from agent_runtime.core.domain import Appraisal, Cue, Feeling, Rank
from agent_runtime.domains.auction.appraisal import RACE_FROM, meets_reserve, verdict
from agent_runtime.domains.auction.found import LotFound
from agent_runtime.domains.auction.lot import Lot
from agent_runtime.domains.auction.project import settled
from agent_runtime.domains.auction.stage import rivalry

_MOVED = Feeling("joy", 0.15)
_NOTHING = Appraisal()


def appraise_found(before: Lot | None, event: LotFound, after: Lot) -> Appraisal:
    """Feelings and cues of `event`, which turned `before` into `after`."""
    if after.hammer is not None:
        return _over(before, event, after)
    if not after.is_open:
        return _NOTHING
    if before is None or not before.is_open:
        return _appeared(event, after)
    if _is_lower(before, after):
        return Appraisal(cues=(Cue("correction", Rank.CRITICAL, after.id, event.event_id),))
    moved = _moved(before, event, after)
    if after.countdown.extensions > before.countdown.extensions:
        moved = (*moved, Cue("extended", Rank.HIGH, after.id, event.event_id))
    return Appraisal((_MOVED,) if moved else (), moved)


def _appeared(event: LotFound, after: Lot) -> Appraisal:
    """A lot that is open and was not known to be: it opens only if it has just begun."""
    if event.is_fresh:
        return Appraisal((Feeling("hope", 0.3),), (Cue("open", Rank.HIGH, after.id, event.event_id),))
    if after.price.current is None and after.bidding.leader is None:
        return _NOTHING
    return Appraisal(cues=(Cue("bid", Rank.LOW, after.id, event.event_id, count=_bids(None, after)),))


def _is_lower(before: Lot, after: Lot) -> bool:
    was, price = before.price.current, after.price.current
    return was is not None and price is not None and price < was


def _moved(before: Lot, event: LotFound, after: Lot) -> tuple[Cue, ...]:
    has_new_price = before.price.current != after.price.current
    count = _bids(before, after)
    if not count and not has_new_price:
        return ()
    cue = Cue("bid", Rank.LOW, after.id, event.event_id, count=count)
    leader = after.bidding.leader
    if count and leader is not None and before.bidding.count and leader.user_id not in before.bidding.bidders:
        cue = Cue("new_bidder", Rank.MEDIUM, after.id, event.event_id, count=count, who=leader.user_id)
    elif count and rivalry(after) >= RACE_FROM:
        cue = Cue("race", Rank.LOW, after.id, event.event_id, count=count)
    price = after.price.current
    if has_new_price and price is not None and meets_reserve(before, after, price):
        return (cue, Cue("reserve_met", Rank.HIGH, after.id, event.event_id))
    return (cue,)


def _bids(before: Lot | None, after: Lot) -> int:
    """1 when the keys knew a bid that was not known, else 0."""
    was = before.bidding.leader if before is not None else None
    leader = after.bidding.leader
    return int(leader is not None and (was is None or was.bid_id != leader.bid_id))


def _over(before: Lot | None, event: LotFound, after: Lot) -> Appraisal:
    was = before.hammer if before is not None else None
    if was is None:
        felt = verdict(settled(after, float("inf")))
        return Appraisal(felt, (Cue("outcome", Rank.CRITICAL, after.id, event.event_id),))
    hammer = after.hammer
    if hammer is not None and was.outcome is not None and was.outcome != hammer.outcome:
        return Appraisal(verdict(after), (Cue("correction", Rank.CRITICAL, after.id, event.event_id),))
    return _NOTHING
