"""docs/upkeep.md against what the commands print."""

import json
from pathlib import Path

from pydantic_core import from_json

from agent_runtime.cli import doctor
from agent_runtime.cli.db import command
from agent_runtime.cli.main import cli
from tests.cli.invoking import invoked
from tests.docs.pages import labelled, page
from tests.process.runtime import ROOT


def test_health_looks_as_the_page_shows_it(tmp_path: Path) -> None:
    shown = from_json(labelled("upkeep.md")["health"])
    assert invoked(command, "seed", "--data-dir", tmp_path)[0] == 0
    code, said, _ = invoked(command, "health", "-o", "json", "--data-dir", tmp_path)
    real = json.loads(said)
    assert code == 0
    assert real.keys() == shown.keys()
    assert real["counts"].keys() == shown["counts"].keys()


def test_the_page_names_everything_that_is_looked_at(tmp_path: Path) -> None:
    given = ("--set", f"characters_dir={ROOT / 'characters'}", "--set", "http.port=0", "--data-dir", tmp_path)
    _, said, _ = invoked(doctor.command, "-o", "json", *given)
    rows = [line.split("|")[1].strip().lower() for line in page("upkeep.md").splitlines() if line.startswith("| ")]
    named = {name for row in rows for name in row.split(", ")}
    assert {each["name"] for each in json.loads(said)["checks"]} <= named


def test_how_many_backups_stay_is_as_the_page_says() -> None:
    backup = command.get_command(cli.make_context("agent-runtime", ["db"]), "backup")
    assert backup is not None
    (keep,) = [each for each in backup.params if each.name == "keep"]
    assert keep.default == 7
    assert "the newest seven" in page("upkeep.md")
