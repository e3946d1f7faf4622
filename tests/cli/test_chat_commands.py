"""The words behind a slash: another reply, other words, branches, and looking beside the conversation."""

import asyncio
import json
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from agent_runtime.cli.talk_commands import COMMANDS
from agent_runtime.cli.talk_shown import Printed, draft_line, gist
from agent_runtime.cli.talk_tree import places
from tests.cli.terminal import PIPES, at_a_terminal
from tests.process.http import Client
from tests.process.runtime import ROOT, RuntimeProcess, command

JOKE, FIRST = "Tell me a joke.", "A passenger asked me once"


async def typed(runtime: RuntimeProcess, *lines: str, slug: str = "wren", new: bool = True) -> CompletedProcess[bytes]:
    """A conversation of these lines."""
    arguments = ["chat", slug, *(["--new"] if new else []), "--data-dir", str(runtime.folder)]
    return await asyncio.to_thread(command, *arguments, stdin="".join(f"{line}\n" for line in lines).encode())


async def path_of(client: Client, slug: str = "wren") -> list[str]:
    """What the newest session shows."""
    newest = (await client.get(f"/api/sessions?character={slug}&limit=1")).json["data"][0]["id"]
    return [each["content"] for each in await client.messages(newest)]


async def test_another_reply_stands_beside_the_first_and_either_can_be_taken(
    runtime: RuntimeProcess, client: Client
) -> None:
    done = await typed(runtime, JOKE, "/retry", "/retry", "/swipe", "/swipe 1", "And then?")
    assert done.returncode == 0, done.stderr
    notes = done.stderr.decode().splitlines()
    assert notes[1:] == ["reply 2 of 2 (/swipe N)", "reply 3 of 3 (/swipe N)"]
    table = [line.split() for line in done.stdout.decode().splitlines() if "/3" in line]
    assert [(row[0], row[2], row[3] == "*") for row in table] == [
        ("2", "1/3", False), ("3", "2/3", False), ("4", "3/3", True)
    ]  # fmt: skip
    path = await path_of(client)
    assert path[0] == JOKE
    assert path[1].startswith(FIRST)
    assert path[2] == "And then?"


async def test_other_words_make_a_branch_and_the_first_path_can_be_gone_back_to(
    runtime: RuntimeProcess, client: Client
) -> None:
    done = await typed(runtime, "Hello!", JOKE, "/edit 2 Who are you?", "/branch")
    assert done.returncode == 0, done.stderr
    question, _ = await path_of(client)
    assert question == "Who are you?"
    rows = [line.split()[:3] for line in done.stdout.decode().splitlines() if "/2" in line]
    assert rows == [["1", "user", "1/2"], ["5", "user", "2/2"]]
    back = await typed(runtime, "/select 1", "/edit Goodbye, Wren.", new=False)
    assert back.returncode == 0, back.stderr
    assert b"this path goes on up to message 4" in back.stderr
    path = await path_of(client)
    assert [path[0], path[2]] == ["Hello!", "Goodbye, Wren."]


async def test_what_a_model_would_be_sent_is_shown_by_section(runtime: RuntimeProcess) -> None:
    done = await typed(runtime, "Hello!", "/prompt Are you there?", "/trace", "/session")
    assert done.returncode == 0, done.stderr
    shown = done.stdout.decode()
    prompt, _, trace = shown.partition("messages\n")
    assert "── question (user, " in prompt
    assert "Are you there?" in prompt
    assert "tokens in " in prompt
    assert "Are you there?" not in trace
    assert ": done, by scripted, " in trace
    assert "the scripted voice reads no prompt" in trace
    assert "with wren: 2 messages since " in shown
    later = await typed(runtime, "/trace", new=False)
    assert ": done, by scripted, " in later.stdout.decode()


async def test_mood_and_scene_are_those_of_a_character_that_runs(runtime: RuntimeProcess) -> None:
    done = await typed(runtime, "/mood", "/scene", slug="vesper")
    assert done.returncode == 0, done.stderr
    mood, expression, *rest = done.stdout.decode().splitlines()
    assert mood.split()[1:3] == ["at", mood.split()[2]]
    assert expression.startswith("expression: ")
    assert [each.split(":")[0] for each in rest] == ["background", "props", "in hand"]
    other = await typed(runtime, "/mood", "Hello!", "/mood", "/scene")
    assert other.returncode == 0
    assert other.stdout.decode().splitlines()[-1].endswith(", when it replied")
    assert "wren is not on a stage" in other.stderr.decode()


async def test_a_character_can_begin_with_a_greeting_of_its_own(runtime: RuntimeProcess, client: Client) -> None:
    done = await typed(runtime, "/greeting 2", "/session", "/new", "/session", "/greeting")
    assert done.returncode == 0, done.stderr
    second, begun, fresh, first = done.stdout.decode().splitlines()
    assert second.startswith("Come in, come in.")
    assert ": 1 messages since" in begun
    assert ": 0 messages since" in fresh
    assert first.startswith("There you are")
    assert await path_of(client) == [first]


async def test_the_transcript_is_saved_in_the_form_of_its_suffix(runtime: RuntimeProcess, tmp_path: Path) -> None:
    forms = [tmp_path / f"talk.{suffix}" for suffix in ("md", "json", "jsonl")]
    done = await typed(runtime, "Hello!", *(f"/save {to}" for to in (*forms, forms[0])), "n")
    assert done.returncode == 0, done.stderr
    assert all(f"saved to {to}\n" in done.stderr.decode() for to in forms)
    assert done.stderr.decode().endswith("not saved\n")
    text, whole, lines = (to.read_text() for to in forms)
    assert text.startswith("# ")
    assert "Hello!" in text
    assert len(json.loads(whole)["messages"]) == 2
    assert [json.loads(line)["seq"] for line in lines.splitlines()] == [1, 2]


async def test_memories_are_forgotten_when_that_is_agreed_to(runtime: RuntimeProcess) -> None:
    done = await typed(runtime, "/forget", "no", "/forget", "y")
    assert done.returncode == 0
    told = done.stderr.decode().splitlines()[1:]
    assert [each.split()[-1] for each in told] == ["good?", "forgotten", "good?", "forgotten"]


async def test_a_slash_can_be_said(runtime: RuntimeProcess, client: Client) -> None:
    assert (await typed(runtime, "//help me", "/exit", "never said")).returncode == 0
    assert (await path_of(client))[0] == "/help me"
    assert len(await path_of(client)) == 2


def test_what_cannot_be_done_is_told_and_the_talk_goes_on(runtime: RuntimeProcess, tmp_path: Path) -> None:
    with at_a_terminal(PIPES, "chat", "wren", "--new", "--data-dir", runtime.folder) as terminal:
        for line, why in (
            ("/retry", "nothing has been said in this session yet"),
            ("/swipe", "nothing has been said in this session yet"),
            ("/trace", "nothing has been said in this session yet"),
            ("Hello!", ""),
            ("/nonsense", "there are: /help /mood"),
            ("/swipe x", "/swipe N"),
            ("/select", "/select N"),
            ("/select 99", "no message 99"),
            ("/edit", "the words are missing"),
            ("/edit 3", "the words are missing"),
            ("/edit 3 x", "numbered from the newest, 1, to 1"),
            ("/greeting 9", "wren has 4 greetings; the first is 1"),
            ("/branch", "one path, without branches"),
            (f"/save {tmp_path}/talk.txt", ".md, .json or .jsonl"),
            (f"/save {tmp_path}/none/talk.md", "cannot be written"),
        ):
            terminal.until("> ")
            terminal.type(line)
            terminal.until(why)
        terminal.type("/quit")
        assert terminal.ended() == 0
        assert "Traceback" not in terminal.screen
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(("line", "code"), [("/nonsense", 2), ("/select 99", 1)])
async def test_what_cannot_be_done_ends_a_conversation_from_a_pipe(
    runtime: RuntimeProcess, line: str, code: int
) -> None:
    done = await typed(runtime, "Hello!", line, "never said")
    assert (done.returncode, done.stdout.count(b"\n")) == (code, 1)
    assert "Traceback" not in done.stderr.decode()


def test_the_page_lists_every_command() -> None:
    rows = [f"| `{f'{name} {each.takes}'.strip()}` | {each.about} |" for name, each in COMMANDS.items()]
    assert "\n".join(rows) in (ROOT / "docs" / "chat.md").read_text()


def test_texts_of_models_cannot_give_a_terminal_orders(capsys: pytest.CaptureFixture[str]) -> None:
    printed = Printed()
    printed.add("\x1b[2Jred\x9b31m\r\n")
    printed.complete("\x1b[2Jred\x9b31m\r\nand \x07more")
    printed.end()
    assert capsys.readouterr().out == "[2Jred31m\nand more\n"


def test_a_reply_that_turns_out_to_be_another_is_printed_anew(capsys: pytest.CaptureFixture[str]) -> None:
    printed = Printed()
    printed.add("Good eve")
    printed.complete("Good ")
    printed.complete("Bad luck.")
    printed.end()
    assert capsys.readouterr().out == "Good eve\nBad luck.\n"


def test_a_draft_is_one_line() -> None:
    assert draft_line({"missing": [], "problems": []}) == "draft: nothing is missing"
    told = draft_line({"missing": ["name"], "problems": ["traits: too large"]})
    assert told == "draft: still missing: name; not right yet: traits: too large"
    assert len(gist("word " * 50)) <= 60


def test_places_are_those_beside_the_active_path() -> None:
    rows = [("a", None, 1, True), ("b", "a", 2, False), ("c", "b", 3, False), ("d", "b", 4, False), ("e", "a", 5, True)]
    messages = [dict(zip(("id", "parent_id", "seq", "active"), row, strict=True)) for row in rows]
    assert [[each["id"] for each in group] for group in places(messages)] == [["b", "e"]]
