"""`doctor`: what is wrong here, and what to do about it, on one screen."""

import asyncio
from collections.abc import Awaitable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from agent_runtime.cli.db_backup import output_option
from agent_runtime.cli.options import loaded_from, run_async, setting_options

if TYPE_CHECKING:
    from agent_runtime.cli.doctor_checks import Check
    from agent_runtime.config import Loaded, Settings

_OTHERS_S = 2.0  # somebody who takes longer is not well
_HERE_S = 8.0  # a thousand files, or a server to start, on a machine that is busy
_BAD, _AWAY = 1, 3
_COLOURS = {"ok": "green", "warn": "yellow", "fail": "red"}


@click.command("doctor")
@output_option
@setting_options
def command(output: str, config: Path | None, data_dir: str | None, sets: tuple[str, ...]) -> None:
    """Look at everything the runtime stands on: settings, folders, characters, database, Redis, model, port.

    Nothing is changed. Exit code 1 when something is wrong, 3 when something that is needed does not answer.
    """
    from agent_runtime.cli.doctor_checks import State  # noqa: PLC0415 - heavy

    checks = _looked(config, data_dir, sets)
    failed = [each for each in checks if each.state is State.FAIL]
    if output == "json":
        from agent_runtime.cli.asking import show_json  # noqa: PLC0415 - heavy

        fields = ("name", "state", "text", "hint")
        shown = [{field: getattr(each, field) for field in fields} for each in checks]
        show_json({"is_well": not failed, "checks": shown})
    else:
        _show(checks)
        click.echo(f"{len(failed)} of {len(checks)} are wrong" if failed else "all is well", err=True)
    raise SystemExit(_AWAY if any(each.is_away for each in failed) else _BAD if failed else 0)


def _looked(config: Path | None, data_dir: str | None, sets: tuple[str, ...]) -> "list[Check]":
    from agent_runtime.cli import doctor_machine as machine  # noqa: PLC0415 - heavy
    from agent_runtime.cli.doctor_checks import failures, warn  # noqa: PLC0415 - heavy
    from agent_runtime.core.errors import Misconfigured  # noqa: PLC0415 - loaded when a command needs it

    checks = [*machine.python(), *machine.clock()]
    try:
        loaded = loaded_from(config, data_dir, sets)
    except Misconfigured as fault:
        unseen = warn("the rest", "was not looked at: it depends on the settings", "mend them, then ask again")
        return [*checks, *failures("settings", fault), unseen]
    return [*checks, _on_settings(loaded), *run_async(lambda _stop: _asked(loaded.settings))]


def _on_settings(loaded: "Loaded") -> "Check":
    from agent_runtime.cli.doctor_checks import ok  # noqa: PLC0415 - heavy

    given = sum(origin != "default" for origin in loaded.origins.values())
    return ok("settings", f"{given} of {len(loaded.origins)} given; all of them: agent-runtime config show --origin")


async def _asked(settings: "Settings") -> "list[Check]":
    """Everything at once, each for so long and no longer."""
    from agent_runtime.cli import doctor_machine as machine  # noqa: PLC0415 - heavy
    from agent_runtime.cli import doctor_services as services  # noqa: PLC0415 - heavy

    holder = machine.occupant_of(settings)
    starts_one = not settings.redis.url and holder is None
    asked: Mapping[str, tuple[Awaitable[list[Check]], float]] = {
        "data folder": (asyncio.to_thread(machine.data_folder, settings), _HERE_S),
        "characters": (asyncio.to_thread(machine.characters, settings), _HERE_S),
        "database": (services.database(settings), _OTHERS_S),
        "redis": (services.redis(settings, holder), _HERE_S if starts_one else _OTHERS_S),
        "model": (services.model(settings), _OTHERS_S + 1),
        "port": (asyncio.to_thread(machine.port, settings, holder), _OTHERS_S),
        "keys": (asyncio.to_thread(machine.keys, settings), _OTHERS_S),
    }
    found = await asyncio.gather(*(_within(name, work, most_s) for name, (work, most_s) in asked.items()))
    return [check for each in found for check in each]


async def _within(name: str, work: "Awaitable[list[Check]]", most_s: float) -> "list[Check]":
    """What it found; what takes longer is told to stop, and not waited for: taking leave may take long as well."""
    from agent_runtime.cli.doctor_checks import fail  # noqa: PLC0415 - heavy

    task = asyncio.ensure_future(work)
    await asyncio.wait({task}, timeout=most_s)
    if task.done():
        return task.result()
    task.cancel()
    return [fail(name, f"no answer within {most_s:g} s", "is it overloaded, frozen, or behind a wall?", is_away=True)]


def _show(checks: "list[Check]") -> None:
    """A line each, what to do under it."""
    from agent_runtime.core.output import cleaned  # noqa: PLC0415 - heavy

    width = max(len(each.name) for each in checks)
    for each in checks:
        word = "FAIL" if each.state == "fail" else str(each.state)
        click.echo(f"{click.style(f'{word:4}', fg=_COLOURS[each.state])}  {each.name:{width}}  {cleaned(each.text)}")
        if each.hint:
            click.echo(f"{'':{width + 8}}-> {cleaned(each.hint)}")
