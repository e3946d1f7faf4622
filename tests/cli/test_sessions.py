"""`sessions`: listed, read, searched, exported, deleted."""

import asyncio
import json
from pathlib import Path

import pytest

from tests.process.http import Client
from tests.process.runtime import RuntimeProcess, command


async def done(runtime: RuntimeProcess, *arguments: str | Path) -> str:
    """What a command that ends well prints."""
    ended = await asyncio.to_thread(command, "sessions", *arguments, "--data-dir", runtime.folder)
    assert (ended.returncode, ended.stderr) == (0, b"")
    return ended.stdout.decode()


@pytest.fixture
async def session(client: Client) -> str:
    session = await client.session_with("wren")
    await client.say(session, "The heron\x1b[2J stood on the sign.")
    return session


async def test_a_session_is_read_with_options_on_either_side(runtime: RuntimeProcess, session: str) -> None:
    table = await done(runtime, session)
    assert "The heron [2J stood on the sign." in table
    for arguments in (("-o", "json", session), (session, "-o", "json")):
        assert [each["seq"] for each in json.loads(await done(runtime, *arguments))["data"]] == [1, 2]


async def test_messages_are_searched_by_their_words(runtime: RuntimeProcess, session: str) -> None:
    table = await done(runtime, "search", "heron sign", "-n", "1")
    assert len(table.splitlines()) == 2
    assert session in table
    assert "stood on the sign." in table
    found = json.loads(await done(runtime, "search", "heron", "--character", "wren", "-o", "json"))
    assert found["data"][0]["found"]["content"].startswith("The heron")
    assert len((await done(runtime, "search", "heron", "--character", "vesper")).splitlines()) == 1


async def test_a_transcript_is_printed_or_written(runtime: RuntimeProcess, session: str, tmp_path: Path) -> None:
    assert "The heron" in await done(runtime, "export", session)
    lines = (await done(runtime, "export", session, "--format", "jsonl")).splitlines()
    assert [json.loads(line)["seq"] for line in lines] == [1, 2]
    to = tmp_path / "talk.json"
    assert await done(runtime, "export", session, "--to", to) == ""
    assert len(json.loads(to.read_text())["messages"]) == 2
    refused = await asyncio.to_thread(command, "sessions", "export", session, "--to", to, "--data-dir", runtime.folder)
    assert (refused.returncode, refused.stdout) == (2, b"")
    assert "--force" in refused.stderr.decode()
    assert await done(runtime, "export", session, "--format", "md", "--to", to, "--force") == ""
    assert to.read_text().startswith("# ")
    assert list(tmp_path.iterdir()) == [to]


async def test_a_session_is_deleted(runtime: RuntimeProcess, client: Client, session: str) -> None:
    assert await done(runtime, "delete", session) == ""
    assert (await client.get(f"/api/sessions/{session}")).status == 404


@pytest.mark.parametrize(
    ("arguments", "code", "why"),
    [
        (("nobody",), 1, "no session 'nobody'"),
        (("export", "nobody", "--to", "nobody.md"), 1, "no session 'nobody'"),
        (("export", "nobody", "--to", "nobody.txt"), 2, ".md, .json or .jsonl"),
        (("export", "."), 2, "'.' is nobody's id"),
        (("search", "x" * 501), 1, "1 to 500 characters"),
    ],
)
def test_what_cannot_be_done_is_told(
    runtime: RuntimeProcess, arguments: tuple[str, ...], code: int, why: str, tmp_path: Path
) -> None:
    ended = command("sessions", *arguments, "--data-dir", runtime.folder, cwd=tmp_path)
    assert (ended.returncode, ended.stdout) == (code, b"")
    assert why in ended.stderr.decode()
    assert not list(tmp_path.iterdir())
