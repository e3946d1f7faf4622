"""Asked about what is over or was told before, the scripted voice says what the records say, and invents nothing."""

from dataclasses import dataclass, replace
from decimal import Decimal

import pytest

from agent_runtime.core.domain import Stage
from agent_runtime.core.memory import Memory, PastLot
from agent_runtime.core.money import Money
from agent_runtime.core.prompt import Prompt
from tests.llm.lots import DESK, GUEST, SOLD, Chat
from tests.store.values import NOON

LIGHTHOUSE = PastLot(
    auction_id="p3",
    number=3,
    title="Paper Lighthouse",
    outcome="sold",
    bidder="velvet_ox",
    amount=Money(Decimal("0.48"), "ETH"),
)
MOON = PastLot(auction_id="p2", number=2, title="Tin Moon", outcome="passed")
BELL = PastLot(auction_id="p1", number=1, title="Ship's Bell", outcome="cancelled")
CAMPAIGN = Stage(
    "c1", "Autumn Tides", True, is_last_call=False, slots={"day": 2, "days": 5, "stage": "auction"}, kind="campaign"
)


def told(text: str, **values: object) -> Memory:
    given = {"id": "m", "agent_id": "v", "kind": "fact", "subject": "Ada", "importance": 1, "created_at": NOON}
    return Memory.model_validate({"text": text, **given, "about_user": "u1", **values})


@dataclass
class Recalls(Chat):
    """A chat with a past."""

    past: tuple[PastLot, ...] = (LIGHTHOUSE, MOON, BELL)
    memories: tuple[Memory, ...] = ()

    def prompt(self, question: str) -> Prompt:
        prompt = super().prompt(question)
        return replace(prompt, circumstances=replace(prompt.circumstances, past=self.past, memories=self.memories))


@pytest.mark.parametrize("stages", [(), (DESK,), (DESK, SOLD), (CAMPAIGN,)])
@pytest.mark.parametrize(
    "question",
    [
        "who won lot 3, and for how much?",
        "Who won lot three?",
        "what did the third lot go for?",
        "what did Paper Lighthouse go for?",
        "who bought the Paper Lighthouse",
        "how much did paper lighthouse sell for?",
    ],
)
async def test_who_won_and_for_how_much_is_answered_by_number_and_by_title(
    question: str, stages: tuple[Stage, ...]
) -> None:
    for seed in "abcde":
        answer = await Recalls(stages=stages, seed=seed).ask(question)
        for fact in ("velvet_ox", "0.48 ETH", "Paper Lighthouse"):
            assert fact in answer


async def test_the_last_lot_is_the_newest_that_is_over() -> None:
    assert "Paper Lighthouse" in await Recalls().ask("who won the last lot?")
    assert "Brass lamp" in await Recalls(stages=(SOLD,)).ask("who won the last lot?")
    seen = replace(SOLD, subject="p3", title="Paper Lighthouse")
    assert "0.48 ETH" in await Recalls(stages=(DESK, seen)).ask("who won the last lot?")


@pytest.mark.parametrize(("question", "word"), [("who won lot 2?", "Moon"), ("who won the ship's bell?", "Bell")])
async def test_what_was_not_sold_is_not_called_sold(question: str, word: str) -> None:
    for seed in "abcdef":
        answer = await Recalls(seed=seed).ask(question)
        assert word in answer
        assert "sold" not in answer.lower()


@pytest.mark.parametrize("stages", [(), (DESK,)])
@pytest.mark.parametrize(
    "question",
    ["who won lot 99?", "what did Blue Nightingale go for?", "who bought the Blue Nightingale and for how much?"],
)
async def test_of_a_lot_that_is_not_known_nothing_is_invented(question: str, stages: tuple[Stage, ...]) -> None:
    for past in ((), (LIGHTHOUSE, MOON)):
        answer = await Recalls(stages=stages, past=past).ask(question)
        assert not any(word in answer for word in ("ETH", "$", "velvet_ox", "gilded_egret", "Walnut"))


async def test_what_is_in_hand_is_still_asked_in_the_same_words() -> None:
    chat = Recalls(stages=(DESK, CAMPAIGN))
    assert "$1,250" in await chat.ask("what is the bid?")
    assert "gilded_egret" in await chat.ask("who leads on the desk?")
    assert "Autumn" not in await chat.ask("what are we selling?")


@pytest.mark.parametrize("question", ["what day is it?", "which day of the sale is it", "which campaign is this?"])
async def test_the_day_of_the_campaign_is_told_where_it_is_known(question: str) -> None:
    answer = await Recalls(stages=(DESK, CAMPAIGN)).ask(question)
    assert "Autumn Tides" in answer
    assert "2" in answer
    assert not any(char.isdigit() for char in await Recalls(stages=(DESK,)).ask(question))


@pytest.mark.parametrize(
    "question",
    ["What do you remember about me?", "do you remember me?", "what did I tell you?", "what do you know about me"],
)
@pytest.mark.parametrize("character", [GUEST, Chat().character])
async def test_what_a_guest_told_is_said_again_in_their_words(question: str, character: object) -> None:
    memories = (told('Ada said: "I collect old clocks"'), told('Ada said: "I live in Turin"'))
    answer = await Recalls(character=character, memories=memories).ask(question)  # type: ignore[arg-type]
    assert "I collect old clocks" in answer
    assert "Turin" in answer


async def test_one_thing_is_told_where_one_is_asked_for() -> None:
    memories = (told('Ada said: "I collect old clocks"'), told('Ada said: "I live in Turin"'))
    answer = await Recalls(GUEST, memories=memories).ask("what do I collect?")
    assert "clocks" in answer
    assert "Turin" not in answer


async def test_what_others_told_is_not_theirs() -> None:
    others = told('Bob said: "I collect moons"', subject="Bob", about_user=None)
    for question in ("what do you remember about me?", "what do I collect?", "do you remember me?"):
        assert "moons" not in await Recalls(GUEST, memories=(others,)).ask(question)


async def test_nothing_told_is_nothing_remembered_and_a_name_still_is() -> None:
    assert "Ada" in await Recalls(GUEST).ask("do you remember me?")
    assert "“" not in await Recalls(GUEST).ask("what do you remember about me?")


async def test_a_running_joke_comes_back() -> None:
    joke = told('Ada said: "our joke is the haunted gavel"', kind="joke")
    assert "haunted gavel" in await Recalls(GUEST, memories=(joke,)).ask("what's our running joke?")
