"""Records of one batch that say the same of the same thing, as one: a bid placed and accepted is one row to write."""

from collections.abc import Iterable
from typing import get_args

from agent_runtime.core.platform import Bid, BidStatus, Record, User

_MOVES_ON = {word: place for place, word in enumerate(get_args(BidStatus))}
_WHEN = frozenset({"created_at", "updated_at"})
_OF_A_BID = frozenset({"created_at", "status"})


def joined(records: Iterable[Record]) -> list[Record]:
    """The same records, fewer of them: keeping these leaves what keeping all of them in order would leave."""
    kept: list[Record] = []
    places: dict[tuple[type[Record], str], int] = {}
    for record in records:
        key = type(record), record.id
        place = places.get(key)
        both = None if place is None else _both(kept[place], record)
        if place is not None and both is not None:
            kept[place] = both
        else:
            places[key] = len(kept)
            kept.append(record)
    return kept


def _both(earlier: Record, later: Record) -> Record | None:
    """What two records of one thing say together; None unless they differ in moment and a bid's status alone.

    Only then are they one by the rules of the store: the first moment of two created, the last of two updated, the
    furthest status; of everything else both say the same.
    """
    match earlier, later:
        case User(), User() if _differing(earlier, later) <= _WHEN:
            first = min(earlier.created_at, later.created_at)
            last = max(earlier.updated_at, later.updated_at)
            return later.model_copy(update={"created_at": first, "updated_at": last})
        case Bid(), Bid() if earlier.status and later.status and _differing(earlier, later) <= _OF_A_BID:
            first = min(earlier.created_at, later.created_at)
            status = max(earlier.status, later.status, key=_MOVES_ON.__getitem__)
            return later.model_copy(update={"created_at": first, "status": status})
        case _:
            return None


def _differing(one: Record, other: Record) -> set[str]:
    """The names of the fields that are not the same in both."""
    there = other.__dict__
    return {name for name, value in one.__dict__.items() if value != there[name]}
