"""`run`: the runtime until it is stopped."""

import asyncio
from pathlib import Path

import click

from agent_runtime.cli.options import run_async, set_up_logging, setting_options, settings_from


@click.command("run")
@setting_options
@click.option("--port", help="The port to listen on; 0 takes a free one [4500].")
@click.option("--migrate", is_flag=True, help="Bring a PostgreSQL database to the newest schema first.")
def command(config: Path | None, data_dir: str | None, sets: tuple[str, ...], port: str | None, migrate: bool) -> None:
    """Run the runtime until it is stopped.

    Prints one line on standard output when it takes requests: ready http://127.0.0.1:PORT. SIGTERM and Ctrl-C stop
    it gracefully: replies under way are finished, for at most 20 seconds; a second signal stops it at once.
    """
    settings = settings_from(config, data_dir, sets, http__port=port)
    set_up_logging(settings)

    async def work(stop: asyncio.Event) -> None:
        from agent_runtime.app import database_url, running  # noqa: PLC0415 - heavy

        if migrate:
            from agent_runtime.store import schema  # noqa: PLC0415 - heavy

            await asyncio.to_thread(schema.upgrade, database_url(settings))
        async with running(settings) as runtime:
            click.echo(f"ready {runtime.url}")
            await stop.wait()

    run_async(work)
