"""A model server of our own, a client for it with small deadlines, and prompts."""

from collections.abc import AsyncIterator

import pytest

from agent_runtime.core.character import Character
from agent_runtime.core.ports import ChatModel, Delta, Finish, Sent
from agent_runtime.core.presence import Mood
from agent_runtime.core.prompt import Circumstances, Prompt, PromptMessage
from agent_runtime.llm.deadlines import Deadlines
from agent_runtime.llm.openai_compat import OpenAICompat
from tests.llm.fake_server import FakeServer, fake_server

PATIENT = Deadlines(connect=10.0, first_token=20.0, idle=20.0, total=40.0)
GREETING = "Good evening, friend."
HURRIED = Deadlines(connect=10.0, first_token=0.5, idle=0.5, total=1.2)


def prompt(question: str = "Hello?") -> Prompt:
    return Prompt(
        character=Character(name="Vesper Quill", nickname="Vesper"),
        user_name="Ada",
        circumstances=Circumstances(Mood.NEUTRAL, "calm, even"),
        history=(),
        question=question,
        seed="seed",
        messages=lambda limit=None: (PromptMessage("system", "You are Vesper."), PromptMessage("user", question)),
    )


async def said(model: ChatModel, asked: Prompt | None = None) -> tuple[str, Finish]:
    """The whole reply; fails unless there is exactly one Finish, at the end, and no empty delta."""
    parts = [part async for part in model.reply(asked or prompt())]
    *deltas, finish = [part for part in parts if not isinstance(part, Sent)]
    assert isinstance(finish, Finish)
    texts = [delta.text for delta in deltas if isinstance(delta, Delta)]
    assert len(texts) == len(deltas)
    assert all(texts)
    return "".join(texts), finish


@pytest.fixture
async def server() -> AsyncIterator[FakeServer]:
    async with fake_server() as fake:
        yield fake


@pytest.fixture
async def model(server: FakeServer) -> AsyncIterator[OpenAICompat]:
    """For answers that come: a busy machine does not fail its tests."""
    model = OpenAICompat(server.url, "tiny", deadlines=PATIENT, jitter=lambda most: 0.0)
    yield model
    await model.close()


@pytest.fixture
async def hurried(server: FakeServer) -> AsyncIterator[OpenAICompat]:
    """For answers that do not come."""
    model = OpenAICompat(server.url, "tiny", deadlines=HURRIED, jitter=lambda most: 0.0)
    yield model
    await model.close()
