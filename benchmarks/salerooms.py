"""The recorded auctions on as many lots at once as one likes: other ids, the same bidders, lots in turn."""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import count, islice
from typing import Any
from uuid import UUID, uuid5

from pydantic_core import from_json

from benchmarks.replay import RECORDING

# What is new on another lot. Bidders, the campaign and the work stay who and what they are.
_OF_A_LOT = re.compile(
    rb'(?<="id":")[0-9a-f-]{36}|(?<="auctionId":")[0-9a-f-]{36}|'
    rb'(?<="bidId":")[0-9a-f-]{36}|(?<=BidId":")[0-9a-f-]{36}'
)


def in_turn(lots: int, events: int) -> list[bytes]:
    """So many events of `lots` lots, one of each in turn; where a lot has ended, the next one begins."""
    recorded = list(_recorded().values())
    numbers = count()
    running: list[Iterator[bytes]] = [iter(()) for _ in range(lots)]

    def following(place: int) -> bytes:
        event = next(running[place], None)
        if event is None:
            number = next(numbers)
            running[place] = _copied(recorded[number % len(recorded)], number)
            event = next(running[place])
        return event

    return list(islice((following(place) for _ in count() for place in range(lots)), events))


def bids_in(events: Sequence[bytes]) -> int:
    """How many bids are told of."""
    told: set[str] = set()
    for event in events:
        fields: dict[str, Any] = from_json(event)["data"]
        told.update(fields[name] for name in ("bidId", "winningBidId") if fields.get(name))
    return len(told)


def _recorded() -> dict[str, list[bytes]]:
    """The events of each lot, as they were sent."""
    found: dict[str, list[bytes]] = defaultdict(list)
    for line in RECORDING.read_bytes().splitlines():
        found[from_json(line)["data"]["auctionId"]].append(line)
    return found


def _copied(events: Sequence[bytes], number: int) -> Iterator[bytes]:
    """The same on another lot."""
    space = UUID(int=number)
    for event in events:
        yield _OF_A_LOT.sub(lambda found: str(uuid5(space, found[0].decode())).encode(), event)
