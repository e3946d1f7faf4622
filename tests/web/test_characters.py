"""Character files over HTTP: what is written can be talked to at once, and nobody overwrites what he has not read."""

import asyncio
import json
import os
import time
from pathlib import Path
from typing import Any

import pytest

from tests.process.http import Client, assert_problem, client_of
from tests.process.runtime import RuntimeProcess
from tests.web.character_files import AS_YAML, FINCH, made, put


async def test_a_new_character_can_be_talked_to_at_once(client: Client, folder: Path) -> None:
    answer = await put(client, "finch")
    assert (answer.status, answer.headers["Location"]) == (201, "/api/characters/finch")
    assert answer.json == {
        "schema": 1,
        "name": "Ada Finch",
        "slug": "finch",
        "greetings": ["Mind the springs."],
        "tags": ["clocks"],
    }
    session = await client.session_with("finch", greeting=0)
    assert [each["content"] for each in await client.messages(session)] == ["Mind the springs."]
    assert (await client.say(session, "Hello!")).status == 200
    assert (folder / "finch.yaml").read_text() == FINCH.format("finch")


async def test_yaml_is_kept_with_its_comments_and_given_back_as_it_came(client: Client) -> None:
    await made(client, "as-it-came")
    answer = await client.get("/api/characters/as-it-came", headers=AS_YAML)
    assert answer.headers["Content-Type"] == "application/yaml; charset=utf-8"
    assert answer.raw.decode() == FINCH.format("as-it-came")


async def test_json_becomes_a_file_that_people_can_read(client: Client, folder: Path) -> None:
    told = {"name": "Jo", "slug": "jo", "description": "One.\nTwo.", "extensions": {"x": {"y": None}}}
    answer = await client.request("PUT", "/api/characters/jo", json=told)
    assert (answer.status, answer.json) == (201, {"schema": 1, **told})
    assert "description: |" in (folder / "jo.yaml").read_text()
    assert (await client.get("/api/characters/jo")).json == answer.json


@pytest.mark.parametrize(
    ("accept", "media"),
    [
        ("*/*", "application/json"),
        ("application/yaml, */*;q=0.5", "application/yaml"),
        ("application/yaml;q=0.5, application/json", "application/json"),
        ("application/yaml;q=0", "application/json"),
        ("text/html", "application/json"),
        ("application/yaml;q=nonsense", "application/json"),
    ],
)
async def test_the_form_is_what_the_caller_prefers(client: Client, accept: str, media: str) -> None:
    answer = await client.get("/api/characters/wren", headers={"Accept": accept})
    assert (answer.status, answer.headers["Content-Type"].split(";")[0]) == (200, media)
    assert answer.headers["Vary"] == "Accept"


async def test_what_has_not_changed_is_not_sent_again(client: Client) -> None:
    first = await client.get("/api/characters/wren")
    tag = first.headers["ETag"]
    for known in (tag, f'"other", {tag}', f"W/{tag}", "*"):
        again = await client.get("/api/characters/wren", headers={"If-None-Match": known})
        assert (again.status, again.raw, again.headers["ETag"]) == (304, b"", tag)
    as_yaml = await client.get("/api/characters/wren", headers=AS_YAML | {"If-None-Match": tag})
    assert as_yaml.status == 200
    assert as_yaml.headers["ETag"] != tag


async def test_a_character_is_replaced_only_by_one_who_has_read_it(client: Client) -> None:
    tag = await made(client, "guarded")
    other = FINCH.format("guarded").replace("Ada", "Bea")
    assert_problem(await put(client, "guarded", other), 428, "unconditional")
    for wrong in ('"0000.json"', f"W/{tag}", "nonsense"):
        assert_problem(await put(client, "guarded", other, If_Match=wrong), 412, "changed")
    answer = await put(client, "guarded", other, If_Match=tag)
    assert (answer.status, answer.json["name"]) == (200, "Bea Finch")
    assert_problem(await put(client, "guarded", If_Match=tag), 412, "changed")
    as_yaml = await client.get("/api/characters/guarded", headers=AS_YAML)
    assert (await put(client, "guarded", If_Match=as_yaml.headers["ETag"])).status == 200
    assert (await put(client, "guarded", other, If_Match="*")).status == 200


async def test_what_is_not_there_cannot_be_replaced_and_what_is_there_not_made(client: Client) -> None:
    assert_problem(await put(client, "nowhere", If_Match="*"), 412, "changed")
    assert_problem(await client.get("/api/characters/nowhere"), 404, "not_found")
    assert (await put(client, "once", If_None_Match="*")).status == 201
    assert_problem(await put(client, "once", If_None_Match="*"), 412, "changed")


async def test_of_twenty_who_write_at_once_one_wins(client: Client) -> None:
    news = await asyncio.gather(*(put(client, "race", If_None_Match="*") for _ in range(10)))
    assert sorted(each.status for each in news) == [201] + [412] * 9
    tag = (await client.get("/api/characters/race")).headers["ETag"]
    texts = [FINCH.format("race") + f"notes: writer {number}\n" for number in range(10)]
    answers = await asyncio.gather(*(put(client, "race", text, If_Match=tag) for text in texts))
    assert sorted(each.status for each in answers) == [200] + [412] * 9
    winner = next(each for each in answers if each.status == 200)
    assert (await client.get("/api/characters/race")).json == winner.json


async def test_a_change_by_hand_is_noticed_before_it_is_overwritten(client: Client, folder: Path) -> None:
    tag = await made(client, "by-hand")
    (folder / "by-hand.yaml").write_text("name: Ada Finch\nslug: by-hand\nnotes: mine\n")
    assert_problem(await put(client, "by-hand", If_Match=tag), 412, "changed")
    assert "mine" in (folder / "by-hand.yaml").read_text()


async def test_who_is_talked_to_goes_on_as_the_session_began_and_a_new_one_is_with_the_new_one(client: Client) -> None:
    tag = await made(client, "changing")
    old = await client.session_with("changing")
    assert (await put(client, "changing", FINCH.format("changing").replace("Ada", "Bea"), If_Match=tag)).status == 200
    new = await client.session_with("changing")
    files = [(await client.get(f"/api/sessions/{each}/character-file")).json["content"]["name"] for each in (old, new)]
    assert files == ["Ada Finch", "Bea Finch"]


async def test_a_character_that_runs_changes_too(client: Client) -> None:
    held = await client.get("/api/characters/vesper", headers=AS_YAML)
    text = held.raw.decode().replace("name: Vesper Quill", "name: Vesper Quillon", 1)
    assert (await put(client, "vesper", text, If_Match=held.headers["ETag"])).status == 200
    assert (await client.get("/api/agents/vesper")).json["name"] == "Vesper Quillon"


async def test_what_is_deleted_is_gone_and_its_sessions_go_on(client: Client, folder: Path) -> None:
    tag = await made(client, "leaving")
    session = await client.session_with("leaving")
    wrong = await client.request("DELETE", "/api/characters/leaving", headers={"If-Match": '"0000.json"'})
    assert_problem(wrong, 412, "changed")
    gone = await client.request("DELETE", "/api/characters/leaving", headers={"If-Match": tag})
    assert (gone.status, gone.raw) == (204, b"")
    assert not (folder / "leaving.yaml").exists()
    assert_problem(await client.get("/api/characters/leaving"), 404, "not_found")
    assert_problem(await client.request("DELETE", "/api/characters/leaving"), 404, "not_found")
    assert_problem(await client.post("/api/sessions", {"character": "leaving"}), 404, "not_found")
    assert (await client.say(session, "Still there?")).status == 200
    broken = (await client.get("/api/agents")).json["broken"]
    assert "leaving" not in [each["character"] for each in broken]
    assert (await put(client, "leaving")).status == 201


async def test_a_character_that_runs_cannot_be_deleted(client: Client, folder: Path) -> None:
    assert_problem(await client.request("DELETE", "/api/characters/vesper"), 409, "in_use")
    assert (folder / "vesper.yaml").exists()


async def test_the_list_has_every_file_page_by_page(client: Client, folder: Path) -> None:
    for number in range(5):
        await made(client, f"page-{number}")
    rows: list[dict[str, Any]] = []
    cursor = ""
    while True:
        page = (await client.get(f"/api/characters?limit=2{cursor}")).json
        rows += page["data"]
        if page["next_cursor"] is None:
            break
        assert len(page["data"]) == 2
        cursor = f"&cursor={page['next_cursor']}"
    assert [each["file"] for each in rows] == sorted(each.name for each in folder.glob("*.yaml"))
    by_slug = {each["slug"]: each for each in rows}
    assert by_slug["page-3"] == {
        "slug": "page-3",
        "file": "page-3.yaml",
        "name": "Ada Finch",
        "tags": ["clocks"],
        "greetings": 1,
        "running": False,
        "broken": False,
        "errors": [],
    }
    assert by_slug["vesper"]["running"]
    assert_problem(await client.get("/api/characters?cursor=x"), 422, "refused")
    assert_problem(await client.get("/api/characters?limit=0"), 422, "invalid_query")


async def test_a_broken_file_is_told_can_be_read_and_mended(client: Client, folder: Path) -> None:
    path = folder / "broken.yaml"
    path.write_text("name: Ada\ndescripton: x\n")
    long_ago = time.time() - 60
    os.utime(path, (long_ago, long_ago))
    (row,) = [each for each in (await client.get("/api/characters?limit=200")).json["data"] if each["broken"]]
    assert (row["slug"], row["name"]) == ("broken", None)
    assert (row["errors"][0]["file"], row["errors"][0]["line"], row["errors"][0]["column"]) == ("broken.yaml", 2, 1)
    told = await client.get("/api/characters/broken")
    assert_problem(told, 422, "invalid_file")
    assert str(folder) not in told.raw.decode()
    held = await client.get("/api/characters/broken", headers=AS_YAML)
    assert (held.status, held.raw) == (200, path.read_bytes())
    assert_problem(await put(client, "broken"), 428, "unconditional")
    assert (await put(client, "broken", If_Match=held.headers["ETag"])).status == 200
    assert (await client.get("/api/agents")).json["broken"] == []


async def test_a_file_of_ours_is_json_as_well(client: Client) -> None:
    told = (await client.get("/api/characters/wren")).json
    checked = await client.post(
        "/api/characters/validate", data=json.dumps(told), headers={"Content-Type": "application/json"}
    )
    assert checked.json == {"valid": True, "slug": "wren", "errors": []}


async def test_characters_may_be_called_as_the_urls_beside_them(client: Client) -> None:
    for slug in ("import", "validate"):
        await made(client, slug)
        assert (await client.get(f"/api/characters/{slug}")).json["slug"] == slug


async def test_the_only_character_cannot_be_deleted(tmp_path: Path) -> None:
    folder = tmp_path / "characters"
    folder.mkdir()
    (folder / "wren.yaml").write_text("name: Wren\n")
    runtime = RuntimeProcess(tmp_path / "data", f"characters_dir={folder}").start()
    try:
        async with client_of(runtime.url) as client:
            assert_problem(await client.request("DELETE", "/api/characters/wren"), 409, "in_use")
            await made(client, "second")
            assert (await client.request("DELETE", "/api/characters/wren")).status == 204
            assert_problem(await client.request("DELETE", "/api/characters/second"), 409, "in_use")
    finally:
        runtime.kill()
