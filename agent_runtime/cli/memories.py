"""`memories`: what a character remembers, and forgetting it."""

from pathlib import Path

import click

from agent_runtime.cli.asking import ask, in_path, runtime_options, show_json, show_table


@click.command("memories")
@click.argument("agent")
@click.option("--search", metavar="TEXT", help="What comes to mind at TEXT, best first.")
@click.option("--user", metavar="ID", help="With --search: also what this guest told in private.")
@click.option("--forget", metavar="ID", help="Forget this one.")
@click.option("--forget-all", is_flag=True, help="Forget everything, at once and for good.")
@click.option("-n", "--limit", type=click.IntRange(1, 200), default=50, show_default=True, help="How many to list.")
@runtime_options
def command(
    agent: str,
    search: str | None,
    user: str | None,
    forget: str | None,
    forget_all: bool,
    limit: int,
    config: Path | None,
    data_dir: str | None,
    sets: tuple[str, ...],
    url: str | None,
    output: str,
) -> None:
    """List what AGENT remembers, newest first."""
    if sum((search is not None, forget is not None, forget_all)) > 1:
        raise click.UsageError("give one of --search, --forget and --forget-all")
    if user is not None and search is None:
        raise click.UsageError("--user goes with --search")
    path = f"/api/agents/{in_path(agent)}/memories"
    method = "GET"
    if forget is not None:
        method, path = "DELETE", f"{path}/{in_path(forget)}"
    elif forget_all:
        method = "DELETE"
    else:
        path += f"?limit={limit}"
        path += f"&q={in_path(search)}" if search is not None else ""
        path += f"&user={in_path(user)}" if user is not None else ""
    answer = ask(config, data_dir, sets, url, lambda runtime: runtime.call(method, path))
    if output == "json":
        show_json(answer)
    elif forget_all:
        click.echo(f"{answer['forgotten']} forgotten")
    elif forget is None:
        show_table(
            ("MEMORY", "AT", "KIND", "OF", "TEXT"),
            [(each["id"], each["created_at"], each["kind"], each["subject"], each["text"]) for each in answer["data"]],
        )
