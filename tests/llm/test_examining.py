"""A model's server asked how it is: whatever it answers, nothing hangs and nothing is believed too easily."""

import json

import pytest
from pydantic import SecretStr

from agent_runtime.core.errors import Misconfigured, Unavailable
from agent_runtime.llm.examining import Examined, examine
from tests.llm.fake_server import Exchange, FakeServer

KEY = SecretStr("sk-canary-1234")


@pytest.mark.parametrize(
    ("status", "body", "seen"),
    [
        (200, b'{"data": [{"id": "tiny"}, {"id": "large"}]}', Examined(200, has_model=True)),
        (200, b'{"data": [{"id": "large"}]}', Examined(200, has_model=False)),
        (200, b'{"data": []}', Examined(200, has_model=None)),
        (200, b"<html>hello</html>", Examined(200, has_model=None)),
        (200, b"[" * 5000, Examined(200, has_model=None)),
        (200, json.dumps({"data": [{"id": "x" * 2_000_000}]}).encode(), Examined(200, has_model=None)),
        (404, b"nothing here", Examined(404, has_model=None)),
        (401, b"{}", Examined(401, has_model=None)),
        (302, b"", Examined(302, has_model=None)),
    ],
)
async def test_what_a_server_says_is_read_as_far_as_it_can_be(
    status: int, body: bytes, seen: Examined, server: FakeServer
) -> None:
    async def answer(exchange: Exchange) -> None:
        assert exchange.request.line.startswith("GET /v1/models ")
        assert exchange.request.headers["authorization"] == "Bearer sk-canary-1234"
        await exchange.answer(status, body)

    server.play(answer)
    assert await examine(server.url, "tiny", KEY, 20.0) == seen


async def test_one_that_says_nothing_or_is_not_there_is_away(server: FakeServer) -> None:
    server.play(Exchange.hang)
    with pytest.raises(Unavailable, match=r"does not answer within 0\.2 s"):
        await examine(server.url, "tiny", None, 0.2)
    with pytest.raises(Unavailable, match="cannot be reached"):
        await examine("http://127.0.0.1:1/v1", "tiny", None, 20.0)


async def test_an_address_that_must_not_be_called_is_not_called() -> None:
    with pytest.raises(Misconfigured):
        await examine("http://169.254.169.254/v1", "tiny", KEY, 20.0)
