"""Lots in every stage of their lives, and talks about them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal

from agent_runtime.core.character import Character, Hosts
from agent_runtime.core.conversation import Message, Role
from agent_runtime.core.domain import Slot, Stage
from agent_runtime.core.money import Money
from agent_runtime.core.ports import Delta
from agent_runtime.core.presence import Mood
from agent_runtime.core.prompt import Circumstances, Prompt
from agent_runtime.core.starter_phrases import STARTER
from agent_runtime.llm.scripted import Scripted
from agent_runtime.llm.voice import PhrasesOf

HOST = Character(name="Vesper Quill", nickname="Vesper", hosts=Hosts(auctions="*"))
GUEST = Character(name="Wren")


def starter(character: Character, family: str) -> Sequence[str]:
    """The character's own long lines of a family, else the starter's."""
    phrases = character.phrases.get(family) or STARTER.get(family)
    return phrases.long if phrases else ()


def nothing(_character: Character, _family: str) -> Sequence[str]:
    """A phrase book without a line in it."""
    return ()


def lot(title: str, *, is_open: bool = True, outcome: str | None = None, bids: int = 0, **slots: Slot) -> Stage:
    return Stage(
        subject=title,
        title=title,
        is_open=is_open,
        is_last_call=False,
        slots={"title": title, "lot": title, **slots},
        bid_count=bids,
        outcome=outcome,
    )


def usd(amount: str) -> Money:
    return Money(Decimal(amount), "USD")


DESK = lot("Walnut desk", bids=17, amount=usd("1250"), bidder="gilded_egret", next=usd("1300"), seconds=125)
XBOX = lot("Xbox console", bids=3, amount=usd("80.5"), bidder="mr_fox", seconds=259_200)
SPOON = lot("Silver spoon", seconds=40)
SOLD = lot("Brass lamp", is_open=False, outcome="sold", bids=9, amount=Money(Decimal("0.136"), "ETH"), bidder="ann")
PASSED = lot("Oak chair", is_open=False, outcome="passed")


@dataclass
class Chat:
    """A conversation with the scripted voice."""

    character: Character = HOST
    stages: tuple[Stage, ...] = ()
    phrases: PhrasesOf = starter
    user_name: str = "Ada"
    seed: str = "seed"
    history: list[Message] = field(default_factory=list)

    def prompt(self, question: str) -> Prompt:
        circumstances = Circumstances(
            Mood.NEUTRAL, "at ease, in charge; tension in the room is high", stages=self.stages
        )
        return Prompt(self.character, self.user_name, circumstances, tuple(self.history), question, self.seed, tuple)

    async def deltas(self, question: str) -> list[str]:
        model = Scripted(self.phrases)
        return [part.text async for part in model.reply(self.prompt(question)) if isinstance(part, Delta)]

    async def ask(self, question: str) -> str:
        answer = "".join(await self.deltas(question))
        self._keep("user", question)
        self._keep("assistant", answer)
        return answer

    def _keep(self, role: Role, content: str) -> None:
        seq = len(self.history) + 1
        message = Message(
            id=str(seq),
            session_id="s",
            role=role,
            content=content,
            created_at=datetime(2026, 1, 1, tzinfo=UTC),
            seq=seq,
        )
        self.history.append(message)
