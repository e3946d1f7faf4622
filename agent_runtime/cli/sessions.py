"""`sessions`: conversations, newest first, and the transcript of one."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from agent_runtime.cli.asking import ask, in_path, runtime_options, show_json, show_table

if TYPE_CHECKING:
    from agent_runtime.cli.remote import Remote


@click.command("sessions")
@click.argument("session", required=False)
@click.option("--character", help="Only conversations with this character.")
@click.option("-n", "--limit", type=click.IntRange(1, 200), default=50, show_default=True, help="How many to list.")
@runtime_options
def command(
    session: str | None,
    character: str | None,
    limit: int,
    config: Path | None,
    data_dir: str | None,
    sets: tuple[str, ...],
    url: str | None,
    output: str,
) -> None:
    """List conversations, newest first; with SESSION print everything said in it."""
    if session is not None:
        path = f"/api/sessions/{in_path(session)}/messages?limit=200"
        answer = ask(config, data_dir, sets, url, lambda runtime: _all(runtime, path))
    else:
        path = f"/api/sessions?limit={limit}" + (f"&character={in_path(character)}" if character else "")
        answer = ask(config, data_dir, sets, url, lambda runtime: runtime.call("GET", path))
    if output == "json":
        show_json(answer)
    elif session is not None:
        _show_messages(answer["data"])
    else:
        _show_sessions(answer["data"])


async def _all(runtime: "Remote", path: str) -> dict[str, Any]:
    """Every page of a list as one."""
    page = await runtime.call("GET", path)
    found = list(page["data"])
    while page["next_cursor"] is not None:
        page = await runtime.call("GET", f"{path}&cursor={in_path(page['next_cursor'])}")
        found += page["data"]
    return {"data": found, "next_cursor": None}


def _show_sessions(sessions: list[dict[str, Any]]) -> None:
    show_table(
        ("SESSION", "CHARACTER", "MESSAGES", "LAST", "WITH"),
        [
            (each["id"], each["character"], each["message_count"], each["updated_at"], _guest(each["metadata"]))
            for each in sessions
        ],
    )


def _show_messages(messages: list[dict[str, Any]]) -> None:
    show_table(
        ("SEQ", "AT", "WHO", "SAID"),
        [
            (each["seq"], each["created_at"], each["role"] if each["kind"] == "chat" else each["kind"], each["content"])
            for each in messages
        ],
    )


def _guest(metadata: dict[str, Any]) -> object:
    user = metadata.get("user")
    return (user.get("name") or user.get("id") or None) if isinstance(user, dict) else None
