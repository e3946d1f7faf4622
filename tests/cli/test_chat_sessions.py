"""A chat goes on where the last one with that character was, unless something else is asked for."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from agent_runtime.cli.talk_last import LastSessions
from tests.process.http import Client
from tests.process.runtime import RuntimeProcess, command


async def chat(runtime: RuntimeProcess, *arguments: str, slug: str = "wren", stdin: bytes = b"") -> str:
    """What a chat that ends well prints."""
    done = await asyncio.to_thread(command, "chat", slug, *arguments, "--data-dir", runtime.folder, stdin=stdin)
    assert done.returncode == 0, done.stderr
    return done.stdout.decode()


async def sessions(client: Client) -> dict[str, list[str]]:
    """What guests said, by session, the newest first."""
    listed = (await client.get("/api/sessions?character=wren")).json["data"]
    return {each["id"]: [one["content"] for one in await said(client, each["id"])] for each in listed}


async def said(client: Client, session: str) -> list[dict[str, Any]]:
    return [each for each in await client.messages(session) if each["role"] == "user"]


async def test_the_next_chat_goes_on_in_the_last_session(runtime: RuntimeProcess, client: Client) -> None:
    await chat(runtime, "One.", "--new")
    await chat(runtime, "Two.")
    await chat(runtime, stdin=b"Three.\n")
    await chat(runtime, "Elsewhere.", slug="vesper")
    first, *_ = await sessions(client)
    assert (await sessions(client))[first] == ["One.", "Two.", "Three."]
    await chat(runtime, "Four.", "--new")
    second, again, *_ = await sessions(client)
    assert again == first
    await chat(runtime, "Six.", "--session", first)
    await chat(runtime, "Seven.")
    found = await sessions(client)
    assert (found[second], found[first]) == (["Four."], ["One.", "Two.", "Three.", "Six.", "Seven."])


async def test_another_guest_and_a_session_that_is_gone_begin_anew(runtime: RuntimeProcess, client: Client) -> None:
    await chat(runtime, "One.", "--new", "--name", "Ada")
    await chat(runtime, "Two.", "--name", "Ada")
    await chat(runtime, "Three.", "--name", "Bo")
    bo, ada, *_ = await sessions(client)
    found = await sessions(client)
    assert (found[bo], found[ada]) == (["Three."], ["One.", "Two."])
    await client.request("DELETE", f"/api/sessions/{bo}")
    await chat(runtime, "Four.")
    newest, *_ = await sessions(client)
    assert (await sessions(client))[newest] == ["Four."]
    assert newest not in (bo, ada)


async def test_a_session_with_somebody_else_is_not_gone_on_with(runtime: RuntimeProcess, client: Client) -> None:
    vesper = await client.session_with("vesper")
    done = await asyncio.to_thread(command, "chat", "wren", "Hello!", "--session", vesper, "--data-dir", runtime.folder)
    assert (done.returncode, done.stdout) == (2, b"")
    assert "is with vesper, not with wren" in done.stderr.decode()
    both = await asyncio.to_thread(command, "chat", "wren", "Hello!", "--session", vesper, "--new")
    assert (both.returncode, both.stdout) == (2, b"")


async def test_all_of_standard_input_can_be_one_message(runtime: RuntimeProcess, client: Client) -> None:
    await chat(runtime, "-", "--new", stdin=b"/help is said,\n\nnot done\n")
    session, *_ = await sessions(client)
    assert [each["content"] for each in await said(client, session)] == ["/help is said,\n\nnot done"]


def test_last_sessions_are_kept_by_character_and_address(tmp_path: Path) -> None:
    here, there = LastSessions(tmp_path), LastSessions(tmp_path, "http://there:1")
    here.put("wren", "one")
    there.put("wren", "two")
    here.put("vesper", "three")
    assert (here.get("wren"), there.get("wren"), here.get("vesper"), there.get("vesper")) == (
        "one",
        "two",
        "three",
        None,
    )
    assert [each.name for each in tmp_path.iterdir()] == ["last-sessions.json"]
    assert (tmp_path / "last-sessions.json").stat().st_mode & 0o777 == 0o600


def test_only_the_newest_last_sessions_are_kept(tmp_path: Path) -> None:
    last = LastSessions(tmp_path)
    for number in range(205):
        last.put(f"c{number}", str(number))
    assert (last.get("c4"), last.get("c5"), last.get("c204")) == (None, "5", "204")


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff", b'{"wren": 5}'])
def test_a_file_of_last_sessions_that_makes_no_sense_is_written_anew(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "last-sessions.json").write_bytes(content)
    last = LastSessions(tmp_path)
    assert last.get("wren") is None
    last.put("wren", "one")
    assert last.get("wren") == "one"


def test_where_nothing_can_be_kept_nothing_is(tmp_path: Path) -> None:
    last = LastSessions(tmp_path / "none")
    last.put("wren", "one")
    assert last.get("wren") is None
    assert not (tmp_path / "none").exists()
