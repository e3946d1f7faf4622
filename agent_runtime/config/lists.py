"""Settings that are lists: written as lists in YAML, as text in the environment and on the command line."""

import re

from pydantic_core import from_json

_HEADER = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}", re.ASCII)


def parse_slugs(value: object) -> object:
    """A list, or the text of one: `vesper-quill, otto` or `["vesper-quill", "otto"]`; empty text is None."""
    return None if isinstance(value, str) and not value.strip() else parse_texts(value)


def parse_texts(value: object) -> object:
    """A list, or the text of one: with commas between, or JSON; empty text is none."""
    if not isinstance(value, str):
        return value
    if not value.lstrip().startswith("["):
        return [each.strip() for each in value.split(",") if each.strip()]
    try:
        return from_json(value)
    except ValueError:
        raise ValueError('expected names with commas between them, or a JSON list such as ["one", "two"]') from None


def parse_fallbacks(value: object) -> object:
    """A list, or the text of one: names with commas between them, or JSON such as `[{"model": "small"}]`."""
    if isinstance(value, str):
        try:
            value = from_json(value) if value.lstrip().startswith("[") else value.split(",")
        except ValueError:
            raise ValueError('expected names with commas between them, or a JSON list: [{"model": "small"}]') from None
    if not isinstance(value, list | tuple):
        return value
    models = [each.strip() if isinstance(each, str) else each for each in value]
    return [{"model": each} if isinstance(each, str) else each for each in models if each != ""]


def parse_headers(value: object) -> object:
    """A list, or the text of one: names of headers with commas between them; empty text is none."""
    names = [name.strip() for name in value.split(",") if name.strip()] if isinstance(value, str) else value
    if not isinstance(names, list | tuple) or not all(
        isinstance(each, str) and _HEADER.fullmatch(each) for each in names
    ):
        raise ValueError("expected names of headers with commas between them, such as X-Chat-Id")
    return names
