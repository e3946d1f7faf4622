"""Records to keep, each with an id of its own."""

from typing import Any

from agent_runtime.core.platform import Auction, Bid, User
from tests.store.values import NOON, new_id

TIMES = {"created_at": NOON, "updated_at": NOON}


def user(**values: Any) -> User:
    """Somebody of whom only the id is known."""
    return User(**{"id": new_id(), **TIMES, **values})


def auction(**values: Any) -> Auction:
    """A lot of which only the id is known."""
    return Auction(**{"id": new_id(), **TIMES, **values})


def bid(auction_id: str, **values: Any) -> Bid:
    """A bid of 10 by somebody."""
    usual = {"id": new_id(), "created_at": NOON, "amount": "10", "user_id": new_id()}
    return Bid(**{**usual, "auction_id": auction_id, **values})
