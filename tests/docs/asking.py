"""One request to a runtime, and the JSON it answers with."""

from typing import Any
from urllib.request import Request, urlopen

from pydantic_core import from_json, to_json

WITHIN_S = 20.0


def ask(url: str, body: object = None) -> Any:
    """GET, or POST where there is a body. Raises HTTPError for anything but success."""
    request = Request(url, data=None if body is None else to_json(body), headers={"Content-Type": "application/json"})
    with urlopen(request, timeout=WITHIN_S) as answer:
        return from_json(answer.read())
