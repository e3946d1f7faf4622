"""A real model server – a tiny model made on the spot, served by `transformers serve` – is understood.

Needs TEST_LLM_PYTHON, an interpreter with `torch` and `transformers[serving]`; fails without it, since a
skipped test proves nothing. Outside the default run: `pytest -m slow tests/llm`.
"""

import asyncio
import os
import socket
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import aiohttp
import pytest

from agent_runtime.core.errors import ModelFailed
from agent_runtime.core.ports import Delta, Sent
from agent_runtime.llm.openai_compat import OpenAICompat
from agent_runtime.llm.wire import Sampling
from tests.llm import real_server
from tests.llm.conftest import PATIENT, prompt, said

pytestmark = pytest.mark.slow
START_S = 180.0


@pytest.fixture
async def url(tmp_path: Path) -> AsyncIterator[str]:
    python = os.environ.get("TEST_LLM_PYTHON", "")
    if not python:
        pytest.fail("set TEST_LLM_PYTHON to an interpreter that has torch and transformers[serving]")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    log = tmp_path / "server.log"
    with log.open("wb") as output:
        server = await asyncio.create_subprocess_exec(
            python, real_server.__file__, str(tmp_path / "tiny"), str(port), stdout=output, stderr=output
        )
    try:
        await _is_up(f"http://127.0.0.1:{port}/health", server, log)
        yield f"http://127.0.0.1:{port}/v1"
    finally:
        with suppress(ProcessLookupError):
            server.kill()
        await server.wait()


async def _is_up(url: str, server: asyncio.subprocess.Process, log: Path) -> None:
    async with asyncio.timeout(START_S), aiohttp.ClientSession() as http:
        while server.returncode is None:
            with suppress(aiohttp.ClientError):
                async with http.get(url) as answer:
                    if answer.status == 200:
                        return
            await asyncio.sleep(0.2)
    pytest.fail(f"the model server ended:\n{log.read_text()[-2000:]}")


async def test_a_real_server_is_streamed_refused_left_and_limited(url: str, tmp_path: Path) -> None:
    name = str(tmp_path / "tiny")
    model = OpenAICompat(url, name, sampling=Sampling(max_tokens=80, temperature=0.0), deadlines=PATIENT)
    parts = [part async for part in model.reply(prompt())]
    _, *deltas, finish = parts
    assert "".join(part.text for part in deltas if isinstance(part, Delta)) == real_server.SENTENCE
    assert len(deltas) > 5
    assert finish.reason == "stop"  # type: ignore[union-attr]

    replies = model.reply(prompt())
    assert isinstance(await anext(replies), Sent)
    assert await anext(replies) == Delta("Good")
    await replies.aclose()
    texts = await asyncio.gather(*(said(model) for _ in range(4)))
    assert {text for text, _ in texts} == {real_server.SENTENCE}
    await model.close()

    short = OpenAICompat(url, name, sampling=Sampling(max_tokens=3, temperature=0.0), deadlines=PATIENT)
    text, finish = await said(short)
    assert (text, finish.reason) == (real_server.SENTENCE[: len(text)], "length")
    await short.close()

    unknown = OpenAICompat(url, "unknown", deadlines=PATIENT)
    with pytest.raises(ModelFailed, match="unknown") as failure:
        await said(unknown)
    assert (failure.value.reason, failure.value.status) == ("refused", 400)
    await unknown.close()
