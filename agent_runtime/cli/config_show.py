"""`config`: what the settings come to, and where each was given."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import click

from agent_runtime.cli.options import loaded_from, setting_options

_WIDEST = 2**30  # one line a setting


@click.group("config")
def command() -> None:
    """The settings: show."""


@command.command("show")
@click.option("--origin", is_flag=True, help="Say of each where it was given.")
@click.option(
    "-o", "--output", type=click.Choice(["yaml", "json"]), default="yaml", show_default=True, help="How to print."
)
@setting_options
def show(origin: bool, output: str, config: Path | None, data_dir: str | None, sets: tuple[str, ...]) -> None:
    """Every setting as it holds here: flags over environment over .env over config.yaml over defaults.

    Keys and passwords are shown as ***.
    """
    from agent_runtime.config import shown  # noqa: PLC0415 - heavy

    loaded = loaded_from(config, data_dir, sets)
    values = shown(loaded.settings)
    origins = {key: _origin(key, values, loaded.origins) for key in values}
    if output == "json":
        from agent_runtime.cli.asking import show_json  # noqa: PLC0415 - heavy

        show_json(_tree({key: {"value": values[key], "origin": origins[key]} for key in values} if origin else values))
        return
    for line in _lines(values, origins if origin else {}):
        click.echo(line)


def _origin(key: str, values: Mapping[str, object], origins: Mapping[str, str]) -> str:
    """Where it was given, files below here without the way to them; a key may come out of a file of its own."""
    file = f"{key}_file"
    named = file if values.get(file) is not None and values[key] is not None else key
    return origins[named].removeprefix(f"{Path.cwd()}/")


def _lines(values: Mapping[str, object], origins: Mapping[str, str]) -> Iterator[str]:
    """YAML that could be a config.yaml, the origins as comments."""
    opened: list[str] = []
    for key, value in values.items():
        *sections, name = key.split(".")
        shared = next((at for at, (one, two) in enumerate(zip(sections, opened, strict=False)) if one != two), None)
        shared = min(len(sections), len(opened)) if shared is None else shared
        for depth, section in enumerate(sections[shared:], start=shared):
            yield f"{'  ' * depth}{section}:"
        opened = sections
        comment = f"  # {origins[key]}" if key in origins else ""
        yield f"{'  ' * len(sections)}{name}: {_written(value)}{comment}"


def _written(value: object) -> str:
    import yaml  # noqa: PLC0415 - heavy

    text: str = yaml.safe_dump(value, default_flow_style=True, allow_unicode=True, width=_WIDEST)
    return text.removesuffix("...\n").strip()


def _tree(values: Mapping[str, object]) -> dict[str, Any]:
    """Dotted keys as sections in each other."""
    tree: dict[str, Any] = {}
    for key, value in values.items():
        *sections, name = key.split(".")
        part = tree
        for section in sections:
            part = part.setdefault(section, {})
        part[name] = value
    return tree
