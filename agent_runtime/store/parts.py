"""A trace taken apart into what is its own and long texts known by their SHA-256, and put together again."""

from collections.abc import Mapping
from hashlib import sha256
from typing import Any

LONG = 512  # characters; below that a text is hardly longer than what stands for it
Path = tuple[str | int, ...]


def taken_apart(content: dict[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """`{"content": ..., "parts": [[path, hash], ...]}` with null in the place of each long text, and those by hash."""
    parts: dict[str, str] = {}
    places: list[tuple[Path, str]] = []
    skeleton = _without(content, (), parts, places)
    return {"content": skeleton, "parts": [[list(path), digest] for path, digest in places]}, parts


def put_back(skeleton: Mapping[str, Any], texts: Mapping[str, str]) -> dict[str, Any]:
    """The trace as it was; the skeleton is used up. A text that is gone is null."""
    content: dict[str, Any] = skeleton["content"]
    for path, digest in skeleton["parts"]:
        holder: Any = content
        for step in path[:-1]:
            holder = holder[step]
        holder[path[-1]] = texts.get(digest)
    return content


def _without(value: Any, path: Path, parts: dict[str, str], places: list[tuple[Path, str]]) -> Any:
    match value:
        case str() if len(value) >= LONG:
            digest = sha256(value.encode()).hexdigest()
            parts[digest] = value
            places.append((path, digest))
            return None
        case dict():
            return {key: _without(part, (*path, key), parts, places) for key, part in value.items()}
        case list() | tuple():
            return [_without(part, (*path, place), parts, places) for place, part in enumerate(value)]
        case _:
            return value
