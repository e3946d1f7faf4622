"""A model server for a runtime under test: what it does is written in the question, and it keeps every prompt."""

import asyncio
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.llm.fake_server import DONE, USAGE, Exchange, chunk, fake_server
from tests.process.runtime import RuntimeProcess

WAIT, FAIL, BREAK, DRIP = "please wait", "please fail", "please break off", "please drip"
_DRIPS = 20
_MOST_CALLS = 10_000


@dataclass
class Model:
    """`url` for `llm.base_url`. A question with WAIT is answered half until `go` is set, one with DRIP slowly."""

    url: str = ""
    prompts: list[list[dict[str, str]]] = field(default_factory=list)
    go: threading.Event = field(default_factory=threading.Event)

    def settings(self) -> tuple[str, ...]:
        """What a runtime needs to use it."""
        return ("llm.provider=openai_compat", f"llm.base_url={self.url}", "llm.model=tiny", "llm.idle_s=60")

    def prompt_for(self, question: str) -> list[dict[str, str]]:
        """The newest prompt that asks this."""
        return next(each for each in reversed(self.prompts) if each[-1]["content"] == question)

    async def answer(self, exchange: Exchange) -> None:
        """One request."""
        messages = exchange.request.json["messages"]
        self.prompts.append(messages)
        question = messages[-1]["content"]
        if FAIL in question:
            await exchange.answer(400, json.dumps({"error": {"message": "the model is ill"}}).encode())
            return
        await exchange.head()
        await exchange.send(chunk("You said: "))
        if BREAK in question:
            return
        if WAIT in question:
            await asyncio.to_thread(self.go.wait, 60)
        for _ in range(_DRIPS if DRIP in question else 0):
            await exchange.send(chunk("drip, "))
            await asyncio.sleep(0.02)
        await exchange.send(chunk(f"{question}."), chunk(finish="stop"), USAGE, DONE)


@contextmanager
def model_server() -> Iterator[Model]:
    """A server in a thread of its own, so that it serves runtimes of any scope."""
    model, is_up, stop = Model(), threading.Event(), threading.Event()

    async def serve() -> None:
        async with fake_server() as fake:
            fake.play(*[model.answer] * _MOST_CALLS)
            model.url = fake.url
            is_up.set()
            await asyncio.to_thread(stop.wait)

    thread = threading.Thread(target=asyncio.run, args=(serve(),), name="model server")
    thread.start()
    assert is_up.wait(20)
    try:
        yield model
    finally:
        model.go.set()
        stop.set()
        thread.join(20)


@contextmanager
def runtime_with_model(folder: Path) -> Iterator[tuple[RuntimeProcess, Model]]:
    """A runtime that keeps its data there, with such a server of its own."""
    with model_server() as model:
        runtime = RuntimeProcess(folder / "data", *model.settings())
        try:
            yield runtime.start(), model
        finally:
            runtime.kill()
