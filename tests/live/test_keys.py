"""Keys are built in one place, refuse what would forge another key, and are read longest prefix first."""

import pytest

from agent_runtime.core.errors import Refused
from agent_runtime.live.keys import Expiry, Key, Kind, expiry, key, parse

ONE = "4f1c2a9e-0000-4000-8000-000000000001"


@pytest.mark.parametrize("kind", list(Kind))
def test_every_key_reads_back_as_it_was_built(kind: Kind) -> None:
    ids = (ONE, "3") if kind in {Kind.CAMPAIGN_DAY, Kind.RATE_LIMIT} else (ONE,)
    assert key(kind, *ids) == f"{kind}:{':'.join(ids)}"
    assert parse(key(kind, *ids)) == Key(kind, *ids)
    assert parse(key(kind, *ids).encode()) == Key(kind, *ids)


def test_the_longest_prefix_goes_first() -> None:
    assert parse("agent:mood:7") == Key(Kind.AGENT_MOOD, "7")
    assert parse("agent:mood") == Key(Kind.AGENT, "mood")
    assert parse("auction:price:7") == Key(Kind.AUCTION_PRICE, "7")


@pytest.mark.parametrize(
    "name", ["agent:", "agent:a:b", "agent:mood:", "session:7", "", "agent", "rate:limit:x", b"\xff:1"]
)
def test_a_key_of_nobody_here_is_no_key(name: str | bytes) -> None:
    assert parse(name) is None


@pytest.mark.parametrize("bad", ["", "a:b", "*", "..", "a b", "x\n", "é", "a" * 65, "mood:*"])
def test_an_id_that_would_forge_a_key_is_refused(bad: str) -> None:
    with pytest.raises(Refused):
        key(Kind.AGENT, bad)
    with pytest.raises(Refused):
        key(Kind.CAMPAIGN_DAY, ONE, bad)


def test_every_key_has_a_deliberate_expiry() -> None:
    assert expiry(Kind.AGENT) == Expiry.DAY == 86_400
    assert expiry(Kind.AFFECT) == 86_400
    assert expiry(Kind.CAMPAIGN) is None
    with pytest.raises(TypeError):
        expiry(Kind.LOCK)


def test_a_key_takes_as_many_ids_as_it_has_places_for() -> None:
    with pytest.raises(TypeError):
        key(Kind.CAMPAIGN_DAY, ONE)
    with pytest.raises(TypeError):
        key(Kind.AGENT, ONE, "3")
