"""Remembering never keeps anyone waiting, keeps everything once, and tells only what is public."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from agent_runtime.core.clock import SystemClock
from agent_runtime.core.errors import Refused, Unavailable
from agent_runtime.core.memory import Memory
from agent_runtime.memory.recalling import Recalling
from agent_runtime.memory.remembering import Remembering
from tests.memory.doubles import MemoryChronicle, MemoryMemories, past
from tests.waiting import beside, until


@dataclass
class Mind:
    """Remembering with everything it tells."""

    memories: MemoryMemories = field(default_factory=MemoryMemories)
    chronicle: MemoryChronicle = field(default_factory=MemoryChronicle)
    told: list[str] = field(default_factory=list)
    keys: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        clock = SystemClock()
        self.recalling = Recalling(self.memories, clock, deadline_s=20)
        self.remembering = Remembering(
            self.memories,
            self.chronicle,
            self.recalling,
            clock,
            agents=lambda: [("vesper", lambda _subject, campaign: campaign != "theirs")],
            remembered=self._told,
            held=self.keys.__setitem__,
            every_s=0.01,
            settles_s=0.0,
        )

    def _told(self, agent_id: str, memory: Memory) -> None:
        assert memory.agent_id == agent_id
        self.told.append(memory.text)

    def hear(self, text: str, *, is_public: bool = False) -> None:
        self.remembering.hear("vesper", "u1", text, "m1", is_public=is_public, name="Ada")


async def test_what_is_told_in_private_is_kept_and_published_to_nobody() -> None:
    mind = Mind()
    async with beside(mind.remembering.run):
        mind.hear("I collect clocks")
        await until(lambda: bool(mind.memories.kept))
        assert [each.memory.about_user for each in await mind.recalling.recall("vesper", "clocks", about_user="u1")]
    assert mind.told == []


async def test_what_is_told_in_public_is_told_of_once() -> None:
    mind = Mind()
    async with beside(mind.remembering.run):
        mind.hear("I collect clocks", is_public=True)
        await until(lambda: len(mind.told) == 1)
        mind.hear("I collect clocks", is_public=True)
        mind.hear("I collect moons", is_public=True)
        await until(lambda: len(mind.told) == 2)
    assert mind.told == ['Ada said: "I collect clocks"', 'Ada said: "I collect moons"']


async def test_a_lot_that_is_over_is_remembered_once_by_those_who_host_it() -> None:
    mind = Mind()
    mind.chronicle.lots = [past(2, "Theirs", campaign_id="theirs"), past(1, "Bell")]
    async with beside(mind.remembering.run):
        await until(lambda: bool(mind.told))
        assert [lot.title for lot in mind.recalling.past(lambda *_: True)] == ["Theirs", "Bell"]
        mind.chronicle.lots.insert(0, past(3, "Moon"))
        await until(lambda: len(mind.told) == 3)
        await until(lambda: len(mind.keys["vesper"]) == 3)
    assert mind.told == [
        "Bell sold to velvet_ox for 0.48 ETH.",
        "Moon sold to velvet_ox for 0.48 ETH.",
        "velvet_ox has won 2 lots, the last Moon for 0.48 ETH.",
    ]


async def test_after_a_restart_nothing_is_told_again_and_what_was_forgotten_stays_forgotten() -> None:
    first = Mind(chronicle=MemoryChronicle([past(2, "Bell"), past(1, "Moon", bidder="ann")]))
    await first.remembering.look()
    moon = next(each.id for each in first.memories.kept.values() if each.subject == "Moon")
    await first.memories.forget("vesper", moon)
    await first.remembering.look()
    second = Mind(first.memories, first.chronicle)
    await second.remembering.look()
    assert second.told == []
    assert [each.subject for each in first.memories.kept.values()] == ["Bell"]


async def test_a_lot_of_an_older_recording_is_remembered_once() -> None:
    mind = Mind(chronicle=MemoryChronicle([past(50, "Bell")]))
    await mind.remembering.look()
    mind.chronicle.lots.append(past(2, "Moon", bidder="ann"))
    for _ in range(2):
        await mind.remembering.look()
    assert mind.told == ["Bell sold to velvet_ox for 0.48 ETH.", "Moon sold to ann for 0.48 ETH."]


async def test_of_a_world_full_of_lots_only_the_newest_are_told_and_all_are_kept() -> None:
    mind = Mind(chronicle=MemoryChronicle([past(n, f"Lot {n}", bidder=f"bidder-{n}") for n in range(50, 0, -1)]))
    await mind.remembering.look()
    assert mind.told == [f"Lot {n} sold to bidder-{n} for 0.48 ETH." for n in range(31, 51)]
    assert len(mind.memories.kept) == 50
    assert len(mind.keys["vesper"]) == 20


async def test_what_is_kept_already_is_not_handed_over_at_every_look() -> None:
    mind = Mind(chronicle=MemoryChronicle([past(1, "Bell")]))
    given: list[int] = []
    remember = mind.memories.remember

    async def counting(memories: Sequence[Memory]) -> Sequence[Memory]:
        given.append(len(memories))
        return await remember(memories)

    mind.memories.remember = counting  # type: ignore[method-assign]
    for _ in range(3):
        await mind.remembering.look()
    assert sum(given) == 1


async def test_a_store_that_is_away_loses_nothing() -> None:
    mind = Mind(MemoryMemories(failure=Unavailable("away")))
    async with beside(mind.remembering.run):
        mind.hear("I collect clocks")
        await until(lambda: not mind.remembering.is_healthy)
        mind.memories.failure = None
        await until(lambda: bool(mind.memories.kept))
        await until(lambda: mind.remembering.is_healthy)


async def test_what_waits_is_bounded_and_the_oldest_go() -> None:
    mind = Mind()
    for number in range(600):
        mind.hear(f"I collect {number} clocks")
    assert mind.remembering.dropped == 100
    await mind.remembering.write()
    assert len(mind.memories.kept) == 500


async def test_one_memory_that_is_refused_does_not_take_the_others_with_it() -> None:
    mind = Mind()
    remember = mind.memories.remember

    async def strict(memories: list[Memory]) -> Sequence[Memory]:
        if any("poison" in memory.text for memory in memories):
            raise Refused("cannot be kept")
        return await remember(memories)

    mind.memories.remember = strict  # type: ignore[method-assign, assignment]
    mind.hear("I collect clocks. I love poison. I live in Rome.")
    await mind.remembering.write()
    assert len(mind.memories.kept) == 2
    assert mind.remembering.dropped == 1


async def test_memories_that_were_used_are_marked_off_the_path() -> None:
    mind = Mind()
    mind.hear("I collect clocks")
    await mind.remembering.write()
    await mind.recalling.recall("vesper", "clocks", about_user="u1")
    assert mind.memories.touched == []
    await mind.remembering.write()
    assert mind.memories.touched == list(mind.memories.kept)
