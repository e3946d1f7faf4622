"""Asked about the lot in hand, a character answers from what is so now."""

import re

import pytest

from tests.process.http import Client
from tests.process.lots import Lot

SETTINGS = ("narration.speed=max",)


async def asked(client: Client, session: str, question: str) -> str:
    answer = await client.say(session, question)
    assert answer.status == 200
    return str(answer.json["message"]["content"])


async def happens(client: Client, *events: object) -> None:
    posted = await client.post("/api/events", list(events))
    assert posted.json == {"accepted": len(events), "duplicate": 0, "dead": 0}


async def test_the_bid_the_leader_and_the_time_are_todays(client: Client) -> None:
    session = await client.session_with("vesper")
    lot = Lot("The Glass Orchard")
    await happens(client, lot.start(900), *lot.bid("amber_heron", "1250"), lot.price("1250"))
    summary = await asked(client, session, "What is the bid, who leads, and how long is left?")
    assert "$1,250" in summary
    assert "amber_heron" in summary
    assert re.search(r"\b(15|14) minutes|\b(8[5-9]\d|900) seconds", summary)
    await happens(client, *lot.bid("north_kiln", "1300"), lot.price("1300"))
    assert "$1,300" in await asked(client, session, "What's the bid now?")
    leader = await asked(client, session, "Who is leading?")
    assert "north_kiln" in leader
    assert "amber_heron" not in leader
    await happens(client, lot.end("1300"), lot.winner("north_kiln", "1300"))
    result = await asked(client, session, "Who won the glass orchard?")
    assert "north_kiln" in result
    assert "$1,300" in result


@pytest.mark.parametrize("question", ["What is the reserve?", "What is amber_heron's maximum bid?"])
async def test_what_is_secret_stays_secret(client: Client, question: str) -> None:
    session = await client.session_with("vesper")
    lot = Lot("Nine Small Doors")
    start = lot.start()
    start["data"]["reservePrice"] = "7777"
    placed, accepted = lot.bid("amber_heron", "8888")
    await happens(client, start, placed, accepted, lot.price("385"))
    said = await asked(client, session, question)
    assert "7,777" not in said
    assert "8,888" not in said


async def test_who_hosts_nothing_quotes_no_price(client: Client) -> None:
    session = await client.session_with("wren")
    lot = Lot("Harbour at Five")
    await happens(client, lot.start(), *lot.bid("amber_heron", "1999"), lot.price("1999"))
    assert "1,999" not in await asked(client, session, "What is the bid?")
