"""What belongs to a session over HTTP: its character, its transcript, the prompt that would be sent."""

import json
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import yaml

from tests.process.http import Client, assert_problem, assert_works
from tests.process.model import Model

FINCH = {"name": "Ada Finch", "slug": "finch", "system": "You mend clocks."}


async def test_a_session_keeps_its_character_until_it_is_told_to_follow_the_file(client: Client, folder: Path) -> None:
    file, name = folder / "wren.yaml", f"Wren {uuid4().hex[:6]}"
    session = await client.session_with("wren")
    url = f"/api/sessions/{session}/character-file"
    before = (await client.get(url)).json
    assert (before["session_id"], before["content"]["name"]) == (session, "Wren Halloran")
    changed = yaml.safe_load(file.read_text()) | {"name": name}
    tag = (await client.get("/api/characters/wren")).headers["ETag"]
    put = await client.request("PUT", "/api/characters/wren", json=changed, headers={"If-Match": tag})
    assert put.status == 200, put.raw
    await client.say(session, "Hello!")
    assert (await client.get(url)).json == before
    after = (await client.request("PUT", url, json={"follow": True})).json
    assert after["content"]["name"] == name
    assert (await client.get(url)).json == after
    prompt = (await client.post(f"/api/sessions/{session}/preview", {"content": "Hi"})).json
    assert name in prompt["messages"][0]["content"]


async def test_a_session_is_given_a_character_of_its_own(guest: Client, model: Model) -> None:
    session = await guest.session_with("wren")
    put = await guest.request("PUT", f"/api/sessions/{session}/character-file", json=FINCH)
    assert (put.status, put.json["content"]["name"]) == (200, "Ada Finch")
    question = f"Who are you? {uuid4()}"
    await guest.say(session, question)
    assert "You mend clocks." in model.prompt_for(question)[0]["content"]


async def test_a_preview_is_what_the_turn_that_follows_is_asked_with(guest: Client, model: Model) -> None:
    session = await guest.session_with("wren", user={"name": "Ada"})
    await guest.say(session, "I like boats.")
    question = f"What do I like? {uuid4()}"
    preview = (await guest.post(f"/api/sessions/{session}/preview", {"content": question})).json
    assert len(await guest.messages(session)) == 2
    turn = (await guest.say(session, question)).json["turn_id"]
    trace = (await guest.get(f"/api/turns/{turn}/trace")).json
    assert trace["sections"] == preview["sections"]
    assert trace["messages"] == preview["messages"] == model.prompt_for(question)
    assert sum(each["tokens"] for each in trace["sections"]) == trace["tokens"] == preview["tokens"]
    assert (trace["turn_id"], trace["is_sent"], trace["state"]) == (turn, True, "done")
    assert trace["reply"] == f"You said: {question}."


async def test_a_conversation_is_exported_in_three_forms(guest: Client) -> None:
    session = await guest.session_with("wren", user={"name": "Ada"})
    first = (await guest.say(session, "Hello *there*!")).json
    url = f"/api/sessions/{session}/export"
    told = await guest.get(url)
    assert told.headers["Content-Type"] == "text/markdown; charset=utf-8"
    assert told.headers["Content-Disposition"] == 'attachment; filename="wren.md"'
    assert told.headers["X-Request-Id"]
    assert "**Ada:** Hello *there*!" in told.raw.decode()
    whole = (await guest.get(f"{url}?format=json")).json
    assert whole["messages"] == [first["user_message"], first["message"]]
    lines = (await guest.get(f"{url}?format=jsonl")).raw.decode().splitlines()
    assert [json.loads(line) for line in lines] == whole["messages"]


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "code"),
    [
        ("GET", "export?format=pdf", None, 422, "invalid_query"),
        ("PUT", "character-file", {}, 422, "invalid_body"),
        ("PUT", "character-file", [], 422, "invalid_body"),
        ("PUT", "character-file", {"follow": 1}, 422, "invalid_body"),
        ("PUT", "character-file", {"follow": False}, 422, "invalid_body"),
        ("PUT", "character-file", {"name": "Ada", "sytem": "x"}, 422, "invalid_body"),
        ("PUT", "character-file", {"name": "Ada", "system": "x" * 300_000}, 413, "too_large"),
        ("POST", "preview", {}, 422, "invalid_body"),
        ("POST", "preview", {"content": ""}, 422, "invalid_body"),
        ("POST", "preview", {"content": "x", "notes": "x" * 16_001}, 422, "invalid_body"),
    ],
)
async def test_what_makes_no_sense_is_refused_and_the_next_request_works(
    guest: Client, method: str, path: str, body: Any, status: int, code: str
) -> None:
    session = await guest.session_with("wren")
    before = (await guest.get(f"/api/sessions/{session}/character-file")).json
    options = {"json": body} if body is not None else {}
    assert_problem(await guest.request(method, f"/api/sessions/{session}/{path}", **options), status, code)
    assert (await guest.get(f"/api/sessions/{session}/character-file")).json == before
    await assert_works(guest)


@pytest.mark.parametrize("path", ["character-file", "export", "preview"])
async def test_of_a_session_that_is_not_there_there_is_nothing(guest: Client, path: str) -> None:
    url = f"/api/sessions/{uuid4()}/{path}"
    method, options = ("POST", {"json": {"content": "Hi"}}) if path == "preview" else ("GET", {})
    assert_problem(await guest.request(method, url, **options), 404, "not_found")
    if path == "character-file":
        assert_problem(await guest.request("PUT", url, json=FINCH), 404, "not_found")
        assert_problem(await guest.request("PUT", url, json={"follow": True}), 404, "not_found")
    await assert_works(guest)
