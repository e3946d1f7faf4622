"""YAML read strictly: a plain mapping that knows the place of every value, or findings that say what is wrong where."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from math import isfinite
from typing import Any, NamedTuple, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from agent_runtime.core.errors import Finding, InvalidFile
from agent_runtime.core.yaml_wording import complaints

MAX_BYTES = 256 * 1024
MAX_NODES = 20_000
MAX_DEPTH = 20
MAX_FINDINGS = 50
_EXCERPT = 160
_LARGEST = 2**63 - 1
_BREAK = re.compile(r"\r\n|[\n\r\x85\u2028\u2029]")
_UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]|\ufeff")
_NEVER_IN_TEXT = re.compile("[\x00\ud800-\udfff]")
_SECRET = re.compile(r"((?:api_?key|token|secret|passw(?:or)?d)[\"']?\s*:\s*)\S.*|(://[^\s/:@]*:)[^\s@]*(?=@)", re.I)
_INT = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+", re.ASCII)
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?", re.ASCII)
_NOT_FINITE = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")
_WORDS: Mapping[str, bool | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_SYNTAX = (
    (r"'\\t'", "a tab cannot be used here", "indent with spaces"),
    ("mapping values are not allowed", "a ':' is not allowed here", "put a text with ': ' in it in quotes"),
    ("could not find expected ':'", "a key without ':'", "write 'key: value', or check the quotes above"),
    ("unexpected end of stream", "a quote is opened and never closed", "close it"),
    (
        r"<(?:block end|document start)>",
        "this does not line up with the lines above",
        "check the indentation and the quotes",
    ),
    ("',' or '", "a list or mapping in brackets is not closed or lacks a comma", "check the brackets"),
    ("unknown escape", "an unknown escape after '\\'", "use single quotes, or write '\\\\'"),
    ("expected the node content", "a value is expected here", ""),
    ("cannot start any token", "this character cannot begin a value", "put the text in quotes"),
)

Path = tuple[str | int, ...]
Place = tuple[int, int]
M = TypeVar("M", bound=BaseModel)


class Mark(NamedTuple):
    """Where a value and its key begin, as (line, column) from 1, and a scalar's own spelling."""

    value: Place
    key: Place
    spelling: str = ""


@dataclass(frozen=True)
class Document:
    """A file's data (mappings, lists, text, numbers, booleans, null) with the place of every part of it."""

    file: str
    data: dict[str, Any]
    lines: tuple[str, ...]
    marks: Mapping[Path, Mark]

    def place(self, path: Path) -> Place:
        """(line, column), from 1, of the value at `path`, or of the nearest part around it that exists."""
        return self._mark(path).value

    def key_place(self, path: Path) -> Place:
        """(line, column), from 1, of the key that `path` ends with."""
        return self._mark(path).key

    def finding(self, path: Path, message: str, hint: str = "", *, at_key: bool = False) -> Finding:
        """A finding about the value (or key) at `path`, with its line."""
        place = self.key_place(path) if at_key else self.place(path)
        return _finding(self.file, self.lines, place, message, hint, path)

    def _mark(self, path: Path) -> Mark:
        while path not in self.marks:
            path = path[:-1]
        return self.marks[path]


def load(text: str | bytes, file: str) -> Document:
    """The one mapping `text` holds; `file` is what findings call it.

    YAML 1.2 core: `no`, `on`, dates and `12:30` stay text. Raises InvalidFile for everything else that is not
    plain data: duplicate keys, anchors, aliases, tags, merge keys, a second document, infinities, huge
    numbers, more than 256 KB, 20 000 values or 20 levels, anything but UTF-8, NUL and half characters.
    """
    content = _decoded(text, file)
    lines = tuple(_BREAK.split(content))
    if bad := _UNPRINTABLE.search(content):
        place = _place_of(content, bad.start())
        message = f"the character U+{ord(bad[0]):04X} is not allowed"
        raise InvalidFile((_finding(file, lines, place, message, "remove it"),))
    reader = _Reader(file, lines, yaml.SafeLoader(content))
    data = reader.document()
    if reader.findings:
        raise InvalidFile(tuple(reader.findings))
    return Document(file, data, lines, reader.marks)


def validate(model: type[M], document: Document) -> M:
    """The document as an instance of `model`. Raises InvalidFile with every error at its own place."""
    try:
        return model.model_validate(document.data)
    except ValidationError as error:
        found = complaints(model, error.errors(include_url=False), document.data, _spelling_in(document))
    # Not chained: pydantic's error quotes what was written, which may be a secret.
    findings = (document.finding(each.path, each.message, each.hint, at_key=each.at_key) for each in found)
    raise InvalidFile(tuple(sorted(findings, key=lambda each: (each.line, each.column))[:MAX_FINDINGS]))


def _spelling_in(document: Document) -> Callable[[Path], str]:
    return lambda path: document.marks[path].spelling if path in document.marks else ""


def _decoded(text: str | bytes, file: str) -> str:
    """The text without a byte order mark, at most MAX_BYTES of UTF-8."""
    refused = "the file is not UTF-8 text"
    try:
        raw = text if isinstance(text, bytes) else text[: MAX_BYTES + 1].encode()
        if len(raw) <= MAX_BYTES:
            return raw.decode().removeprefix("\ufeff")
        message, hint, place = f"the file is larger than {MAX_BYTES // 1024} KB", "", (1, 1)
    except UnicodeDecodeError as error:
        before = error.object[: error.start].decode(errors="replace").removeprefix("\ufeff")
        message, hint, place = refused, "save it as UTF-8", _place_of(before, len(before))
    except UnicodeEncodeError as error:
        message, hint, place = refused, "it holds half a character", _place_of(error.object, error.start)
    raise InvalidFile((Finding(file, *place, message, hint),))


def _place_of(text: str, index: int) -> Place:
    before = _BREAK.split(text[:index])
    return len(before), len(before[-1]) + 1


def _finding(file: str, lines: tuple[str, ...], place: Place, message: str, hint: str, path: Path = ()) -> Finding:
    line = lines[place[0] - 1] if place[0] <= len(lines) else ""
    # Beyond the cut no caret could point at the place: the column alone says it.
    shown = _UNPRINTABLE.sub("\ufffd", line[: _EXCERPT * 2]).replace("\t", " ") if place[1] <= _EXCERPT else ""
    shown = _SECRET.sub(lambda found: f"{found[1] or found[2]}…", shown)
    shown = shown if len(shown) <= _EXCERPT else f"{shown[:_EXCERPT]}…"
    pointer = "".join(f"/{str(part).replace('~', '~0').replace('/', '~1')}" for part in path)
    return Finding(file, *place, message, hint, shown, pointer)


@dataclass
class _Reader:
    """Parser events into plain data, one by one: too deep or too many are noticed before anything is built of them."""

    file: str
    lines: tuple[str, ...]
    events: yaml.SafeLoader
    marks: dict[Path, Mark] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    nodes: int = 0

    def document(self) -> dict[str, Any]:
        """The one mapping of the file. Raises InvalidFile where reading on is of no use."""
        self._next()
        if self._at(yaml.StreamEndEvent):
            raise self._stop((1, 1), "expected a mapping, found an empty file", "begin with 'key: value'")
        self._next()
        value = self._value((), None)
        self._next()
        if not self._at(yaml.StreamEndEvent):
            self._report(_place(self._next()), "a second document begins here", "one file holds one document")
        if not isinstance(value, dict):
            kind = {list: "a list", str: "text", type(None): "an empty file"}.get(type(value), "a single value")
            self._report(self.marks[()].value, f"expected a mapping, found {kind}", "begin with 'key: value'")
            return {}
        return value

    def _value(self, path: Path, key: Place | None) -> Any:
        event = self._next()
        place = _place(event)
        self.nodes += 1
        if self.nodes > MAX_NODES:
            raise self._stop(place, f"more than {MAX_NODES} values")
        if len(path) > MAX_DEPTH:
            raise self._stop(place, f"nested more than {MAX_DEPTH} levels deep")
        self.marks[path] = Mark(place, key or place, getattr(event, "value", ""))
        if isinstance(event, yaml.AliasEvent):
            return self._report(
                place, f"aliases such as '*{event.anchor}' are not supported", "write the value out", path
            )
        if event.anchor is not None:
            self._report(place, f"anchors such as '&{event.anchor}' are not supported", "write each value out", path)
        if event.tag is not None:
            self._report(place, f"tags such as '{event.tag[:60]}' are not supported", "remove it", path)
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(path)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._list(path)
        return self._scalar(event, path)

    def _list(self, path: Path) -> list[Any]:
        items: list[Any] = []
        while not self._at(yaml.SequenceEndEvent):
            items.append(self._value((*path, len(items)), None))
        self._next()
        return items

    def _mapping(self, path: Path) -> dict[str, Any]:
        result: dict[str, Any] = {}
        while not self._at(yaml.MappingEndEvent):
            spot = (*path, f"key {len(result) + 1}")
            is_plain = self._at(yaml.ScalarEvent) and self._peek().implicit[0]
            key = self._value(spot, None)
            place = self.marks.pop(spot).value
            if not isinstance(key, str):
                self._report(place, "a key must be text", "put it in quotes", path)
            elif key == "<<" and is_plain:
                self._report(place, "merge keys ('<<') are not supported", "write the values out", path)
            elif key in result:
                first = self.marks[(*path, key)].key[0]
                self._report(place, f"duplicate key {key[:60]!r}", f"it is on line {first} already", (*path, key))
            else:
                result[key] = None
                result[key] = self._value((*path, key), place)
                continue
            self._value((*path, f"key {len(result) + 1}, refused"), place)
        self._next()
        return result

    def _scalar(self, event: Any, path: Path) -> Any:
        text: str = event.value
        place = _place(event)
        if _NEVER_IN_TEXT.search(text):
            return self._report(place, "NUL and half characters are not allowed in text", "remove the escape", path)
        if not event.implicit[0]:
            return text
        if text in _WORDS:
            return _WORDS[text]
        number = _number(text)
        if number is not None and (not isfinite(number) or (type(number) is int and abs(number) > _LARGEST)):
            return self._report(place, "the number is out of range", "put it in quotes if it is text", path)
        return text if number is None else number

    def _at(self, kind: type[yaml.Event]) -> bool:
        return isinstance(self._peek(), kind)

    def _peek(self) -> Any:
        return self._parsed(self.events.peek_event)

    def _next(self) -> Any:
        return self._parsed(self.events.get_event)

    def _parsed(self, step: Callable[[], Any]) -> Any:
        try:
            return step()
        except yaml.MarkedYAMLError as error:
            unclosed = "end of stream" in (error.problem or "")
            marks = (error.context_mark, error.problem_mark) if unclosed else (error.problem_mark, error.context_mark)
            mark = marks[0] or marks[1] or self.events.get_mark()
            raise self._stop((mark.line + 1, mark.column + 1), *_worded(error.problem or "")) from error
        except (yaml.YAMLError, ValueError, OverflowError) as error:  # a number in an escape or directive too large
            mark = self.events.get_mark()
            raise self._stop((mark.line + 1, mark.column + 1), "this escape or directive cannot be read") from error

    def _report(self, place: Place, message: str, hint: str = "", path: Path = ()) -> None:
        self.findings.append(_finding(self.file, self.lines, place, message, hint, path))
        if len(self.findings) >= MAX_FINDINGS:
            raise InvalidFile(tuple(self.findings))

    def _stop(self, place: Place, message: str, hint: str = "") -> InvalidFile:
        return InvalidFile((*self.findings, _finding(self.file, self.lines, place, message, hint)))


def _place(event: Any) -> Place:
    return event.start_mark.line + 1, event.start_mark.column + 1


def _worded(problem: str) -> tuple[str, str]:
    return next(((message, hint) for part, message, hint in _SYNTAX if re.search(part, problem)), (problem, ""))


def _number(text: str) -> int | float | None:
    """A YAML 1.2 number, None for text. What no 64-bit number holds comes back as infinity, without being computed."""
    if _NOT_FINITE.fullmatch(text):
        return float("inf")
    if _INT.fullmatch(text):
        if len(text.lstrip("+-0")) > 19:
            return float("inf")
        return int(text, {"0o": 8, "0x": 16}.get(text[:2], 10))
    if _FLOAT.fullmatch(text):
        return float(text)
    return None
