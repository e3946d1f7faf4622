"""A runtime with keys: the one of its settings, and one for each scope."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import aiohttp

from agent_runtime.web.keys import KEY_FILE, SCOPES, KeyFile, made
from tests.process.http import Client
from tests.process.runtime import RuntimeProcess

MAIN = "canary-key-8b1d04e7f25c"
_PATIENCE = aiohttp.ClientTimeout(total=60)


@dataclass
class Keyed:
    """Keys by name, those of a scope called like it; `new` makes one more."""

    runtime: RuntimeProcess
    keys: dict[str, str] = field(default_factory=lambda: {"": MAIN})

    @classmethod
    def started(cls, folder: Path, *settings: str) -> "Keyed":
        """A runtime that knows the keys from the beginning."""
        keyed = cls(RuntimeProcess(folder / "data", *settings, environ={"AGENT_RUNTIME__HTTP__API_KEY": MAIN}))
        for scope in SCOPES:
            keyed.new(scope, scope)
        keyed.new("other", "chat")
        keyed.runtime.start()
        return keyed

    @property
    def file(self) -> KeyFile:
        return KeyFile(self.runtime.folder / KEY_FILE)

    def new(self, name: str, *scopes: str) -> str:
        key, kept = made(name, scopes, datetime.now(UTC))
        self.file.add(kept)
        self.keys[name] = key
        return key

    @asynccontextmanager
    async def client(self, name: str | None = None) -> AsyncIterator[Client]:
        """One who sends the key of this name; None: no key."""
        headers = {} if name is None else {"Authorization": f"Bearer {self.keys[name]}"}
        connector = aiohttp.TCPConnector(limit=0)
        async with aiohttp.ClientSession(timeout=_PATIENCE, connector=connector, headers=headers) as session:
            yield Client(self.runtime.url, session)
