"""What several commands share: settings from flags, logging, an event loop with signals, and finding a runtime."""

import asyncio
import os
import signal
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from agent_runtime.config import Loaded, Settings

# The log library takes rich along wherever it is installed, for a renderer that is not used here: 4 MB of a process.
sys.modules.setdefault("rich", None)  # type: ignore[arg-type]

F = TypeVar("F", bound=Callable[..., Any])
T = TypeVar("T")


def setting_options(function: F) -> F:
    """`--config`, `--data-dir` and `--set KEY=VALUE` for a command that reads settings."""
    options = (
        click.option("--config", "config", type=click.Path(path_type=Path), help="The file of settings [config.yaml]."),
        click.option("--data-dir", help="Where data are kept [.data]."),
        click.option("--set", "sets", multiple=True, metavar="KEY=VALUE", help="Any setting, such as http.port=0."),
    )
    for option in reversed(options):
        function = option(function)
    return function


def settings_from(config: Path | None, data_dir: str | None, sets: tuple[str, ...], **flags: str | None) -> "Settings":
    """The settings of a command. Raises Misconfigured."""
    return loaded_from(config, data_dir, sets, **flags).settings


def loaded_from(config: Path | None, data_dir: str | None, sets: tuple[str, ...], **flags: str | None) -> "Loaded":
    """The same, and where each was given. Raises Misconfigured."""
    from agent_runtime.config import load  # noqa: PLC0415 - loaded when a command needs it

    given: dict[str, str] = {}
    for text in sets:
        key, separator, value = text.partition("=")
        if not separator:
            raise click.UsageError(f"--set takes KEY=VALUE, not {text!r}")
        given[key] = value
    if data_dir is not None:
        given["data_dir"] = data_dir
    given |= {name.replace("__", "."): value for name, value in flags.items() if value is not None}
    return load(config, given, os.environ, Path.cwd())


def run_async(work: Callable[[asyncio.Event], Coroutine[Any, Any, T]]) -> T:
    """Run `work(stop)` on uvloop where there is one; SIGTERM and Ctrl-C set `stop`, a second one cancels."""

    async def main() -> T:
        stop, task = asyncio.Event(), asyncio.current_task()
        loop = asyncio.get_running_loop()

        def on_signal() -> None:
            if stop.is_set() and task is not None:
                task.cancel()
            stop.set()

        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, on_signal)
        return await work(stop)

    try:
        with asyncio.Runner(loop_factory=_loop_factory()) as runner:
            return runner.run(main())
    except asyncio.CancelledError:
        raise KeyboardInterrupt from None


async def unless_stopped(stop: asyncio.Event, work: Coroutine[Any, Any, T]) -> T:
    """What `work` comes to. Raises click.Abort when `stop` is set first; the work is cancelled then."""
    working, stopped = asyncio.ensure_future(work), asyncio.ensure_future(stop.wait())
    await asyncio.wait({working, stopped}, return_when=asyncio.FIRST_COMPLETED)
    stopped.cancel()
    if not working.done():
        working.cancel()
        await asyncio.wait({working})
        raise click.Abort
    return working.result()


async def is_set_within(stop: asyncio.Event, seconds: float) -> bool:
    """Wait `seconds`, or until `stop` is set; whether it is."""
    if seconds <= 0:
        return stop.is_set()
    try:
        async with asyncio.timeout(seconds):
            await stop.wait()
    except TimeoutError:
        return False
    return True


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    try:
        import uvloop  # noqa: PLC0415 - optional
    except ImportError:
        return None
    return uvloop.new_event_loop


def set_up_logging(settings: "Settings") -> None:
    """Log to standard error as the settings say: text for a terminal, JSON lines otherwise."""
    from agent_runtime.cli.logs import set_up  # noqa: PLC0415 - loaded when a command needs it

    set_up(settings.log.format, settings.log.level, _secrets(settings))


def _secrets(settings: "Settings") -> tuple[str, ...]:
    keys = (settings.llm.api_key, settings.llm.fallback_api_key, settings.http.api_key)
    return tuple(key.get_secret_value() for key in keys if key is not None)
