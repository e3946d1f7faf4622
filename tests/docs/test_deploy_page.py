"""docs/deploy.md and deploy/ against a real Redis with rights, a real copy of a database, and systemd."""

import re
import shlex
import shutil
import sqlite3
import subprocess
from configparser import ConfigParser
from pathlib import Path

from click.testing import CliRunner
from pydantic_core import from_json

from agent_runtime.cli.main import cli
from agent_runtime.core.campaigns import CampaignState
from agent_runtime.core.clock import utc
from agent_runtime.store.address import _OPTIONS
from tests.docs.asking import ask
from tests.docs.pages import ROOT, labelled, page
from tests.process.runtime import RuntimeProcess, wait_until
from tests.servers.redis import RedisServer

UNIT = ROOT / "deploy" / "agent-runtime.service"
CAMPAIGN = CampaignState(
    id="three-evenings",
    name="Three Evenings",
    start_date=utc(0),
    end_date=utc(1),
    status="ACTIVE",
    current_day=2,
    total_days=3,
).as_json()


def day_told(runtime: RuntimeProcess, session: str) -> str:
    """What Vesper says about the campaign: it knows of its keys alone."""
    said = ask(f"{runtime.url}/api/sessions/{session}/messages", {"content": "Which day of the campaign is it?"})
    return str(said["message"]["content"])


def test_the_rights_of_the_page_are_enough_to_hear_speak_keep_and_recover(
    tmp_path: Path, redis_server: RedisServer
) -> None:
    command = re.search(r"redis-cli -u \S+ (ACL SETUSER .+?)\n(?!  )", page("deploy.md"), re.DOTALL)
    assert command is not None
    words = [word for word in shlex.split(command[1]) if word.strip()]
    with redis_server.client() as client:
        assert client.execute_command(*words)
        url = redis_server.url.replace("redis://", "redis://agent:secret@")
        runtime = RuntimeProcess(tmp_path / "data", environ={"AGENT_RUNTIME__REDIS__URL": url}).start()
        listener = client.pubsub()
        listener.subscribe("events:agent")
        start = labelled("events.md")["small.jsonl"].splitlines()[0]
        client.set("campaign:three-evenings", CAMPAIGN)
        client.publish("events:auction", start.replace('"artItemId"', '"campaignId": "three-evenings", "artItemId"'))
        wait_until(lambda: "Salt Ledger" in str(listener.get_message(timeout=0.1)), 20.0, runtime.report)
        wait_until(lambda: b"Salt Ledger" in (client.get("agent:context:vesper") or b""), 20.0, runtime.report)
        client.client_kill_filter(_type="pubsub", skipme=False)
        session = ask(f"{runtime.url}/api/sessions", {"character": "vesper"})["id"]
        wait_until(lambda: "day 2 of 3" in day_told(runtime, session), 20.0, runtime.report)
        assert runtime.stop() == 0
        assert client.acl_log() == []
        assert from_json(client.get("agent:vesper") or b"")["status"] == "INACTIVE"
        listener.close()


def test_the_main_file_alone_is_no_backup_and_a_backup_of_sqlite_is_one(
    runtime: RuntimeProcess, tmp_path: Path
) -> None:
    session = ask(f"{runtime.url}/api/sessions", {"character": "wren"})["id"]
    ask(f"{runtime.url}/api/sessions/{session}/messages", {"content": "Remember this."})
    file = runtime.folder / "runtime.db"
    shutil.copy(file, tmp_path / "copied.db")
    source, target = sqlite3.connect(file), sqlite3.connect(tmp_path / "backup.db")
    source.backup(target)
    source.close()
    target.close()
    assert not _remembers(tmp_path / "copied.db")
    assert _remembers(tmp_path / "backup.db")


def _remembers(file: Path) -> bool:
    database = sqlite3.connect(file)
    try:
        return database.execute("SELECT 1 FROM messages WHERE content = 'Remember this.'").fetchone() is not None
    except sqlite3.OperationalError:  # not even the tables are there
        return False
    finally:
        database.close()


def test_the_files_of_a_data_folder_are_those_of_the_page(runtime: RuntimeProcess) -> None:
    rows = re.findall(r"^\| (`.+?`) \|", page("deploy.md"), re.MULTILINE)
    named = {name.strip("/") for row in rows for name in re.findall(r"`(.+?)`", row)}
    of_commands = {"backups", "keys.json", "keys.lock", "last-sessions.json"}
    now_and_then = {"runtime.db.before-upgrade", "runtime.db.replaced-…", *of_commands}
    assert {path.name for path in runtime.folder.iterdir()} == named - now_and_then


def test_options_of_a_postgresql_url_are_all_named() -> None:
    text = page("deploy.md")
    assert {option for option in _OPTIONS if f"`{option}`" in text} == _OPTIONS


def test_the_unit_starts_a_command_there_is_and_waits_longer_than_replies_may_take() -> None:
    unit = ConfigParser(strict=False, interpolation=None)
    unit.optionxform = str  # type: ignore[assignment, method-assign]
    unit.read(UNIT)
    service = unit["Service"]
    program, *arguments = shlex.split(service["ExecStart"])
    assert program == f"{service['WorkingDirectory']}/run"
    assert CliRunner().invoke(cli, [*arguments, "--help"]).exit_code == 0
    assert (service["Type"], service["KillMode"]) == ("simple", "mixed")
    assert int(service["TimeoutStopSec"]) > 20
    assert service["Environment"] == f"AGENT_RUNTIME__DATA_DIR=/var/lib/{service['StateDirectory']}"


def test_systemd_understands_the_unit_where_there_is_a_systemd(tmp_path: Path) -> None:
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        return
    copy = tmp_path / UNIT.name
    copy.write_text(UNIT.read_text().replace("/opt/agent-runtime", str(ROOT)))
    checked = subprocess.run([analyze, "verify", copy], capture_output=True, text=True, timeout=60, check=False)
    assert (checked.returncode, checked.stderr) == (0, "")
