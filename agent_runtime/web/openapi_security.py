"""What the OpenAPI document says of keys: the one scheme, and the scopes that open a URL."""

from collections.abc import Mapping, Sequence
from typing import Any

from agent_runtime.web.access import ANYONE
from agent_runtime.web.keys import Scope

SCHEMES: Mapping[str, Mapping[str, Any]] = {
    "key": {
        "type": "http",
        "scheme": "bearer",
        "description": "An API key. Where the runtime has none, it is neither needed nor looked at. A named key opens "
        "what one of its scopes opens: `chat`, `read`, `operate`, `overlay`, or `admin`, which opens everything.",
    }
}


def security_of(scopes: Sequence[Scope]) -> list[dict[str, list[str]]]:
    """Which keys open a URL, any of them; none where none is needed."""
    if is_open(scopes):
        return []
    return [{"key": [scope]} for scope in dict.fromkeys((*scopes, "admin"))]


def is_open(scopes: Sequence[Scope]) -> bool:
    """Whether everybody may ask."""
    return tuple(scopes) == ANYONE


def told(scopes: Sequence[Scope]) -> str:
    """The same for people."""
    if is_open(scopes):
        return "Needs no key."
    return f"Scope: {' or '.join(f'`{scope}`' for scope in scopes) or '`admin`'}."
