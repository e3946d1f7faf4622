"""What a model refuses, in words for people who write YAML: each complaint with its place in the data."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, get_args

from pydantic import BaseModel

Path = tuple[str | int, ...]
Spelling = Callable[[Path], str]

_EXPECTED = (
    (("string_",), "text"),
    (("int_",), "a whole number"),
    (("float_", "decimal_", "finite_"), "a number"),
    (("bool_",), "true or false"),
    (("tuple_", "list_", "set_", "frozen_set_", "iterable_"), "a list"),
    (("dict_", "model_", "mapping_", "dataclass_"), "a mapping ('key: value')"),
    (("none_",), "nothing"),
)
_MEASURES = (
    ("greater_than_equal", "ge", "must be at least {}"),
    ("greater_than", "gt", "must be more than {}"),
    ("less_than_equal", "le", "must be at most {}"),
    ("less_than", "lt", "must be less than {}"),
    ("string_too_long", "max_length", "is longer than {} characters"),
    ("string_too_short", "min_length", "must have at least {} character(s)"),
    ("too_long", "max_length", "has more than {} entries"),
    ("too_short", "min_length", "has fewer than {} entries"),
)
_FEW = 12
_QUOTED = re.compile(r"'([^']*)'")


@dataclass(frozen=True, slots=True)
class Complaint:
    """One thing to mend; `at_key` when the key is wrong rather than its value."""

    path: Path
    message: str
    hint: str = ""
    at_key: bool = False


def complaints(
    model: type[BaseModel], errors: Sequence[Mapping[str, Any]], data: object, spelling_of: Spelling
) -> list[Complaint]:
    """Pydantic's `errors` about `data`, one complaint a place, in the order of the document's model."""
    located = [(_path_in(data, error["loc"]), error) for error in errors]
    found: dict[Path, Complaint] = {}
    for path, error in located:
        if _is_other_branch(path, error, located):
            continue
        new = _complaint(model, path, error, data, spelling_of)
        old = found.get(path)
        if old is None:
            found[path] = new
        elif new.message not in old.message:
            message = f"{old.message}; or: {new.message}"
            found[path] = Complaint(path, message, old.hint or new.hint, old.at_key)
    return list(found.values())


def _path_in(data: object, loc: Sequence[str | int]) -> Path:
    """The part of pydantic's location that leads through the data: names of union branches and `[key]` left out.

    A last part that is not there (a missing key) is kept; asking for its place gives that of what lacks it.
    """
    path: list[str | int] = []
    last = len(loc) - 1
    for number, part in enumerate(loc):
        if _has(data, part):
            data = data[part]  # type: ignore[index]
        elif number != last or not isinstance(data, dict | list) or _is_label(part):
            continue
        path.append(part)
    return tuple(path)


def _is_label(part: str | int) -> bool:
    return isinstance(part, str) and re.fullmatch(r"[A-Za-z_]\w*", part) is None


def _is_other_branch(path: Path, error: Mapping[str, Any], located: Sequence[tuple[Path, Any]]) -> bool:
    """Whether another branch of the same union understood the value better: it complains about something inside."""
    if not any(_is_label(part) for part in error["loc"]):
        return False
    return any(len(other) > len(path) and other[: len(path)] == path for other, _ in located)


def _complaint(
    model: type[BaseModel], path: Path, error: Mapping[str, Any], data: object, spelling_of: Spelling
) -> Complaint:
    kind, context, value = error["type"], error.get("ctx") or {}, error["input"]
    name = path[-1] if path else ""
    match kind:
        case "missing":
            return Complaint(path, f"{name!r} is missing" if isinstance(name, str) else "an entry is missing")
        case "extra_forbidden":
            return Complaint(
                path, f"unknown key {name!r}", _nearest(str(name), _keys_at(model, path[:-1])), at_key=True
            )
        case "enum" | "literal_error":
            at_key = error["loc"][-1:] == ("[key]",)
            choices = str(context.get("expected", ""))
            hint = _nearest(str(value), _QUOTED.findall(choices), is_closed=False)
            got = f", got {_got(value)}" if isinstance(value, str) else ""
            return Complaint(path, f"expected {choices}{got}", hint, at_key)
        case "value_error" | "assertion_error":
            subject = "" if _is_there(data, path) or not path else f"{name!r}: "
            return Complaint(path, f"{subject}{context.get('error', error['msg'])}")
    for measure, key, words in _MEASURES:
        if kind == measure:
            return Complaint(path, words.format(context.get(key)))
    return _type_complaint(path, error, spelling_of)


def _type_complaint(path: Path, error: Mapping[str, Any], spelling_of: Spelling) -> Complaint:
    kind, value = error["type"], error["input"]
    expected = next((words for starts, words in _EXPECTED if kind.startswith(starts)), None)
    if expected is None:
        return Complaint(path, str(error["msg"]).replace("Input", "the value"))
    hint = ""
    if expected == "text" and isinstance(value, bool | int | float):
        written = spelling_of(path)
        hint = f'put it in quotes: "{written}"' if 0 < len(written) <= 40 else "put it in quotes"
    elif expected == "text" and value is None:
        hint = 'leave the key out, or write ""'
    elif expected == "a list" and not isinstance(value, dict):
        hint = "put it in brackets: [...]"
    return Complaint(path, f"expected {expected}, got {_got(value)}", hint)


def _got(value: object) -> str:
    match value:
        case None:
            return "nothing"
        case bool():
            return "true" if value else "false"
        case int() | float():
            return "a number"
        case str():
            return f"'{value[:40]}'" if len(value) <= 40 else "other text"
        case list() | tuple():
            return "a list"
        case _:
            return "a mapping"


def _nearest(name: str, known: Sequence[str], *, is_closed: bool = True) -> str:
    """`did you mean 'system'?`; without one near enough, the few keys there are."""
    folded = {each.casefold(): each for each in known}
    close = get_close_matches(name[:100].casefold(), folded, n=1, cutoff=0.5)
    if close:
        return f"did you mean '{folded[close[0]]}'?"
    return f"known keys: {', '.join(known)}" if is_closed and 0 < len(known) <= _FEW else ""


def _is_there(data: object, path: Path) -> bool:
    for part in path:
        if not _has(data, part):
            return False
        data = data[part]  # type: ignore[index]
    return True


def _has(data: object, part: str | int) -> bool:
    match data:
        case dict():
            return part in data
        case list():
            return isinstance(part, int) and part < len(data)
        case _:
            return False


def _keys_at(model: type[BaseModel], path: Path) -> list[str]:
    """The keys a mapping at `path` may have."""
    return list(dict.fromkeys(key for each in _models_at(model, path) for key in _fields(each)))


def _models_at(annotation: Any, path: Path) -> Iterator[type[BaseModel]]:
    """The models a value at `path` may be of, through unions, lists and mappings."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        if not path:
            yield annotation
        elif path[0] in (fields := _fields(annotation)):
            yield from _models_at(fields[str(path[0])], path[1:])
        return
    inner = path[1:] if getattr(annotation, "__origin__", None) in (tuple, list, dict, Mapping) else path
    if inner is path or path:
        for argument in get_args(annotation):
            yield from _models_at(argument, inner)


def _fields(model: type[BaseModel]) -> dict[str, Any]:
    return {field.alias or name: field.annotation for name, field in model.model_fields.items()}
