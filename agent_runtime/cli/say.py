"""`say`: a running character says a line, or answers a prompt aloud."""

from pathlib import Path

import click

from agent_runtime.cli.asking import ask, in_path, runtime_options, show_json


@click.command("say")
@click.argument("agent")
@click.argument("text")
@click.option("--prompt", is_flag=True, help="TEXT is not the line itself: let the character answer it in its voice.")
@runtime_options
def command(
    agent: str,
    text: str,
    prompt: bool,
    config: Path | None,
    data_dir: str | None,
    sets: tuple[str, ...],
    url: str | None,
    output: str,
) -> None:
    """Let AGENT say TEXT now, before anything else it might say.

    Refused (exit code 1) while it is muted or paused.
    """
    path, body = f"/api/agents/{in_path(agent)}/say", {"prompt" if prompt else "content": text}
    answer = ask(config, data_dir, sets, url, lambda runtime: runtime.call("POST", path, body))
    if output == "json":
        show_json(answer)
