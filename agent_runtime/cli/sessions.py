"""`sessions`: conversations, newest first; what was said in one, searched, exported, deleted."""

import sys
from codecs import getincrementaldecoder
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from agent_runtime.cli.asking import ask, in_path, runtime_options, show_json, show_table
from agent_runtime.cli.transcript_file import FORMS, form_of, save, transcript
from agent_runtime.core.output import cleaned
from agent_runtime.core.text import plain

if TYPE_CHECKING:
    from agent_runtime.cli.remote import Remote

_SHOW = "show"
_LONGEST_SAID = 200
_GIVEN = ("config", "data_dir", "sets", "url", "output")


class _Sessions(click.Group):
    """A group whose first word may be a session instead of a command."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command, or `show` for what is none."""
        return super().resolve_command(ctx, args if args[0] in self.commands else [_SHOW, *args])


_limit = click.option(
    "-n", "--limit", type=click.IntRange(1, 200), default=50, show_default=True, help="How many to list."
)
_character = click.option("--character", help="Only conversations with this character.")


@click.group("sessions", cls=_Sessions, invoke_without_command=True, subcommand_metavar="[SESSION | COMMAND …]")
@_character
@_limit
@runtime_options
@click.pass_context
def command(
    ctx: click.Context,
    character: str | None,
    limit: int,
    config: Path | None,
    data_dir: str | None,
    sets: tuple[str, ...],
    url: str | None,
    output: str,
) -> None:
    """List conversations, newest first; with SESSION print everything said in it."""
    if ctx.invoked_subcommand is not None:
        given = {name: ctx.params[name] for name in _GIVEN}
        ctx.default_map = {ctx.invoked_subcommand: given}
        return
    path = f"/api/sessions?limit={limit}" + _only(character)
    answer = ask(config, data_dir, sets, url, lambda runtime: runtime.call("GET", path))
    if output == "json":
        show_json(answer)
    else:
        _show_sessions(answer["data"])


@command.command(_SHOW)
@click.argument("session")
@runtime_options
def show(
    session: str, config: Path | None, data_dir: str | None, sets: tuple[str, ...], url: str | None, output: str
) -> None:
    """Print everything said in SESSION; the word `show` may be left out."""
    path = f"/api/sessions/{in_path(session)}/messages?limit=200"
    messages = ask(config, data_dir, sets, url, lambda runtime: runtime.all(path))
    if output == "json":
        show_json({"data": messages, "next_cursor": None})
    else:
        _show_messages(messages)


@command.command("search")
@click.argument("words")
@_character
@_limit
@runtime_options
def search(
    words: str,
    character: str | None,
    limit: int,
    config: Path | None,
    data_dir: str | None,
    sets: tuple[str, ...],
    url: str | None,
    output: str,
) -> None:
    """Messages that have all of WORDS, newest first, and where they were said."""
    path = f"/api/sessions?limit={limit}&q={in_path(words)}" + _only(character)
    answer = ask(config, data_dir, sets, url, lambda runtime: runtime.call("GET", path))
    if output == "json":
        show_json(answer)
    else:
        _show_found(answer["data"])


@command.command("export")
@click.argument("session")
@click.option(
    "--format", "form", type=click.Choice(FORMS), help="To read, whole, or a line a message [by FILE, else md]."
)
@click.option(
    "--to", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="Instead of standard output."
)
@click.option("--force", is_flag=True, help="Replace FILE where it is there already.")
@runtime_options
def export(
    session: str,
    form: str | None,
    to: Path | None,
    force: bool,
    config: Path | None,
    data_dir: str | None,
    sets: tuple[str, ...],
    url: str | None,
    output: str,
) -> None:
    """The transcript of SESSION, as Markdown, JSON or JSONL."""
    if force and to is None:
        raise click.UsageError("--force goes with --to")
    if to is None:
        ask(config, data_dir, sets, url, lambda runtime: _print(runtime, session, form or FORMS[0]))
        return
    if to.exists() and not force:
        raise click.UsageError(f"{to} is there already; take another name, or replace it with --force")
    wanted, replaces = form or form_of(to), to.exists()
    ask(config, data_dir, sets, url, lambda runtime: save(runtime, session, wanted, to, replaces=replaces))


@command.command("delete")
@click.argument("session")
@runtime_options
def delete(
    session: str, config: Path | None, data_dir: str | None, sets: tuple[str, ...], url: str | None, output: str
) -> None:
    """Delete SESSION with everything said in it, at once and for good."""
    path = f"/api/sessions/{in_path(session)}"
    ask(config, data_dir, sets, url, lambda runtime: runtime.call("DELETE", path))


async def _print(runtime: "Remote", session: str, form: str) -> None:
    """To a terminal without orders to it, else as it is."""
    out = sys.stdout.buffer
    is_terminal, decoder = out.isatty(), getincrementaldecoder("utf-8")("replace")
    async for piece in transcript(runtime, session, form):
        out.write(cleaned(decoder.decode(piece)).encode() if is_terminal else piece)
    out.flush()


def _only(character: str | None) -> str:
    return f"&character={in_path(character)}" if character else ""


def _show_sessions(sessions: list[dict[str, Any]]) -> None:
    show_table(
        ("SESSION", "CHARACTER", "MESSAGES", "LAST", "WITH"),
        [
            (each["id"], each["character"], each["message_count"], each["updated_at"], _guest(each["metadata"]))
            for each in sessions
        ],
    )


def _show_found(sessions: list[dict[str, Any]]) -> None:
    show_table(
        ("SESSION", "CHARACTER", "SEQ", "AT", "WHO", "SAID"),
        [(each["id"], each["character"], *_place(each["found"])) for each in sessions],
    )


def _place(message: Mapping[str, Any]) -> tuple[object, ...]:
    return message["seq"], message["created_at"], message["role"], plain(message["content"], _LONGEST_SAID)


def _show_messages(messages: list[dict[str, Any]]) -> None:
    show_table(("SEQ", "AT", "WHO", "SAID"), [_line(each) for each in messages])


def _line(message: Mapping[str, Any]) -> tuple[object, ...]:
    who = message["role"] if message["kind"] == "chat" else message["kind"]
    said = f"{message['content']} (interrupted)" if message["interrupted"] else message["content"]
    return message["seq"], message["created_at"], who, said


def _guest(metadata: dict[str, Any]) -> object:
    user = metadata.get("user")
    return (user.get("name") or user.get("id") or None) if isinstance(user, dict) else None
