"""Values of a card taken as what they were meant to be; what cannot be is kept apart, as it was."""

from collections.abc import Callable, Mapping
from typing import Any, TypeGuard

Check = Callable[[Any], bool]
_MOST_WORDS = 1_000


def text_of(value: object) -> str:
    """A text with common ends of lines; numbers as they are written, lists of texts joined, nothing for the rest."""
    match value:
        case str():
            return value.replace("\r\n", "\n").replace("\r", "\n")
        case bool() | None:
            return ""
        case int() | float():
            return str(value)
        case list() if all(isinstance(each, str) for each in value):
            return text_of("\n".join(value))
        case _:
            return ""


def texts_of(value: object) -> list[str]:
    """Texts that are not blank: those of a list, or of one text with commas."""
    if isinstance(value, str):
        return [text for each in value.split(",", _MOST_WORDS) if (text := text_of(each).strip())]
    return [text for each in value if (text := text_of(each)).strip()] if is_list(value) else []


def mapping_of(value: object) -> dict[str, Any]:
    """The mapping itself, or an empty one."""
    return value if isinstance(value, dict) else {}


def whole_of(value: object, default: int) -> int:
    """A whole number, also from a text or a fraction."""
    try:
        return int(float(value)) if isinstance(value, int | float | str) else default
    except (ValueError, OverflowError):
        return default


def is_text(value: object) -> bool:
    return isinstance(value, str)


def is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def is_truth(value: object) -> bool:
    return isinstance(value, bool)


def is_texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(each, str) for each in value)


def is_list(value: object) -> TypeGuard[list[Any]]:
    return isinstance(value, list)


def is_mapping(value: object) -> bool:
    return isinstance(value, dict)


def is_like_text(value: object) -> bool:
    """Whether `text_of` loses nothing of it."""
    return is_text(value) or is_number(value) or is_texts(value)


def is_like_texts(value: object) -> bool:
    """Whether `texts_of` loses nothing of it but blanks."""
    return is_text(value) or (isinstance(value, list) and all(is_text(each) or is_number(each) for each in value))


def sorted_out(
    raw: Mapping[str, Any], read: Mapping[str, Check], written: Mapping[str, Any], exact: Mapping[str, Check]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """What `written` does not say again of `raw`: (kept, unread).

    `read` are keys that are understood where their check holds, `exact` those whose value must come back as it was
    where their check holds; what fails its check is unread. Every other key is foreign and kept.
    """
    kept: dict[str, Any] = {}
    unread: dict[str, Any] = {}
    for key, value in raw.items():
        if key not in read and key not in exact:
            kept[key] = value
        elif value is None or (key in written and written[key] == value):
            continue
        elif not (exact.get(key) or read[key])(value):
            unread[key] = value
        elif key in exact:
            kept[key] = value
    return kept, unread
