"""What is no character file is refused over HTTP at its line and column, and a good one is taken after it."""

from pathlib import Path

import pytest

from tests.core.test_strict_yaml import BAD
from tests.process.http import Client, assert_problem, assert_works
from tests.web.character_files import FINCH, YAML, put


@pytest.mark.parametrize(
    "slug", ["..%2f..%2fetc%2fpasswd", "%2e%2e%2fwren", "Vinny", "a--b", "a" * 65, "CON", "a.yaml", "ä"]
)
@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
async def test_what_is_no_slug_leads_nowhere(client: Client, folder: Path, method: str, slug: str) -> None:
    before = sorted(folder.parent.rglob("*.yaml"))
    options = {"data": FINCH.format("x"), "headers": YAML} if method == "PUT" else {}
    answer = await client.request(method, f"/api/characters/{slug}", **options)
    assert_problem(answer, 404)
    assert sorted(folder.parent.rglob("*.yaml")) == before


async def test_the_slug_of_the_file_is_that_of_the_url(client: Client, folder: Path) -> None:
    answer = await put(client, "one", FINCH.format("another"))
    assert_problem(answer, 422, "invalid_body")
    assert answer.json["errors"][0]["pointer"] == "/slug"
    assert not (folder / "one.yaml").exists()


NAMELESS = {
    "an unknown key": ("name: a\nslug: bad\nsytem: b\n", 3, 1, "/sytem"),
    "a number for a name": ("slug: bad\nname: 5\n", 2, 7, "/name"),
    "a phrase with a figure": (
        "name: a\nslug: bad\nphrases:\n  bid: {long: ['{amount} with {bidder} 5']}\n",
        4,
        None,
        None,
    ),
    "no name": ("slug: bad\n", 1, None, None),
}


@pytest.mark.parametrize("row", NAMELESS)
async def test_what_is_no_character_is_refused_at_its_line_and_column(client: Client, row: str) -> None:
    text, line, column, pointer = NAMELESS[row]
    answer = await put(client, "bad", text)
    assert_problem(answer, 422, "invalid_file")
    fault = answer.json["errors"][0]
    assert (fault["file"], fault["line"]) == ("bad.yaml", line)
    assert column is None or (fault["column"], fault["pointer"]) == (column, pointer)
    assert answer.json["detail"].startswith(f"bad.yaml:{line}:{fault['column']}: ")
    await _is_good(client)


@pytest.mark.parametrize("row", BAD)
async def test_bad_yaml_is_refused_at_its_line_and_column_and_a_good_one_then_taken(client: Client, row: str) -> None:
    text, line, column, _message = BAD[row]
    raw = text if isinstance(text, bytes) else text.encode(errors="surrogatepass")
    answer = await put(client, "bad", raw)
    if len(raw) > 256 * 1024:
        assert_problem(answer, 413, "too_large")
    else:
        assert_problem(answer, 422, "invalid_file")
        assert (answer.json["errors"][0]["line"], answer.json["errors"][0]["column"]) == (line, column)
    await _is_good(client)


JSON = {
    "nothing": (b"", 1, 1, ""),
    "cut off": (b'{"name": "a",\n "slug"', 2, 8, ""),
    "a list": (b"[]", 1, 1, ""),
    "an unknown key": (b'{"name": "a",\n\t"nmae": "b"}', 2, 2, "/nmae"),
    "a fault far within": (
        b'{"name": "a", "lore": {"entries": [\n  {"keys": ["x"], "text": 5}]}}',
        2,
        27,
        "/lore/entries/0/text",
    ),
    "a key twice": (b'{"name": "a", "name": "b"}', 1, 1, ""),
    "NaN": (b'{"name": NaN}', 1, 1, ""),
    "1e400": (b'{"name": 1e400}', 1, 1, ""),
    "brackets without end": (b"[" * 30_000, 1, 1, ""),
    "half a character": (b'{"name": "\\ud800"}', 1, 1, ""),
    "UTF-16": ('{"name": "a"}'.encode("utf-16"), 1, 1, ""),
}


@pytest.mark.parametrize("row", JSON)
async def test_bad_json_is_refused_at_its_line_and_column(client: Client, row: str) -> None:
    raw, line, column, pointer = JSON[row]
    headers = {"Content-Type": "application/json"}
    answer = await client.request("PUT", "/api/characters/bad", data=raw, headers=headers)
    assert_problem(answer, 422, "invalid_file")
    fault = answer.json["errors"][0]
    assert (fault["line"], fault["column"], fault["pointer"]) == (line, column, pointer)
    await _is_good(client)


@pytest.mark.parametrize(
    ("media", "code"),
    [
        ("text/plain", "wrong_type"),
        ("application/x-www-form-urlencoded", "wrong_type"),
        ("image/png", "wrong_type"),
        ("application/yaml; charset=utf-16", "not_utf8"),
    ],
)
async def test_only_json_and_yaml_are_read(client: Client, media: str, code: str) -> None:
    answer = await client.request(
        "PUT", "/api/characters/bad", data=FINCH.format("bad").encode(), headers={"Content-Type": media}
    )
    assert_problem(answer, 415, code)
    yaml_elsewhere = await client.request("POST", "/api/sessions", data=b"character: wren", headers=YAML)
    assert_problem(yaml_elsewhere, 415, "not_json")


async def test_what_is_too_large_is_not_read(client: Client) -> None:
    assert_problem(await put(client, "bad", FINCH.format("bad") + "#" * 256 * 1024), 413, "too_large")
    large = {"name": "L", "slug": "bad", "description": '"\n' * 45_000, "notes": "\n " * 45_000}
    assert_problem(await client.request("PUT", "/api/characters/bad", json=large), 413, "too_large")
    await _is_good(client)


async def test_a_character_is_checked_without_being_kept(client: Client, folder: Path) -> None:
    good = await client.post("/api/characters/validate", data=FINCH.format("checked"), headers=YAML)
    assert good.json == {"valid": True, "slug": "checked", "errors": []}
    bad = await client.post("/api/characters/validate", {"name": "A", "sytem": "x"})
    assert (bad.status, bad.json["valid"], bad.json["slug"]) == (200, False, None)
    (fault,) = bad.json["errors"]
    assert fault == {
        "pointer": "/sytem",
        "detail": "unknown key 'sytem'",
        "file": "character.json",
        "line": 1,
        "column": fault["column"],
        "hint": "did you mean 'system'?",
    }
    assert not (folder / "checked.yaml").exists()
    assert not (await client.post("/api/characters/validate", data=b"", headers=YAML)).json["valid"]


async def _is_good(client: Client) -> None:
    assert (await put(client, "good", If_Match="*")).status in {200, 412}
    assert (await put(client, "good", If_None_Match="*")).status in {201, 412}
    await assert_works(client)
