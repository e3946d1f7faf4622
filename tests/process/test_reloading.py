"""Character files change while the runtime runs: new conversations follow, old ones keep whom they began with."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from tests.process.http import Client, assert_problem, client_of
from tests.process.model import Model, model_server
from tests.process.runtime import RuntimeProcess
from tests.waiting import asked_until

HOST = "name: {}\nslug: ada\nhosts: {{auctions: '*'}}\n"
WREN = "name: Wren\nsystem: You are the {} Wren.\n"


@pytest.fixture
def model() -> Iterator[Model]:
    with model_server() as model:
        yield model


@pytest.fixture
def characters(tmp_path: Path) -> Path:
    folder = tmp_path / "characters"
    folder.mkdir()
    (folder / "ada.yaml").write_text(HOST.format("Ada"))
    (folder / "wren.yaml").write_text(WREN.format("first"))
    return folder


@pytest.fixture
async def client(tmp_path: Path, characters: Path, model: Model) -> AsyncIterator[Client]:
    runtime = RuntimeProcess(tmp_path / "data", f"characters_dir={characters}", *model.settings()).start()
    try:
        async with client_of(runtime.url) as client, asyncio.timeout(60):
            yield client
    finally:
        runtime.kill()


async def persona(client: Client, model: Model, session: str) -> str:
    """What the model is told of the character when something is said in this session."""
    question = f"Who are you? {uuid4()}"
    assert (await client.say(session, question)).status == 200
    return str(model.prompt_for(question)[0]["content"])


async def test_a_new_conversation_is_with_the_changed_character_and_an_old_one_with_whom_it_began(
    client: Client, characters: Path, model: Model
) -> None:
    old = await client.session_with("wren")
    assert "the first Wren" in await persona(client, model, old)
    (characters / "wren.yaml").write_text(WREN.format("second"))

    async def met_anew() -> str:
        return await persona(client, model, await client.session_with("wren"))

    await asked_until(met_anew, lambda said: "the second Wren" in said)
    assert "the first Wren" in await persona(client, model, old)


async def test_a_running_agent_goes_on_as_it_was_while_its_file_is_broken_and_changes_when_it_is_mended(
    client: Client, characters: Path
) -> None:
    (characters / "ada.yaml").write_text("name: [")
    broken = (await asked_until(lambda: client.get("/api/agents"), lambda agents: agents.json["broken"])).json["broken"]
    assert [(each["file"], each["character"]) for each in broken] == [("ada.yaml", "ada")]
    assert (await client.get("/api/agents/ada")).json["name"] == "Ada"
    assert (await client.get("/readyz")).json["parts"]["characters"]["status"] == "degraded"
    (characters / "ada.yaml").write_text(HOST.format("Ada the Second"))
    await asked_until(lambda: client.get("/api/agents/ada"), lambda ada: ada.json["name"] == "Ada the Second")
    assert (await client.get("/api/agents")).json["broken"] == []


async def test_a_new_file_is_a_character_to_talk_to_and_a_removed_one_still_is(
    client: Client, characters: Path
) -> None:
    assert_problem(await client.post("/api/sessions", {"character": "new"}), 404, "not_found")
    (characters / "new.yaml").write_text("name: New\n")
    await asked_until(lambda: client.post("/api/sessions", {"character": "new"}), lambda answer: answer.status == 201)
    (characters / "new.yaml").unlink()
    broken = (await asked_until(lambda: client.get("/api/agents"), lambda agents: agents.json["broken"])).json["broken"]
    assert [(each["file"], each["character"]) for each in broken] == [("new.yaml", "new")]
    assert (await client.post("/api/sessions", {"character": "new"})).status == 201
