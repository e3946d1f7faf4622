"""What an agent remembers, over HTTP: listed, called to mind, forgotten."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from agent_runtime.core.memory import Memory
from tests.process.http import assert_problem
from tests.store.values import NOON
from tests.web.served import Door, served

MEMORIES = "/api/agents/vesper/memories"


def memory(number: int, text: str, agent_id: str = "vesper", about_user: str | None = None) -> Memory:
    return Memory(
        id=f"m{number}",
        agent_id=agent_id,
        kind="outcome",
        subject="The sale",
        text=text,
        importance=0.5,
        about_user=about_user,
        created_at=NOON + timedelta(seconds=number),
    )


@pytest.fixture
async def door(tmp_path: Path) -> AsyncIterator[Door]:
    """Vesper remembers three things, one of them a guest's, Wren one."""
    async with served(tmp_path) as door:
        await door.database.memories.remember(
            [
                memory(3, "The ledger went for $9."),
                memory(2, "Ada fears ledgers and every ledger there is.", about_user="ada"),
                memory(1, "Nobody wanted the ember."),
                memory(4, "The roof leaks.", agent_id="wren"),
            ]
        )
        yield door


async def test_memories_are_listed_page_by_page_with_everything_there_is_to_know(door: Door) -> None:
    first = (await door.client.get(f"{MEMORIES}?limit=2")).json
    rest = (await door.client.get(f"{MEMORIES}?limit=2&cursor={first['next_cursor']}")).json
    assert [each["id"] for each in first["data"] + rest["data"]] == ["m3", "m2", "m1"]
    assert rest["next_cursor"] is None
    assert first["data"][1] == {
        "id": "m2",
        "agent_id": "vesper",
        "kind": "outcome",
        "subject": "The sale",
        "text": "Ada fears ledgers and every ledger there is.",
        "importance": 0.5,
        "about_user": "ada",
        "source_message_id": None,
        "created_at": "2026-03-01T12:00:02.123Z",
        "last_used_at": None,
    }


async def test_what_comes_to_mind_has_a_score_and_what_is_private_stays_private(door: Door) -> None:
    public = (await door.client.get(f"{MEMORIES}?q=Who+has+the+ledger?")).json
    assert [each["id"] for each in public["data"]] == ["m3"]
    assert 0 < public["data"][0]["score"] <= 1
    assert public["next_cursor"] is None
    private = (await door.client.get(f"{MEMORIES}?q=ledger&user=ada")).json["data"]
    assert {each["id"] for each in private} == {"m2", "m3"}
    assert [each["score"] for each in private] == sorted((each["score"] for each in private), reverse=True)
    assert len((await door.client.get(f"{MEMORIES}?q=ledger&user=ada&limit=1")).json["data"]) == 1
    assert (await door.client.get(f"{MEMORIES}?q=boat")).json == {"data": [], "next_cursor": None}


async def test_one_is_forgotten_once(door: Door) -> None:
    assert (await door.client.request("DELETE", f"{MEMORIES}/m2")).status == 204
    assert_problem(await door.client.request("DELETE", f"{MEMORIES}/m2"), 404, "not_found")
    assert [each["id"] for each in (await door.client.get(MEMORIES)).json["data"]] == ["m3", "m1"]


async def test_all_are_forgotten_and_no_other_agents(door: Door) -> None:
    assert (await door.client.request("DELETE", MEMORIES)).json == {"forgotten": 3}
    assert (await door.client.request("DELETE", MEMORIES)).json == {"forgotten": 0}
    assert (await door.client.get(MEMORIES)).json["data"] == []
    assert (await door.client.get("/api/agents/wren/memories")).json["data"][0]["text"] == "The roof leaks."


BAD = {
    ("GET", "/api/agents/nobody/memories"): (404, "not_found"),
    ("DELETE", "/api/agents/nobody/memories"): (404, "not_found"),
    ("DELETE", "/api/agents/nobody/memories/m1"): (404, "not_found"),
    ("DELETE", f"{MEMORIES}/m4"): (404, "not_found"),
    ("DELETE", f"{MEMORIES}/%00"): (400, "bad_path"),
    ("GET", f"{MEMORIES}/m1"): (405, "method_not_allowed"),
    ("PUT", MEMORIES): (405, "method_not_allowed"),
    ("POST", MEMORIES): (405, "method_not_allowed"),
    ("GET", f"{MEMORIES}?limit=0"): (422, "invalid_query"),
    ("GET", f"{MEMORIES}?cursor=x"): (422, "refused"),
    ("GET", f"{MEMORIES}?q="): (422, "invalid_query"),
    ("GET", f"{MEMORIES}?q=%20"): (422, "invalid_query"),
    ("GET", f"{MEMORIES}?q=%00"): (422, "invalid_query"),
    ("GET", f"{MEMORIES}?q=a&user=%00"): (422, "invalid_query"),
    ("GET", f"{MEMORIES}?q=a&user={'a' * 201}"): (422, "invalid_query"),
    ("GET", f"{MEMORIES}?q={'a' * 501}"): (422, "invalid_query"),
    ("GET", f"{MEMORIES}?q=a&cursor=1"): (422, "invalid_query"),
    ("GET", f"{MEMORIES}?user=ada"): (422, "invalid_query"),
}


@pytest.mark.parametrize(("method", "path"), BAD)
async def test_what_makes_no_sense_is_refused_and_forgets_nothing(door: Door, method: str, path: str) -> None:
    assert_problem(await door.client.request(method, path), *BAD[method, path])
    assert len((await door.client.get(MEMORIES)).json["data"]) == 3
    assert len((await door.client.get("/api/agents/wren/memories")).json["data"]) == 1
