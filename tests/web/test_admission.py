"""Who is let in: keys, their scopes, whose a session is, and what a key that is none hears."""

import asyncio
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import aiohttp
import pytest
from pydantic_core import from_json

from agent_runtime.web.access import ANYONE
from agent_runtime.web.keys import SCOPES
from agent_runtime.web.openai.errors import is_openai
from agent_runtime.web.route import Route
from agent_runtime.web.routes import ROUTES
from tests.process.http import Answer, Client, assert_problem, assert_works, raw
from tests.process.lots import Lot
from tests.web.keyed import MAIN, Keyed

ORIGIN = "https://chat.example.org"
CLOSED = [route for route in ROUTES if route.to != ANYONE]


@pytest.fixture(scope="module")
def keyed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Keyed]:
    unlimited = ("http.requests_per_minute=0", "http.turns_per_minute=0", f"http.cors_origins={ORIGIN}")
    keyed = Keyed.started(tmp_path_factory.mktemp("keyed"), *unlimited)
    try:
        yield keyed
    finally:
        keyed.runtime.kill()


def named(route: Route) -> str:
    return f"{route.method} {route.path}"


def somewhere(path: str) -> str:
    """The URL of what is not there."""
    return path.replace("{id}", "nowhere").replace("{slug}", "nobody").replace("{memory_id}", "none")


def assert_refused(answer: Answer, path: str, status: int, code: str) -> None:
    if is_openai(path):
        assert answer.status == status
        assert answer.json["error"]["code"] == {"unauthorised": "invalid_api_key"}.get(code, code)
    else:
        assert_problem(answer, status, code)
    assert ("WWW-Authenticate" in answer.headers) == (status == 401)


@pytest.mark.parametrize("route", ROUTES, ids=named)
def test_every_url_says_which_scope_opens_it(route: Route) -> None:
    assert route.to, "say `to=`: see access.py"
    assert set(route.to) <= {*SCOPES} or route.to == ANYONE
    if route.method == "GET":
        assert {"read", "anyone"} & set(route.to), "who may read everything may read this"


async def test_every_url_is_refused_without_a_key_and_without_its_scope(keyed: Keyed) -> None:
    async with keyed.client() as nobody:
        for route in CLOSED:
            answer = await nobody.request(route.method, somewhere(route.path))
            assert_refused(answer, route.path, 401, "unauthorised")
            assert answer.headers["WWW-Authenticate"] == "Bearer"
    for scope in SCOPES:
        async with keyed.client(scope) as client:
            for route in CLOSED:
                if route.streams and scope in {*route.to, "admin"}:
                    continue  # it would not end
                answer = await client.request(route.method, somewhere(route.path))
                if scope in {*route.to, "admin"}:
                    assert answer.status not in {401, 403}, f"{scope}: {named(route)}"
                else:
                    assert_refused(answer, route.path, 403, "forbidden")
                    assert route.to[0] in answer.raw.decode()


async def test_what_everybody_may_see_needs_no_key_and_minds_none(keyed: Keyed) -> None:
    for headers in ({}, {"Authorization": "Bearer wrong"}):
        async with keyed.client() as nobody:
            for path in ("/healthz", "/openapi.json", "/docs", "/static/docs.js"):
                assert (await nobody.get(path, headers=headers)).status == 200
            assert (await nobody.get("/", headers=headers)).headers["Location"] == "/docs"
            answer = await nobody.get("/readyz", headers=headers)
            assert answer.json == {"status": answer.json["status"], "parts": {}}
    async with keyed.client("overlay") as known:
        assert "store" in (await known.get("/readyz")).json["parts"]


@pytest.mark.parametrize(
    "header",
    ["", "Authorization: Bearer ", "Authorization: Bearer", "Authorization: bearer x", "Authorization: Basic eDp5",
     f"Authorization: {MAIN}", f"Authorization: Token {MAIN}", f"Authorization: Bearer {MAIN}x",
     f"Authorization: Bearer {MAIN}, Bearer {MAIN}", f"Authorization: Bearer {MAIN}\r\nAuthorization: Bearer {MAIN}",
     "Authorization: Bearer " + "x" * 8000, "Authorization: Bearer schlüssel", "Authorization: Bearer \xff\xfe",
     f"X-Api-Key: {MAIN}", f"Proxy-Authorization: Bearer {MAIN}", f"Cookie: Authorization=Bearer {MAIN}"],
)  # fmt: skip
async def test_what_is_no_key_is_401_and_the_next_request_works(keyed: Keyed, header: str) -> None:
    url = keyed.runtime.url
    head = f"GET /api/agents?api_key={MAIN}&token={MAIN} HTTP/1.1\r\nHost: {url.partition('//')[2]}\r\n{header}"
    answer = await raw(url, head.rstrip("\r\n").encode("latin-1") + b"\r\n\r\n")
    assert (answer.status, answer.json["code"]) in {(401, "unauthorised"), (429, "too_many")}
    assert MAIN not in answer.raw.decode()
    async with keyed.client("chat") as client:
        await assert_works(client)


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
async def test_the_name_of_the_scheme_is_written_as_one_likes(keyed: Keyed, scheme: str) -> None:
    async with keyed.client() as client:
        answer = await client.get("/api/agents", headers={"Authorization": f"{scheme}  {keyed.keys['chat']}"})
        assert answer.status == 200


async def test_a_url_that_is_none_says_so_only_to_who_may_come_in(keyed: Keyed) -> None:
    async with keyed.client() as nobody, keyed.client("overlay") as known:
        assert_problem(await nobody.get("/api/nothing"), 401, "unauthorised")
        assert_problem(await known.get("/api/nothing"), 404, "no_such_url")
        assert_problem(await known.request("PATCH", "/api/agents"), 405, "method_not_allowed")


async def everything_of(client: Client) -> dict[str, Any]:
    """A session with a turn in it, of one who may chat."""
    session = await client.session_with("wren")
    said = (await client.say(session, "A heron by the water!")).json
    return {"session": session, "turn": said["turn_id"], "message": said["message"]["id"]}


@pytest.mark.parametrize("route", [each for each in CLOSED if "{id}" in each.path and "chat" in each.to], ids=named)
async def test_what_is_of_another_key_is_not_there(keyed: Keyed, route: Route) -> None:
    kind = route.path.split("/")[2].removesuffix("s")
    if kind not in {"session", "turn", "message"}:
        return  # agents and models are everybody's
    async with keyed.client("chat") as owner, keyed.client("other") as stranger:
        mine = (await everything_of(owner))[kind]
        bodies = {"content": "Mine!"} if "messages" in route.path or "preview" in route.path else None
        seen = await stranger.request(route.method, route.path.replace("{id}", mine), json=bodies)
        fresh = str(uuid4())
        missing = await stranger.request(route.method, route.path.replace("{id}", fresh), json=bodies)
        assert_problem(seen, 404, "not_found")
        assert seen.json | {"request_id": ""} == from_json(missing.raw.replace(fresh.encode(), mine.encode())) | {
            "request_id": ""
        }
        assert (await owner.get(f"/api/{kind}s/{mine}")).status == 200


async def test_lists_and_searches_hold_what_is_ones_own(keyed: Keyed) -> None:
    async with keyed.client("chat") as owner, keyed.client("other") as stranger:
        mine = (await everything_of(owner))["session"]
        theirs = (await everything_of(stranger))["session"]
        for path in ("/api/sessions?limit=200", "/api/sessions?q=heron&limit=200"):
            seen = {each["id"] for each in (await stranger.get(path)).json["data"]}
            assert theirs in seen and mine not in seen
            found = {each["id"] for each in (await owner.get(path)).json["data"]}
            assert mine in found and theirs not in found
            for name in ("read", "admin", ""):
                async with keyed.client(name) as everybody:
                    assert {mine, theirs} <= {each["id"] for each in (await everybody.get(path)).json["data"]}
        first = (await stranger.get("/api/sessions?q=heron&limit=1")).json
        assert [each["id"] for each in first["data"]] == [theirs]
        async with keyed.client("read") as reader:
            assert (await reader.get(f"/api/sessions/{mine}/messages")).status == 200


async def test_an_agents_own_session_is_the_operators(keyed: Keyed) -> None:
    async with keyed.client("chat") as client, keyed.client("read") as reader:
        session = (await client.get("/api/agents/vesper")).json["session_id"]
        assert_problem(await client.get(f"/api/sessions/{session}/messages"), 404, "not_found")
        assert (await reader.get(f"/api/sessions/{session}/messages")).status == 200


async def test_the_same_idempotency_key_of_two_callers_is_two(keyed: Keyed) -> None:
    body, headers = {"character": "wren"}, {"Idempotency-Key": str(uuid4())}
    made = []
    for name in ("chat", "admin", "chat", ""):
        async with keyed.client(name) as client:
            made.append((await client.post("/api/sessions", body, headers=headers)).json["id"])
    assert made[0] == made[2]
    assert len(set(made)) == 3


def completion(*said: str, **more: Any) -> dict[str, Any]:
    roles = ("user", "assistant")
    messages = [{"role": roles[place % 2], "content": text} for place, text in enumerate(said)]
    return {"model": "wren", "messages": messages, **more}


async def test_clients_of_openai_keep_to_their_own_sessions(keyed: Keyed) -> None:
    async with keyed.client("chat") as owner, keyed.client("admin") as other:
        opening = f"Hello from the pier! {uuid4()}"
        first = await owner.post("/v1/chat/completions", completion(opening))
        session, reply = first.headers["X-Session-Id"], first.json["choices"][0]["message"]["content"]
        again = await other.post("/v1/chat/completions", completion(opening, reply, "And then?"))
        assert again.headers["X-Session-Id"] != session
        more = await owner.post("/v1/chat/completions", completion(opening, reply, "And then?"))
        assert more.headers["X-Session-Id"] == session
    async with keyed.client("other") as stranger:
        named_by = {"X-Session-Id": session}
        taken = await stranger.post("/v1/chat/completions", completion("I am somebody else."), headers=named_by)
        assert taken.status == 200
        assert taken.headers["X-Session-Id"] != session
        before = {"model": "wren", "input": "Go on.", "previous_response_id": f"resp_{first.headers['X-Turn-Id']}"}
        assert (await stranger.post("/v1/responses", before)).status == 404
    async with keyed.client("chat") as owner:
        assert (await owner.post("/v1/responses", before)).status == 200
        kept = (await owner.get(f"/api/sessions/{session}/messages?every=true")).json["data"]
        assert [each["content"] for each in kept if each["role"] == "user"] == [opening, "And then?", "Go on."]


async def test_a_revoked_key_opens_nothing_and_its_streams_end(keyed: Keyed) -> None:
    name = f"brief-{uuid4().hex[:12]}"
    keyed.new(name, "read")
    async with keyed.client(name) as client, keyed.client("read") as other:
        async with asyncio.timeout(10):
            while (await client.get("/api/agents")).status in {401, 429}:
                await asyncio.sleep(0.05)
        async with (
            client.stream("GET", "/api/events/stream") as ending,
            other.stream("GET", "/api/events/stream") as staying,
        ):
            await ending.until("snapshot")
            await staying.until("snapshot")
            keyed.file.remove(name)
            with pytest.raises(aiohttp.ClientError):
                await ending.until("never")
            assert (await client.get("/api/agents")).status in {401, 429}
            async with keyed.client("operate") as operator:
                assert (await operator.post("/api/events", Lot().start())).json["accepted"] == 1
            await staying.until("auction:start")


async def test_pages_of_a_configured_site_may_ask_and_no_other(keyed: Keyed) -> None:
    asks = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization,content-type"}
    async with keyed.client() as page, keyed.client("chat") as client:
        for path in ("/v1/chat/completions", "/api/sessions"):
            answer = await page.request("OPTIONS", path, headers={"Origin": ORIGIN, **asks})
            assert (answer.status, answer.raw) == (204, b"")
            assert answer.headers["Access-Control-Allow-Origin"] == ORIGIN
            assert "POST" in answer.headers["Access-Control-Allow-Methods"]
            assert answer.headers["Access-Control-Allow-Headers"] == "authorization,content-type"
            answer = await page.request("OPTIONS", path, headers={"Origin": "https://x.example", **asks})
            assert (answer.status, "foreign_origin" in answer.raw.decode()) == (403, True)
        for each, status in ((client, 200), (page, 401)):
            answer = await each.get("/api/sessions", headers={"Origin": ORIGIN})
            assert answer.status == status
            assert answer.headers["Access-Control-Allow-Origin"] == ORIGIN
            assert "X-Request-Id" in answer.headers["Access-Control-Expose-Headers"]
            assert "Access-Control-Allow-Credentials" not in answer.headers
        session = await client.session_with("wren")
        body = {"content": "Hello!", "stream": True}
        path = f"/api/sessions/{session}/messages"
        async with client.stream("POST", path, json=body, headers={"Origin": ORIGIN}) as stream:
            assert stream.response.headers["Access-Control-Allow-Origin"] == ORIGIN
            await stream.until("done")
        answer = await client.get("/api/sessions")
        assert "Access-Control-Allow-Origin" not in answer.headers
        assert answer.headers["Vary"] == "Origin"


async def test_no_key_is_ever_told(keyed: Keyed) -> None:
    """The last test of the file: whatever was refused before it, no key is in the log, nor in anything kept."""
    async with keyed.client("admin") as client:
        for path in ("/api/agents/x", "/api/sessions?cursor=x", "/metrics", "/openapi.json", "/readyz", "/docs"):
            answer = await client.get(path)
            told = answer.raw.decode() + str(dict(answer.headers))
            assert not any(key in told for key in keyed.keys.values())
    kept = [path.read_bytes() for path in keyed.runtime.folder.rglob("*") if path.is_file()]
    for key in keyed.keys.values():
        assert key not in keyed.runtime.log
        assert not any(key.encode() in content for content in kept)
