"""A conversation as a file, page by page, whatever its length."""

import asyncio
import json

import pytest

from agent_runtime.chat.transcripts import Form, Transcripts
from agent_runtime.core.conversation import Message
from agent_runtime.store.database import Database
from tests.store.values import message, session


def shown(each: Message) -> dict[str, object]:
    return {"seq": each.seq, "content": each.content}


async def exported(database: Database, session_id: str, form: Form) -> list[bytes]:
    transcripts = Transcripts(database.messages, shown)
    kept = await database.sessions.get(session_id)
    return [piece async for piece in transcripts.pieces(kept, form, names=("Bob", "Ada"))]


@pytest.fixture
async def long(database: Database) -> str:
    """A conversation of a thousand messages."""
    owner = await database.sessions.create(session(title="Boats *and* [clocks]"))
    said = [message(owner.id, f"line {n}\nof text", role="assistant" if n % 2 else "user") for n in range(1000)]
    await asyncio.gather(*map(database.messages.append, said))
    return owner.id


async def test_a_thousand_messages_are_exported_in_pieces(database: Database, long: str) -> None:
    as_json = b"".join(await exported(database, long, "json"))
    whole = json.loads(as_json)
    assert whole["session"]["title"] == "Boats *and* [clocks]"
    assert [each["seq"] for each in whole["messages"]] == list(range(1, 1001))
    pieces = await exported(database, long, "jsonl")
    lines = b"".join(pieces).decode().splitlines()
    assert [json.loads(line)["content"] for line in lines] == [f"line {number}\nof text" for number in range(1000)]
    assert 5 <= len(pieces) < 20
    told = b"".join(await exported(database, long, "md")).decode()
    assert told.startswith("# Boats \\*and\\* \\[clocks\\]\n")
    assert told.count("**Bob:** ") == told.count("**Ada:** ") == 500
    assert told.endswith("**Ada:** line 999\nof text\n")


async def test_an_empty_conversation_is_an_empty_file_of_its_kind(database: Database) -> None:
    owner = (await database.sessions.create(session())).id
    assert json.loads(b"".join(await exported(database, owner, "json")))["messages"] == []
    assert b"".join(await exported(database, owner, "jsonl")) == b""
    assert b"".join(await exported(database, owner, "md")).startswith(b"# A conversation with Ada\n")


async def test_a_reply_that_was_stopped_is_marked_and_other_branches_are_left_out(database: Database) -> None:
    owner = (await database.sessions.create(session())).id
    first = await database.messages.append(message(owner, "Hello!"))
    await database.messages.append(message(owner, "left", role="assistant"))
    cut = message(owner, "Go", role="assistant", interrupted=True, parent_id=first.id, branches=True)
    await database.messages.append(cut)
    told = b"".join(await exported(database, owner, "md")).decode()
    assert "**Ada:** Go *(interrupted)*\n" in told
    assert "left" not in told
