"""A host with an audience: the agent, its voice and its memory as doubles, the model as a test wants it."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass, field, replace
from decimal import Decimal

from agent_runtime.agents.audience import Audience
from agent_runtime.core.character import Character, Hosts
from agent_runtime.core.clock import ManualClock
from agent_runtime.core.domain import Feeling, Slot, Stage
from agent_runtime.core.line import Prepared
from agent_runtime.core.memory import Memory, PastLot, Recollection
from agent_runtime.core.money import Money
from agent_runtime.core.ports import ChatModel, Delta, Finish
from agent_runtime.core.presence import Mood, RecentMessage
from agent_runtime.core.prompt import Circumstances, Prompt
from agent_runtime.domains.agent.events import AgentAddressed
from agent_runtime.llm.scripted import Scripted
from agent_runtime.narration.phrasebook import phrases_of
from tests.store.values import NOON, new_id
from tests.waiting import beside, until

VESPER = Character(name="Vesper Quill", nickname="Vesper", hosts=Hosts(auctions="*"))


def money(amount: str, currency: str = "USD") -> Money:
    return Money(Decimal(amount), currency)


def stage(title: str, *, is_open: bool = True, outcome: str | None = None, bids: int = 7, **slots: Slot) -> Stage:
    known: dict[str, Slot] = {"title": title, "lot": title, **slots}
    return Stage(title, title, is_open, is_last_call=False, slots=known, bid_count=bids, outcome=outcome)


DESK = stage("Walnut Desk", amount=money("1250"), next=money("1300"), bidder="gilded_egret", seconds=125)
CLOCK = stage("Brass Clock", amount=money("80.5"), bidder="mr_fox", bids=3)
LAMP = stage("Oil Lamp", is_open=False, outcome="sold", amount=money("40"), bidder="ann")
PAST = (
    PastLot(
        auction_id="p3",
        number=3,
        title="Paper Lighthouse",
        outcome="sold",
        bidder="velvet_ox",
        amount=money("0.48", "ETH"),
    ),
    PastLot(auction_id="p2", number=2, title="Tin Moon", outcome="passed"),
)


@dataclass
class Says:
    """A ChatModel that says `text` of the question, once it may go on."""

    text: Callable[[Prompt], str]
    go: asyncio.Event = field(default_factory=asyncio.Event)
    prompts: list[Prompt] = field(default_factory=list)
    at_once: int = 0
    most_at_once: int = 0
    failure: Exception | None = None
    name: str = "says"

    async def reply(self, prompt: Prompt) -> AsyncGenerator[Delta | Finish, None]:
        self.prompts.append(prompt)
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            await self.go.wait()
            if self.failure is not None:
                raise self.failure
            yield Delta(self.text(prompt))
            yield Finish("stop")
        finally:
            self.at_once -= 1

    async def close(self) -> None:
        """Nothing is open."""


@dataclass
class Stand:
    """A Host, its Voice and its Mind in one."""

    character: Character = VESPER
    stages: tuple[Stage, ...] = (DESK, CLOCK)
    lots: tuple[PastLot, ...] = PAST
    known: tuple[Memory, ...] = ()
    status: str = "ACTIVE"
    is_muted: bool = False
    has_place: bool = True
    offered: list[Prepared] = field(default_factory=list)
    felt: list[str] = field(default_factory=list)
    recent: list[RecentMessage] = field(default_factory=list)
    remembered: list[tuple[str, str, bool]] = field(default_factory=list)
    nudge: Callable[[], None] = lambda: None

    @property
    def id(self) -> str:
        return self.character.slug

    @property
    def voice(self) -> "Stand":
        return self

    def offer(self, prepared: Prepared, now: float) -> bool:
        if self.has_place:
            self.offered.append(prepared)
        return self.has_place

    def feel(self, feelings: tuple[Feeling, ...], trigger: str) -> None:
        self.felt += [each.emotion for each in feelings]

    def circumstances(self) -> Circumstances:
        return Circumstances(Mood.NEUTRAL, "calm", stages=self.stages)

    async def recall(
        self, agent_id: str, question: str, *, about_user: str | None = None, name: str = ""
    ) -> tuple[Recollection, ...]:
        assert about_user is None
        return tuple(Recollection(memory=each, score=1) for each in self.known)

    def past(self, hosts: Callable[[str, str | None], bool]) -> tuple[PastLot, ...]:
        return self.lots

    def show(self, stage: Stage, **slots: Slot) -> None:
        """The lot in hand has moved on."""
        self.stages = (replace(stage, slots={**stage.slots, **slots}), *self.stages[1:])


class Guestbook(Stand):
    """A Stand whose `hear` is of the agent; its mind's `hear` is another's (the names meet in one double)."""

    def hear(self, interaction: RecentMessage) -> None:
        self.recent.append(interaction)


@dataclass
class Keeper:
    """The mind of a stand: what is said goes into its list of remembered things."""

    stand: Stand

    async def recall(
        self, agent_id: str, question: str, *, about_user: str | None = None, name: str = ""
    ) -> tuple[Recollection, ...]:
        return await self.stand.recall(agent_id, question, about_user=about_user, name=name)

    def past(self, hosts: Callable[[str, str | None], bool]) -> tuple[PastLot, ...]:
        return self.stand.past(hosts)

    def hear(self, agent_id: str, user: str, text: str, message_id: str, *, is_public: bool, name: str = "") -> None:
        self.stand.remembered.append((user, text, is_public))


@dataclass
class Show:
    """An audience before its host. The model may speak at once unless a test holds it up."""

    model: ChatModel = field(default_factory=lambda: Scripted(phrases_of))
    host: Guestbook = field(default_factory=Guestbook)
    clock: ManualClock = field(default_factory=lambda: ManualClock(1_000.0))
    deadline_s: float = 20.0

    def __post_init__(self) -> None:
        scripted = Scripted(phrases_of)
        self.audience = Audience(
            self.host, self.model, scripted, Keeper(self.host), self.clock, deadline_s=self.deadline_s
        )

    def says(self, content: str, **values: object) -> None:
        self.audience.hear(interaction(content, **values))

    async def answers(self, count: int = 1) -> list[str]:
        """What is offered once there are so many."""
        async with beside(self.audience.run):
            await until(lambda: len(self.host.offered) >= count)
        return [each.text for each in self.host.offered]

    async def answer(self, content: str, **values: object) -> str:
        self.says(content, **values)
        return (await self.answers(len(self.host.offered) + 1))[-1]


def interaction(content: str, **values: object) -> AgentAddressed:
    usual: dict[str, object] = {
        "envelope:id": new_id(),
        "envelope:at": 0.0,
        "envelope:type": "agent:interaction",
        "agentId": VESPER.slug,
        "timestamp": NOON,
        "interactionId": new_id(),
        "userId": new_id(),
        "twitterHandle": "kestrel9",
        "content": content,
        "type": "QUESTION",
    }
    return AgentAddressed.model_validate({**usual, **values})
