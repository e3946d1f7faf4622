"""Secrets that files of other programs carry along: a character keeps none."""

import re
from collections.abc import Mapping
from typing import Any

_NAME = re.compile(
    r"(?:^|[_.-]|(?<=[a-z]))(?:secrets?|tokens?|passw(?:or)?d|credentials?|(?:api|private|secret|access)[_-]?key)$",
    re.IGNORECASE,
)


def without_secrets(raw: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """The file without what its root and its settings call a secret, and the names of what is left out."""
    found: list[str] = []
    kept = _clean(raw, "", found)
    if isinstance(settings := kept.get("settings"), dict):
        kept["settings"] = _clean(settings, "settings.", found)
    return kept, found


def _clean(part: Mapping[str, Any], place: str, found: list[str]) -> dict[str, Any]:
    secret = [key for key, value in part.items() if _is_secret(key, value)]
    found.extend(f"{place}{key[:60]}" for key in secret)
    return {key: value for key, value in part.items() if key not in secret}


def _is_secret(key: str, value: object) -> bool:
    """Whether the name says so; an empty value and a figure (`max_tokens`) hide nothing."""
    return bool(value) and isinstance(value, str | dict | list) and _NAME.search(key) is not None
