"""A problem as clients of the OpenAI API read it: `{"error": {message, type, param, code}}`."""

import re
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

PREFIX = "/v1"
_TYPES = {
    401: "authentication_error",
    403: "permission_error",
    404: "not_found_error",
    409: "conflict_error",
    429: "rate_limit_error",
}
_STATUS = {422: 400}  # what cannot be processed is a bad request there
_CODES = {(404, "/model"): "model_not_found", (401, ""): "invalid_api_key"}


class ErrorView(BaseModel):
    """One error; `code` is for programs, `param` names the field that is wrong."""

    message: str
    type: str
    param: str | None
    code: str


class ErrorBody(BaseModel):
    """What is answered instead."""

    error: ErrorView


def is_openai(path: str) -> bool:
    """Whether this URL is of the OpenAI API."""
    return path == PREFIX or path.startswith(f"{PREFIX}/")


def status_of(status: int) -> int:
    """The status of a problem there."""
    return _STATUS.get(status, status)


def error_of(problem: Mapping[str, Any]) -> dict[str, Any]:
    """A problem document as an error object."""
    status = status_of(problem["status"])
    pointer = next((each["pointer"] for each in problem.get("errors", ())), None)
    kind = _TYPES.get(status, "server_error" if status >= 500 else "invalid_request_error")
    code = _CODES.get((status, pointer or ""), problem["code"])
    return {"error": {"message": problem["detail"], "type": kind, "param": _param(pointer), "code": code}}


def _param(pointer: str | None) -> str | None:
    """`/messages/0/content` as `messages[0].content`."""
    if not pointer:
        return None
    return re.sub(r"/(\d+)(?=/|$)", r"[\1]", pointer).lstrip("/").replace("/", ".")
