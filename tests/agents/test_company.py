"""Everyone who is there: agents by id, and a heart for whoever is talked to."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from agent_runtime.agents.agent import Agent
from agent_runtime.agents.company import Company
from agent_runtime.core.character import Character
from agent_runtime.core.clock import ManualClock
from agent_runtime.core.domain import Feeling
from agent_runtime.core.errors import NotFound
from agent_runtime.core.presence import Mood
from agent_runtime.live.memory import MemoryLiveState
from tests.agents.living import VESPER, Ear, Platform, agent
from tests.waiting import asked_until

WREN = Character(name="Wren", slug="wren")
GLAD = (Feeling("joy", 0.9),)


def company(platform: Platform) -> tuple[Company, Agent, list[str]]:
    """Vesper runs, Wren is a guest; with the slugs that were awakened."""
    awakened: list[str] = []
    vesper = agent()

    async def awaken(character: Character) -> Agent:
        awakened.append(character.slug)
        await asyncio.sleep(0)
        return agent(character=character)

    return Company({"vesper": VESPER, "wren": WREN}, {"vesper": vesper}, awaken, platform.live), vesper, awakened


async def test_agents_and_characters_are_found_or_told_missing() -> None:
    everyone, vesper, _ = company(Platform())
    assert everyone.running == (vesper,)
    assert everyone.agent("vesper") is vesper
    assert everyone.character("wren") is WREN
    with pytest.raises(NotFound, match="agent 'wren'"):
        everyone.agent("wren")
    with pytest.raises(NotFound, match="character 'nobody'"):
        everyone.character("nobody")


async def test_a_running_agent_has_one_heart_for_its_auctions_and_its_talks() -> None:
    everyone, vesper, awakened = company(Platform())
    for _ in range(3):
        await everyone.touch(VESPER, GLAD, "m1")
    assert vesper.heart.label is not Mood.NEUTRAL
    assert (await everyone.circumstances(VESPER)).mood is vesper.heart.label
    assert awakened == []


async def test_a_guest_gets_one_heart_however_many_talk_to_it_at_once() -> None:
    everyone, _, _ = company(Platform())
    await asyncio.gather(*(everyone.touch(WREN, GLAD, f"m{number}") for number in range(8)))
    moods = await asyncio.gather(*(everyone.circumstances(WREN) for _ in range(3)))
    assert {each.mood for each in moods} == {Mood.HAPPY}


async def test_words_that_mean_nothing_are_no_news_and_time_passes_all_the_same() -> None:
    everyone, vesper, _ = company(Platform())
    told: list[None] = []
    vesper.changed = lambda: told.append(None)
    await everyone.touch(VESPER, (), "m1")
    assert told == []
    for _ in range(3):
        await everyone.touch(VESPER, GLAD, "m2")
    assert vesper.heart.label is not Mood.NEUTRAL
    told.clear()
    assert isinstance(vesper.clock, ManualClock)
    vesper.clock.move_to(vesper.clock.time() + 86_400)
    await everyone.touch(VESPER, (), "m3")
    assert (vesper.heart.label, len(told)) == (Mood.NEUTRAL, 1)


async def test_what_guests_feel_is_kept_soon_and_at_the_end() -> None:
    platform = Platform()
    everyone, _, _ = company(platform)
    keeping = asyncio.create_task(everyone.keep_guests())
    await everyone.touch(WREN, GLAD, "m1")
    await asked_until(lambda: platform.live.read_affect("wren"))
    keeping.cancel()
    await asyncio.wait({keeping})
    before = await platform.live.read_affect("wren")
    await everyone.touch(WREN, GLAD, "m2")
    await everyone.save_guests()
    assert await platform.live.read_affect("wren") != before


async def test_while_redis_is_away_guests_feel_all_the_same() -> None:
    platform = Platform(is_away=True)
    everyone = Company({"wren": WREN}, {}, _awaken, platform)
    await everyone.touch(WREN, GLAD, "m1")
    await everyone.save_guests()
    assert (await everyone.circumstances(WREN)).mood is Mood.HAPPY
    platform.is_away = False
    await everyone.save_guests()
    assert await platform.live.read_affect("wren") is not None


async def _awaken(character: Character) -> Agent:
    return agent(character=character)


async def test_another_version_of_a_character_is_taken_over_by_whoever_plays_it() -> None:
    vesper, wren = agent(voice=Ear()), agent(character=WREN)

    async def awaken(_character: Character) -> Agent:
        return wren

    everyone = Company({"vesper": VESPER, "wren": WREN}, {"vesper": vesper}, awaken, Platform().live)
    bolder, warmer = (
        VESPER.model_copy(update={"description": "bolder"}),
        WREN.model_copy(update={"description": "warm"}),
    )
    everyone.recast(bolder)
    assert everyone.character("vesper") is vesper.character is bolder
    await everyone.touch(WREN, GLAD, "m1")
    everyone.recast(warmer)
    assert everyone.character("wren") is wren.character is warmer
    assert wren.heart.label is Mood.HAPPY
    ada = Character(name="Ada")
    everyone.recast(ada)
    assert everyone.character("ada") is ada


async def test_a_guest_of_an_old_session_awakes_as_the_newest_version_even_when_it_changes_meanwhile() -> None:
    awaking, go, awoken = asyncio.Event(), asyncio.Event(), []

    async def awaken(character: Character) -> Agent:
        awaking.set()
        await go.wait()
        awoken.append(agent(character=character))
        return awoken[0]

    everyone = Company({"wren": WREN}, {}, awaken, Platform().live)
    second, third = (WREN.model_copy(update={"description": text}) for text in ("second", "third"))
    everyone.recast(second)
    talking = asyncio.create_task(everyone.circumstances(WREN))
    await awaking.wait()
    everyone.recast(third)
    go.set()
    await talking
    assert [each.character for each in awoken] == [third]


async def test_nobody_new_talks_to_one_who_is_forgotten_and_those_who_do_go_on() -> None:
    everyone, _, awakened = company(Platform())
    await everyone.touch(WREN, GLAD, "praised")
    everyone.forget("wren")
    with pytest.raises(NotFound, match="character 'wren'"):
        everyone.character("wren")
    assert "wren" not in everyone.characters
    assert (await everyone.circumstances(WREN)).mood is Mood.HAPPY
    assert awakened == ["wren"]


async def test_guests_are_as_many_as_are_held_and_those_let_go_are_kept() -> None:
    platform = Platform()
    awakened: list[str] = []

    async def awaken(character: Character) -> Agent:
        awakened.append(character.slug)
        return agent(character=character)

    everyone = Company({}, {}, awaken, platform.live, most_guests=2)
    for slug in ("one", "two", "one", "three", "one", "two"):
        await everyone.touch(Character(name=slug, slug=slug), GLAD, slug)
    assert awakened == ["one", "two", "three", "two"]
    assert await platform.live.read_affect("two") is not None
    assert await platform.live.read_affect("three") is not None
    assert await platform.live.read_affect("one") is None


class SlowState(MemoryLiveState):
    """Somebody else is talked to while a mood is written."""

    meanwhile: Callable[[], Awaitable[None]]

    async def put_affect(self, agent_id: str, affect: bytes) -> None:
        await self.meanwhile()
        await super().put_affect(agent_id, affect)


async def test_who_is_talked_to_first_while_others_are_kept_is_no_trouble() -> None:
    live = SlowState()
    everyone = Company({"wren": WREN}, {}, _awaken, live)
    live.meanwhile = lambda: everyone.touch(Character(name="Nova", slug="nova"), GLAD, "m2")
    for character in (WREN, VESPER):
        await everyone.touch(character, GLAD, "m1")
    await everyone.save_guests()
    assert await live.read_affect("wren") is not None
    assert await live.read_affect("vesper") is not None
