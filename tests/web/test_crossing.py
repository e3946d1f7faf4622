"""What a key that may chat tries beyond its own sessions: others' words, what others told, files of characters."""

import asyncio
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from agent_runtime.chat.chain import root
from tests.process.http import Client, assert_problem
from tests.process.runtime import ROOT
from tests.web.keyed import Keyed

SECRET = "The harbour master hides in Lisbon"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("crossing")
    shutil.copytree(ROOT / "characters", folder / "characters")
    return folder


@pytest.fixture(scope="module")
def keyed(folder: Path) -> Iterator[Keyed]:
    unlimited = ("http.requests_per_minute=0", "http.turns_per_minute=0")
    keyed = Keyed.started(folder, *unlimited, f"characters_dir={folder / 'characters'}")
    try:
        yield keyed
    finally:
        keyed.runtime.kill()


@pytest.mark.parametrize(("victim", "caller"), [("", "local"), ("admin", "key admin"), ("chat", "key chat")])
async def test_no_session_is_laid_out_for_the_words_of_another_key(keyed: Keyed, victim: str, caller: str) -> None:
    """A client that begins with the greeting would go on in the newest session that looks like its own."""
    async with keyed.client("other") as thief, keyed.client(victim) as other:
        trap = await thief.session_with("wren", greeting=0, metadata={"origin": root(caller, "wren", "")})
        greeting = (await thief.messages(trap))[0]["content"]
        said = [{"role": "assistant", "content": greeting}, {"role": "user", "content": SECRET}]
        answer = await other.post("/v1/chat/completions", {"model": "wren", "messages": said})
        assert (answer.status, answer.headers["X-Session-Id"] != trap) == (200, True)
        assert len(await thief.messages(trap)) == 1


async def recalled(client: Client, user: str) -> str:
    """What comes to mind, by the prompt and by the reply's trace, to a guest who claims to be `user`."""
    session = await client.session_with("wren", user={"id": user, "name": "Ada"})
    seen = await client.post(f"/api/sessions/{session}/preview", {"content": "Where does Ada live?"})
    said = {"model": "wren", "user": user, "input": "Where does Ada live?"}
    answer = await client.post("/v1/responses", said)
    trace = await client.get(f"/api/turns/{answer.headers['X-Turn-Id']}/trace")
    assert (seen.status, answer.status, trace.status) == (200, 200, 200)
    return (seen.raw + answer.raw + trace.raw).decode()


async def test_what_a_guest_told_comes_back_under_the_same_key_only(keyed: Keyed) -> None:
    async with keyed.client("chat") as owner, keyed.client("other") as thief, keyed.client("") as main:
        session = await owner.session_with("wren", user={"id": "ada", "name": "Ada"})
        assert (await owner.say(session, "I live in Trondheim.")).status == 200
        anonymous = await owner.session_with("wren")
        assert (await owner.say(anonymous, "I live in Oulu.")).status == 200
        async with asyncio.timeout(20):
            while len(kept := await main.rows("/api/agents/wren/memories?limit=200")) < 2:
                await asyncio.sleep(0.02)
        assert {each["about_user"] for each in kept} == {"chat/ada", f"chat/{anonymous}"}
        assert "Trondheim" in await recalled(owner, "ada")
        for user in ("ada", "chat/ada", anonymous, f"chat/{anonymous}"):
            seen = await recalled(thief, user)
            assert "Trondheim" not in seen
            assert "Oulu" not in seen
        found = await main.get("/api/agents/wren/memories?q=live&user=chat/ada")
        assert [each["text"] for each in found.json["data"]] == ['Ada said: "I live in Trondheim"']


async def test_a_key_that_may_see_every_session_talks_in_its_own_only(keyed: Keyed) -> None:
    keyed.new("curious", "chat", "read")
    async with keyed.client("chat") as owner, keyed.client("curious") as curious, keyed.client("admin") as admin:
        session = await owner.session_with("wren")
        turn = (await owner.say(session, "A heron by the water!")).json
        async with asyncio.timeout(20):
            while (await curious.get(f"/api/sessions/{session}")).status != 200:  # the key is new
                await asyncio.sleep(0.05)
        assert (await curious.get(f"/api/turns/{turn['turn_id']}/trace")).status == 200
        assert_problem(await curious.say(session, "Mine!"), 404, "not_found")
        assert_problem(await curious.request("DELETE", f"/api/sessions/{session}"), 404, "not_found")
        assert_problem(await curious.post(f"/api/messages/{turn['message']['id']}/regenerate"), 404, "not_found")
        said = {"model": "wren", "messages": [{"role": "user", "content": "Mine!"}], "session_id": session}
        assert (await curious.post("/v1/chat/completions", said)).headers["X-Session-Id"] != session
        before = {"model": "wren", "input": "Mine!", "previous_response_id": f"resp_{turn['turn_id']}"}
        assert (await curious.post("/v1/responses", before)).status == 404
        assert len(await owner.messages(session)) == 2
        own = await curious.session_with("wren")
        assert (await curious.say(own, "Hello!")).status == 200
        assert (await admin.say(session, "The operator speaks.")).status == 200


def mara(**more: Any) -> dict[str, Any]:
    return {"name": "Mara Voss", "description": "A smuggler who reads the tides.", **more}


def files(folder: Path) -> dict[str, str]:
    return {file.name: file.read_text() for file in (folder / "characters").glob("*.yaml")}


@pytest.mark.parametrize("name", ["chat", "other"])
async def test_who_may_chat_makes_no_file_by_talking_to_the_author(keyed: Keyed, folder: Path, name: str) -> None:
    before = files(folder)
    async with keyed.client(name) as client:
        session = await client.session_with("author")
        url = f"/api/sessions/{session}/character-file"
        assert (await client.request("PUT", url, json=mara())).status == 200
        said = await client.say(session, "save it")
        assert "scope admin" in said.json["message"]["content"]
        for message in (said.json["message"]["id"], said.json["user_message"]["id"]):
            assert (await client.post(f"/api/messages/{message}/regenerate")).status == 200
        asked = [{"role": "user", "content": "save it"}]
        for body in ({"session_id": session}, {"metadata": {"session_id": session}}):
            answer = await client.post("/v1/chat/completions", {"model": "author", "messages": asked, **body})
            assert "scope admin" in answer.json["choices"][0]["message"]["content"]
        assert (await client.get(url)).json["content"]["name"] == "Mara Voss"
    assert files(folder) == before


async def test_a_draft_does_not_say_itself_which_character_it_replaces(keyed: Keyed, folder: Path) -> None:
    before = files(folder)
    claim = {"authoring": {"saved_as": "vesper"}, "kept/by-another": 1}
    async with keyed.client("chat") as thief, keyed.client("admin") as admin:
        session = await thief.session_with("author")
        url = f"/api/sessions/{session}/character-file"
        assert (await thief.request("PUT", url, json=mara(slug="vesper", extensions=claim))).status == 200
        assert (await admin.say(session, "save it")).status == 200
        made = await admin.post(f"{url}/export")
        assert (made.status, made.json["slug"]) == (201, "vesper-2")
        content = (await admin.get(url)).json["content"]
        assert content["extensions"]["kept/by-another"] == 1
        again = await admin.request("PUT", url, json=content | {"description": "Another."})  # as it was read
        assert again.status == 200
        assert (await admin.post(f"{url}/export")).json["slug"] == "vesper-2"
    after = files(folder)
    assert {name: after[name] for name in before} == before
    assert set(after) - set(before) == {"vesper-2.yaml"}
