"""Text that both databases keep alike: PostgreSQL keeps no NUL and neither keeps half a surrogate pair."""

import math
from typing import Any

from agent_runtime.core.errors import NotFound, Refused
from agent_runtime.store.tables import ID_LIMIT

_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"


def is_storable(text: str) -> bool:
    """Whether both databases keep `text` and give it back unchanged."""
    if "\0" in text:
        return False
    if text.isascii():
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def check_text(what: str, text: str | None) -> None:
    """Raises Refused when `text` cannot be kept."""
    if text is not None and not is_storable(text):
        raise Refused(f"{what} contains a NUL character or half a surrogate pair")


def check_id(what: str, identifier: str | None) -> None:
    """Raises Refused when `identifier` cannot be the id of anything."""
    if identifier is not None and not _is_id(identifier):
        raise Refused(f"{what} must have 1 to {ID_LIMIT} characters, none of them NUL")


def check_known(what: str, identifier: str) -> None:
    """Raises NotFound when nothing can have this id, so that both databases answer alike."""
    if not _is_id(identifier):
        raise NotFound(what, identifier)


def check_json(what: str, value: Any) -> None:
    """Raises Refused when `value` cannot be kept as JSON: texts as above, NaN, infinities, foreign types."""
    match value:
        case str():
            check_text(what, value)
        case float() if not math.isfinite(value):
            raise Refused(f"{what} contains a number that JSON does not have")
        case None | bool() | int() | float():
            pass
        case dict():
            for key, part in value.items():
                check_json(what, key)
                check_json(what, part)
        case list() | tuple():
            for part in value:
                check_json(what, part)
        case _:
            raise Refused(f"{what} contains a {type(value).__name__}, which JSON does not have")


def mended(text: str) -> str:
    """`text` with a replacement character wherever it could not be kept."""
    if is_storable(text):
        return text
    return "".join(char if is_storable(char) else _REPLACEMENT for char in text)


def mended_json(value: Any) -> Any:
    """`value` with its texts mended and null for numbers that JSON does not have."""
    match value:
        case str():
            return mended(value)
        case float() if not math.isfinite(value):
            return None
        case dict():
            return {mended(key): mended_json(part) for key, part in value.items()}
        case list() | tuple():
            return [mended_json(part) for part in value]
        case _:
            return value


def _is_id(identifier: str) -> bool:
    return 0 < len(identifier) <= ID_LIMIT and is_storable(identifier)
