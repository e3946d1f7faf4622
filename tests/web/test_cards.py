"""Cards over HTTP: taken in whatever they are, once for a key, and given out for other programs."""

import asyncio
from io import BytesIO
from pathlib import Path

import pytest

from agent_runtime.characters.cards.reading import read_card
from tests.characters.cards.making import charx, png_card, raw_json, v2
from tests.characters.cards.test_bad_cards import BAD_FILES, BAD_JSON
from tests.characters.cards.wild import CARDS, ELIZA, TEXTGEN
from tests.process.http import Answer, Client, assert_problem, assert_works
from tests.waiting import asked_until

PNG, JSON, ZIP, YAML = "image/png", "application/json", "application/zip", "application/yaml"


async def sent(client: Client, raw: bytes, media: str = JSON, query: str = "", **headers: str) -> Answer:
    """Hand in a card."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return await client.post(
        f"/api/characters/import{query}", data=BytesIO(raw), headers={"Content-Type": media, **named}
    )


def card(name: str, **fields: object) -> bytes:
    return raw_json(v2(name=name, first_mes="Well met.", **fields))


FORMATS = {
    "a V2 card as JSON": (card("Json Two"), JSON, "v2", "json"),
    "a V2 card in a picture": (png_card(v2(name="Png Two")), PNG, "v2", "png"),
    "a V2 card as CHARX": (charx(v2(name="Zip Two")), ZIP, "v2", "charx"),
    "a V3 card": (raw_json(CARDS["v3"]), JSON, "v3", "json"),
    "an elizaOS file": (raw_json(ELIZA), JSON, "eliza", None),
    "a file of text-generation-webui": (TEXTGEN.encode(), YAML, "textgen", "yaml"),
    "a file of ours": (b"name: Our Own\n", YAML, "native", None),
}


@pytest.mark.parametrize("row", FORMATS)
async def test_a_card_becomes_a_character_one_can_talk_to_at_once(client: Client, folder: Path, row: str) -> None:
    raw, media, format, original = FORMATS[row]
    answer = await sent(client, raw, media)
    assert answer.status == 201, answer.raw
    slug = answer.json["character"]
    assert (answer.json["format"], answer.headers["Location"]) == (format, f"/api/characters/{slug}")
    assert (await client.get(f"/api/characters/{slug}")).json["name"] == read_card(raw, "card").character.name
    session = await client.session_with(slug)
    assert (await client.say(session, "Hello!")).status == 200
    kept = {each.name: each.read_bytes() for each in (folder / "cards").glob(f"{slug}.*")} if original else {}
    assert kept == ({f"{slug}.{original}": raw} if original else {})


async def test_another_of_the_same_name_gets_a_number_unless_it_is_to_replace_the_first(client: Client) -> None:
    slugs = [(await sent(client, card("Twin", personality=str(n)))).json["character"] for n in range(2)]
    assert slugs == ["twin", "twin-2"]
    again = await sent(client, card("Twin", personality="new"), query="?replace=true")
    assert again.json["character"] == "twin"
    assert (await client.get("/api/characters/twin")).json["personality"] == "new"
    third = await sent(client, card("Twin"))
    assert any("there is a 'twin' already: this one is 'twin-3'" in each for each in third.json["notes"])
    assert_problem(await sent(client, card("Twin"), query="?replace=maybe"), 422, "invalid_query")


async def test_ten_at_once_are_ten_characters(client: Client) -> None:
    answers = await asyncio.gather(*(sent(client, card("Many", personality=str(n))) for n in range(10)))
    assert {each.json["character"] for each in answers} == {"many", *(f"many-{n}" for n in range(2, 11))}


async def test_the_same_card_under_the_same_key_is_one_character(client: Client, folder: Path) -> None:
    answers = await asyncio.gather(*(sent(client, card("Keyed"), Idempotency_Key="k1") for _ in range(5)))
    assert {each.status for each in answers} == {201}
    assert {each.raw for each in answers} == {answers[0].raw}
    assert sorted(each.headers.get("Idempotent-Replayed", "") for each in answers) == ["", *["true"] * 4]
    assert [each.name for each in folder.glob("keyed*")] == ["keyed.yaml"]
    assert_problem(await sent(client, card("Other"), Idempotency_Key="k1"), 422, "key_reused")
    assert_problem(await sent(client, card("Keyed"), query="?replace=true", Idempotency_Key="k1"), 422, "key_reused")
    assert_problem(await sent(client, card("Keyed"), Idempotency_Key=" "), 400, "bad_key")
    assert [each.name for each in folder.glob("other*")] == []


async def test_what_was_claimed_and_never_made_is_made_when_it_is_asked_for_again(client: Client, folder: Path) -> None:
    first = await sent(client, card("Lost"), Idempotency_Key="lost")
    assert (await client.request("DELETE", "/api/characters/lost")).status == 204
    again = await sent(client, card("Lost"), Idempotency_Key="lost")
    assert (again.status, again.raw) == (201, first.raw)
    assert (folder / "lost.yaml").exists()


@pytest.mark.parametrize("row", {**BAD_FILES, **BAD_JSON})
async def test_what_is_no_card_is_refused_and_the_next_one_taken(client: Client, folder: Path, row: str) -> None:
    raw, message = {**BAD_FILES, **BAD_JSON}[row]
    before = sorted(folder.rglob("*"))
    answer = await sent(client, raw, PNG)
    if len(raw) > 8 * 1024 * 1024:
        assert_problem(answer, 413, "too_large")
    else:
        assert_problem(answer, 422, "invalid_file")
        fault = answer.json["errors"][0]
        assert answer.json["detail"].startswith(f"card.png:{fault['line']}:{fault['column']}: ")
        assert any(message in f"{each['detail']} {each['hint']}" for each in answer.json["errors"])
    assert sorted(folder.rglob("*")) == before
    await assert_works(client)


async def test_a_card_without_a_type_or_with_a_foreign_one_is_refused(client: Client) -> None:
    for media in ("text/plain", "multipart/form-data", "application/octet-stream"):
        assert_problem(await sent(client, card("Untyped"), media), 415, "wrong_type")
    assert_problem(await client.post("/api/characters/import"), 422, "invalid_file")


async def test_secrets_are_not_kept_nor_the_card_that_holds_them(client: Client, folder: Path) -> None:
    held = {**ELIZA, "name": "Teller", "settings": {"secrets": {"OPENAI_API_KEY": "sk-very-secret"}}}
    slug = (await sent(client, raw_json(held))).json["character"]
    texts = [each.read_text() for each in folder.rglob(f"{slug}*")]
    assert len(texts) == 1
    assert "sk-very-secret" not in texts[0]


async def test_a_character_is_a_card_for_other_programs(client: Client) -> None:
    ours = (await client.get("/api/characters/wren")).json
    picture = await client.get("/api/characters/wren/card.png")
    assert (picture.status, picture.headers["Content-Type"]) == (200, PNG)
    assert picture.headers["Content-Disposition"] == 'attachment; filename="wren.png"'
    for query, format in {"": "v3", "?format=json": "v3", "?format=eliza": "eliza", "?format=yaml": "native"}.items():
        answer = await client.get(f"/api/characters/wren/card{query}")
        read = read_card(answer.raw, "card")
        assert (answer.status, read.format, read.character.name) == (200, format, ours["name"])
    assert read_card(picture.raw, "card").character.greetings == tuple(ours["greetings"])
    assert (await client.get("/api/characters/wren/card?format=png")).raw == picture.raw
    assert_problem(await client.get("/api/characters/wren/card?format=gif"), 422, "invalid_query")
    assert_problem(await client.get("/api/characters/nobody/card"), 404, "not_found")
    assert_problem(await client.get("/api/characters/..%2fwren/card.png"), 404, "not_found")
    known = await client.get("/api/characters/wren/card.png", headers={"If-None-Match": picture.headers["ETag"]})
    assert (known.status, known.raw) == (304, b"")


async def test_a_card_goes_back_into_its_own_picture_which_leaves_with_it(client: Client, folder: Path) -> None:
    raw = png_card(v2(name="Pictured"))
    assert (await sent(client, raw, PNG)).json["character"] == "pictured"
    assert (folder / "cards" / "pictured.png").read_bytes() == raw
    again = await client.get("/api/characters/pictured/card.png")
    assert again.raw.count(b"IDAT") == 1
    assert again.raw[:60] == raw[:60]
    assert (await client.request("DELETE", "/api/characters/pictured")).status == 204
    assert not (folder / "cards" / "pictured.png").exists()


async def test_a_broken_file_is_no_card(client: Client, folder: Path) -> None:
    (folder / "half.yaml").write_text("name: [\n")
    answer = await asked_until(lambda: client.get("/api/characters/half/card"), lambda answer: answer.status != 404)
    assert_problem(answer, 422, "invalid_file")
    (folder / "half.yaml").unlink()
