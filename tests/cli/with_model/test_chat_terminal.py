"""At a terminal: Ctrl-C stops a reply and keeps the prompt, failures are told, and the terminal is left as it was."""

import asyncio
import signal
import subprocess
from pathlib import Path
from uuid import uuid4

import pytest

from tests.cli.terminal import at_a_terminal, kinds
from tests.process.http import Client
from tests.process.model import FAIL, WAIT
from tests.process.runtime import MODULE, ROOT, RuntimeProcess, environment

PROMPT = "> "


async def newest(client: Client) -> list[dict[str, object]]:
    """The messages of the newest session."""
    session = (await client.get("/api/sessions?character=wren&limit=1")).json["data"][0]["id"]
    return await client.messages(session)


@pytest.mark.parametrize("kind", kinds())
async def test_ctrl_c_stops_a_reply_and_keeps_the_prompt(runtime: RuntimeProcess, client: Client, kind: str) -> None:
    with at_a_terminal(kind, "chat", "wren", "--new", "--data-dir", runtime.folder) as terminal:
        terminal.until(PROMPT)
        terminal.type(f"{WAIT} {uuid4()}")
        terminal.until("You said:")
        terminal.press_ctrl_c()
        terminal.until("stopped; what was said so far is kept")
        terminal.until(PROMPT)
        terminal.type("/swipe")
        terminal.until("(interrupted)")
        terminal.until(PROMPT)
        terminal.type("Go on.")
        terminal.until("You said: Go on..")
        terminal.until(PROMPT)
        terminal.press_ctrl_c()
        assert await asyncio.to_thread(terminal.ended) == 130
        assert "Traceback" not in terminal.screen
    assert [(each["role"], each["interrupted"]) for each in await newest(client)] == [
        ("user", False), ("assistant", True), ("user", False), ("assistant", False)
    ]  # fmt: skip


@pytest.mark.parametrize("kind", kinds()[-1:])
def test_what_fails_is_told_and_the_talk_goes_on(runtime: RuntimeProcess, kind: str) -> None:
    with at_a_terminal(kind, "chat", "wren", "--new", "--data-dir", runtime.folder) as terminal:
        for typed, told in (
            (FAIL, "the model is ill"),
            ("/moo", "no command /moo; did you mean /mood?"),
            ("//a", "/a."),
        ):
            terminal.until(PROMPT)
            terminal.type(typed)
            terminal.until(told)
        terminal.until(PROMPT)
        terminal.type("/quit")
        assert terminal.ended() == 0


def test_ctrl_c_in_a_single_reply_stops_it_and_ends(runtime: RuntimeProcess) -> None:
    process = subprocess.Popen(
        [*MODULE, "chat", "wren", f"{WAIT} {uuid4()}", "--new", "--data-dir", runtime.folder],
        cwd=ROOT, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stdout.read(9) == b"You said:"
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=30)
    assert (process.returncode, said) == (130, b"stopped; what was said so far is kept\n")


@pytest.mark.parametrize("kind", kinds()[-1:])
def test_notes_are_plain_where_no_colours_are_wanted(runtime: RuntimeProcess, kind: str) -> None:
    for environ, is_dim in ((None, True), ({"NO_COLOR": "1"}, False)):
        with at_a_terminal(kind, "chat", "wren", "--data-dir", runtime.folder, environ=environ) as terminal:
            terminal.until(PROMPT)
            terminal.type("/nothing")
            terminal.until("no command")
            terminal.type("/quit")
            assert terminal.ended() == 0
            assert ("\x1b[2mno command" in terminal.screen) is (is_dim and terminal.is_real)


@pytest.mark.parametrize("kind", kinds()[-1:])
def test_a_file_is_replaced_and_memories_are_forgotten_only_when_that_is_agreed_to(
    runtime: RuntimeProcess, kind: str, tmp_path: Path
) -> None:
    there = tmp_path / "talk.jsonl"
    there.write_text("mine")
    with at_a_terminal(kind, "chat", "wren", "--new", "--data-dir", runtime.folder) as terminal:
        terminal.until(PROMPT)
        terminal.type("Hello!")
        terminal.until("You said: Hello!.")
        for command, answer, told in (
            (f"/save {there}", "no", "not saved"),
            ("/forget", "", "nothing forgotten"),
            ("/forget", "yes", "memories forgotten"),
        ):
            terminal.until(PROMPT)
            terminal.type(command)
            terminal.until("[y/N] ")
            assert there.read_text() == "mine"
            terminal.type(answer)
            terminal.until(told)
        terminal.until(PROMPT)
        terminal.type(f"/save {there}")
        terminal.until("[y/N] ")
        terminal.type("y")
        terminal.until("saved to")
        terminal.type("/quit")
        assert terminal.ended() == 0
    assert there.read_text().count("\n") == 2
    assert [each.name for each in tmp_path.iterdir()] == ["talk.jsonl"]
