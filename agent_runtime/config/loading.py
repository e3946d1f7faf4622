"""Settings out of all their sources, checked as a whole, with the place each value came from."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import SecretStr, ValidationError

from agent_runtime.config.doors import check_binding, check_key
from agent_runtime.config.settings import Http, Llm, Settings
from agent_runtime.config.sources import KEYS, Given, from_dotenv, from_environment, from_flags, from_yaml
from agent_runtime.core.errors import Misconfigured
from agent_runtime.core.yaml_wording import complaints

_LONGEST_KEY = 16_384


class Loaded(NamedTuple):
    """Settings, and for every dotted key where its value was given (`default` where nowhere)."""

    settings: Settings
    origins: Mapping[str, str]


def load_settings(
    config_file: Path | None, flags: Mapping[str, str], environ: Mapping[str, str], cwd: Path
) -> Settings:
    """The settings of `load`."""
    return load(config_file, flags, environ, cwd).settings


def load(config_file: Path | None, flags: Mapping[str, str], environ: Mapping[str, str], cwd: Path) -> Loaded:
    """Flags (dotted key -> text) over `environ` over `cwd/.env` over `config_file` over defaults.

    Without `config_file`, `cwd/config.yaml` is read where it exists. Relative paths count from `cwd`.
    Raises Misconfigured (InvalidFile for YAML) with every error of a source, never with a secret in it.
    """
    given = {
        **from_yaml(cwd / (config_file or "config.yaml"), is_required=config_file is not None),
        **from_dotenv(cwd / ".env"),
        **from_environment(environ),
        **from_flags(flags),
    }
    settings = _with_keys(_validated(given), given, cwd)
    _check_provider(settings.llm)
    check_binding(settings.http, given["http.host"].origin if "http.host" in given else "http.host")
    folders = {name: cwd / getattr(settings, name) for name in ("data_dir", "characters_dir", "assets_dir")}
    origins = {key: given[key].origin if key in given else "default" for key in KEYS}
    return Loaded(settings.model_copy(update=folders), origins)


def _validated(given: Mapping[str, Given]) -> Settings:
    tree: dict[str, Any] = {}
    for key, each in given.items():
        *sections, name = key.split(".")
        part = tree
        for section in sections:
            part = part.setdefault(section, {})
        part[name] = each.value
    try:
        return Settings.model_validate(tree)
    except ValidationError as error:
        found = complaints(Settings, error.errors(include_url=False), tree, lambda _: "")
    # Not chained: pydantic's error quotes what was given, which may be a secret.
    lines = [f"{_origin(each.path, given)}: {each.message}" + (f" ({each.hint})" * bool(each.hint)) for each in found]
    raise Misconfigured("\n".join(lines))


def _origin(path: tuple[str | int, ...], given: Mapping[str, Given]) -> str:
    """Where the value at `path`, or the one it is a part of, was given."""
    names = [".".join(str(part) for part in path[:length]) for length in range(len(path), 0, -1)]
    return next((given[name].origin for name in names if name in given), names[0])


def _with_keys(settings: Settings, given: Mapping[str, Given], cwd: Path) -> Settings:
    """The same with the keys that files hold."""
    llm = _key_of("llm", settings.llm, given, cwd)
    http = _key_of("http", settings.http, given, cwd)
    if http:
        try:
            check_key(http["api_key"])
        except ValueError as error:
            raise Misconfigured(f"{given['http.api_key_file'].origin}: {http['api_key_file']}: {error}") from None
    return settings.model_copy(
        update={"llm": settings.llm.model_copy(update=llm), "http": settings.http.model_copy(update=http)}
    )


def _key_of(name: str, section: Llm | Http, given: Mapping[str, Given], cwd: Path) -> dict[str, Any]:
    """What `api_key_file` changes in a section."""
    if section.api_key_file is None:
        return {}
    key, file = given.get(f"{name}.api_key"), given[f"{name}.api_key_file"].origin
    if section.api_key is not None and key is not None:
        raise Misconfigured(f"a key is given twice: by {key.origin} and by {file}")
    path = cwd / section.api_key_file
    return {"api_key": SecretStr(_key_in(path, file)), "api_key_file": path}


def _key_in(file: Path, origin: str) -> str:
    """The one line of `file`; only its end is cut off, so that a key is never silently another."""
    try:
        with file.open("rb") as stream:
            text = stream.read(_LONGEST_KEY + 1).decode()
    except UnicodeDecodeError:
        raise Misconfigured(f"{origin}: {file} is not text") from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not a path"
        raise Misconfigured(f"{origin}: {file}: {reason}") from None
    key = text.removesuffix("\n").removesuffix("\r")
    if not key or len(key) > _LONGEST_KEY or any(char.isspace() for char in key):
        raise Misconfigured(f"{origin}: {file} must hold one key and nothing else")
    return key


def _check_provider(llm: Llm) -> None:
    if llm.provider == "openai_compat" and not (llm.base_url and llm.model):
        raise Misconfigured("llm.provider openai_compat needs llm.base_url and llm.model as well")
    if llm.provider == "native":
        for model in (llm.model, *(each.model for each in llm.fallbacks)):
            if not all(model.partition(":")):
                raise Misconfigured(
                    f"llm.provider native needs models such as anthropic:claude-sonnet-4-5, not {model!r}"
                )
