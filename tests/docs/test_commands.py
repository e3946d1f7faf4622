"""Every command that a page tells its reader to type does what the page says."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.docs.pages import pages
from tests.docs.shell import Command, checkout, commands, run
from tests.process.runtime import RuntimeProcess

_POSTGRES_SHOWN = "postgresql://agent:secret@127.0.0.1:5432/agent_runtime"


@pytest.mark.parametrize("page", pages(), ids=lambda path: path.name)
def test_the_commands_of_a_page_work_in_the_order_in_which_they_stand(
    page: Path, tmp_path: Path, live: RuntimeProcess, programs: str, request: pytest.FixtureRequest
) -> None:
    shown = {
        "127.0.0.1:4500": live.url.removeprefix("http://"),
        "127.0.0.1:6379/0": live.redis_url.partition("//")[2],
    }
    folder = checkout(tmp_path / "checkout", live.folder, page)
    for number, command in enumerate(commands(page)):
        if _POSTGRES_SHOWN in command.script:
            shown = {_POSTGRES_SHOWN: request.getfixturevalue("empty_postgres_url"), **shown}
        where = checkout(tmp_path / f"fresh-{number}", None, page) if command.starts_a_runtime else folder
        run(command, where, shown, {"PATH": programs, **_own_port(command)})


def _own_port(command: Command) -> Mapping[str, str]:
    """A runtime that a page starts must not take the port of one that somebody works with."""
    return {"AGENT_RUNTIME__HTTP__PORT": "0"} if command.starts_a_runtime else {}
