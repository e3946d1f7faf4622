"""What an auction event means to whoever hosts it: what is felt, and what may be said.

Intensities follow the table in docs/mood.md; a jump is judged against one ordinary step above the price.
"""

from decimal import Decimal
from math import log2

from agent_runtime.core.domain import Appraisal, Cue, Feeling, Rank
from agent_runtime.core.money import Money
from agent_runtime.domains.auction.events import (
    AuctionEvent,
    BidAccepted,
    BidPlaced,
    BidRejected,
    LotEnded,
    LotExtended,
    LotStarted,
    PriceUpdated,
    TimerUpdated,
    WinnerNamed,
)
from agent_runtime.domains.auction.lot import Lot
from agent_runtime.domains.auction.stage import rivalry, urgency

_NOTHING = Appraisal()
_JUMP_FROM = 0.3  # J from which a rise is worth a line of its own: about 1.23 times the expected
RACE_FROM = 1.0
_LAST_CALL = 10
_STEPS_TO_FIRST_MILESTONE = 100
_BUSY_PACE = 30.0  # bids a minute at which a bid moves half as much as a first one


def appraise(before: Lot | None, event: AuctionEvent, after: Lot) -> Appraisal:
    """Feelings and cues of `event`, which turned `before` into `after`."""
    match event:
        case LotStarted():
            return _start(before, event, after)
        case BidPlaced() if after.is_open:
            return Appraisal(feelings=(Feeling("excitement", _fading(after)),))
        case BidAccepted() if after.is_open:
            return _bid(before, event, after)
        case PriceUpdated() if after.is_open:
            return _price(before, event, after)
        case TimerUpdated() if after.is_open:
            return _timer(before, event, after)
        case LotExtended() if after.is_open:
            return Appraisal(cues=_extension(before, event, after))
        case BidRejected() if after.is_known:
            return Appraisal((Feeling("reproach", 0.5),), _refusal(event, after))
        case LotEnded() | WinnerNamed():
            return _outcome(before, event, after)
        case _:
            return _NOTHING


def _start(before: Lot | None, event: LotStarted, after: Lot) -> Appraisal:
    is_repeat = before is not None and before.is_known and before.started_at == after.started_at
    if is_repeat or not after.is_open:
        return _NOTHING
    return Appraisal((Feeling("hope", 0.3),), (Cue("open", Rank.HIGH, after.id, event.event_id),))


def _bid(before: Lot | None, event: BidAccepted, after: Lot) -> Appraisal:
    if before is not None and before.bidding == after.bidding:
        return _NOTHING
    is_new = before is None or event.user_id not in before.bidding.bidders
    family, rank = "bid", Rank.LOW
    if after.bidding.count == 1:
        family, rank = "first_bid", Rank.MEDIUM
    elif is_new and after.bidding.last_bid_led:
        family, rank = "new_bidder", Rank.MEDIUM
    elif rivalry(after) >= RACE_FROM:
        family = "race"
    joy = Feeling("joy", max(0.2, _fading(after)) if is_new else _fading(after))
    cue = Cue(family, rank, after.id, event.event_id, count=1, who=event.user_id)
    if after.price.pricing != "bids":
        return Appraisal((joy,), (cue,))
    risen = _rise(before, event.event_id, after)
    return Appraisal((joy, *risen.feelings), (cue, *risen.cues))


def _refusal(event: BidRejected, after: Lot) -> tuple[Cue, ...]:
    """A word to whose bid was refused, while the lot is open; the reason is nobody's but theirs."""
    if not after.is_open:
        return ()
    name = after.bidding.names.get(event.user_id, "a bidder")
    return (Cue("rejected", Rank.COLOUR, after.id, event.event_id, slots={"bidder": name}, who=event.user_id),)


def _price(before: Lot | None, event: PriceUpdated, after: Lot) -> Appraisal:
    if before is not None and before.price == after.price:
        return _NOTHING
    was = before.price.current if before is not None else None
    if was is not None and event.current_price < was:
        return Appraisal(cues=(Cue("correction", Rank.CRITICAL, after.id, event.event_id),))
    return _rise(before, event.event_id, after)


def _rise(before: Lot | None, cause: str, after: Lot) -> Appraisal:
    """What a higher price adds: a jump, a milestone, the reserve met; else one more small step."""
    price = after.price.current
    if price is None or (before is not None and before.price.current == price):
        return _NOTHING
    feelings: list[Feeling] = []
    cues = [Cue("bid", Rank.LOW, after.id, cause)]
    jump = _jump(before, price)
    milestone = _milestone(before, after, price)
    if jump >= _JUMP_FROM and after.bidding.last_bid_led:
        feelings.append(Feeling("admiration", jump))
        cues = [Cue("jump", Rank.MEDIUM, after.id, cause, jump=jump)]
    elif milestone is not None:
        cues = [Cue("milestone", Rank.MEDIUM, after.id, cause, milestone=milestone)]
    if meets_reserve(before, after, price):
        feelings.append(Feeling("relief", 0.5))
        cues.append(Cue("reserve_met", Rank.HIGH, after.id, cause))
    return Appraisal(tuple(feelings), tuple(cues))


def _jump(before: Lot | None, price: Decimal) -> float:
    expected = before.expected if before is not None else None
    if not expected or price <= expected:
        return 0.0
    return min(1.0, log2(float(price / expected)))


def _milestone(before: Lot | None, after: Lot, price: Decimal) -> Money | None:
    """The highest of 1, 5 x 10^n that was crossed, from a hundred increments up; none on the first price."""
    was = before.price.current if before is not None else None
    step = after.price.increment
    if was is None or step is None:
        return None
    mark = Decimal(10) ** price.adjusted()
    mark = mark * 5 if price >= mark * 5 else mark
    if mark < step * _STEPS_TO_FIRST_MILESTONE or was >= mark:
        return None
    return Money(mark, after.price.currency)


def meets_reserve(before: Lot | None, after: Lot, price: Decimal) -> bool:
    """Whether `price` is the first that meets the reserve."""
    reserve = after.price.reserve
    was = before.price.current if before is not None else None
    return reserve is not None and reserve > 0 and price >= reserve and (was is None or was < reserve)


def _timer(before: Lot | None, event: TimerUpdated, after: Lot) -> Appraisal:
    feelings: tuple[Feeling, ...] = ()
    reserve, price = after.price.reserve, after.price.current
    if reserve is not None and (price is None or price < reserve):
        feelings = (Feeling("fear", 0.25 * urgency(event.time_remaining)),)
    called = before.countdown.called if before is not None else frozenset()
    if event.time_remaining > 0 and after.countdown.called - called:
        last = _LAST_CALL in after.countdown.called
        cue = Cue("closing_last" if last else "closing", Rank.HIGH, after.id, event.event_id)
        return Appraisal(feelings, (cue,))
    return Appraisal(feelings, _extension(before, event, after))


def _extension(before: Lot | None, event: TimerUpdated | LotExtended, after: Lot) -> tuple[Cue, ...]:
    known = before.countdown.extensions if before is not None else 0
    if after.countdown.extensions <= known:
        return ()
    return (Cue("extended", Rank.HIGH, after.id, event.event_id),)


def _outcome(before: Lot | None, event: LotEnded | WinnerNamed, after: Lot) -> Appraisal:
    """One outcome a lot: an end opens it, a winner completes it; another result than the one told is a correction."""
    was = before.hammer if before is not None else None
    hammer = after.hammer
    if hammer is None:
        return _NOTHING
    feelings = verdict(after) if hammer.outcome and (was is None or was.outcome is None) else ()
    if was is None or was.outcome is None:
        return Appraisal(feelings, (Cue("outcome", Rank.CRITICAL, after.id, event.event_id),))
    if (was.outcome, was.bid_id) != (hammer.outcome, hammer.bid_id):
        return Appraisal(feelings, (Cue("correction", Rank.CRITICAL, after.id, event.event_id),))
    return Appraisal(feelings)


def verdict(after: Lot) -> tuple[Feeling, ...]:
    """What the outcome is felt as."""
    hammer = after.hammer
    if hammer is None or hammer.outcome == "cancelled":
        return (Feeling("disappointment", 0.3),)
    if hammer.outcome == "passed":
        return (Feeling("disappointment", 0.8),)
    hoped = after.price.reserve or after.price.first
    if hoped and hammer.price and hammer.price > 2 * hoped:
        return (Feeling("satisfaction", 0.4), Feeling("gratification", min(1.0, log2(float(hammer.price / hoped)))))
    return (Feeling("satisfaction", 0.4),)


def _fading(lot: Lot) -> float:
    """.3 for a first bid, less as bids repeat."""
    return 0.3 / (1 + lot.bidding.pace / _BUSY_PACE)
