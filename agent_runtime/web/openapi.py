"""The OpenAPI document of a table of routes: everything in it comes from the rows and their models."""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from itertools import groupby
from typing import Any

from pydantic import BaseModel

from agent_runtime.core.version import VERSION
from agent_runtime.web.codes import CODES
from agent_runtime.web.openai.errors import ErrorBody, is_openai, status_of
from agent_runtime.web.openapi_examples import EXAMPLES
from agent_runtime.web.openapi_schemas import Mode, Schemas
from agent_runtime.web.openapi_security import SCHEMES, is_open, security_of, told
from agent_runtime.web.replies import ProblemView
from agent_runtime.web.route import JSON, Route

PROBLEM = "application/problem+json"
_IN_PATH = re.compile(r"\{(\w+)\}")
_BODY = ("invalid_json", "broken_body", "slow_body", "too_large", "not_json", "not_utf8", "encoded", "invalid_body")
_QUERY = ("invalid_query", "refused")
_KEY = ("unauthorised", "forbidden", "too_many")
_ALWAYS = ("bad_path", "bad_version", "foreign_origin", "expectation", "wrong_host", "internal", "fault", "unavailable")
_WAITS = {429, 503}
_ABOUT = """\
AI characters that chat, follow live auctions and narrate them in their own voice.

JSON in UTF-8, times in UTC, money a decimal string. Unknown fields are refused. Every answer carries `X-Request-Id`
(send your own, and it is used) and `Server-Timing`. A list is a page: pass `next_cursor` on as `cursor`."""


def document(routes: Sequence[Route]) -> dict[str, Any]:
    """OpenAPI 3.1 as a JSON value, the same for the same routes."""
    schemas = Schemas.of(_models(routes))
    paths: dict[str, dict[str, Any]] = {}
    for route in routes:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route, schemas)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Agent Runtime",
            "version": VERSION,
            "description": _ABOUT,
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": "/"}],
        "tags": [{"name": tag} for tag in dict.fromkeys(map(_tag, routes))],
        "paths": paths,
        "components": {
            "securitySchemes": SCHEMES,
            "schemas": schemas.components,
            "responses": {
                name: {"description": f"Any request: {_told(_ALWAYS)}", "content": _refusal(path, schemas)}
                for name, path in {"Problem": "/api", "OpenAIError": "/v1"}.items()
            },
        },
    }


def problems_of(route: Route) -> tuple[str, ...]:
    """The codes this route may answer with, in the order of CODES, without those that every route may."""
    codes = {*route.may}
    codes |= {"not_found"} if _IN_PATH.search(route.path) else set()
    codes |= set(_BODY) if route.takes or _is_file_taken(route) else set()
    codes |= {"wrong_type"} if _is_file_taken(route) else set()
    codes |= set(_QUERY) if route.query else set()
    codes |= set() if is_open(route.to) else set(_KEY)
    codes |= {"full"} if route.streams else set()
    unknown = codes - CODES.keys()
    if unknown:
        raise ValueError(f"{route.method} {route.path}: no such problem: {', '.join(sorted(unknown))}; see codes.py")
    return tuple(code for code in CODES if code in codes)


def _is_file_taken(route: Route) -> bool:
    return route.sent_as != (JSON,)


def _models(routes: Iterable[Route]) -> Iterator[tuple[type[BaseModel], Mode]]:
    yield from ((ProblemView, "serialization"), (ErrorBody, "serialization"))
    for route in routes:
        given = (route.gives, *route.streams.values(), *route.otherwise.values())
        yield from ((model, "serialization") for model in given if model is not None)
        yield from ((model, "validation") for model in (route.takes, route.hears) if model is not None)


def _operation(route: Route, schemas: Schemas) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": f"{_tag(route)}_{route.handler.__name__}",
        "tags": [_tag(route)],
        "summary": route.summary,
        "description": told(route.to),
        "security": security_of(route.to),
    }
    parameters = [_path_parameter(name) for name in _IN_PATH.findall(route.path)]
    parameters += schemas.parameters("query", route.query) + schemas.parameters("header", route.headers)
    if parameters:
        operation["parameters"] = parameters
    if route.takes is not None or _is_file_taken(route):
        content = {media: _body(route.takes, schemas) for media in route.sent_as}
        operation["requestBody"] = {"required": True, "content": content}
    if route.hears is not None:  # OpenAPI has no words of its own for a socket
        operation["x-websocket"] = {
            "sends": schemas.messages(route.streams),
            "hears": schemas.ref(route.hears, "validation"),
        }
    return operation | {"responses": _responses(route, schemas)}


def _body(model: type[BaseModel] | None, schemas: Schemas) -> dict[str, Any]:
    if model is None:
        return {}
    content: dict[str, Any] = {"schema": schemas.ref(model, "validation")}
    if model in EXAMPLES:
        content["examples"] = {name: {"value": value} for name, value in EXAMPLES[model].items()}
    return content


def _responses(route: Route, schemas: Schemas) -> dict[str, Any]:
    responses: dict[str, Any] = {str(route.status): _success(route, schemas)}
    for status, model in route.otherwise.items():
        if model is None:
            responses[str(status)] = {"description": "As the caller has it already."}
            continue
        content = {route.media: {"schema": schemas.ref(model, "serialization")}}
        responses[str(status)] = {"description": "The same, with this status.", "content": content}
    problem = _refusal(route.path, schemas)
    for status, codes in groupby(sorted(problems_of(route), key=partial(_status, route)), partial(_status, route)):
        response: dict[str, Any] = {"description": _told(codes), "content": problem}
        if status in _WAITS:
            response["headers"] = {"Retry-After": {"description": "Seconds.", "schema": {"type": "integer"}}}
        responses[str(status)] = response
    name = "OpenAIError" if is_openai(route.path) else "Problem"
    return dict(sorted(responses.items())) | {"default": {"$ref": f"#/components/responses/{name}"}}


def _status(route: Route, code: str) -> int:
    status = CODES[code][0]
    return status_of(status) if is_openai(route.path) else status


def _refusal(path: str, schemas: Schemas) -> dict[str, Any]:
    """What is answered instead, by its type."""
    if is_openai(path):
        return {"application/json": {"schema": schemas.ref(ErrorBody, "serialization")}}
    return {PROBLEM: {"schema": schemas.ref(ProblemView, "serialization")}}


def _success(route: Route, schemas: Schemas) -> dict[str, Any]:
    if route.status == 204:
        return {"description": "Done."}
    if route.hears is not None:
        return {"description": "A WebSocket from here on; `x-websocket` has its messages."}
    content: dict[str, Any] = {}
    if route.gives is not None:
        content[route.media] = {"schema": schemas.ref(route.gives, "serialization")}
    elif not route.streams:
        content[route.media] = {}
    content |= {media: {} for media in route.also}
    if route.streams:
        content["text/event-stream"] = {"schema": schemas.stream(route.streams)}
    return {"description": route.summary + ".", "content": content}


def _path_parameter(name: str) -> dict[str, Any]:
    return {"name": name, "in": "path", "required": True, "schema": {"type": "string", "minLength": 1}}


def _told(codes: Iterable[str]) -> str:
    return "; ".join(f"`{code}`: {CODES[code][1]}" for code in codes) + "."


def _tag(route: Route) -> str:
    return route.handler.__module__.rpartition(".")[2]
