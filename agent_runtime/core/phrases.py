"""The families of phrases a character may have words for, and the facts each of them may name."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

NOTHING: frozenset[str] = frozenset()
LOT = frozenset({"lot", "title"})
_SLOT = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True, slots=True)
class Family:
    """What the lines of one family may name.

    `required` slots are sure to be known when it is said, the others of `slots` may be missing. Where `one_of`
    is not empty exactly one of those is known. Every line, long or short, names all of `named`.
    `is_about_lot` families speak of a lot: no figure may be written into them, every one is a slot.
    """

    required: frozenset[str] = NOTHING
    slots: frozenset[str] = NOTHING
    named: frozenset[str] = NOTHING
    one_of: frozenset[str] = NOTHING

    @property
    def optional(self) -> frozenset[str]:
        """Slots that may be missing: enough lines must do without them."""
        return self.slots - self.required - self.one_of

    @property
    def is_about_lot(self) -> bool:
        return "title" in self.required


def _about_lot(required: str = "", optional: str = "", named: str = "", one_of: str = "") -> Family:
    sure = LOT | set(required.split())
    choice = frozenset(one_of.split())
    return Family(sure, sure | set(optional.split()) | choice, frozenset(named.split()), choice)


_BID = _about_lot("amount bidder", "next loser")
_TALK = Family(slots=frozenset({"user"}))

# {lot} short name · {title} full name · {amount} the price now or at the hammer · {next} the next asking price ·
# {bidder} who leads or has won · {loser} who was outbid last · {count} bids merged, at least two · {seconds} a whole
# number · {time} the same with its unit ("4 minutes") · {milestone} a round amount · {user} whom one chats with ·
# {bids} bids on the lot so far, at least two · {others} other lots that moved meanwhile · {day} of {days} of a campaign
# and the {stage} of that day ("run-up").
FAMILIES: Mapping[str, Family] = {
    "open": _about_lot(named="title"),
    "first_bid": _about_lot("amount bidder", "next"),
    "bid": _BID,
    "bids_merged": _about_lot("amount bidder count", "next"),
    "race": _BID,
    "jump": _BID,
    "new_bidder": _BID,
    "returning": _about_lot("amount bidder", "next loser", named="bidder"),
    "milestone": _about_lot("amount milestone", "bidder next"),
    "reserve_met": _about_lot(),
    "lull": _about_lot("", "amount bidder next"),
    "colour": _about_lot("", "amount bidder next bids"),
    "extended": _about_lot("", "amount bidder next seconds"),
    "closing": _about_lot("seconds", "amount bidder next"),
    "closing_last": _about_lot("seconds", "amount bidder next"),
    "sold": _about_lot("amount bidder", named="title"),
    "passed": _about_lot(named="title"),
    "cancelled": _about_lot(named="title"),
    "rejected": _about_lot("", "amount bidder next"),
    "correction": _about_lot("", "amount bidder"),
    "feed_lost": Family(),
    "feed_back": Family(),
    "meanwhile": _about_lot("", "amount bidder next others"),
    "stage_of_day": Family(slots=frozenset({"title", "day", "days", "stage"})),
    "welcome": _TALK,
    "recap": _about_lot("", "amount bidder next"),
    "answer_bid": _about_lot("amount", "bidder next"),
    "answer_leader": _about_lot("amount bidder", "next"),
    "answer_no_bids": _about_lot(),
    "answer_time": _about_lot(one_of="seconds time"),
    "answer_closed": _about_lot("", "amount bidder"),
    "answer_nothing": _TALK,
    "small_talk": _TALK,
    "thanks": _TALK,
    "abuse": _TALK,
    "away": _TALK,
}


def slots_in(line: str) -> frozenset[str]:
    """The names in braces in `line`."""
    return frozenset(_SLOT.findall(line))


def spoken_time(seconds: float) -> str:
    """The value of {time}: `1 second`, `45 seconds`, `4 minutes`, `6 hours`, `5 days`; never more than is left."""
    whole = max(0, int(seconds))
    for unit, size in (("day", 86_400), ("hour", 3_600), ("minute", 60)):
        if whole >= 2 * size:
            return f"{whole // size} {unit}s"
    return f"{whole} second{'' if whole == 1 else 's'}"
