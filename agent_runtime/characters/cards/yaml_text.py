"""A character as a YAML file that people like to read: fields in the order of the model, long texts as blocks."""

import re
from typing import Any, ClassVar

import yaml

from agent_runtime.core.character import Character

_WIDTH = 120
_LONG = 90
_FLOW = 100
# Old and new YAML disagree about what looks like a number, a date or a word for yes; a text that begins with a letter
# and is no such word is a text to both.
_PLAIN = re.compile(r"(?!(?:y|n|yes|no|on|off|true|false|null)$)[^\W\d_]", re.IGNORECASE)
# A block keeps these as they are; other breaks of lines it would turn into common ones.
_IN_BLOCK = re.compile(
    "(?![ \t\n])[\t\n\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]+"
)
_BREAKS = re.compile("[\r\x85\u2028\u2029\ufeff]")


def yaml_text(character: Character) -> str:
    """The character as YAML that `parse_character` reads as the same character. Defaults are left out."""
    given = character.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    fields = {"schema": 1, "name": character.name, "slug": character.slug} | given
    written: str = yaml.dump(
        fields, Dumper=_Writer, sort_keys=False, allow_unicode=True, width=_WIDTH, default_flow_style=False
    )
    return written


def _is_block(text: str) -> bool:
    return _IN_BLOCK.fullmatch(text) is not None and not text.rstrip("\n").endswith((" ", "\t"))


def _text(writer: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = None
    if _BREAKS.search(text):
        style = '"'
    elif ("\n" in text or len(text) > _LONG) and _is_block(text):
        style = "|"
    elif not _PLAIN.match(text):
        style = '"'
    return writer.represent_scalar("tag:yaml.org,2002:str", text, style)


def _list(writer: yaml.SafeDumper, items: list[Any]) -> yaml.SequenceNode:
    """On one line where it is short and plain."""
    is_plain = all(isinstance(each, str | int | float | bool | None) for each in items)
    is_short = is_plain and sum(len(str(each)) + 2 for each in items) < _FLOW
    return writer.represent_sequence("tag:yaml.org,2002:seq", items, flow_style=is_short)


class _Writer(yaml.SafeDumper):
    """Plain data only, every value written out."""

    yaml_representers: ClassVar[dict[Any, Any]] = {**yaml.SafeDumper.yaml_representers, str: _text, list: _list}

    def ignore_aliases(self, data: Any) -> bool:
        return True

    def analyze_scalar(self, scalar: str) -> Any:
        """As the library has it, but that blocks may hold spaces at the ends of lines: nothing else is as legible."""
        analysis = super().analyze_scalar(scalar)
        analysis.allow_block = _is_block(scalar)
        return analysis

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, indentless=False)
