"""What goes wrong under /v1 is told as OpenAI tells it, whoever refuses it; and the next request works."""

import json
from io import BytesIO
from typing import Any

import pytest

from tests.process.http import Answer, Client, raw
from tests.process.model import FAIL
from tests.web.openai.conftest import COMPLETIONS, assert_error, completion, system, text_of, user

_FOUR_MB = 4 * 1024 * 1024
RESPONSES = "/v1/responses"
_JSON = {"Content-Type": "application/json"}
BAD: dict[str, tuple[str, Any, int, str, str | None]] = {
    "no model": (COMPLETIONS, {"messages": [user("Hi")]}, 400, "invalid_body", "model"),
    "a model nobody knows": (COMPLETIONS, {"model": "gpt", "messages": [user("Hi")]}, 404, "model_not_found", "model"),
    "no messages": (COMPLETIONS, {"model": "wren"}, 400, "invalid_body", "messages"),
    "an empty list": (COMPLETIONS, {"model": "wren", "messages": []}, 400, "invalid_body", "messages"),
    "nobody speaks": (COMPLETIONS, {"model": "wren", "messages": [system("Hi")]}, 400, "invalid_body", "messages"),
    "nothing said": (COMPLETIONS, {"model": "wren", "messages": [user(" \n")]}, 400, "invalid_body", "messages"),
    "only a picture": (
        COMPLETIONS,
        {"model": "wren", "messages": [user([{"type": "image_url", "image_url": {"url": "x"}}])]},
        400,
        "invalid_body",
        "messages",
    ),
    "content that is a number": (
        COMPLETIONS,
        {"model": "wren", "messages": [user(5)]},
        400,
        "invalid_body",
        "messages[0].content.str",
    ),
    "a message without role": (
        COMPLETIONS,
        {"model": "wren", "messages": [{"content": "Hi"}]},
        400,
        "invalid_body",
        "messages[0].role",
    ),
    "too many choices": (COMPLETIONS, {"model": "wren", "messages": [user("Hi")], "n": 9}, 400, "invalid_body", "n"),
    "too long": (COMPLETIONS, {"model": "wren", "messages": [user("a" * 16_001)]}, 413, "too_large", "content"),
    "a list": (COMPLETIONS, [], 400, "invalid_body", None),
    "no input": (RESPONSES, {"model": "wren"}, 400, "invalid_body", "input"),
    "an empty input": (RESPONSES, {"model": "wren", "input": ""}, 400, "invalid_body", "input"),
    "a response nobody knows": (
        RESPONSES,
        {"model": "wren", "input": "Hi", "previous_response_id": "resp_1"},
        404,
        "not_found",
        "previous_response_id",
    ),
    "a name too long": (
        COMPLETIONS,
        {"model": "wren", "messages": [user("Hi")], "session_id": "a" * 201},
        400,
        "invalid_body",
        "session_id",
    ),
    "a model that fails": (COMPLETIONS, {"model": "wren", "messages": [user(FAIL)]}, 502, "model_failed", None),
}


@pytest.mark.parametrize(("path", "body", "status", "code", "param"), BAD.values(), ids=list(BAD))
async def test_a_bad_request_is_refused_and_the_next_one_works(
    client: Client, path: str, body: Any, status: int, code: str, param: str | None
) -> None:
    assert_error(await client.post(path, body), status, code, param)
    assert text_of(await completion(client, user("Still there?"))) == "You said: Still there?."


async def test_a_session_of_another_character_is_refused(client: Client) -> None:
    session = await client.session_with("vesper")
    body = {"model": "wren", "messages": [user("Hi")]}
    assert_error(await client.post(COMPLETIONS, body, headers={"X-Session-Id": session}), 400, "refused")


async def test_refusals_of_the_server_itself_are_told_so_too(client: Client) -> None:
    assert_error(await client.get("/v1/nothing"), 404, "no_such_url")
    assert_error(await client.get("/v1"), 404, "no_such_url")
    assert_error(await client.get("/v1/models/gpt"), 404, "model_not_found", "model")
    refused = await client.get(COMPLETIONS)
    assert_error(refused, 405, "method_not_allowed")
    assert refused.headers["Allow"] == "POST"
    assert_error(await client.request("POST", COMPLETIONS, data="a=b"), 415, "not_json")
    assert_error(await client.request("POST", COMPLETIONS, data="{", headers=_JSON), 400, "invalid_json")
    foreign = {"Origin": "https://evil.example"}
    assert_error(await client.get("/v1/models", headers=foreign), 403, "foreign_origin")
    assert_error(await client.get("/v1/models", headers={"Host": "evil.example"}), 421, "wrong_host")
    types = {answer.json["error"]["type"] for answer in (refused, await client.get("/v1/x"))}
    assert types == {"invalid_request_error", "not_found_error"}


async def test_a_body_may_have_four_megabytes_and_no_more(client: Client) -> None:
    body = {"model": "wren", "messages": [user("Large?")], "tools": ["x" * (_FOUR_MB - 1000)]}
    large = BytesIO(json.dumps(body).encode())
    assert (await client.request("POST", COMPLETIONS, data=large, headers=_JSON)).status == 200
    assert_error(await _head_only(client, _FOUR_MB + 1), 413, "too_large")


async def test_other_urls_go_on_telling_problems(client: Client) -> None:
    answer = await client.get("/v10/models")
    assert answer.headers["Content-Type"] == "application/problem+json"


async def _head_only(client: Client, length: int) -> Answer:
    """It is refused by its length."""
    host = client.url.removeprefix("http://")
    head = f"POST {COMPLETIONS} HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\n"
    return await raw(client.url, f"{head}Content-Length: {length}\r\n\r\n".encode())
