"""Where settings come from: each source as dotted keys with what was given and a name for the place."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from difflib import get_close_matches
from io import StringIO
from pathlib import Path
from typing import Any, NamedTuple

from dotenv.parser import Binding, parse_stream
from pydantic import BaseModel

from agent_runtime.config.settings import Settings
from agent_runtime.core.errors import Finding, InvalidFile, Misconfigured
from agent_runtime.core.strict_yaml import Document, load, validate

PREFIX = "AGENT_RUNTIME__"
_ENVIRONMENT_ONLY = (
    *("llm.api_key", "llm.api_key_file", "llm.fallback_api_key"),
    *("http.api_key", "http.api_key_file"),
)
_URLS = ("database.url", "redis.url", "llm.base_url")
_PASSWORD = re.compile(r"//[^@]*:.*@|[?&]password=", re.DOTALL)
_MAY_BE_SECRET = re.compile(r"api.?key|secret|passw|@", re.IGNORECASE)


class Given(NamedTuple):
    """A value as it was written; `origin` names the place for people."""

    value: object
    origin: str


def variable(key: str) -> str:
    """The environment's name of a setting: `http.port` -> `AGENT_RUNTIME__HTTP__PORT`."""
    return PREFIX + key.replace(".", "__").upper()


def _keys(model: type[BaseModel], prefix: str = "") -> Iterator[str]:
    for name, field in model.model_fields.items():
        kind = field.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            yield from _keys(kind, f"{prefix}{name}.")
        else:
            yield prefix + name


KEYS = tuple(_keys(Settings))
_KEY_OF = {variable(key): key for key in KEYS}


def from_flags(flags: Mapping[str, str]) -> dict[str, Given]:
    """Dotted keys as a command line gives them. Raises Misconfigured."""
    for key in flags:
        if key not in KEYS:
            raise Misconfigured(f"there is no setting {key!r}{_nearest(key, KEYS)}")
        if key in _ENVIRONMENT_ONLY:
            raise Misconfigured(f"{key} on a command line can be read by others; set {variable(key)}")
    return {key: _given(value, f"flag {key}") for key, value in flags.items()}


def from_environment(environ: Mapping[str, str]) -> dict[str, Given]:
    """The variables that begin with AGENT_RUNTIME__. Raises Misconfigured for one that sets nothing."""
    return _from_variables((name, value, name) for name, value in environ.items())


def from_dotenv(file: Path) -> dict[str, Given]:
    """The same of a `.env` file, when there is one; other variables in it are somebody else's."""
    if not file.is_file():
        return {}
    bindings = parse_stream(StringIO(_text(file)))
    return _from_variables(_variable_of(each, file.name) for each in bindings if each.key is not None or each.error)


def from_yaml(file: Path, *, is_required: bool) -> dict[str, Given]:
    """config.yaml. Raises InvalidFile with every error and its place; Misconfigured when it cannot be read."""
    if not is_required and not file.exists():
        return {}
    text = _text(file)
    if all(not line.strip() or line.lstrip().startswith("#") for line in text.splitlines()):
        return {}
    try:
        document = load(text, str(file))
        _refuse_secrets(document)
        validate(Settings, document)
    except InvalidFile as error:
        if _MAY_BE_SECRET.search(text) is None:
            raise
        # Lines are not quoted from a file in which somebody may have put a secret.
        raise InvalidFile(tuple(replace(each, excerpt="") for each in error.findings)) from None
    return dict(_settings_in(document))


def _from_variables(variables: Iterator[tuple[str, str, str]]) -> dict[str, Given]:
    given: dict[str, Given] = {}
    wrong: list[str] = []
    for name, value, origin in variables:
        if name in _KEY_OF:
            given[_KEY_OF[name]] = _given(value, origin)
        elif name.startswith(PREFIX) or _is_misspelt(name):
            wrong.append(f"{origin}: no setting has this name{_nearest(name, tuple(_KEY_OF))}")
    if wrong:
        raise Misconfigured("\n".join(wrong))
    return given


def _given(value: str, origin: str) -> Given:
    """Half characters stand for bytes that are not UTF-8; refused here, where the value is not quoted."""
    try:
        value.encode()
    except UnicodeEncodeError:
        raise Misconfigured(f"{origin}: the value is not UTF-8 text") from None
    return Given(value, origin)


def _is_misspelt(name: str) -> bool:
    """Whether only the doubled underscores are missing: `AGENT_RUNTIME_HTTP_PORT`."""
    if not name.startswith("AGENT_RUNTIME_"):
        return False
    return re.sub("_+", "_", name) in {re.sub("_+", "_", known) for known in _KEY_OF}


def _variable_of(binding: Binding, file: str) -> tuple[str, str, str]:
    text = binding.original.string
    line = binding.original.line + text[: len(text) - len(text.lstrip())].count("\n")
    if binding.error or binding.key is None or binding.value is None:
        raise Misconfigured(f"{file}:{line}: expected NAME=value")
    return binding.key, binding.value, f"{file}:{line}: {binding.key}"


def _text(file: Path) -> str:
    try:
        return file.read_text("utf-8-sig")
    except FileNotFoundError:
        raise Misconfigured(f"{file}: there is no such file") from None
    except UnicodeDecodeError:
        raise Misconfigured(f"{file}: the file is not UTF-8 text; save it as UTF-8") from None
    except OSError as error:
        raise Misconfigured(f"{file}: {error.strerror}") from None


def _refuse_secrets(document: Document) -> None:
    findings: list[Finding] = []
    for key in (*_ENVIRONMENT_ONLY, *_URLS):
        path = tuple(key.split("."))
        value = _at(document.data, path)
        if value is None or (key in _URLS and not _PASSWORD.search(str(value))):
            continue
        what = "a password" if key in _URLS else key
        hint = f"put it in the environment as {variable(key)}"
        findings.append(document.finding(path, f"{what} must not stand in a file", hint))
    if findings:
        raise InvalidFile(tuple(replace(each, excerpt="") for each in findings))


def _settings_in(document: Document) -> Iterator[tuple[str, Given]]:
    for key in KEYS:
        path = tuple(key.split("."))
        if path in document.marks:
            line, column = document.place(path)
            yield key, Given(_at(document.data, path), f"{document.file}:{line}:{column}")


def _at(data: Any, path: tuple[str, ...]) -> Any:
    for part in path:
        data = data.get(part) if isinstance(data, dict) else None
    return data


def _nearest(name: str, known: tuple[str, ...]) -> str:
    folded = {each.casefold(): each for each in known}
    close = get_close_matches(name[:100].casefold(), folded, n=1, cutoff=0.5)
    return f"; did you mean {folded[close[0]]}?" if close else ""
