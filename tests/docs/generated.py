"""The tables in docs/ that are made from the code: `python -m tests.docs.generated --write` brings them up to date."""

import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from agent_runtime.config.settings import Settings
from agent_runtime.config.sources import variable
from agent_runtime.core.character import Character, Traits
from agent_runtime.core.domain import Rank
from agent_runtime.core.phrases import FAMILIES, LOT
from agent_runtime.projection.emotions import EMOTIONS
from agent_runtime.projection.labels import ARROWS
from agent_runtime.projection.mood import baseline
from tests.docs import coverage, keys, tables
from tests.docs.meanings import MEANINGS
from tests.docs.pages import DOCS, ROOT

Row = tuple[str, ...]
UNUSED_SETTINGS: frozenset[str] = frozenset()
_SECTION_MEANINGS = {
    "narration.valid_s": "After so many seconds a {} line is worth half.",
    "narration.base": "What a {} line is worth.",
    "log": "Least important log lines that are shown.",
}
_MARKED = "<!-- generated: {} -->\n"
_END = "<!-- end of generated -->"


def settings() -> str:
    """Every setting, as the model has it."""
    rows: list[Row] = [("setting", "environment variable", "default", "meaning")]
    rows += [(f"`{key}`", f"`{variable(key)}`", default, meaning) for key, default, meaning in _settings(Settings, "")]
    return _table(rows)


def character() -> str:
    """Every field of a character file."""
    rows: list[Row] = [("field", "default", "what it is for")]
    rows += [(f"`{key}`", _shown(default), MEANINGS[key]) for key, default in character_fields(Character, "")]
    return _table(rows)


def phrases() -> str:
    """Every family, the slots its lines may name, and whether anything is said in it yet."""
    rows: list[Row] = [("family", "always known", "known at times", "must name", "said")]
    for name, family in FAMILIES.items():
        lot = ["lot", "title"] if family.is_about_lot else []
        rows.append(
            (
                f"`{name}`",
                _slots([*lot, *sorted(family.required - LOT)]),
                " or ".join(_slots([slot]) for slot in sorted(family.one_of)) or _slots(sorted(family.optional)),
                _slots(sorted(family.named)),
                "yes" if is_said(name) else "not yet",
            )
        )
    return _table(rows)


def classes() -> str:
    """The classes of lines with what they are worth and for how long, by default."""
    said = {
        Rank.CRITICAL: "sold, passed, cancelled, a correction, the line to the auction lost or back, `say`",
        Rank.HIGH: "an opening, a closing call, an extension, the reserve met, a stage of the day, what was missed",
        Rank.MEDIUM: "the first bid, a new or returning bidder, a jump, a round figure reached",
        Rank.LOW: "any other bid or price",
        Rank.QUESTION: "an answer to the audience",
        Rank.COLOUR: "a lull, colour, a word to whose bid was refused",
    }
    narration = Settings().narration
    rows: list[Row] = [("class", "setting name", "what", "worth at first", "half of it after")]
    for rank in Rank:
        name = rank.name.lower()
        worth, half = getattr(narration.base, name), getattr(narration.valid_s, name)
        rows.append((f"C{int(rank)}", f"`{name}`", said[rank], f"{worth:g}", f"{half:g} s"))
    return _table(rows)


def rules() -> str:
    """The rules with the default figures in them."""
    n = Settings().narration
    return (
        f"- **Worth** `S = base · (1 + 0.6·J + 0.8·R·Q + 0.4·M) · 2^(−age / valid) · max(0.5, 0.8^rep)`\n"
        f"- **Threshold** `S ≥ {n.threshold_floor:g} + {n.threshold_span:g} · "
        f"e^(−silence / {n.threshold_decay_s:g} s)`\n"
        f"- **Words** {n.words_per_second:g} words a second in the long run, {n.bucket_words:g} at most in one go\n"
        f"- **Speaking** {n.speaking_words_per_second:g} words a second, {n.gap_s:g} s between two lines\n"
        f"- **Promise** the newest bid of an open lot is said within {n.bid_deadline_s:g} s, whatever it is worth\n"
        f"- **Short form** when something else waits, or the line is older than {n.short_after_s:g} s\n"
    )


def emotions() -> str:
    """The table of emotions."""
    rows: list[Row] = [("emotion", "pleasure", "arousal", "dominance")]
    return _table([*rows, *((name, *_numbers(vector)) for name, vector in EMOTIONS.items())])


def arrows() -> str:
    """The arrows of the labels."""
    rows: list[Row] = [("label", "pleasure", "arousal", "dominance")]
    return _table([*rows, *((mood.value, *_numbers(vector)) for mood, vector in ARROWS)])


def rest() -> str:
    """What one point of each trait adds to the resting mood."""
    rows: list[Row] = [("trait", "pleasure", "arousal", "dominance")]
    return _table([*rows, *((name, *_numbers(baseline(Traits(**{name: 1.0})))) for name in Traits.model_fields)])


def character_fields(model: type[BaseModel], prefix: str) -> Iterator[tuple[str, Any]]:
    """Dotted names and defaults of a character file's fields; `traits` are one."""
    for name, each in model.model_fields.items():
        key, default = prefix + (each.alias or name), each.get_default()
        if isinstance(default, BaseModel) and name != "traits":
            yield from character_fields(type(default), f"{key}.")
        else:
            yield key, None if each.is_required() or isinstance(default, Traits) else default


def is_said(family: str) -> bool:
    """Whether any code that speaks names the family."""
    rooms = ("domains", "narration", "llm", "agents", "chat")
    sources = (path for room in rooms for path in (ROOT / "agent_runtime" / room).rglob("*.py"))
    return any(f'"{family}"' in path.read_text() for path in sources)


TABLES: Mapping[str, tuple[str, Callable[[], str]]] = {
    "settings": ("configuration.md", settings),
    "character": ("characters.md", character),
    "phrases": ("characters.md", phrases),
    "classes": ("narration.md", classes),
    "rules": ("narration.md", rules),
    "emotions": ("mood.md", emotions),
    "arrows": ("mood.md", arrows),
    "rest": ("mood.md", rest),
    "keys": ("contract.md", lambda: _table(keys.keys())),
    "shapes": ("contract.md", lambda: _table(keys.shapes())),
    "tables": ("records.md", lambda: _table(tables.rows())),
    "coverage": ("contract.md", lambda: _table(coverage.rows())),
}


def with_tables(path: Path) -> str:
    """The page as it should be."""
    text = path.read_text()
    for name, (page_name, made) in TABLES.items():
        if page_name == path.name:
            start = _MARKED.format(name)
            pattern = re.compile(re.escape(start) + ".*?" + re.escape(_END), re.DOTALL)
            if len(pattern.findall(text)) != 1:
                raise ValueError(f"{path.name} needs one block from {start.strip()} to {_END}")
            before, _, after = pattern.sub("\0", text).partition("\0")
            text = before + start + made() + _END + after
    return text


def _settings(section: type[BaseModel], prefix: str) -> Iterator[tuple[str, str, str]]:
    for name, each in section.model_fields.items():
        key, kind = prefix + name, each.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            yield from _settings(kind, f"{key}.")
        else:
            yield key, _shown(each.get_default()), _meaning(key, each)


def _meaning(key: str, each: FieldInfo) -> str:
    section, _, name = key.rpartition(".")
    meaning = each.description or _SECTION_MEANINGS[section].format(name)
    if get_origin(each.annotation) is Literal:
        meaning += f" One of {', '.join(f'`{choice}`' for choice in get_args(each.annotation))}."
    return meaning + (" Read and checked; nothing uses it yet." if key in UNUSED_SETTINGS else "")


def _slots(names: list[str]) -> str:
    return " ".join(f"`{{{name}}}`" for name in names)


def _shown(value: object) -> str:
    match value:
        case None | "" | () | {} | []:
            return ""
        case bool():
            return f"`{str(value).lower()}`"
        case float():
            return f"`{value:g}`"
        case timedelta():
            return f"`{value.total_seconds():g}s`"
    return f"`{value}`"


def _numbers(vector: tuple[float, ...]) -> tuple[str, ...]:
    return tuple(f"{round(number, 4) + 0:g}".replace("-", "−") for number in vector)


def _table(rows: Sequence[Row]) -> str:
    head, *body = rows
    lines: list[Row] = [head, ("---",) * len(head), *body]
    return "".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |\n" for line in lines)


def main(arguments: list[str]) -> int:
    """Name the pages that are out of date; with --write, mend them."""
    stale = {path: text for path in sorted(DOCS.glob("*.md")) if (text := with_tables(path)) != path.read_text()}
    for path, text in stale.items():
        sys.stdout.write(f"{path.relative_to(ROOT)}\n")
        if "--write" in arguments:
            path.write_text(text)
    return 1 if stale and "--write" not in arguments else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
