"""`chat`: talk to a character in the terminal."""

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path

import click

from agent_runtime.cli.options import run_async, set_up_logging, setting_options, settings_from

_STANDARD_INPUT = "-"


@click.command("chat")
@click.argument("character")
@click.argument("message", required=False)
@setting_options
@click.option("--url", help="A running runtime [the one that holds the data folder, else one of its own].")
@click.option("--session", "session_id", metavar="ID", help="Go on with this session [the last one with CHARACTER].")
@click.option("--new", "is_new", is_flag=True, help="Begin a new session.")
@click.option("--name", default="", help="What the character should call you.")
def command(
    character: str,
    message: str | None,
    config: Path | None,
    data_dir: str | None,
    sets: tuple[str, ...],
    url: str | None,
    session_id: str | None,
    is_new: bool,
    name: str,
) -> None:
    """Talk to CHARACTER; with MESSAGE say just that and print the reply. `-` says all of standard input.

    Talks to the runtime that is running, if one is, and else starts one for as long as you talk. Goes on with the last
    session that was begun here. /help lists what else one can do than talk; Ctrl-C stops a reply.
    """
    if is_new and session_id is not None:
        raise click.UsageError("give one of --new and --session")
    settings = settings_from(config, data_dir, sets)
    set_up_logging(settings)

    if message == _STANDARD_INPUT:
        message = _piped()

    async def work(stop: asyncio.Event) -> None:
        from agent_runtime.cli.talk_begin import Wanted, begun  # noqa: PLC0415 - heavy
        from agent_runtime.cli.talk_commands import converse  # noqa: PLC0415

        wanted = Wanted(character, name, url, session_id, is_new, converses=message is None)
        async with AsyncExitStack() as stack:
            talk = await begun(settings, wanted, stack, stop)
            if message is not None:
                await talk.say(message)
                return
            count = talk.session["message_count"]
            held = f"goes on after {count} messages" if count else "is new"
            click.echo(f"session {talk.session['id']} {held} (/help, Ctrl-D ends)", err=True)
            await converse(talk)

    run_async(work)


def _piped() -> str:
    from agent_runtime.cli.talk_lines import Lines  # noqa: PLC0415 - not needed for help

    return Lines().rest().rstrip("\r\n")
