"""A character made by talking, end to end: interviewed, exported, taken over by the running runtime and talked to."""

import json
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from agent_runtime.characters.loading import read_character
from tests.llm.fake_server import DONE, USAGE, Mode, chunk, fake_server, says
from tests.process.http import Client, StreamEvent, assert_problem, client_of
from tests.process.runtime import RuntimeProcess
from tests.web.described import misdescribed

ANSWERS = (
    "Her name is Mara Flint. She is a retired pirate who runs a bookshop by the harbour.",
    "Gruff but kind, curious, fiercely loyal.",
    "Short sentences, sea words; she calls everyone 'sailor'.",
    "Old maps, storms and tea.",
    "Ahoy there, sailor. Wipe your boots.\nCome in, the kettle is on.",
    "Q: Do you miss the sea?\nA: Every morning. Then the kettle whistles.",
    "the Gull: her old ship, sunk off Cape Wrath\nnever swears",
    "save it",
)
FIELDS = ("name", "description", "personality", "system", "greetings", "style", "topics", "examples", "traits", "mood")


@contextmanager
def running(folder: Path, *settings: str) -> Iterator[RuntimeProcess]:
    """A runtime with a folder of characters beside its data."""
    (folder / "characters").mkdir()
    (folder / "characters" / "wren.yaml").write_text("name: Wren\nhosts: {auctions: '*'}\n")
    runtime = RuntimeProcess(folder / "data", f"characters_dir={folder / 'characters'}", *settings)
    try:
        yield runtime.start()
    finally:
        runtime.kill()


@pytest.fixture(scope="module")
def guided(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RuntimeProcess]:
    with running(tmp_path_factory.mktemp("guided")) as runtime:
        yield runtime


@pytest.fixture
def characters(guided: RuntimeProcess) -> Path:
    return guided.folder.parent / "characters"


@pytest.fixture
async def client(guided: RuntimeProcess, characters: Path) -> AsyncIterator[Client]:
    """A client of a runtime in which nobody has been made yet."""
    async with client_of(guided.url) as client:
        for each in characters.glob("*.yaml"):
            if each.stem != "wren":
                assert (await client.request("DELETE", f"/api/characters/{each.stem}")).status == 204
        yield client


async def draft_of(client: Client, session: str) -> dict[str, Any]:
    answer = await client.get(f"/api/sessions/{session}/character-file")
    return dict(answer.json["content"])


async def test_an_interview_of_eight_turns_ends_with_a_character_that_is_talked_to(
    client: Client, characters: Path
) -> None:
    session = await client.session_with("author", greeting=0)
    assert await draft_of(client, session) == {}
    missing: list[int] = []
    for answer in ANSWERS:
        reply = await client.say(session, answer)
        assert reply.status == 200
        assert misdescribed(reply.json, {"$ref": "#/components/schemas/ReplyView"}) == []
        assert reply.json["draft"]["problems"] == []
        assert reply.json["draft"]["content"] == await draft_of(client, session)
        missing.append(len(reply.json["draft"]["missing"]))
    assert missing == sorted(missing, reverse=True)
    assert missing[-1] == 0
    assert "`mara-flint`" in reply.json["message"]["content"]
    made = read_character(characters / "mara-flint.yaml")
    assert all(made.model_dump(exclude_defaults=True).get(field) for field in FIELDS)
    assert made.extensions == {}
    other = await client.session_with("mara-flint", greeting=0)
    assert (await client.messages(other))[0]["content"] == "Ahoy there, sailor. Wipe your boots."
    told = await client.say(other, "Do you miss the sea?")
    assert told.json["message"]["content"] == "Every morning. Then the kettle whistles."
    assert "draft" not in told.json


async def test_a_draft_is_an_event_of_the_stream_with_a_number_and_comes_again_when_it_is_taken_up(
    client: Client,
) -> None:
    session = await client.session_with("author")
    body = {"content": ANSWERS[0], "stream": True}
    async with client.stream("POST", f"/api/sessions/{session}/messages", json=body) as stream:
        seen = await stream.all()
    assert [int(each.id) for each in seen] == list(range(len(seen)))
    [draft] = [each for each in seen if each.event == "draft"]
    assert draft.data["content"]["name"] == "Mara Flint"
    assert {"greetings", "topics"} <= set(draft.data["missing"])
    assert seen[-1].data["draft"] == draft.data
    turn = seen[0].data["turn_id"]
    assert await _taken_up(client, turn, "0") == seen[1:]
    assert await _taken_up(client, turn, draft.id) == seen[seen.index(draft) + 1 :]


async def test_a_draft_is_exported_when_it_is_asked_for_and_not_before_it_has_a_name(
    client: Client, characters: Path
) -> None:
    session = await client.session_with("author")
    url = f"/api/sessions/{session}/character-file/export"
    refused = await client.post(url)
    assert_problem(refused, 422, "incomplete")
    assert [each["pointer"] for each in refused.json["errors"]] == ["/name", "/description"]
    await client.say(session, ANSWERS[0])
    assert (await client.post(url)).json == {"slug": "mara-flint", "name": "Mara Flint"}
    assert (await client.post(url)).json == {"slug": "mara-flint", "name": "Mara Flint"}
    await client.say(session, "change the name to Mara Quill")
    assert (await client.post(url)).json == {"slug": "mara-flint", "name": "Mara Quill"}
    assert "`mara-flint`" in (await client.say(session, "save it")).json["message"]["content"]
    assert (await client.post(f"{url}?replace=true")).status == 201
    assert_problem(await client.post(f"{url}?replace=maybe"), 422, "invalid_query")
    assert {each.stem for each in characters.glob("*.yaml")} == {"wren", "mara-flint"}
    other = await client.session_with("author")
    await client.say(other, ANSWERS[0])
    assert (await client.post(f"/api/sessions/{other}/character-file/export")).json["slug"] == "mara-flint-2"
    await client.session_with("mara-flint")


async def test_a_turn_answered_again_has_the_draft_too(client: Client) -> None:
    session = await client.session_with("author")
    body, headers = {"content": ANSWERS[0]}, {"Idempotency-Key": "mara"}
    first = await client.post(f"/api/sessions/{session}/messages", body, headers=headers)
    again = await client.post(f"/api/sessions/{session}/messages", body, headers=headers)
    assert again.headers["Idempotent-Replayed"] == "true"
    assert again.json == first.json
    assert again.json["draft"]["content"]["name"] == "Mara Flint"


async def test_what_was_saved_is_saved_again_in_its_place(client: Client, characters: Path) -> None:
    session = await client.session_with("author")
    for answer in (ANSWERS[0], "save it", "change the greeting to Mind the step.", "save it"):
        reply = await client.say(session, answer)
    assert "`mara-flint`" in reply.json["message"]["content"]
    assert read_character(characters / "mara-flint.yaml").greetings == ("Mind the step.",)
    assert not (characters / "mara-flint-2.yaml").exists()


async def test_a_reply_made_again_answers_the_same_question(client: Client) -> None:
    session = await client.session_with("author")
    await client.say(session, ANSWERS[0])
    first = (await client.say(session, ANSWERS[1])).json
    again = (await client.post(f"/api/messages/{first['message']['id']}/regenerate")).json
    assert again["message"]["content"] == first["message"]["content"]
    assert again["draft"] == first["draft"]


async def test_the_author_s_own_character_is_not_what_its_session_keeps_or_follows(client: Client) -> None:
    session = await client.session_with("author")
    url = f"/api/sessions/{session}/character-file"
    assert_problem(await client.request("PUT", url, json={"follow": True}), 422, "refused")
    put = await client.request("PUT", url, json={"name": "Otto", "description": "A lighthouse keeper."})
    assert put.status == 200
    shown = (await client.say(session, "show me the draft")).json
    assert "Otto" in shown["message"]["content"]
    assert shown["draft"]["content"]["description"] == "A lighthouse keeper."


async def test_a_secret_is_in_no_draft_and_in_no_file(client: Client, characters: Path) -> None:
    session = await client.session_with("author")
    for answer in (ANSWERS[0], "gruff. My password is hunter2 and my key is sk-abcdefghijklmnop1234", "save it"):
        reply = await client.say(session, answer)
        assert "hunter2" not in json.dumps(reply.json["draft"])
    secret = {"name": "Mara", "description": "Her api_key: abc123def"}
    await client.request("PUT", f"/api/sessions/{session}/character-file", json=secret)
    assert (await client.post(f"/api/sessions/{session}/character-file/export")).status == 201
    written = "".join(each.read_text() for each in characters.glob("mara*.yaml"))
    assert not any(each in written for each in ("hunter2", "sk-abc", "abc123def"))


async def test_a_file_with_the_author_s_slug_is_a_character_like_any_other_until_it_is_gone(
    client: Client, characters: Path
) -> None:
    mine = {"name": "My Author", "slug": "author", "greetings": ["I write novels."]}
    assert (await client.request("PUT", "/api/characters/author", json=mine)).status == 201
    session = await client.session_with("author")
    assert (await draft_of(client, session))["name"] == "My Author"
    assert "draft" not in (await client.say(session, "Hello!")).json
    assert (await client.request("DELETE", "/api/characters/author")).status == 204
    assert await draft_of(client, await client.session_with("author")) == {}


async def test_with_a_model_that_writes_broken_json_first_it_ends_with_a_character_too(tmp_path: Path) -> None:
    otto = {"name": "Otto Brandt", "description": "He keeps the light at Skerry Point."}
    lovely = "A lighthouse, lovely. How does he talk, and whom does he miss?"
    async with fake_server() as fake:
        fake.play(
            wrote('Sure! {"reply": "Nice", "character": {"name": "Otto Brandt",'),
            wrote('{"reply": "Nice", "character": {"traits": {"openness": 7}}}'),
            wrote(json.dumps({"reply": lovely, "character": otto})),
            wrote(
                '```json {"reply": "Noted.", "character": {"greetings": "Mind the steps.", "topics": "fog, lamps",}}```'
            ),
        )
        settings = ("llm.provider=openai_compat", f"llm.base_url={fake.url}", "llm.model=tiny")
        with running(tmp_path, *settings) as runtime:
            async with client_of(runtime.url) as client:
                session = await client.session_with("author")
                first = (await client.say(session, "A lighthouse keeper called Otto Brandt")).json
                assert first["message"]["content"] == lovely
                assert first["draft"]["content"].items() >= otto.items()
                complaints = [each.json["messages"][-1]["content"] for each in fake.requests[1:3]]
                assert all("That cannot be used" in each for each in complaints)
                assert "/traits/openness" in complaints[1]
                second = (await client.say(session, "He says: mind the steps.")).json
                assert second["draft"]["content"]["topics"] == ["fog", "lamps"]
                saved = (await client.say(session, "save it")).json
                assert saved["draft"]["missing"] == []
                other = await client.session_with("otto-brandt", greeting=0)
                assert (await client.messages(other))[0]["content"] == "Mind the steps."
    assert len(fake.requests) == 4


def wrote(text: str) -> Mode:
    """A model's reply of this text."""
    return says(chunk(text), chunk(finish="stop"), USAGE, DONE)


async def _taken_up(client: Client, turn: str, after: str) -> list[StreamEvent]:
    headers = {"Last-Event-ID": after}
    async with client.stream("GET", f"/api/turns/{turn}/stream", headers=headers) as stream:
        return await stream.all()
