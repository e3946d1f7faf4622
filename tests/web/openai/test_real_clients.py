"""Real clients, unchanged, against the real runtime: `pytest -m clients`, with the extra of that name and npm."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest

from tests.process.runtime import RuntimeProcess, environment

pytestmark = pytest.mark.clients
PROGRAMS = Path(__file__).with_name("programs")
NODE_PACKAGES = ("ai@^6", "@ai-sdk/openai-compatible@^2")
INSTALL_WITHIN_S, RUN_WITHIN_S = 300, 120


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the packages of node, and the program."""
    folder = tmp_path_factory.mktemp("node")
    run("npm", "install", "--no-audit", "--no-fund", "--prefix", folder, *NODE_PACKAGES, within_s=INSTALL_WITHIN_S)
    program = folder / "ai-sdk.mjs"
    program.write_text((PROGRAMS / "ai-sdk.mjs").read_text())
    return program


def run(*command: str | Path, within_s: float = RUN_WITHIN_S, environ: dict[str, str] | None = None) -> str:
    """A program to its end, which must be a good one; what it wrote on standard output."""
    done = subprocess.run(
        [str(each) for each in command],
        env=environment(environ),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=within_s,
        check=False,
    )
    assert done.returncode == 0, f"{command}\n{done.stdout[-4000:]}\n{done.stderr[-4000:]}"
    return done.stdout


def test_the_openai_sdk(runtime: RuntimeProcess) -> None:
    told: dict[str, Any] = json.loads(run(sys.executable, PROGRAMS / "sdk.py", runtime.url))
    assert {"casimir", "vesper", "wren"} <= set(told["models"])
    assert told["model"] == "agent-runtime"
    assert told["chat"]["text"]
    assert told["chat"]["usage"] > 0
    assert told["chat"]["choices"] == 2
    assert len(set(told["chat"]["sessions"])) == 1
    assert told["stream"]["text"]
    assert (told["stream"]["finish"], told["stream"]["usage"] > 0) == ("stop", True)
    assert told["responses"]["text"]
    assert told["responses"]["is_same"]
    assert told["responses"]["kinds"][-1] == "response.completed"
    assert told["responses"]["streamed"]
    assert told["responses"]["usage"] > 0
    assert told["errors"] == {"unknown": "model_not_found", "status": 400, "param": "messages"}
    assert len(set(told["parallel"])) == 10


def test_the_llm_command(runtime: RuntimeProcess, tmp_path: Path) -> None:
    model = {"model_id": "wren", "model_name": "wren", "api_base": f"{runtime.url}/v1"}
    (tmp_path / "extra-openai-models.yaml").write_text(json.dumps([model]))
    environ = {"LLM_USER_PATH": str(tmp_path), "PATH": os.environ["PATH"]}
    for options in (("--no-stream",), ("-c",), ("-c", "-s", "Be brief.")):
        assert run(sys.executable, "-m", "llm", "-m", "wren", *options, f"Hello, {options}", environ=environ).strip()
    with urlopen(f"{runtime.url}/api/sessions?character=wren", timeout=20) as answer:
        newest = json.load(answer)["data"][0]
    assert newest["message_count"] == 6


def test_the_ai_sdk_on_node(runtime: RuntimeProcess, node: Path) -> None:
    told: dict[str, Any] = json.loads(run("node", node, runtime.url))
    assert told["text"]
    assert told["streamed"]
    assert told["pieces"] > 1
    assert told["finish"] == "stop"
    assert told["usage"] > 0
    assert told["streamUsage"] > 0
    assert told["session"] == told["again"]
