"""`agents`: the characters that run, and what an operator may tell them."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from agent_runtime.cli.asking import ask, in_path, runtime_options, show_json, show_table
from agent_runtime.core.text import plain

_ORDERS = {
    "pause": "Let AGENT say nothing until it goes on, and show others that it is away.",
    "resume": "Let AGENT go on; one line says where things stand.",
    "mute": "Silence AGENT now; what it was about to say is dropped.",
    "unmute": "Let AGENT speak again; one line says where things stand.",
}
_LONGEST_FINDING = 500


@click.group("agents", invoke_without_command=True)
@runtime_options
@click.pass_context
def command(
    ctx: click.Context, config: Path | None, data_dir: str | None, sets: tuple[str, ...], url: str | None, output: str
) -> None:
    """List the characters that run, with what they feel and have in hand.

    Character files that cannot be read are told on standard error; `check` shows the places.
    """
    if ctx.invoked_subcommand is not None:
        return
    answer = ask(config, data_dir, sets, url, lambda runtime: runtime.call("GET", "/api/agents"))
    if output == "json":
        show_json(answer)
        return
    _show(answer["data"])
    for each in answer["broken"]:
        for error in each["errors"]:
            finding, _, _picture = error.partition("\n")
            click.echo(f"broken: {plain(finding, _LONGEST_FINDING)}", err=True)


def _order(name: str, help_text: str) -> click.Command:
    @click.command(name, help=help_text)
    @click.argument("agent")
    @runtime_options
    def order(
        agent: str, config: Path | None, data_dir: str | None, sets: tuple[str, ...], url: str | None, output: str
    ) -> None:
        path = f"/api/agents/{in_path(agent)}/{name}"
        answer = ask(config, data_dir, sets, url, lambda runtime: runtime.call("POST", path))
        if output == "json":
            show_json(answer)
        else:
            _show([answer])

    return order


def _show(agents: Sequence[dict[str, Any]]) -> None:
    show_table(
        ("AGENT", "NAME", "STATUS", "MUTED", "MOOD", "IN HAND"),
        [
            (
                each["id"],
                each["name"],
                each["status"],
                "yes" if each["muted"] else "no",
                each["mood"]["currentMood"],
                each["context"].get("auctionContext", {}).get("artItemName"),
            )
            for each in agents
        ],
    )


for _name, _help in _ORDERS.items():
    command.add_command(_order(_name, _help))
