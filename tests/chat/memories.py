"""Doubles of what a conversation remembers by."""

from collections.abc import Callable
from dataclasses import dataclass, field

from agent_runtime.core.memory import Memory, PastLot, Recollection, Summary
from tests.store.values import NOON


@dataclass
class Notebook:
    """A Recollector: gives back `known` and `lots`, writes down what it is told and asked."""

    known: tuple[str, ...] = ()
    lots: tuple[PastLot, ...] = ()
    heard: list[tuple[str, str, str]] = field(default_factory=list)
    asked: list[tuple[str, str | None, str]] = field(default_factory=list)

    async def recall(
        self, agent_id: str, question: str, *, about_user: str | None = None, name: str = ""
    ) -> tuple[Recollection, ...]:
        self.asked.append((agent_id, about_user, name))
        return tuple(Recollection(memory=remembered(text), score=1) for text in self.known)

    def past(self, hosts: Callable[[str, str | None], bool]) -> tuple[PastLot, ...]:
        return tuple(lot for lot in self.lots if hosts(lot.auction_id, lot.campaign_id))

    def hear(self, agent_id: str, user: str, text: str, message_id: str, *, is_public: bool, name: str = "") -> None:
        self.heard.append((user, name, text))


@dataclass
class MemorySummaries:
    """Summaries in a dict."""

    kept: dict[str, Summary] = field(default_factory=dict)
    reads: int = 0
    failure: Exception | None = None

    async def get(self, session_id: str) -> Summary | None:
        self.reads += 1
        if self.failure is not None:
            raise self.failure
        return self.kept.get(session_id)

    async def save(self, summary: Summary, upto: str | None = None) -> None:
        if self.failure is not None:
            raise self.failure
        self.kept[summary.session_id] = summary


def remembered(text: str, **values: object) -> Memory:
    given = {"id": "m", "agent_id": "ada", "kind": "fact", "subject": "Bob", "importance": 1, "created_at": NOON}
    return Memory.model_validate({"text": text, **given, **values})
