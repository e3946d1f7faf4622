"""JSON from strangers: plain data, or a refusal that says why."""

import json
import re
from math import isfinite
from typing import Any

from agent_runtime.characters.files import refused
from agent_runtime.core.errors import Finding, InvalidFile
from agent_runtime.core.strict_yaml import MAX_DEPTH

MAX_VALUES = 200_000
_LARGEST = 2**63 - 1
_NEVER_IN_TEXT = re.compile("[\x00\ud800-\udfff]")


class _Unwanted(Exception):
    """What the parser met and JSON, or a database, has no place for."""


def load_json(raw: bytes, file: str) -> Any:
    """The value that `raw` describes; `file` is what findings call it. A byte order mark is left out.

    Raises InvalidFile for anything but UTF-8 and JSON, and for duplicate keys, NaN, infinities, numbers beyond
    64 bits, NUL and half characters, more than 20 levels or 200 000 values.
    """
    try:
        text = raw.decode().removeprefix("\ufeff")
        value = json.loads(
            text,
            object_pairs_hook=_once_each,
            parse_int=_whole,
            parse_float=_finite,
            parse_constant=_no_number,
        )
        _look_through(value)
    except UnicodeDecodeError as error:
        raise refused(file, "the file is not UTF-8 text", "save it as UTF-8") from error
    except json.JSONDecodeError as error:
        raise InvalidFile((Finding(file, error.lineno, error.colno, f"this is not JSON: {error.msg}"),)) from error
    except RecursionError as error:
        raise refused(file, f"nested more than {MAX_DEPTH} levels deep") from error
    except _Unwanted as error:
        raise refused(file, str(error)) from error
    return value


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise _Unwanted(f"the key {_plain(twice)} is there twice")
    return found


def _whole(digits: str) -> int:
    if len(digits) > 20 or abs(number := int(digits)) > _LARGEST:
        raise _Unwanted("a number is out of range")
    return number


def _finite(digits: str) -> float:
    number = float(digits)
    if not isfinite(number):
        raise _Unwanted("a number is out of range")
    return number


def _no_number(word: str) -> float:
    raise _Unwanted(f"{word} is no number in JSON")


def _look_through(value: Any) -> None:
    """Breadth first and without recursion. Raises _Unwanted."""
    level: list[Any] = [value]
    values = 0
    for _ in range(MAX_DEPTH + 1):
        values += len(level)
        if values > MAX_VALUES:
            raise _Unwanted(f"more than {MAX_VALUES} values")
        inner: list[Any] = []
        for each in level:
            if isinstance(each, str):
                _check_text(each)
            elif isinstance(each, dict):
                for key in each:
                    _check_text(key)
                inner.extend(each.values())
            elif isinstance(each, list):
                inner.extend(each)
        if not inner:
            return
        level = inner
    raise _Unwanted(f"nested more than {MAX_DEPTH} levels deep")


def _check_text(text: str) -> None:
    if not (text.isascii() and "\0" not in text) and _NEVER_IN_TEXT.search(text):
        raise _Unwanted("NUL and half characters are not allowed in text")


def _plain(key: str) -> str:
    return ascii(key[:60])
