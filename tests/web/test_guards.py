"""What a browser on another site, or a broken client, may not do; and an id on every answer."""

import asyncio

import pytest

from tests.process.http import Answer, Client, assert_problem, assert_works, raw
from tests.process.lots import Lot
from tests.process.runtime import RuntimeProcess


async def sent(runtime: RuntimeProcess, line: str, *headers: str, body: bytes = b"") -> Answer:
    """Send a request with exactly these headers."""
    return await raw(runtime.url, "\r\n".join((line, *headers, "", "")).encode("latin-1") + body)


def host_of(runtime: RuntimeProcess) -> str:
    return runtime.url.removeprefix("http://")


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost", "LocalHost", "[::1]"])
async def test_our_own_names_are_answered(runtime: RuntimeProcess, name: str) -> None:
    port = host_of(runtime).split(":")[1]
    assert (await sent(runtime, "GET /healthz HTTP/1.1", f"Host: {name}:{port}")).status == 200


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:{}", "localhost.evil.example:{}", "127.0.0.1.nip.io:{}", "localhost:99999",
             "localhost", "localhost.:{}", "127.0.0.2:{}", "0.0.0.0:{}", " "],
)  # fmt: skip
async def test_foreign_names_are_not(runtime: RuntimeProcess, client: Client, host: str) -> None:
    port = host_of(runtime).split(":")[1]
    assert_problem(await sent(runtime, "GET /healthz HTTP/1.1", f"Host: {host.format(port)}"), 421, "wrong_host")
    await assert_works(client)


@pytest.mark.parametrize("scheme", ["http", "HTTP", "https"])
async def test_a_foreign_name_in_the_request_line_is_not_either(runtime: RuntimeProcess, scheme: str) -> None:
    answer = await sent(runtime, f"GET {scheme}://evil.example/healthz HTTP/1.1", f"Host: {host_of(runtime)}")
    assert_problem(answer, 421, "wrong_host")


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1", "file://", "x"])
async def test_other_sites_are_refused_whatever_they_send(runtime: RuntimeProcess, client: Client, origin: str) -> None:
    for method in ("GET", "POST", "OPTIONS"):
        answer = await client.request(method, "/api/sessions", headers={"Origin": origin}, json={"character": "wren"})
        assert_problem(answer, 403, "foreign_origin")
        assert not [name for name in answer.headers if name.lower().startswith("access-control-")]
    ours = await client.get("/api/sessions", headers={"Origin": runtime.url})
    assert ours.status == 200


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
async def test_what_a_page_of_another_site_loads_is_refused_and_its_links_work(client: Client, site: str) -> None:
    """`fetch` with `no-cors`, or a picture, comes without an Origin; enough of them would take every stream."""
    for path in ("/api/events/stream", "/api/agents", "/healthz"):
        answer = await client.get(path, headers={"Sec-Fetch-Site": site, "Sec-Fetch-Mode": "no-cors"})
        assert_problem(answer, 403, "foreign_origin")
    link = {"Sec-Fetch-Site": site, "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
    assert (await client.get("/docs", headers=link)).status == 200
    for own in ("same-origin", "none"):
        headers = {"Sec-Fetch-Site": own, "Sec-Fetch-Mode": "cors"}
        assert (await client.get("/api/agents", headers=headers)).status == 200


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("", "not_json"),
        ("text/plain", "not_json"),
        ("application/x-www-form-urlencoded", "not_json"),
        ("multipart/form-data; boundary=x", "not_json"),
        ("application/json; charset=utf-7", "not_utf8"),
        ("application/json; charset=zzz", "not_utf8"),
    ],
)
async def test_only_json_in_utf_8_is_read(client: Client, kind: str, code: str) -> None:
    for path in ("/api/sessions", "/api/events"):
        answer = await client.post(path, data=b'{"character":"wren"}', headers={"Content-Type": kind})
        assert_problem(answer, 415, code)
    for good in ("application/json", "APPLICATION/JSON", "application/json; charset=UTF-8"):
        answer = await client.post("/api/sessions", data=b'{"character":"wren"}', headers={"Content-Type": good})
        assert answer.status == 201


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "zstd"])
async def test_a_compressed_body_is_not_unpacked(runtime: RuntimeProcess, client: Client, encoding: str) -> None:
    headers = ("Content-Type: application/json", f"Content-Encoding: {encoding}", "Content-Length: 3")
    line = "POST /api/sessions HTTP/1.1"
    answer = await sent(runtime, line, f"Host: {host_of(runtime)}", *headers, body=b"abc")
    assert_problem(answer, 415, "encoded")
    await assert_works(client)


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"GET /healthz HTTP/1.1\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\nHost: {host}\r\nHost: evil.example\r\n\r\n",
        b"POST /api/events HTTP/1.1\r\nHost: {host}\r\nContent-Length: -1\r\n\r\n",
        b"POST /api/events HTTP/1.1\r\nHost: {host}\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
        b"POST /api/events HTTP/1.1\r\nHost: {host}\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"POST /api/events HTTP/1.1\r\nHost: {host}\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\nabc\r\n0\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\nHost: {host}\r\nX-A: a\0b\r\n\r\n",
        b"GET /" + b"a" * 9000 + b" HTTP/1.1\r\nHost: {host}\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\nHost: {host}\r\nX-A: " + b"a" * 9000 + b"\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\nHost: {host}\r\n" + b"X-A: a\r\n" * 2000 + b"\r\n",
        b"GET /healthz HTTP/1.1\nHost: {host}\n\n",
        b"GET /healthz HTTP/1.1\r\nHost: {host}\r\nX A: a\r\n\r\n",
        b"<b> /healthz HTTP/1.1\r\nHost: {host}\r\n\r\n",
        b"PING\r\n\r\n",
        b"\x16\x03\x01\x00\xa5\x01\x00\x00\xa1\x03\x03\r\n\r\n",
    ],
)
async def test_what_is_not_http_is_refused_quietly(
    runtime: RuntimeProcess, client: Client, request_bytes: bytes
) -> None:
    answer = await raw(runtime.url, request_bytes.replace(b"{host}", host_of(runtime).encode()))
    assert_problem(answer, 400, "not_http")
    await assert_works(client)
    assert runtime.log == ""


@pytest.mark.parametrize("version", ["", " HTTP/0.9", " HTTP/2.0"])
async def test_http_of_another_version_is_refused(runtime: RuntimeProcess, client: Client, version: str) -> None:
    answer = await sent(runtime, f"GET /healthz{version}", f"Host: {host_of(runtime)}")
    assert_problem(answer, 400, "bad_version")
    assert (await sent(runtime, "GET /healthz HTTP/1.0", f"Host: {host_of(runtime)}")).status == 200
    await assert_works(client)


@pytest.mark.parametrize("method", ["BREW", "get", "X-Y", "PROPFIND", "TRACE", "M-SEARCH"])
async def test_a_method_nobody_knows_is_refused_in_words(runtime: RuntimeProcess, client: Client, method: str) -> None:
    answer = await sent(runtime, f"{method} /healthz HTTP/1.1", f"Host: {host_of(runtime)}")
    assert_problem(answer, 405, "method_not_allowed")
    assert {"GET", "HEAD"} <= set(answer.headers["Allow"].replace(" ", "").split(","))
    await assert_works(client)
    assert runtime.log == ""


async def test_an_expectation_is_met_or_refused(runtime: RuntimeProcess, client: Client) -> None:
    line, host, body = "POST /api/sessions HTTP/1.1", f"Host: {host_of(runtime)}", b'{"character":"wren"}'
    headers = (host, "Content-Type: application/json", f"Content-Length: {len(body)}")
    assert_problem(await sent(runtime, line, *headers, "Expect: tea", body=body), 417, "expectation")
    assert_problem(await sent(runtime, "GET /healthz HTTP/1.1", host, "Expect: tea"), 417, "expectation")
    assert (await sent(runtime, line, *headers, "Expect: 100-continue", body=body)).status == 100
    foreign = await sent(runtime, line, "Host: evil.example", *headers[1:], "Expect: 100-continue")
    assert_problem(foreign, 421, "wrong_host")  # before the body is asked for
    async with asyncio.timeout(20):
        reader, writer = await asyncio.open_connection(*host_of(runtime).split(":"))
        writer.write("\r\n".join((line, *headers, "Expect: 100-continue", "", "")).encode())
        assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 100 ")
        writer.write(body)
        assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 201 ")
        writer.close()
    await assert_works(client)


@pytest.mark.parametrize(
    "authorization", ["", "Bearer ", "bearer x", "Basic eDp5", "Bearer " + "x" * 8000, "Bearer \xe9\xff", "\x01"]
)
async def test_without_keys_any_authorization_is_as_good_as_none(
    runtime: RuntimeProcess, client: Client, authorization: str
) -> None:
    answer = await sent(
        runtime, "GET /api/agents?token=x HTTP/1.1", f"Host: {host_of(runtime)}", f"Authorization: {authorization}"
    )
    assert answer.status == (400 if authorization == "\x01" else 200)
    await assert_works(client)


async def test_a_protocol_nobody_asked_for_is_not_switched_to(runtime: RuntimeProcess, client: Client) -> None:
    session, body = await client.session_with("wren"), b'{"content":"Hello!"}'
    answer = await sent(
        runtime,
        f"POST /api/sessions/{session}/messages HTTP/1.1",
        *(f"Host: {host_of(runtime)}", "Content-Type: application/json", f"Content-Length: {len(body)}"),
        *("Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: eA=="),
        body=body,
    )
    assert answer.status in {200, 400}
    await assert_works(client)


async def test_a_body_announced_too_large_is_refused_before_it_comes(runtime: RuntimeProcess) -> None:
    headers = ("Content-Type: application/json", "Content-Length: 99999999999")
    answer = await sent(runtime, "POST /api/events HTTP/1.1", f"Host: {host_of(runtime)}", *headers)
    assert_problem(answer, 413, "too_large")


async def test_every_answer_carries_an_id_the_callers_own_if_it_is_plain(client: Client) -> None:
    mine = {"X-Request-Id": "trace-1.a_B"}
    session = await client.session_with("wren")
    answers = [
        await client.get("/healthz", headers=mine),
        await client.get("/nowhere", headers=mine),
        await client.request("PUT", "/healthz", headers=mine, json={}),
        await client.say(session, ""),
        await client.request("DELETE", f"/api/sessions/{session}"),
        await client.get("/healthz", headers={"X-Request-Id": "a" * 65}),
        await client.get("/healthz", headers={"X-Request-Id": "<script>"}),
    ]
    ids = [answer.headers["X-Request-Id"] for answer in answers]
    assert ids[:3] == ["trace-1.a_B"] * 3
    assert all(len(each) == 36 for each in ids[3:])
    assert len(set(ids[3:])) == len(ids[3:])


async def test_a_stream_carries_it_too(client: Client) -> None:
    mine = {"X-Request-Id": "trace-2"}
    session = await client.session_with("wren")
    body = {"content": "Hello!", "stream": True}
    async with client.stream("POST", f"/api/sessions/{session}/messages", json=body, headers=mine) as turn:
        assert turn.response.headers["X-Request-Id"] == "trace-2"
    async with client.stream("GET", "/api/events/stream", headers=mine) as events:
        assert events.response.headers["X-Request-Id"] == "trace-2"


async def test_requests_on_one_connection_are_answered_in_order(runtime: RuntimeProcess, client: Client) -> None:
    host = host_of(runtime)
    async with asyncio.timeout(20):
        reader, writer = await asyncio.open_connection(*host.split(":"))
        for number in range(10):
            writer.write(f"GET /healthz HTTP/1.1\r\nHost: {host}\r\nX-Request-Id: n{number}\r\n\r\n".encode())
        seen: list[str] = []
        while len(seen) < 10:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            rows = dict(row.split(": ", 1) for row in head.strip().split("\r\n")[1:])
            await reader.readexactly(int(rows["Content-Length"]))
            seen.append(rows["X-Request-Id"])
        writer.close()
    assert seen == [f"n{number}" for number in range(10)]
    assert (await client.post("/api/events", Lot().start())).status == 202


async def test_two_turns_on_one_connection_are_answered_in_order(runtime: RuntimeProcess, client: Client) -> None:
    host, session = host_of(runtime), await client.session_with("wren")
    head = f"POST /api/sessions/{session}/messages HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\n"
    said = [f'{{"content":"Hello {number}!"}}' for number in range(2)]
    async with asyncio.timeout(20):
        reader, writer = await asyncio.open_connection(*host.split(":"))
        writer.write("".join(f"{head}Content-Length: {len(each)}\r\n\r\n{each}" for each in said).encode())
        for _ in said:
            rows = (await reader.readuntil(b"\r\n\r\n")).decode().strip().split("\r\n")
            assert " 200 " in rows[0]
            await reader.readexactly(int(dict(row.split(": ", 1) for row in rows[1:])["Content-Length"]))
        writer.close()
    kept = [each["content"] for each in await client.messages(session) if each["role"] == "user"]
    assert kept == ["Hello 0!", "Hello 1!"]
