"""Colour for quiet moments: at most two lines a lot, a model's where it kept to the facts, else a phrase."""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field, replace
from decimal import Decimal

import pytest

from agent_runtime.core.character import Character
from agent_runtime.core.clock import ManualClock
from agent_runtime.core.domain import Cue, Rank, Stage, Tension
from agent_runtime.core.errors import ModelFailed
from agent_runtime.core.line import Prepared
from agent_runtime.core.money import Money
from agent_runtime.core.ports import Delta, Finish
from agent_runtime.core.presence import Mood
from agent_runtime.core.prompt import Circumstances, Prompt
from agent_runtime.narration.colourist import Colourist
from tests.narration.shows import HOST
from tests.waiting import beside, until

GOOD = "The lamp likes it, and so do I."


@dataclass
class Poet:
    """A model that says `text`, or fails, or never ends; it counts its calls and the most at once."""

    text: str = GOOD
    failure: ModelFailed | None = None
    hangs: bool = False
    name: str = "poet"
    prompts: list[Prompt] = field(default_factory=list)

    async def reply(self, prompt: Prompt) -> AsyncGenerator[Delta | Finish, None]:
        self.prompts.append(prompt)
        if self.hangs:
            await asyncio.Event().wait()
        if self.failure is not None:
            raise self.failure
        for word in self.text.split(" "):
            yield Delta(f"{word} ")
        yield Finish("stop")

    async def close(self) -> None: ...


@dataclass
class Host:
    """A host with one lot, silent for as long as the test says."""

    lot: Stage | None = None
    silent_s: float = 60.0
    may_speak: bool = True
    has_place: bool = True
    character: Character = HOST
    said: list[Cue | Prepared] = field(default_factory=list)

    @property
    def id(self) -> str:
        return self.character.slug

    def quiet_s(self, now: float) -> float:
        return self.silent_s

    def lot_in_hand(self) -> Stage | None:
        return self.lot

    def circumstances(self) -> Circumstances:
        return Circumstances(Mood.NEUTRAL, "calm", stages=(self.lot,) if self.lot else ())

    def add_colour(self, colour: Cue | Prepared, now: float) -> bool:
        if self.has_place:
            self.said.append(colour)
        return self.has_place


def lot(**changes: object) -> Stage:
    slots = {"title": "Salt Ledger", "lot": "Salt Ledger", "amount": Money(Decimal(50), "USD"), "bidder": "velvet_ox"}
    stage = Stage("lot-1", "Salt Ledger", is_open=True, is_last_call=False, slots=slots, as_of="bid-1", bid_count=3)
    return replace(stage, **changes)  # type: ignore[arg-type]


def colourist(host: Host, model: Poet, **more: float) -> Colourist:
    return Colourist(host, model, ManualClock(), **more)


async def looks(colourist: Colourist, times: int = 6) -> None:
    for _ in range(times):
        await colourist.prepare()
        colourist.look(0.0)


async def test_a_models_words_are_made_ahead_and_said_in_a_quiet_moment_twice_a_lot() -> None:
    host, poet = Host(lot(), silent_s=1.0), Poet()
    at_work = colourist(host, poet)
    await looks(at_work)
    assert (host.said, len(poet.prompts)) == ([], 2)
    host.silent_s = 12.0
    await looks(at_work)
    assert [each.text for each in host.said if isinstance(each, Prepared)] == [GOOD, GOOD]
    assert {(each.family, each.rank, each.subject) for each in host.said if isinstance(each, Prepared)} == {
        ("colour", Rank.COLOUR, "lot-1")
    }
    assert (len(host.said), len(poet.prompts), at_work.counts["ready"]) == (2, 2, 2)


async def test_the_model_sees_the_lot_in_hand_alone_in_the_characters_voice() -> None:
    host, poet = Host(lot()), Poet()
    await colourist(host, poet).prepare()
    prompt = poet.prompts[0]
    assert [stage.subject for stage in prompt.circumstances.stages] == ["lot-1"]
    assert prompt.character is HOST
    assert prompt.messages()[-1].content == prompt.question


async def test_the_scripted_voice_is_never_asked_and_phrases_colour() -> None:
    host, scripted = Host(lot()), Poet(name="scripted")
    await looks(colourist(host, scripted))
    assert scripted.prompts == []
    assert [(each.family, each.subject) for each in host.said if isinstance(each, Cue)] == [("colour", "lot-1")] * 2


@pytest.mark.parametrize(
    "model",
    [
        Poet("It will be sold for $900."),
        Poet("Even Rembrandt owned two."),
        Poet(failure=ModelFailed("unreachable", "away")),
        Poet(""),
        Poet("word " * 400),
    ],
)
async def test_where_the_model_fails_or_invents_a_phrase_colours_and_it_is_soon_asked_no_more(model: Poet) -> None:
    host = Host(lot(), silent_s=1.0)
    at_work = colourist(host, model)
    await looks(at_work, 20)
    assert len(model.prompts) == 4
    host.silent_s = 60.0
    await looks(at_work)
    assert [each.family for each in host.said] == ["colour", "colour"]
    assert all(isinstance(each, Cue) for each in host.said)


async def test_a_model_that_hangs_is_given_up() -> None:
    host = Host(lot())
    at_work = colourist(host, Poet(hangs=True), deadline_s=0.01)
    async with asyncio.timeout(10):
        await looks(at_work, 1)
    assert at_work.counts["failed"] == 1
    assert len(host.said) == 1


@pytest.mark.parametrize(
    "moved",
    [
        lot(as_of="bid-2"),
        lot(slots={**lot().slots, "amount": Money(Decimal(55), "USD")}),
        lot(subject="lot-2"),
        lot(is_open=False),
        None,
    ],
)
async def test_words_are_thrown_away_when_their_lot_has_moved_on(moved: Stage | None) -> None:
    host = Host(lot(), silent_s=1.0)
    at_work = colourist(host, Poet())
    await at_work.prepare()
    host.silent_s = 60.0
    at_work.look(0.0)
    (prepared,) = host.said
    assert isinstance(prepared, Prepared)
    assert prepared.is_true()
    host.lot = moved
    assert not prepared.is_true()


async def test_words_of_another_price_are_never_offered() -> None:
    host = Host(lot(), silent_s=1.0)
    at_work = colourist(host, Poet())
    await looks(at_work)
    host.lot, host.silent_s = lot(as_of="bid-2"), 60.0
    at_work.look(0.0)
    assert [type(each) for each in host.said] == [Cue]


@pytest.mark.parametrize(
    "unfit",
    [
        Host(lot(tension=Tension(pace=31))),
        Host(lot(is_last_call=True)),
        Host(lot(), may_speak=False),
        Host(None),
    ],
)
async def test_nobody_is_coloured_in_a_storm_after_the_last_call_or_when_silent(unfit: Host) -> None:
    poet = Poet()
    await looks(colourist(unfit, poet))
    assert (unfit.said, poet.prompts) == ([], [])


async def test_what_found_no_place_is_not_counted_and_lots_are_forgotten_in_the_end() -> None:
    host = Host(lot(), has_place=False)
    at_work = colourist(host, Poet(name="scripted"))
    await looks(at_work)
    host.has_place = True
    await looks(at_work)
    assert len(host.said) == 2
    for number in range(500):
        host.lot = lot(subject=f"lot-{number}")
        at_work.look(0.0)
    assert len(at_work._lots) <= 100


async def test_it_colours_until_it_is_stopped() -> None:
    host = Host(lot())
    async with beside(colourist(host, Poet(), look_every_s=0.001).run):
        await until(lambda: len(host.said) == 2)
