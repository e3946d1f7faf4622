"""Macros in the texts of a character: `{{char}}`, `{{random:a,b}}` and their kin, read once and never twice.

Only what a character's author wrote is read for macros. What they stand for (a visitor's name) is put in as it is:
nothing that comes from elsewhere is ever expanded.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from random import Random

from agent_runtime.core.character import Character

MOST_CHARACTERS = 200_000
_DEEPEST = 4
_TOKEN = re.compile(r"\{\{|\}\}")
_HEAD = re.compile(r"\s*(//|[a-z_]+)\s*(::?)?", re.IGNORECASE)
_ANGLED = re.compile(r"<(user|char|bot)>", re.IGNORECASE)
_ROLL = re.compile(r"(?:(\d{0,3})d)?(\d{1,6})\s*([+-]\s*\d{1,6})?", re.IGNORECASE | re.ASCII)
_CHANCE = re.compile(r"\{\{\s*(?:random|pick|roll)\s*:", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Names:
    """What macros stand for in one prompt. `original` is the text a field replaces, where it may name it.

    `seed` decides `pick`; `chance`, the same where it is empty, decides `random` and `roll`. Equal texts with equal
    seeds and at the same place expand to equal words.
    """

    char: str
    user: str
    seed: str = ""
    chance: str = ""
    original: str | None = None


@dataclass(frozen=True, slots=True)
class Expanded:
    """A text as it is shown, and what was hidden in it for lore alone to find."""

    text: str
    hidden: tuple[str, ...] = ()


@dataclass(slots=True)
class _Macro:
    """`{{...}}` at a place in its text; `inside` are texts and macros."""

    start: int
    inside: list["str | _Macro"] = field(default_factory=list)


def with_macros(text: str, character: Character, user_name: str) -> str:
    """The text of a character as `user_name` reads it; chance falls the same way every time."""
    return expanded(text, Names(character.short_name, user_name)).text


def expanded(text: str, names: Names, place: str = "") -> Expanded:
    """The text with its macros replaced; unknown ones, and those nested too deep, are left as they are.

    `place` names the text, so that two fields do not throw the same dice. At most MOST_CHARACTERS come back.
    """
    if "{{" not in text and "<" not in text:
        return Expanded(text)
    expander = _Expander(names, place)
    shown = expander.shown(_parsed(text))
    return Expanded(shown[:MOST_CHARACTERS], tuple(expander.hidden))


def leaves_to_chance(text: str) -> bool:
    """Whether a text may read differently under another seed."""
    return _CHANCE.search(text) is not None


def _parsed(text: str) -> list[str | _Macro]:
    """Texts and macros, by one look at every brace: what is not closed, or too deep, is text."""
    open_macros = [_Macro(0)]
    too_deep = at = 0
    for token in _TOKEN.finditer(text):
        inside = open_macros[-1].inside
        inside.append(text[at : token.start()])
        at = token.end()
        if token[0] == "{{" and len(open_macros) <= _DEEPEST:
            open_macros.append(_Macro(token.start()))
        elif token[0] == "}}" and not too_deep and len(open_macros) > 1:
            macro = open_macros.pop()
            open_macros[-1].inside.append(macro)
        else:
            too_deep = max(0, too_deep + (1 if token[0] == "{{" else -1))
            inside.append(token[0])
    open_macros[-1].inside.append(text[at:])
    while len(open_macros) > 1:
        left = open_macros.pop()
        open_macros[-1].inside += ["{{", *left.inside]
    return open_macros[0].inside


@dataclass
class _Expander:
    """One reading of one text."""

    names: Names
    place: str
    hidden: list[str] = field(default_factory=list)

    def shown(self, parts: Sequence[str | _Macro]) -> str:
        return "".join(self._angled(part) if isinstance(part, str) else self._macro(part) for part in parts)

    def _angled(self, text: str) -> str:
        if "<" not in text:
            return text
        names = self.names
        return _ANGLED.sub(lambda found: names.user if found[1].lower() == "user" else names.char, text)

    def _macro(self, macro: _Macro) -> str:
        """What it stands for, or itself."""
        first = macro.inside[0] if macro.inside else ""
        head = _HEAD.match(first) if isinstance(first, str) else None
        if head is None or not isinstance(first, str):
            return self._as_written(macro)
        name, body = head[1].lower(), [first[head.end() :], *macro.inside[1:]]
        if name == "//":
            return ""
        if head[2] is not None:
            meaning = self._with_argument(name, body, macro)
        else:
            meaning = self._plain(name) if not first[head.end() :] and len(macro.inside) == 1 else None
        return self._as_written(macro) if meaning is None else meaning

    def _as_written(self, macro: _Macro) -> str:
        return "{{" + self.shown(macro.inside) + "}}"

    def _plain(self, name: str) -> str | None:
        known: Mapping[str, str | None] = {
            "char": self.names.char,
            "user": self.names.user,
            "original": self.names.original,
        }
        return known.get(name)

    def _with_argument(self, name: str, body: Sequence[str | _Macro], macro: _Macro) -> str | None:
        rng = partial(self._rng, macro)
        match name:
            case "random":
                return self._one_of(body, rng(self.names.chance or self.names.seed))
            case "pick":
                return self._one_of(body, rng(self.names.seed))
            case "roll":
                return _rolled(self.shown(body), lambda: rng(self.names.chance or self.names.seed))
            case "reverse":
                return self.shown(body)[::-1]
            case "comment":
                return ""
            case "hidden_key":
                self.hidden.append(self.shown(body).strip())
                return ""
        return None

    def _rng(self, macro: _Macro, seed: str) -> Random:
        """Dice for this place alone: what stands elsewhere in the text does not change how they fall."""
        return Random(f"{seed}\n{self.place}\n{macro.start}")

    def _one_of(self, body: Sequence[str | _Macro], rng: Random) -> str:
        choices = _choices(body)
        return self.shown(choices[rng.randrange(len(choices))]).strip()


def _choices(body: Sequence[str | _Macro]) -> list[list[str | _Macro]]:
    """Split at `::` where there is one, else at commas that no backslash stands before; names never split."""
    by_colons = any(isinstance(part, str) and "::" in part for part in body)
    separator = re.compile("::" if by_colons else r"(?<!\\),")
    choices: list[list[str | _Macro]] = [[]]
    for part in body:
        if isinstance(part, str):
            first, *more = (each.replace("\\,", ",") for each in separator.split(part))
            choices[-1].append(first)
            choices += [[each] for each in more]
        else:
            choices[-1].append(part)
    return choices


def _rolled(dice: str, rng: Callable[[], Random]) -> str | None:
    """`6`, `d6`, `2d6+1`; None for what is no such throw."""
    found = _ROLL.fullmatch(dice.strip())
    if found is None:
        return None
    count, sides = int(found[1] or 1), int(found[2])
    if not (1 <= count <= 100 and sides >= 1):
        return None
    more = int(found[3].replace(" ", "")) if found[3] else 0
    drawn = rng()
    return str(sum(drawn.randint(1, sides) for _ in range(count)) + more)
