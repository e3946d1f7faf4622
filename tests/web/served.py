"""The HTTP door by itself: real store, real company, lots in hand made up."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiohttp import web

from agent_runtime.agents.agent import Agent
from agent_runtime.agents.company import Company
from agent_runtime.core.broadcast import Broadcast
from agent_runtime.core.character import Character
from agent_runtime.core.domain import Stage
from agent_runtime.core.errors import ModelFailed
from agent_runtime.core.events import Envelope
from agent_runtime.live.memory import MemoryLiveState
from agent_runtime.store import schema
from agent_runtime.store.database import Database
from agent_runtime.web.server import Server, build
from agent_runtime.web.services import Lots, Services
from tests.agents.living import VESPER, Ear, agent
from tests.process.http import Client, client_of
from tests.store.values import new_id

WREN = Character(name="Wren", slug="wren")


@dataclass
class Door:
    """What stands behind the door, and a client in front of it."""

    client: Client
    agent: Agent
    ear: Ear
    database: Database
    stages: dict[str, Stage]
    coalesced: dict[str, dict[str, int]]
    answers: dict[str, str]
    app: web.Application

    @property
    def said(self) -> list[str]:
        """What the agent was told to say, and may."""
        return [each.text for each in self.ear.offered]


@asynccontextmanager
async def served(folder: Path) -> AsyncIterator[Door]:
    """A door to one agent, Vesper, and Wren who can be talked to."""
    url = f"sqlite:///{folder / 'runtime.db'}"
    schema.upgrade(url)
    ear = Ear()
    vesper = agent(voice=ear)
    stages: dict[str, Stage] = {}
    coalesced: dict[str, dict[str, int]] = {}
    answers: dict[str, str] = {}

    async def nobody(_character: Character) -> Agent:
        raise AssertionError("nobody is talked to here")

    async def improvise(speaker: Agent, prompt: str) -> str:
        assert speaker is vesper
        if prompt not in answers:
            raise ModelFailed("unreachable", "the model does not answer")
        if answers[prompt] == "muted meanwhile":
            speaker.mute()
        return answers[prompt]

    async with Database(url) as database:
        company = Company({"vesper": VESPER, "wren": WREN}, {"vesper": vesper}, nobody, MemoryLiveState())
        unused: Any = None
        services = Services(
            company=company,
            conversations=unused,
            clients=unused,
            starting=unused,
            talks=unused,
            tracing=unused,
            turns=unused,
            character_files=unused,
            library=unused,
            importing=unused,
            export=unused,
            sessions=database.sessions,
            messages=database.messages,
            events=database.events,
            stream=Broadcast[Envelope](),
            stream_epoch="0",
            post=unused,
            health=unused,
            broken=list,
            max_chars=1000,
            hosts=lambda: frozenset({f"127.0.0.1:{server.port}"}),
            new_id=new_id,
            is_draining=lambda: False,
            memories=database.memories,
            lots=Lots(
                stages=lambda: list(stages.values()),
                stage=stages.get,
                auctions=database.auctions,
                bids=database.bids,
                titles=database.chronicle.titles,
                coalesced=lambda lot_id: coalesced.get(lot_id, {}),
                overtaken=lambda _lot_id: 3,
            ),
            improvise=improvise,
            exposition=unused,
        )
        server = Server(build(services), "127.0.0.1", 0)
        await server.start()
        try:
            async with client_of(server.url) as client:
                yield Door(client, vesper, ear, database, stages, coalesced, answers, server.app)
        finally:
            await server.stop()
