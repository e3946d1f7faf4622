"""What a conversation looks like in a terminal: replies as they come, prompts by section, places with a choice."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import click

from agent_runtime.cli.asking import show_table
from agent_runtime.core.output import cleaned
from agent_runtime.core.text import plain

_LONGEST_NOTE = 1000
_LONGEST_GIST = 60


def note(text: str) -> None:
    """Something beside the conversation: on standard error, on one line."""
    click.secho(plain(text, _LONGEST_NOTE), dim=True, err=True)


@dataclass
class Printed:
    """A reply as far as it stands on the screen, without orders to a terminal."""

    text: str = ""

    def add(self, piece: str) -> None:
        """Print more of it."""
        self.text += piece
        click.echo(cleaned(piece), nl=False)

    def complete(self, whole: str) -> None:
        """Print what is missing of the whole; all of it anew where it is something else."""
        if whole.startswith(self.text):
            self.add(whole[len(self.text) :])
        elif not self.text.startswith(whole):
            self.end()
            self.text = ""
            self.add(whole)

    def end(self) -> None:
        """End the line, if there is one."""
        if self.text:
            click.echo()


def show_prompt(prompt: Mapping[str, Any]) -> None:
    """Section by section, each with an estimate of its tokens."""
    for section in prompt["sections"]:
        click.secho(f"── {plain(section['name'], 80)} ({section['role']}, {section['tokens']} tokens)", bold=True)
        click.echo(cleaned(section["text"]))
    click.echo(f"{prompt['tokens']} tokens in {len(prompt['messages'])} messages")


def show_trace(trace: Mapping[str, Any]) -> None:
    """What a model saw and how long it took; the reply as it came."""
    show_prompt(trace)
    took = ", ".join(f"{name} {value} ms" for name, value in trace["timings_ms"].items())
    sent = "" if trace["is_sent"] else "; the scripted voice reads no prompt, a model would be sent this"
    click.echo(f"turn {trace['turn_id']}: {trace['state']}, by {plain(trace['model'], 200)}, {took}{sent}")
    if trace["problem"]:
        click.echo(plain(trace["problem"], _LONGEST_NOTE))
    click.echo(cleaned(trace["reply"]))


def show_choices(groups: Sequence[Sequence[Mapping[str, Any]]]) -> None:
    """Places of a conversation where there is more than one thing to go on from; `*` marks what is shown."""
    rows = [
        (each["seq"], each["role"], f"{number}/{len(group)}", "*" if each["active"] else "", _said(each))
        for group in groups
        for number, each in enumerate(group, start=1)
    ]
    show_table(("MESSAGE", "WHO", "OF", "", "SAID"), rows)


def _said(message: Mapping[str, Any]) -> str:
    return gist(message["content"]) + (" (interrupted)" if message["interrupted"] else "")


def gist(text: str) -> str:
    """The beginning of a text."""
    short = plain(text, 2 * _LONGEST_GIST)
    return short if len(short) <= _LONGEST_GIST else f"{short[: _LONGEST_GIST - 1].rstrip()}…"


def draft_line(draft: Mapping[str, Any]) -> str:
    """What a character that is being made still lacks, on one line."""
    missing = ", ".join(map(str, draft.get("missing") or ()))
    problems = "; ".join(map(str, draft.get("problems") or ()))
    told = f"draft: still missing: {missing}" if missing else "draft: nothing is missing"
    return f"{told}; not right yet: {problems}" if problems else told
