"""Every Redis key the runtime knows: built here, read back here, each kind with its deliberate expiry."""

from enum import IntEnum, StrEnum
from typing import NamedTuple

from agent_runtime.core.errors import Refused
from agent_runtime.core.events import is_identifier


class Expiry(IntEnum):
    """Classes of expiry in seconds. Permanent is None: no expiry argument at all, never -1."""

    SHORT = 60
    MEDIUM = 300
    LONG = 3_600
    DAY = 86_400
    WEEK = 604_800
    MONTH = 2_592_000


class Kind(StrEnum):
    """What a key holds; the value is its prefix, without the last colon."""

    CAMPAIGN = "campaign"
    CAMPAIGN_DAY = "campaign:day"
    AUCTION = "auction"
    AUCTION_PRICE = "auction:price"
    AUCTION_BID = "auction:bid"
    AUCTION_TIMER = "auction:timer"
    STREAM = "stream"
    STREAM_SCENE = "stream:scene"
    STREAM_METRICS = "stream:metrics"
    STREAM_VIEWERS = "stream:viewers"
    AGENT = "agent"
    AGENT_MOOD = "agent:mood"
    AGENT_CONTEXT = "agent:context"
    AGENT_SCENE = "agent:scene"
    AFFECT = "rt:affect"
    LOCK = "lock"
    RATE_LIMIT = "rate:limit"


class Key(NamedTuple):
    """A key taken apart. `part` is the day of a campaign or the identifier of a rate limit."""

    kind: Kind
    id: str
    part: str | None = None


_TWO_PART = frozenset({Kind.CAMPAIGN_DAY, Kind.RATE_LIMIT})
_PERMANENT = frozenset({Kind.CAMPAIGN, Kind.CAMPAIGN_DAY})
_OF_THE_CALLER = frozenset({Kind.LOCK, Kind.RATE_LIMIT})
_LONGEST_FIRST = sorted(Kind, key=len, reverse=True)


def key(kind: Kind, *ids: str) -> str:
    """The key of `kind` for `ids`: two for a campaign's day and a rate limit, one for everything else.

    Raises Refused for an id that may not stand in a key.
    """
    wanted = 2 if kind in _TWO_PART else 1
    if len(ids) != wanted:
        raise TypeError(f"a {kind} key takes {wanted} id(s), not {len(ids)}")
    for part in ids:
        if not is_identifier(part):
            raise Refused(f"{str(part)[:80]!r} cannot be part of a Redis key: letters, digits, _ and -, at most 64")
    return ":".join((kind, *ids))


def expiry(kind: Kind) -> int | None:
    """Seconds a key of `kind` lives after a write, None for ever.

    Raises TypeError for locks and rate limits: the lease or the window is theirs to say.
    """
    if kind in _OF_THE_CALLER:
        raise TypeError(f"a {kind} key lives as long as its lease or window")
    return None if kind in _PERMANENT else int(Expiry.DAY)


def parse(text: str | bytes) -> Key | None:
    """The parts of a key, the longest prefix first (`agent:mood:7` is no agent); None for a key of nobody here."""
    name = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    for kind in _LONGEST_FIRST:
        if name.startswith(f"{kind}:"):
            return _parts(kind, name[len(kind) + 1 :].split(":"))
    return None


def _parts(kind: Kind, ids: list[str]) -> Key | None:
    if len(ids) != (2 if kind in _TWO_PART else 1) or not all(map(is_identifier, ids)):
        return None
    return Key(kind, *ids)
