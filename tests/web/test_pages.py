"""The pages: files of a fixed list under a strict policy, and the document for programs."""

import asyncio
import hashlib
import tomllib
from pathlib import Path

import pytest

from agent_runtime.web import pages
from tests.process.http import Client, assert_problem, raw
from tests.process.runtime import RuntimeProcess

STATIC = Path(pages.__file__).parent / "static"


async def test_the_page_shows_the_document_and_loads_nothing_from_elsewhere(client: Client) -> None:
    answer = await client.get("/docs")
    assert (answer.status, answer.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    policy = dict(part.strip().split(" ", 1) for part in answer.headers["Content-Security-Policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == "'self'"
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    assert b"://" not in answer.raw
    assert b"<style" not in answer.raw
    assert b"style=" not in answer.raw
    assert b"<script>" not in answer.raw
    assert b"validatorUrl: null" in (await client.get("/static/docs.js")).raw


@pytest.mark.parametrize("path", ["/openapi.json", "/docs", "/static/swagger-ui.css", "/static/swagger-ui-bundle.js"])
async def test_a_file_is_sent_again_only_when_it_has_changed(client: Client, path: str) -> None:
    first = await client.get(path)
    assert first.status == 200
    assert first.headers["X-Content-Type-Options"] == "nosniff"
    assert first.headers["Cache-Control"] == "no-cache"
    assert int(first.headers["Content-Length"]) == len(first.raw)
    etag = first.headers["ETag"]
    for known in (etag, f'"other", W/{etag}', "*"):
        again = await client.get(path, headers={"If-None-Match": known})
        assert (again.status, again.raw, again.headers["ETag"]) == (304, b"", etag)
    head = await client.request("HEAD", path)
    assert (head.status, head.headers["ETag"], head.raw) == (200, etag, b"")


async def test_the_document_is_made_once_however_many_ask_at_once() -> None:
    """It needs no key: made for each of them, a crowd would hold up everybody."""
    made: list[int] = []
    assets = pages.Assets({}, lambda: made.append(len(made)) or {"made": len(made)})  # type: ignore[func-returns-value]
    found = await asyncio.gather(*(assets.document() for _ in range(20)))
    assert {each.body for each in found} == {b'{"made":1}'}


@pytest.mark.parametrize(
    "header", [{"If-None-Match": "garbage"}, {"If-None-Match": '"'}, {"Range": "bytes=0-1"}, {"Range": "lots"}]
)
async def test_what_makes_no_sense_to_a_file_is_ignored(client: Client, header: dict[str, str]) -> None:
    answer = await client.get("/static/docs.js", headers=header)
    assert (answer.status, answer.raw) == (200, (STATIC / "docs.js").read_bytes())


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/static/docs.html", 404),
        ("/static/VENDOR.toml", 404),
        ("/static/..%2froutes.py", 404),
        ("/static/%2e%2e%2froutes.py", 404),
        ("/static/../routes.py", 404),
        ("/static/%2fetc%2fpasswd", 404),
        ("/static/docs.js%00", 400),
        ("/static/", 404),
        ("/static/docs.js/x", 404),
    ],
)
async def test_no_path_leads_out_of_the_list(runtime: RuntimeProcess, client: Client, path: str, status: int) -> None:
    host = runtime.url.removeprefix("http://")
    assert_problem(await raw(runtime.url, f"GET {path} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode()), status)
    assert (await client.get("/static/docs.js")).status == 200


def test_what_is_not_ours_is_as_it_was_published() -> None:
    vendored = tomllib.loads((STATIC / "VENDOR.toml").read_text())["package"]
    for package in vendored:
        assert {"name", "version", "licence", "files"} <= package.keys()
        for name, digest in package["files"].items():
            assert hashlib.sha256((STATIC / name).read_bytes()).hexdigest() == digest
    ours = {"VENDOR.toml", "docs.html", "docs.css", "docs.js"}
    named = {name for package in vendored for name in package["files"]}
    assert {path.name for path in STATIC.iterdir()} == ours | named
