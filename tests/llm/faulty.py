"""Every way in which a model's server misbehaves: what it does, and the reason a reply then fails with.

The seventeen of MODES also play as a server for runtimes in processes of their own: the model that is asked for names
what happens, and a question with WELL in it is answered well.
"""

import asyncio
import gzip
from collections.abc import Mapping

from tests.llm.fake_server import DONE, Exchange, Mode, answers, chunk, event, ok, says

HTML = b"<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>"
WELL = "are you well"
REFUSES = "refuses connections"  # nobody listens: not a thing that a server can do


async def hang_before_headers(exchange: Exchange) -> None:
    await exchange.hang()


async def hang_after_headers(exchange: Exchange) -> None:
    await exchange.head()
    await exchange.hang()


async def hang_in_the_middle(exchange: Exchange) -> None:
    await exchange.head()
    await exchange.send(chunk("Good "))
    await exchange.hang()


async def drip_of_comments(exchange: Exchange) -> None:
    await exchange.head()
    while True:
        await exchange.send(b": keep-alive\n\n")
        await asyncio.sleep(0.02)


async def drip_of_tokens(exchange: Exchange) -> None:
    await exchange.head()
    while True:
        await exchange.send(chunk("drip "))
        await asyncio.sleep(0.05)


async def drip_of_headers(exchange: Exchange) -> None:
    await exchange.send(b"HTTP/1.1 200 OK\r\n")
    while True:
        await exchange.send(b"X-Drip: 1\r\n")
        await asyncio.sleep(0.02)


async def endless(exchange: Exchange) -> None:
    await exchange.head()
    while True:
        await exchange.send(chunk("and so on " * 20))


async def endless_silence(exchange: Exchange) -> None:
    await exchange.head()
    while True:
        await exchange.send(b": " + b"." * 60_000 + b"\n")


async def reset_before_headers(exchange: Exchange) -> None:
    exchange.reset()


async def cut_in_the_middle(exchange: Exchange) -> None:
    await exchange.head()
    await exchange.send(chunk("Good "), chunk("eve"))
    await asyncio.sleep(0.05)  # the reset would take what is still in the socket with it
    exchange.reset()


async def short_of_its_length(exchange: Exchange) -> None:
    await exchange.head(200, "text/event-stream", "Content-Length: 9999")
    await exchange.send(chunk("Good "))


async def gzip_bomb(exchange: Exchange) -> None:
    await exchange.answer(200, gzip.compress(b" " * 100_000_000, 1), "text/event-stream", "Content-Encoding: gzip")


SILENCES: Mapping[str, Mode] = {
    "hangs before the headers": hang_before_headers,
    "hangs after the headers": hang_after_headers,
    "hangs in the middle": hang_in_the_middle,
    "drips comments": drip_of_comments,
    "drips tokens": drip_of_tokens,
    "drips headers": drip_of_headers,
}

PASSING: dict[str, tuple[Mode, str]] = {
    "asks for an absurd pause": (
        answers(429, b'{"error":{"message":"quota"}}', "application/json", "Retry-After: 9e9"),
        "rate_limited",
    ),
    "is out of order": (answers(503, HTML, "text/html", "Retry-After: 0"), "server_error"),
}

FAULTS: dict[str, tuple[Mode, str]] = {
    "never stops": (endless, "too_large"),
    "never stops saying nothing": (endless_silence, "too_large"),
    "is cut in the middle": (cut_in_the_middle, "truncated"),
    "is shorter than its length": (short_of_its_length, "truncated"),
    "closes without a marker": (says(chunk("Good ")), "truncated"),
    "closes at once": (says(), "truncated"),
    "is malformed": (says(b"data: {nonsense}\n\n"), "malformed"),
    "is malformed in the middle": (says(chunk("Good "), b"data: {nonsense}\n\n"), "malformed"),
    "has the wrong shape": (says(b'data: {"choices": 7}\n\n'), "malformed"),
    "is a list": (says(b"data: []\n\n"), "malformed"),
    "is nested without end": (says(b"data: " + b"[" * 100_000 + b"\n\n"), "malformed"),
    "is not UTF-8": (says(b"data: \xff\xfe\n\n"), "malformed"),
    "is not HTTP": (lambda exchange: exchange.send(b"+PONG\r\n\r\n"), "malformed"),
    "is a web page": (answers(200, HTML, "text/html"), "malformed"),
    "is not compressed as it says": (
        answers(200, b"plain", "text/event-stream", "Content-Encoding: gzip"),
        "malformed",
    ),
    "has a line of 4 MB": (says(b"data: " + b"x" * 4_000_000 + b"\n\n"), "too_large"),
    "has an event of 4 MB": (says(b"data: xxxxxxxxxx\n" * 300_000, b"\n"), "too_large"),
    "is a gzip bomb": (gzip_bomb, "too_large"),
    "is a document of 5 MB": (answers(200, b'"' + b"x" * 5_000_000 + b'"'), "too_large"),
    "is empty": (says(chunk(""), chunk(finish="stop"), DONE), "empty"),
    "is white space": (says(chunk(" \n\t"), DONE), "empty"),
    "is punctuation": (says(chunk("…"), chunk(" ."), DONE), "empty"),
    "is a thought": (says(chunk("<think>What is there to say?"), DONE), "empty"),
    "is a name": (says(chunk("Vesper:"), DONE), "empty"),
    "refuses in the structured way": (says(chunk(None, refusal="No."), chunk(finish="stop"), DONE), "empty"),
    "reports an error in the middle": (
        says(chunk("Good "), event({"error": {"message": "out of memory"}})),
        "server_error",
    ),
    "ends with an error": (says(chunk("Good "), chunk(finish="error")), "server_error"),
    "redirects": (answers(307, b"", "text/plain", "Location: /v2/chat/completions"), "refused"),
    "knows no key": (answers(401, b'{"error":{"message":"Incorrect API key"}}'), "refused"),
    "knows no model": (answers(404, b'{"error":"model \\"tiny\\" not found"}'), "refused"),
    "has nothing to say": (answers(204, b""), "refused"),
}

REASONS: Mapping[str, str] = {
    REFUSES: "unreachable",
    **dict.fromkeys(SILENCES, "timeout"),
    **{name: reason for name, (_, reason) in (PASSING | FAULTS).items()},
}
MODES = (
    REFUSES,
    "hangs before the headers",
    "hangs after the headers",
    "drips comments",
    "drips tokens",
    "is cut in the middle",
    "closes without a marker",
    "is malformed",
    "has a line of 4 MB",
    "is not UTF-8",
    "is a web page",
    "asks for an absurd pause",
    "is out of order",
    "redirects",
    "is a gzip bomb",
    "never stops",
    "is empty",
)


async def play(exchange: Exchange) -> None:
    """One request to a server whose models are faults."""
    asked = exchange.request.json
    is_well = WELL in asked["messages"][-1]["content"]
    await (ok if is_well else _MODES[asked["model"]])(exchange)


_MODES: Mapping[str, Mode] = {**SILENCES, **{name: mode for name, (mode, _) in (PASSING | FAULTS).items()}}
