"""Reading requests and writing replies: sizes and shapes are checked here, once."""

import asyncio
import json
import re
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, TypeVar

from aiohttp import web
from pydantic import BaseModel, ConfigDict
from pydantic_core import from_json, to_json

from agent_runtime.web.errors import Problem

MESSAGE_BODY_BYTES = 64 * 1024
EVENTS_BODY_BYTES = 1024 * 1024
_BODY_WITHIN_S = 30.0
_LONG_BYTES = 256 * 1024
_LIMIT = re.compile(r"[1-9][0-9]{0,2}", re.ASCII)
B = TypeVar("B", bound=BaseModel)
R = TypeVar("R")
LONG_BODIES = web.AppKey("long_bodies", asyncio.Lock)


async def read_json(request: web.Request, limit: int, within_s: float = _BODY_WITHIN_S) -> Any:
    """The decoded body. Raises Problem as read_raw, and 400 for what is not JSON."""
    return await _taken_in(request, await read_raw(request, limit, within_s), _json_of)


async def _taken_in(request: web.Request, raw: bytes, read: Callable[[bytes], R]) -> R:
    """What `read` makes of a body. A long one takes a tenth of a second: in a thread, one after the other, so that
    neither one nor a crowd of them holds up everybody else."""
    if len(raw) <= _LONG_BYTES:
        return read(raw)
    async with request.app[LONG_BODIES]:
        return await asyncio.to_thread(read, raw)


def _json_of(raw: bytes) -> Any:
    if not raw.strip():
        raise Problem(400, "invalid_json", "the body is empty; send a JSON value", pointer="")
    try:
        return _decoded(raw)
    except ValueError as error:
        raise Problem(400, "invalid_json", f"not valid JSON: {error}"[:300], pointer="") from error


def _model_of(model: type[B], raw: bytes) -> B:
    body = _json_of(raw)
    if not isinstance(body, dict):
        raise Problem(422, "invalid_body", "the body must be a JSON object", pointer="")
    return model.model_validate(body)


async def read_raw(request: web.Request, limit: int, within_s: float = _BODY_WITHIN_S) -> bytes:
    """The body as it came. Raises Problem: 400 where it broke off, 408 for what takes too long, 413 for too much."""
    try:
        if request.content.is_eof():  # a short body mostly comes with its head: then there is nothing to wait for
            return bytes(await _read(request, limit))
        async with asyncio.timeout(within_s):
            return bytes(await _read(request, limit))
    except TimeoutError as error:
        raise Problem(408, "slow_body", f"the body did not arrive within {within_s:.0f} s") from error
    except (web.RequestPayloadError, ConnectionError) as error:
        raise Problem(400, "broken_body", "the body broke off or is not encoded as its headers say") from error


def _decoded(raw: bytes) -> Any:
    """The value. A field named twice is refused: whoever else reads the same bytes may take the other one."""
    value = from_json(raw, allow_inf_nan=False)  # refuses what is nested deeper than 200 levels, and what is not UTF-8
    _STRICT.decode(raw.decode())
    return value


def _each_once(pairs: list[tuple[str, Any]]) -> None:
    names = {name for name, _ in pairs}
    if len(names) < len(pairs):
        raise ValueError("an object names a field twice")


_STRICT = json.JSONDecoder(object_pairs_hook=_each_once)


async def _read(request: web.Request, limit: int) -> bytearray:
    if request.content_length is not None and request.content_length > limit:
        raise Problem(413, "too_large", f"the body may have at most {limit} bytes")
    raw = bytearray()
    async for chunk in request.content.iter_chunked(64 * 1024):
        raw += chunk
        if len(raw) > limit:
            raise Problem(413, "too_large", f"the body may have at most {limit} bytes")
    return raw


async def read_body(request: web.Request, model: type[B], limit: int = MESSAGE_BODY_BYTES) -> B:
    """The body as `model`. Raises Problem; pydantic's ValidationError becomes a 422 with pointers."""
    return await _taken_in(request, await read_raw(request, limit), partial(_model_of, model))


class _Nothing(BaseModel):
    model_config = ConfigDict(extra="forbid")


async def read_nothing(request: web.Request) -> None:
    """For requests that say everything in their URL: no body, or an empty object. Raises Problem."""
    if request.body_exists:
        await read_body(request, _Nothing)


def reply(body: BaseModel | dict[str, Any], status: int = 200) -> web.Response:
    """A JSON reply in UTF-8."""
    raw = body.model_dump_json().encode() if isinstance(body, BaseModel) else to_json(body)
    return web.Response(body=raw, status=status, content_type="application/json", charset="utf-8")


def page_reply(data: Sequence[dict[str, Any] | BaseModel], next_cursor: str | None) -> web.Response:
    """One page of a list."""
    return reply({"data": data, "next_cursor": next_cursor})


def limit_of(request: web.Request, name: str = "limit") -> int:
    """`?limit=`, or how else the parameter is called: 1 to 200, 50 by default."""
    text = request.query.get(name, "50")
    if not _LIMIT.fullmatch(text) or int(text) > 200:
        raise Problem(422, "invalid_query", f"{name} must be a whole number from 1 to 200")
    return int(text)
