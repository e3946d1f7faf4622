"""The one table from failures to HTTP: RFC 9457 problems, and never a traceback."""

from functools import partial
from typing import Any

import structlog
from aiohttp import web
from aiohttp.typedefs import Handler
from pydantic import ValidationError
from pydantic_core import to_json

from agent_runtime.core.errors import (
    Busy,
    Draining,
    Interrupted,
    ModelFailed,
    NotFound,
    Refused,
    RuntimeFault,
    TurnRunning,
    Unavailable,
)
from agent_runtime.web.openai.errors import error_of, is_openai, status_of

REQUEST_ID = "X-Request-Id"
ID = web.RequestKey("id", str)
CODE = web.ResponseKey("code", str)
_LONGEST = 500  # what was asked for may be part of it
_log = structlog.get_logger(__name__)
_STATUS: dict[type[RuntimeFault], int] = {
    NotFound: 404,
    Refused: 422,
    Busy: 429,
    TurnRunning: 409,
    Draining: 503,
    Interrupted: 503,
    ModelFailed: 502,
    Unavailable: 503,
}
_TITLES = {
    400: "Bad request",
    401: "Unauthorised",
    403: "Forbidden",
    404: "Not found",
    405: "Method not allowed",
    408: "Request timed out",
    409: "Conflict",
    412: "Precondition failed",
    413: "Too large",
    415: "Unsupported media type",
    417: "Expectation failed",
    421: "Misdirected request",
    422: "Cannot be processed",
    426: "Upgrade required",
    428: "Precondition required",
    429: "Too many requests",
    500: "Internal error",
    502: "The model failed",
    503: "Unavailable",
    504: "The model timed out",
}


class Problem(Exception):
    """A refusal decided in the door itself; `pointer` is a JSON pointer into the request body."""

    def __init__(
        self, status: int, code: str, detail: str, pointer: str | None = None, *, retry_after: int | None = None
    ) -> None:
        super().__init__(detail)
        self.retry_after = retry_after
        self.status = status
        self.code = code
        self.errors: list[dict[str, Any]] = [{"pointer": pointer, "detail": detail}] if pointer is not None else []
        self.more: dict[str, Any] = {}

    def document(self) -> dict[str, Any]:
        """The problem document, without request id."""
        return _document(self.status, self.code, str(self), self.errors) | self.more


def problem_of(fault: RuntimeFault) -> dict[str, Any]:
    """The problem document of a failure, without request id."""
    status = next((_STATUS[kind] for kind in type(fault).__mro__ if kind in _STATUS), 500)
    if isinstance(fault, ModelFailed) and fault.reason == "timeout":
        status = 504
    body = _document(status, fault.code, str(fault))
    turn_id = fault.turn_id if isinstance(fault, TurnRunning) else fault.of_turn
    if turn_id is not None:
        body["turn_id"] = turn_id
    if isinstance(fault, ModelFailed):
        body["reason"] = fault.reason
    return body


@web.middleware
async def problems(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turn every failure into problem+json, or what OpenAI makes of it. This is the supervisor of a request."""
    answered = partial(respond, request.get(ID, ""), path=request.path)
    try:
        return await handler(request)
    except Problem as problem:
        return answered(problem.document(), retry_after=problem.retry_after)
    except RuntimeFault as fault:
        return answered(problem_of(fault), retry_after=_retry_after(fault))
    except ValidationError as error:
        return answered(_invalid(error))
    except web.HTTPRequestEntityTooLarge:
        return answered(_document(413, "too_large", "the body is larger than this URL accepts"))
    except web.HTTPException as error:
        if error.status < 400:
            raise
        allowed = error.headers.get("Allow")
        code, detail = {
            404: ("no_such_url", "there is nothing at this URL"),
            405: ("method_not_allowed", f"this URL takes {allowed}"),
        }.get(error.status, ("http_error", error.reason))
        return answered(_document(error.status, code, detail), allow=allowed)
    except Exception:  # noqa: BLE001 - the named supervisor of a request
        _log.exception("request crashed", path=request.path)
        return answered(_document(500, "internal", "something went wrong here; the log tells what"))


def _document(status: int, code: str, detail: str, errors: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    body: dict[str, Any] = {"type": "about:blank", "title": _TITLES.get(status, "Error"), "status": status}
    body |= {"code": code, "detail": detail if len(detail) <= _LONGEST else f"{detail[:_LONGEST]}…"}
    return body | ({"errors": errors} if errors else {})


def _invalid(error: ValidationError) -> dict[str, Any]:
    errors = [
        {"pointer": "".join(f"/{part}" for part in each["loc"]), "detail": each["msg"].removeprefix("Value error, ")}
        for each in error.errors(include_url=False, include_input=False)[:20]
    ]
    where = f"{errors[0]['pointer']}: " if errors[0]["pointer"] else ""
    return _document(422, "invalid_body", f"{where}{errors[0]['detail']}", errors)


def _retry_after(fault: RuntimeFault) -> int | None:
    match fault:
        case Busy():
            return fault.retry_after
        case Draining() | Unavailable():
            return 5
        case _:
            return None


def respond(
    request_id: str, body: dict[str, Any], *, retry_after: int | None = None, allow: str | None = None, path: str = ""
) -> web.Response:
    """A problem document as the answer to a request; where `path` is of the OpenAI API, its error object instead."""
    body["request_id"] = request_id
    if is_openai(path):
        raw, status, media = to_json(error_of(body)), status_of(body["status"]), "application/json"
    else:
        raw, status, media = to_json(body), body["status"], "application/problem+json"
    response = web.Response(body=raw, status=status, content_type=media)
    response[CODE] = body["code"]
    if retry_after is not None:
        response.headers["Retry-After"] = str(retry_after)
    if allow:
        response.headers["Allow"] = allow
    if status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    if status == 426:
        response.headers["Connection"], response.headers["Upgrade"] = "Upgrade", "websocket"
    return response
