"""Requests made up from the OpenAPI document: none ends in a 500, and every answer is as the document says.

`FUZZ_EXAMPLES=1000 pytest -m slow tests/web/test_fuzz.py` looks longer.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.process.http import Client, assert_works
from tests.process.runtime import RuntimeProcess

# Wren is talked to at the end: who runs is not deleted.
SETTINGS = ('agents=["vesper","wren"]',)
# The last two URLs are also those of characters called so, and take what every character takes.
_CONFIG = """\
[checks]
enabled = false
not_a_server_error.enabled = true
status_code_conformance.enabled = true
content_type_conformance.enabled = true
response_schema_conformance.enabled = true
unsupported_method.enabled = true
allow_header_conformance.enabled = true

[[operations]]
include-path-regex = "/api/characters/(import|validate)$"
checks.allow_header_conformance.enabled = false
"""
_ENDLESS = "/api/events/stream"
_WITHIN_S = 3600


@pytest.mark.slow
async def test_nothing_made_up_breaks_the_runtime(runtime: RuntimeProcess, client: Client, tmp_path: Path) -> None:
    examples = os.environ.get("FUZZ_EXAMPLES", "20")
    options = ("--max-examples", examples, "--exclude-path", _ENDLESS, "--request-timeout", "30")
    (tmp_path / "schemathesis.toml").write_text(_CONFIG)
    fuzzed = subprocess.run(
        [sys.executable, "-m", "schemathesis.cli", "run", f"{runtime.url}/openapi.json", *options, "--seed", "1"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=_WITHIN_S,
        check=False,
    )
    assert fuzzed.returncode == 0, fuzzed.stdout[-20_000:] + fuzzed.stderr[-5_000:]
    assert "Traceback" not in runtime.log
    await assert_works(client)
