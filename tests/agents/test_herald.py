"""Others read what an agent is like now: keys kept fresh, changes published once, and nothing lost to an outage."""

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

from agent_runtime.agents.agent import Agent
from agent_runtime.agents.herald import Herald
from agent_runtime.core.clock import SystemClock
from agent_runtime.core.domain import Feeling
from agent_runtime.core.events import Envelope
from agent_runtime.core.presence import Mood
from tests.agents.living import VESPER, Ear, Platform, agent, felt, stage
from tests.store.values import new_id
from tests.waiting import beside, until

EXCITED = (Feeling("excitement", 0.9),)


def herald_of(living: Agent, platform: Platform, shown: list[Envelope] | None = None) -> Herald:
    seen: Callable[[Envelope], None] = (shown if shown is not None else []).append
    return Herald(living, platform, platform, living.clock, new_id, seen)


@asynccontextmanager
async def running(herald: Herald, platform: Platform) -> AsyncIterator[None]:
    """At work, and past its first announcement."""
    async with beside(herald.run):
        await until(lambda: platform.calls.count("put_affect") >= 1 or platform.is_away)
        yield


def envelopes(platform: Platform, kind: str) -> list[dict[str, Any]]:
    found = [json.loads(payload) for payload in platform.published()]
    return [each for each in found if each["type"] == kind]


def rouse(living: Agent, trigger: str = "event-1") -> None:
    living.feel(EXCITED, trigger)


async def test_at_the_start_every_key_is_written_and_nothing_published() -> None:
    platform = Platform()
    living = agent(clock=SystemClock())
    async with running(herald_of(living, platform), platform):
        state, mood = await platform.live.read_agent("vesper"), await platform.live.read_mood("vesper")
        assert state is not None
        assert (state.id, state.name, state.status) == ("vesper", "Vesper Quill", "ACTIVE")
        assert mood is not None
        assert mood.current_mood is Mood.NEUTRAL
        assert await platform.live.read_context("vesper") is not None
        assert await platform.live.read_scene("vesper") is not None
        assert await platform.live.read_affect("vesper") is not None
    assert platform.published() == []


async def test_a_change_of_mood_and_face_is_written_published_and_shown_once() -> None:
    platform, shown = Platform(), list[Envelope]()
    living = agent(clock=SystemClock())
    async with running(herald_of(living, platform, shown), platform):
        rouse(living, "event-7")
        await until(lambda: len(platform.published()) == 2)
        rouse(living, "event-8")
        before = platform.calls.count("put_affect")
        await until(lambda: platform.calls.count("put_affect") > before)
    (mood,) = envelopes(platform, "agent:mood")
    (scene,) = envelopes(platform, "agent:scene:update")
    assert (mood["data"]["mood"], mood["data"]["previousMood"]) == ("EXCITED", "NEUTRAL")
    assert mood["data"]["trigger"] == "event-7"
    assert scene["data"]["expression"] == "wide.png"
    assert [each.id for each in shown] == [mood["id"], scene["id"]]
    kept = await platform.live.read_mood("vesper")
    assert kept is not None
    assert kept.current_mood is Mood.EXCITED
    assert kept.triggers == ("event-7", "event-8")


async def test_what_changes_in_quick_succession_goes_out_together() -> None:
    platform = Platform()
    living = agent({"lot-1": stage("lot-1")}, SystemClock())
    async with running(herald_of(living, platform), platform):
        before = platform.calls.count("put_context")
        for number in range(500):
            living.witness(felt("lot-1"), f"event-{number}", now=living.clock.monotonic())
        await until(lambda: platform.calls.count("put_context") > before)
        assert platform.calls.count("put_context") - before <= 2
    context = await platform.live.read_context("vesper")
    assert context is not None
    assert context.auction_context is not None


async def test_every_announcement_is_a_new_day_for_every_key() -> None:
    platform = Platform()
    living = agent(clock=SystemClock())
    async with running(herald_of(living, platform), platform):
        platform.calls.clear()
        living.changed()
        await until(lambda: "put_affect" in platform.calls)
    assert {"put_mood", "put_scene", "put_agent", "put_context", "put_affect"} <= set(platform.calls)


async def test_what_changed_while_redis_was_away_is_told_when_it_is_back() -> None:
    platform = Platform(is_away=True)
    living = agent(clock=SystemClock())
    herald = herald_of(living, platform)
    async with running(herald, platform):
        await until(lambda: not herald.is_healthy)
        platform.is_away = False
        await until(lambda: herald.is_healthy)
        platform.is_away = True
        rouse(living)
        await until(lambda: not herald.is_healthy)
        assert platform.published() == []
        platform.is_away = False
        await until(lambda: len(platform.published()) == 2)
        await until(lambda: herald.is_healthy)
    assert envelopes(platform, "agent:mood")[0]["data"]["mood"] == "EXCITED"


async def test_a_mood_that_fades_is_told_when_it_does() -> None:
    fickle = VESPER.model_copy(
        update={"mood": VESPER.mood.model_validate({"emotion_half_life": "100ms", "mood_half_life": "100ms"})}
    )
    platform = Platform()
    living = agent(clock=SystemClock(), character=fickle)
    async with running(herald_of(living, platform), platform):
        rouse(living)
        await until(lambda: len(envelopes(platform, "agent:mood")) >= 2)
        await until(lambda: living.heart.label is Mood.NEUTRAL)
        await until(lambda: envelopes(platform, "agent:mood")[-1]["data"]["mood"] == "NEUTRAL")


async def test_a_long_silence_over_an_open_lot_makes_it_wonder_once() -> None:
    curious = VESPER.model_copy(update={"initiative": VESPER.initiative.model_validate({"idle_after": "100ms"})})
    platform = Platform()
    living = agent({"lot-1": stage("lot-1")}, SystemClock(), curious)
    triggers = list[str]()
    feel = living.heart.feel

    def noted(feelings: tuple[Feeling, ...], now: float, trigger: str) -> bool:
        triggers.append(trigger)
        return feel(feelings, now, trigger)

    living.heart.feel = noted  # type: ignore[method-assign]
    living.witness(felt("lot-1"), "event-1", now=living.clock.monotonic())
    async with running(herald_of(living, platform), platform):
        await until(lambda: "silence" in triggers)
        before = platform.calls.count("put_affect")
        living.changed()
        await until(lambda: platform.calls.count("put_affect") > before)
    assert triggers == ["event-1", "silence"]


async def test_a_long_silence_over_an_open_lot_is_spoken_into_as_often_as_it_may() -> None:
    initiative = VESPER.initiative.model_validate({"idle_after": "100ms", "max_unanswered": 2})
    platform, ear = Platform(), Ear()
    quiet = VESPER.model_copy(update={"initiative": initiative})
    living = agent({"lot-1": stage("lot-1")}, SystemClock(), quiet, ear)
    living.witness(felt("lot-1"), "event-1", now=living.clock.monotonic())
    async with running(herald_of(living, platform), platform):
        await until(lambda: len(ear.families) == 2)
        before = platform.calls.count("put_affect")
        living.changed()
        await until(lambda: platform.calls.count("put_affect") > before)
    assert ear.families == ["lull", "lull"]


async def test_a_pause_is_written_at_once_and_its_scene_shows_how_far_the_lot_is() -> None:
    scenery = {"expressions": {"NEUTRAL": "calm.png"}, "backgrounds": {"OPEN": "lit.png", "SOLD": "gold.png"}}
    staged = VESPER.model_copy(update={"scene": VESPER.scene.model_validate(scenery)})
    platform, lots = Platform(), {"lot-1": stage("lot-1")}
    living = agent(lots, SystemClock(), staged)
    living.witness(felt("lot-1", intensity=0.0), "event-1", now=living.clock.monotonic())
    async with running(herald_of(living, platform), platform):
        scene = await platform.live.read_scene("vesper")
        assert scene is not None
        assert scene.background == "lit.png"
        lots["lot-1"] = replace(stage("lot-1", is_open=False), outcome="sold")
        living.pause()
        await until(lambda: len(envelopes(platform, "agent:scene:update")) == 1)
        await until(lambda: platform.calls[-1] == "put_affect")
        state = await platform.live.read_agent("vesper")
    assert envelopes(platform, "agent:scene:update")[0]["data"]["background"] == "gold.png"
    assert state is not None
    assert state.status == "PAUSED"


async def test_its_last_word_is_that_it_is_inactive() -> None:
    platform = Platform()
    living = agent(clock=SystemClock())
    rouse(living)
    living.status = "INACTIVE"
    await herald_of(living, platform).farewell()
    state = await platform.live.read_agent("vesper")
    assert state is not None
    assert state.status == "INACTIVE"
    platform.is_away = True
    await herald_of(living, platform).farewell()
