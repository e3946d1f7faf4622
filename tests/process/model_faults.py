"""A server of faulty models in a thread of its own, and characters that each speak with one of them."""

import asyncio
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.llm.fake_server import fake_server
from tests.llm.faulty import play

_MOST_CALLS = 10_000


@contextmanager
def faulty_models(port: int = 0) -> Iterator[str]:
    """Its base URL; the model that is asked for names what happens."""
    is_up, stop, urls = threading.Event(), threading.Event(), list[str]()

    async def serve() -> None:
        async with fake_server(port) as fake:
            fake.play(*[play] * _MOST_CALLS)
            urls.append(fake.url)
            is_up.set()
            await asyncio.to_thread(stop.wait)

    thread = threading.Thread(target=asyncio.run, args=(serve(),), name="faulty models")
    thread.start()
    try:
        assert is_up.wait(20)
        yield urls[0]
    finally:
        stop.set()
        thread.join(20)


def cast(folder: Path, models: Iterable[str]) -> dict[str, str]:
    """A character for each model; the slugs by model."""
    folder.mkdir(parents=True)
    slugs = {model: f"c{number}" for number, model in enumerate(models)}
    for model, slug in slugs.items():
        text = f'schema: 1\nname: {slug}\nmodel: {{name: "{model}"}}\n'
        (folder / f"{slug}.yaml").write_text(text)
    return slugs
