"""What the document says of every URL is what the runtime answers there, to the last field.

A new URL is a new row of ASKED: how to ask it for a good answer.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from agent_runtime.web.route import Route
from agent_runtime.web.routes import ROUTES
from tests.process.http import Answer, Client
from tests.process.lots import Lot
from tests.web.described import DOCUMENT, misdescribed
from tests.web.socketed import peer

SETTINGS = ("narration.speed=50",)


@dataclass(frozen=True)
class Asked:
    """A request: `path` with what House knows in braces, the path of the route by default."""

    path: str = ""
    body: Any = None
    within: str = ""  # the field of the answer, or what it holds, that must not be empty


_BROKEN = {"id": "dead-1", "type": "auction:start", "timestamp": 1, "source": "engine", "version": "9", "data": {}}
ASKED: Mapping[str, Asked] = {
    "GET /healthz": Asked(),
    "GET /readyz": Asked(within="parts"),
    "GET /metrics": Asked(),
    "GET /": Asked(),
    "GET /openapi.json": Asked(),
    "GET /docs": Asked(),
    "GET /static/{name}": Asked("/static/docs.js"),
    "GET /api/agents": Asked(within="data"),
    "GET /api/agents/{id}": Asked("/api/agents/vesper"),
    "POST /api/agents/{id}/pause": Asked("/api/agents/vesper/pause"),
    "POST /api/agents/{id}/resume": Asked("/api/agents/vesper/resume"),
    "POST /api/agents/{id}/mute": Asked("/api/agents/vesper/mute"),
    "POST /api/agents/{id}/unmute": Asked("/api/agents/vesper/unmute"),
    "POST /api/agents/{id}/say": Asked("/api/agents/vesper/say", {"content": "Five minutes."}),
    "GET /api/agents/{id}/memories": Asked("/api/agents/vesper/memories?limit=1", within="data"),
    "DELETE /api/agents/{id}/memories": Asked("/api/agents/vesper/memories"),
    "DELETE /api/agents/{id}/memories/{memory_id}": Asked("/api/agents/vesper/memories/{memory}"),
    "GET /api/characters": Asked(within="data"),
    "GET /api/characters/{slug}": Asked("/api/characters/wren"),
    "PUT /api/characters/{slug}": Asked("/api/characters/finch", {"name": "Ada Finch", "slug": "finch"}),
    "DELETE /api/characters/{slug}": Asked("/api/characters/casimir"),
    "GET /api/characters/{slug}/card.png": Asked("/api/characters/wren/card.png"),
    "GET /api/characters/{slug}/card": Asked("/api/characters/wren/card"),
    "POST /api/characters/validate": Asked(body={"name": "Ada", "sytem": "x"}, within="errors"),
    "POST /api/characters/import": Asked(body={"name": "Ada", "first_mes": "Well met."}, within="character"),
    "GET /api/auctions": Asked(within="data"),
    "GET /api/auctions/{id}": Asked("/api/auctions/{lot}"),
    "GET /api/auctions/{id}/bids": Asked("/api/auctions/{lot}/bids", within="data"),
    "POST /api/sessions": Asked(body={"character": "wren"}),
    "GET /api/sessions": Asked(within="data"),
    "GET /api/sessions/{id}": Asked("/api/sessions/{session}"),
    "DELETE /api/sessions/{id}": Asked("/api/sessions/{spare}"),
    "GET /api/sessions/{id}/messages": Asked("/api/sessions/{session}/messages", within="data"),
    "POST /api/sessions/{id}/messages": Asked("/api/sessions/{session}/messages", {"content": "And you?"}),
    "GET /api/sessions/{id}/character-file": Asked("/api/sessions/{session}/character-file", within="content"),
    "POST /api/sessions/{id}/character-file/export": Asked("/api/sessions/{session}/character-file/export"),
    "PUT /api/sessions/{id}/character-file": Asked("/api/sessions/{session}/character-file", {"follow": True}),
    "GET /api/sessions/{id}/export": Asked("/api/sessions/{session}/export?format=json"),
    "POST /api/sessions/{id}/preview": Asked("/api/sessions/{session}/preview", {"content": "And you?"}, "sections"),
    "GET /api/turns/{id}": Asked("/api/turns/{turn}", within="text"),
    "GET /api/turns/{id}/stream": Asked("/api/turns/{turn}/stream"),
    "POST /api/turns/{id}/stop": Asked("/api/turns/{turn}/stop"),
    "GET /api/turns/{id}/trace": Asked("/api/turns/{turn}/trace", within="sections"),
    "GET /api/messages/{id}": Asked("/api/messages/{message}", within="siblings"),
    "POST /api/messages/{id}/regenerate": Asked("/api/messages/{message}/regenerate", {"mode": "queue"}),
    "POST /api/messages/{id}/edit": Asked("/api/messages/{message}/edit", {"content": "Other words."}),
    "POST /api/messages/{id}/select": Asked("/api/messages/{message}/select"),
    "POST /api/events": Asked(body=_BROKEN),
    "GET /api/events": Asked(within="data"),
    "GET /api/events/stream": Asked(),
    "GET /api/ws": Asked(),
    "GET /v1/models": Asked(within="data"),
    "GET /v1/models/{id}": Asked("/v1/models/wren"),
    "POST /v1/chat/completions": Asked(body={"model": "wren", "messages": [{"role": "user", "content": "Hello!"}]}),
    "POST /v1/responses": Asked(body={"model": "wren", "input": "Hello!"}),
}
STREAMED = {
    "POST /api/sessions/{id}/messages": ["snapshot", "delta", "message", "done"],
    "GET /api/turns/{id}/stream": ["snapshot", "delta", "message", "done"],
    "POST /api/messages/{id}/regenerate": ["snapshot", "delta", "message", "done"],
    "GET /api/events/stream": ["snapshot"],
}


@pytest.fixture
async def known(client: Client) -> Mapping[str, str]:
    """What a URL may name, in a runtime where something has happened: a turn, a lot that was sold."""
    session, spare = await client.session_with("wren", user={"id": "ada"}), await client.session_with("wren")
    answer = await client.say(session, "Hello!")
    assert answer.status == 200
    lot = Lot()
    sent = [lot.start(), *lot.bid("ada", "120"), lot.winner("ada", "120"), lot.end("120")]
    assert (await client.post("/api/events", sent)).json["accepted"] == len(sent)
    memory = (await _first(client, "/api/agents/vesper/memories"))["id"]
    await _first(client, f"/api/auctions/{lot.id}/bids")
    return {"session": session, "spare": spare, "lot": lot.id, "memory": memory} | {
        "turn": answer.json["turn_id"],
        "message": answer.json["message"]["id"],
    }


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{route.method} {route.path}")
async def test_an_answer_is_as_the_document_describes_it(
    client: Client, known: Mapping[str, str], route: Route
) -> None:
    name = f"{route.method} {route.path}"
    assert name in ASKED, "say in ASKED how to ask for it"
    asked = ASKED[name]
    path = (asked.path or route.path).format(**known)
    if route.hears is not None:
        await _talks_as_described(client, path, DOCUMENT["paths"][route.path]["get"]["x-websocket"])
        return
    described = DOCUMENT["paths"][route.path][route.method.lower()]["responses"][str(route.status)]
    if name in STREAMED:
        await _streams_as_described(client, name, path, asked.body)
    if not route.streams or route.gives is not None:
        answer = await client.request(route.method, path, **({"json": asked.body} if asked.body else {}))
        assert answer.status == route.status, answer.raw
        _answers_as_described(answer, described.get("content", {}))
        assert not asked.within or answer.json[asked.within]


async def test_every_kind_of_row_of_a_list_is_as_described(client: Client, known: Mapping[str, str]) -> None:
    assert (await client.post("/api/events", _BROKEN)).json["dead"] == 1
    for path, query in {
        "/api/events": "?dead=true",
        "/api/agents/{id}/memories": "?q=sold",
        "/api/sessions": "?character=vesper",
    }.items():
        answer = await client.get(path.replace("{id}", "vesper") + query)
        assert answer.json["data"]
        _answers_as_described(answer, DOCUMENT["paths"][path]["get"]["responses"]["200"]["content"])


@pytest.mark.parametrize(
    ("value", "wrong"),
    [
        ({"turn_id": "1"}, ["/user_message: is not there", "/text: is not there"]),
        ({"turn_id": 1, "user_message": None, "text": "", "more": 1}, 3),
    ],
)
def test_what_is_not_as_described_is_found(value: object, wrong: object) -> None:
    found = misdescribed(value, {"$ref": "#/components/schemas/TurnSnapshot"})
    assert found == wrong or len(found) == wrong


def _answers_as_described(answer: Answer, content: Mapping[str, Any]) -> None:
    if not content:
        assert answer.raw == b""
        return
    media = answer.headers["Content-Type"].partition(";")[0]
    described = content.get(media) or content.get("*/*") or {}
    assert media in content or "*/*" in content
    if "schema" in described:
        assert misdescribed(answer.json, described["schema"]) == []


async def _streams_as_described(client: Client, name: str, path: str, body: Any) -> None:
    method, _, place = name.partition(" ")
    content = DOCUMENT["paths"][place][method.lower()]["responses"]["200"]["content"]
    events = {
        each["properties"]["event"].get("const"): each for each in content["text/event-stream"]["schema"]["oneOf"]
    }
    options = {"json": {**body, "stream": True}} if body else {}
    seen = []
    async with client.stream(method, path, **options) as stream:
        while len(seen) < len(STREAMED[name]) and (event := await stream.next()) is not None:
            if event.event not in seen:
                seen.append(event.event)
            described = events.get(event.event) or events[None]
            assert misdescribed(event.data, described["properties"]["data"]["contentSchema"]) == []
    assert seen == STREAMED[name]


async def _talks_as_described(client: Client, path: str, described: Mapping[str, Any]) -> None:
    sends = {each["properties"]["event"].get("const"): each for each in described["sends"]["oneOf"]}
    hears = [each["$ref"] for each in DOCUMENT["components"]["schemas"]["SocketAsk"]["oneOf"]]
    assert described["hears"]["$ref"].endswith("/SocketAsk")
    asks = [{"ask": "ping", "token": "a"}, {"ask": "filter", "agents": ["vesper"]}, {"ask": "snapshot"}]
    assert all(any(misdescribed(ask, {"$ref": ref}) == [] for ref in hears) for ask in asks)
    async with peer(client.url + path) as watcher:
        seen = [await watcher.next()]
        await client.post("/api/events", Lot().start())
        seen.append(await watcher.until("auction:start"))
        for ask in [*asks, {"ask": "what?"}]:
            await watcher.ask(**ask)
        while len({each["event"] for each in seen} & sends.keys()) < len(sends) - 1:
            seen.append(await watcher.next())
    for each in seen:
        assert misdescribed(each["data"], (sends.get(each["event"]) or sends[None])["properties"]["data"]) == []


async def _first(client: Client, path: str) -> dict[str, Any]:
    """The first row of a list, as soon as there is one."""
    async with asyncio.timeout(20):
        while not (rows := (await client.get(path)).json["data"]):
            await asyncio.sleep(0.02)
    return dict(rows[0])
