"""The commands by name; what a command needs is imported when it is called, so that help is instant."""

import importlib
import os
import sys

import click

from agent_runtime.cli.failing import exit_code_of
from agent_runtime.core.version import VERSION

_STANDARD_ERROR = 2
_COMMANDS = {
    "demo": ("agent_runtime.cli.demo", "See it work: an auctioneer, a simulated auction, everything embedded."),
    "run": ("agent_runtime.cli.run", "Run the runtime until it is stopped."),
    "chat": ("agent_runtime.cli.chat", "Talk to a character."),
    "simulate": ("agent_runtime.cli.simulate", "Play an auction engine to a running runtime."),
    "replay": ("agent_runtime.cli.replay", "Re-enact a recorded stream of events."),
    "agents": ("agent_runtime.cli.agents", "The characters that run: list, pause, resume, mute, unmute."),
    "say": ("agent_runtime.cli.say", "Let a running character say a line, or answer a prompt aloud."),
    "sessions": ("agent_runtime.cli.sessions", "Conversations, and what was said in one of them."),
    "memories": ("agent_runtime.cli.memories", "What a character remembers: list, search, forget."),
    "events": ("agent_runtime.cli.events", "Follow what a running runtime hears and says."),
    "check": ("agent_runtime.cli.check", "Check character files."),
    "import": ("agent_runtime.cli.card_import", "Make character files of cards: V1-V3, PNG, CHARX, elizaOS, textgen."),
    "export": ("agent_runtime.cli.card_export", "Write a character as a card: YAML, JSON, PNG, elizaOS."),
    "doctor": ("agent_runtime.cli.doctor", "What is wrong here, and what to do about it."),
    "config": ("agent_runtime.cli.config_show", "The settings as they hold here, and where each was given."),
    "keys": ("agent_runtime.cli.keys", "API keys of a runtime: create, list, revoke."),
    "openapi": ("agent_runtime.cli.openapi", "The OpenAPI document of the HTTP API."),
    "db": ("agent_runtime.cli.db", "The database: back up, restore, health, reset, and its schema."),
}


class Commands(click.Group):
    """A group that loads a command's module when the command is used."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """In the order of the table above."""
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command, its module imported now."""
        if cmd_name not in _COMMANDS:
            return None
        command: click.Command = importlib.import_module(_COMMANDS[cmd_name][0]).command
        return command

    def invoke(self, ctx: click.Context) -> object:
        """Run a command. A reader that has seen enough ends it well; click would end it with 1, for problems found."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError as error:
            return exit_code_of(error)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The table, without importing anything."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in _COMMANDS.items()])


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(VERSION, prog_name="agent-runtime")
def cli() -> None:
    """Agent Runtime: AI characters that chat, follow live auctions and narrate them in their own voice.

    Settings come from config.yaml, .env and AGENT_RUNTIME__… variables; a flag goes before all of them.
    Data go to standard output, everything else to standard error.

    Exit codes: 0 ok, 1 problems found, 2 usage or configuration, 3 a dependency is unreachable or taken,
    4 not authorised, 5 schema not at head, 6 timed out, 70 a bug.
    """


def main() -> None:
    """Run a command; whatever goes wrong becomes one clear message and an exit code."""
    _open_standard_streams()
    color = False if os.environ.get("NO_COLOR") else None  # None: where a terminal shows it
    try:
        code = cli.main(prog_name="agent-runtime", standalone_mode=False, color=color)
    except BaseException as error:  # noqa: BLE001 - the last stop: every failure ends as a message and a code
        code = exit_code_of(error)
    sys.exit(code if isinstance(code, int) else 0)


def _open_standard_streams() -> None:
    """Nothing where a standard stream was closed: its number would go to a socket, which ends uvloop."""
    while (descriptor := os.open(os.devnull, os.O_RDWR)) <= _STANDARD_ERROR:
        pass
    os.close(descriptor)
