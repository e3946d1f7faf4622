"""Where everything stands in a JSON text, so that what is wrong in it can be shown at its line and column."""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from json import JSONDecoder

from agent_runtime.characters.cards.strict_json import load_json
from agent_runtime.characters.files import refused
from agent_runtime.core.errors import InvalidFile
from agent_runtime.core.strict_yaml import Document, Mark, Path, Place

_SPACE = re.compile(r"[ \t\r\n]*")
_ONE = JSONDecoder(parse_int=str, parse_float=str)  # huge numbers are refused already: none is computed twice


def json_document(raw: bytes, file: str) -> Document:
    """The one object that `raw` holds, with the place of every part. Raises InvalidFile as load_json does."""
    if not raw.strip():
        raise refused(file, "expected an object, found nothing", 'begin with {"name": …}')
    told = load_json(raw, file)
    if not isinstance(told, dict):
        raise _no_object(file)
    text = raw.decode().removeprefix("\ufeff")
    lines = tuple(text.split("\n"))
    scanner = _Scanner(text, tuple(_starts(lines)))
    scanner.value((), None)
    return Document(file, told, lines, scanner.marks)


def _no_object(file: str) -> InvalidFile:
    return refused(file, "expected an object, found a list or a single value", 'begin with {"name": …}')


def _starts(lines: tuple[str, ...]) -> Iterator[int]:
    at = 0
    for line in lines:
        yield at
        at += len(line) + 1


@dataclass
class _Scanner:
    """Goes once over a text that is known to be JSON, at most 20 levels deep, and notes where values begin."""

    text: str
    starts: tuple[int, ...]
    marks: dict[Path, Mark] = field(default_factory=dict)
    at: int = 0

    def value(self, path: Path, key: Place | None) -> None:
        """Note the value that begins here and all within it; go behind it."""
        first, place = self._next(), self._place()
        if first == "{":
            self._object(path)
            spelling = ""
        elif first == "[":
            self._list(path)
            spelling = ""
        else:
            spelling = self._scalar()
        self.marks[path] = Mark(place, key or place, spelling)

    def _object(self, path: Path) -> None:
        self.at += 1
        while self._next() != "}":
            place = self._place()
            key = self._scalar()
            self._next()
            self.at += 1  # the colon
            self.value((*path, key), place)
            self._skip_comma()
        self.at += 1

    def _list(self, path: Path) -> None:
        self.at += 1
        number = 0
        while self._next() != "]":
            self.value((*path, number), None)
            self._skip_comma()
            number += 1
        self.at += 1

    def _scalar(self) -> str:
        """A text as it is meant, anything else as it is spelt."""
        begin = self.at
        value, self.at = _ONE.raw_decode(self.text, begin)
        return str(value) if self.text[begin] == '"' else self.text[begin : self.at]

    def _next(self) -> str:
        """The character that comes after white space."""
        found = _SPACE.match(self.text, self.at)
        self.at = found.end() if found else self.at
        return self.text[self.at]

    def _skip_comma(self) -> None:
        if self._next() == ",":
            self.at += 1

    def _place(self) -> Place:
        line = bisect_right(self.starts, self.at)
        return line, self.at - self.starts[line - 1] + 1
