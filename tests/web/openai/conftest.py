"""Clients that send everything again with every turn, and how what they are answered is read."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.process.http import Answer, Client
from tests.process.model import Model, runtime_with_model
from tests.process.runtime import RuntimeProcess

COMPLETIONS = "/v1/chat/completions"


@pytest.fixture(scope="package")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[RuntimeProcess, Model]]:
    """A runtime for all of them, whose model does what the question says."""
    with runtime_with_model(tmp_path_factory.mktemp("served")) as served:
        yield served


@pytest.fixture
def client(guest: Client) -> Client:
    """Talks to that runtime."""
    return guest


def user(text: Any) -> dict[str, Any]:
    return {"role": "user", "content": text}


def assistant(text: Any) -> dict[str, Any]:
    return {"role": "assistant", "content": text}


def system(text: Any) -> dict[str, Any]:
    return {"role": "system", "content": text}


async def completion(client: Client, *messages: dict[str, Any], **more: Any) -> Answer:
    """A reply, which must be a good one."""
    answer = await client.post(COMPLETIONS, {"model": "wren", "messages": list(messages), **more})
    assert answer.status == 200, answer.raw
    return answer


def text_of(answer: Answer) -> str:
    """What was replied."""
    return str(answer.json["choices"][0]["message"]["content"])


def chunks_of(answer: Answer) -> list[dict[str, Any]]:
    """The chunks of a stream, which ends as it must."""
    lines = [line for line in answer.raw.decode().split("\n\n") if line and not line.startswith(":")]
    assert lines.pop() == "data: [DONE]"
    return [json.loads(line.removeprefix("data: ")) for line in lines]


def assert_error(answer: Answer, status: int, code: str, param: str | None = None) -> None:
    """An error as OpenAI tells it."""
    assert answer.status == status, answer.raw
    assert answer.headers["Content-Type"].startswith("application/json")
    assert answer.headers["X-Request-Id"]
    error = answer.json["error"]
    assert error.keys() == {"message", "type", "param", "code"}
    assert (error["code"], error["param"]) == (code, param)
    assert error["message"]


@dataclass
class FrontEnd:
    """A front end: what it adds to every request, how it words one, and what it shows."""

    client: Client
    headers: dict[str, str] = field(default_factory=dict)
    body: dict[str, Any] = field(default_factory=dict)
    before: list[dict[str, Any]] = field(default_factory=list)
    history: list[dict[str, Any]] = field(default_factory=list)
    sessions: list[str] = field(default_factory=list)
    turns: list[str] = field(default_factory=list)

    async def say(self, words: Any) -> str:
        self.history.append(user(words))
        return await self.send()

    async def send(self, last: int = 0) -> str:
        """Send what it shows, or the last so many messages of it, and show the reply."""
        body = {"model": "wren", "messages": [*self.before, *self.history[-last:]], **self.body}
        answer = await self.client.post(COMPLETIONS, body, headers=self.headers)
        assert answer.status == 200, answer.raw
        if body.get("stream"):
            deltas = [each["choices"][0]["delta"] for each in chunks_of(answer) if each["choices"]]
            text = "".join(delta.get("content", "") for delta in deltas)
        else:
            text = text_of(answer)
        self.sessions.append(answer.headers["X-Session-Id"])
        self.turns.append(answer.headers["X-Turn-Id"])
        self.history.append(assistant(text))
        return text

    async def regenerate(self) -> str:
        self.history.pop()
        return await self.send()

    async def edit(self, place: int, words: Any) -> str:
        """Other words in that place; what came after is thrown away."""
        self.history[place:] = [user(words)]
        return await self.send()

    @property
    def session(self) -> str:
        """The one session of all its turns."""
        (session,) = set(self.sessions)
        return session

    async def kept(self) -> list[dict[str, Any]]:
        """Every message of the session, on every branch."""
        return list((await self.client.get(f"/api/sessions/{self.session}/messages?every=true&limit=200")).json["data"])


def assert_nothing_twice(kept: list[dict[str, Any]]) -> None:
    """No message stands twice behind the same one, but replies that are meant to be beside each other."""
    said = [(each["parent_id"], each["content"]) for each in kept if each["role"] == "user"]
    assert len(said) == len(set(said))
