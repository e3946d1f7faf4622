"""Example dialogues: one text with `<START>` and speakers in a card, lists of lines in a character."""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice

from agent_runtime.core.character import ExampleLine

MOST = 100
_MOST_PARTS = 10 * MOST  # most of them may be empty
_START = re.compile(r"<START>", re.IGNORECASE)
_USER = r"\{\{user\}\}|<user>|you"
_CHAR = r"\{\{char\}\}|<bot>|<char>"

Dialogue = list[dict[str, str]]


def dialogues_in(text: str, name: str) -> list[Dialogue]:
    """The dialogues of a text, at most 100. `name` is that of the character: its lines may begin with it.

    Words that nobody is named for belong to the line above, or, at the beginning, to the character.
    """
    speakers = re.compile(rf"[ \t]*(?:(?P<user>{_USER})|(?P<char>{_CHAR}|{re.escape(name)}))[ \t]*:", re.IGNORECASE)
    found = (list(_lines(part, speakers)) for part in _START.split(text, _MOST_PARTS))
    return list(islice(filter(None, found), MOST))


def as_text(dialogues: Sequence[Dialogue]) -> str:
    """What `dialogues_in` reads back, as long as no line looks like the beginning of another."""
    return "\n".join("\n".join(("<START>", *map(_line, each))) for each in dialogues)


def lines_of(dialogues: Sequence[Sequence[ExampleLine]]) -> list[Dialogue]:
    """The dialogues of a character as `dialogues_in` gives them."""
    return [[line.model_dump(exclude_none=True) for line in each] for each in dialogues]


def _lines(part: str, speakers: re.Pattern[str]) -> Iterator[dict[str, str]]:
    """A speaker and what they say, until the next one speaks."""
    speaker, said = "char", list[str]()
    for line in part.splitlines():
        if match := speakers.match(line):
            yield from _spoken(speaker, said)
            speaker, said = str(match.lastgroup), [line[match.end() :]]
        else:
            said.append(line)
    yield from _spoken(speaker, said)


def _spoken(speaker: str, said: list[str]) -> Iterator[dict[str, str]]:
    text = "\n".join(said).strip()
    if text:
        yield {speaker: text}


def _line(line: Mapping[str, str]) -> str:
    return "\n".join(f"{{{{{speaker}}}}}: {text}" for speaker, text in line.items())
