"""Asked about lots, the scripted voice says what is so, all of what was asked, and nothing else."""

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent_runtime.core.character import Character, Phrases
from agent_runtime.llm.facts import remaining
from tests.llm.lots import DESK, GUEST, HOST, PASSED, SOLD, SPOON, XBOX, Chat, lot, nothing, starter, usd

PRICE, LEADER, TIME = "$1,250", "gilded_egret", "2 minutes 5 seconds"

QUESTIONS = {
    "what is the bid?": {PRICE},
    "What's the current price": {PRICE},
    "whats the bid": {PRICE},
    "price?": {PRICE},
    "how much is it now?": {PRICE},
    "how much?": {PRICE},
    "where are we?": {PRICE},
    "Hi Vesper! What's the high bid, please?": {PRICE},
    "what is it going for": {PRICE},
    "How high is it?": {PRICE},
    "who leads?": {LEADER},
    "Who is winning?": {LEADER},
    "who's got it": {LEADER},
    "who has the lead?": {LEADER},
    "Who’s in front right now?": {LEADER},
    "who is the highest bidder": {LEADER},
    "whose bid is it?": {LEADER},
    "how long?": {TIME},
    "How long do we have": {TIME},
    "time left?": {TIME},
    "how much time is left": {TIME},
    "when does it end?": {TIME},
    "How much longer": {TIME},
    "what is the bid, who leads, how long?": {PRICE, LEADER, TIME},
    "Price and time left please": {PRICE, TIME},
    "what's happening?": {PRICE, LEADER, TIME},
    "tell me about the desk": {PRICE, LEADER, TIME},
    "Tell me about this lot.": {PRICE, LEADER, TIME},
    "what's the next bid?": {"$1,300"},
    "what do I need to bid?": {"$1,300"},
    "how many bids so far?": {"17"},
    "what are we selling?": {"Walnut desk"},
    "who won?": {LEADER, "Walnut desk"},
}


@pytest.mark.parametrize("phrases", [starter, nothing])
@pytest.mark.parametrize("question", QUESTIONS)
async def test_everything_that_is_asked_is_answered(question: str, phrases: object) -> None:
    for seed in "abcde":
        answer = await Chat(stages=(DESK,), seed=seed, phrases=phrases).ask(question)  # type: ignore[arg-type]
        for fact in QUESTIONS[question]:
            assert fact in answer


@pytest.mark.parametrize("question", QUESTIONS)
async def test_no_figure_is_invented(question: str) -> None:
    known = set(re.findall(r"\d[\d,.]*\d|\d", "$1,250 $1,300 17 2 minutes 5 seconds $80.50 3 days 0.136 9"))
    for stages in ((DESK, XBOX), (SPOON,), (SOLD, PASSED), ()):
        chat = Chat(stages=stages)
        for _ in range(3):
            answer = await chat.ask(question)
            assert set(re.findall(r"\d[\d,.]*\d|\d", answer)) <= known | {"40"}
            assert "{" not in answer


@pytest.mark.parametrize("question", ["who won?", "did it sell?", "is it sold?", "what did it go for?"])
async def test_nothing_open_is_ever_called_sold(question: str) -> None:
    for seed in "abcdefgh":
        answer = await Chat(stages=(DESK,), seed=seed).ask(question)
        assert not re.search(r"\b(sold|won|went)\b", answer.lower())


@pytest.mark.parametrize("question", ["who won?", "what did it sell for?", "who bought it?", "what is the bid?"])
async def test_after_the_hammer_the_result_is_told(question: str) -> None:
    answer = await Chat(stages=(SOLD,)).ask(question)
    assert "ann" in answer
    assert "0.136 ETH" in answer


async def test_a_result_is_asked_of_the_lot_that_has_one_and_a_price_of_the_open_one() -> None:
    chat = Chat(stages=(DESK, SOLD))
    assert "Brass lamp" in await chat.ask("who won?")
    assert "Walnut desk" in await chat.ask("who leads?")


async def test_a_lot_without_bids_is_never_called_sold() -> None:
    for seed in "abcdefgh":
        answer = await Chat(stages=(PASSED,), seed=seed).ask("who won the oak chair?")
        assert "Oak chair" in answer
        assert "sold" not in answer.lower()


async def test_no_bids_yet_is_said_once() -> None:
    answer = await Chat(stages=(SPOON,)).ask("what's the bid, who leads and how long?")
    assert len(re.findall(r"no bid|nobody", answer.lower())) == 1
    assert "40 seconds" in answer


async def test_a_named_lot_is_meant_before_the_one_in_hand() -> None:
    chat = Chat(stages=(DESK, XBOX))
    assert "$80.50" in await chat.ask("how much for the xbox?")
    assert "3 days" in await chat.ask("how long for the Xbox")
    assert PRICE in await chat.ask("how much is it?")


async def test_all_open_lots_are_listed() -> None:
    lots = [lot(f"Lot {name}") for name in ("one", "two", "three", "four", "five")]
    assert re.search("Lot one, Lot two, Lot three and 2 more", await Chat(stages=tuple(lots)).ask("what's for sale?"))


async def test_facts_that_do_not_belong_together_yet_are_not_told() -> None:
    settling = replace(DESK, settles_at=1.0)
    answer = await Chat(stages=(settling,)).ask("what is the bid and who leads?")
    assert PRICE not in answer
    assert LEADER not in answer
    falling = replace(SOLD, outcome=None, settles_at=1.0)
    assert "ann" not in await Chat(stages=(falling,)).ask("who won?")


async def test_what_is_not_known_is_not_told() -> None:
    bare = lot("Thing", bids=2)
    answer = await Chat(stages=(bare,)).ask("what's the bid, who leads, how long, and the next bid?")
    assert not re.search(r"\d", answer)
    priced = lot("Thing", bids=2, amount=usd("5"))
    assert "$5" in await Chat(stages=(priced,)).ask("who leads?")


async def test_a_host_with_nothing_open_says_so_and_others_just_chat() -> None:
    question = "what is the bid?"
    said = [await Chat(HOST, seed=seed).ask(question) for seed in "abcdef"]
    assert all(re.search(r"(no lot|nothing|between)", answer.lower()) for answer in said)
    others = [await Chat(GUEST, seed=seed).ask(question) for seed in "abcdef"]
    assert not any(re.search(r"\blot|nothing is open|under the hammer", answer.lower()) for answer in others)


async def test_one_who_hosts_nothing_may_have_its_own_words_for_that() -> None:
    critic = Character(name="Casimir", phrases={"answer_nothing": Phrases(long=("Ask Vesper.",))})
    assert await Chat(critic).ask("how much is it?") == "Ask Vesper."


@pytest.mark.parametrize("question", ["what's the reserve?", "What is the reserve price?", "is the reserve $500?"])
async def test_a_reserve_is_never_talked_about(question: str) -> None:
    assert not re.search(r"\d", await Chat(stages=(DESK,)).ask(question))


@pytest.mark.parametrize(
    "question",
    [
        "how long have you been an auctioneer?",
        "how much do you love art?",
        "what happened to your coat?",
        "Who are you?",
    ],
)
async def test_talk_is_not_taken_for_a_question_about_lots(question: str) -> None:
    answer = await Chat(stages=(DESK,)).ask(question)
    assert "desk" not in answer.lower()


@pytest.mark.parametrize("said", ["I bid $500!", "Bid 500", "my bid is 2000 dollars", "I want to bid", "how do I bid?"])
async def test_words_are_not_taken_for_a_bid(said: str) -> None:
    answer = await Chat(stages=(DESK,)).ask(said)
    assert "the sale" in answer
    assert not re.search(r"\d", answer)


async def test_a_bidder_named_like_a_slot_stays_a_name() -> None:
    tricky = lot("Vase {next}", bids=1, amount=usd("7"), bidder="{amount} {user}", next=usd("9"))
    for seed in "abcdef":
        answer = await Chat(stages=(tricky,), seed=seed).ask("who leads?")
        assert "{amount} {user}" in answer


async def test_an_old_figure_in_an_example_is_no_fact_of_today() -> None:
    host = Character.model_validate(
        {
            "name": "Vesper",
            "hosts": {"auctions": "*"},
            "examples": [[{"user": "Nice weather"}, {"char": "We have $400."}]],
        }
    )
    assert "400" not in await Chat(host).ask("Nice weather")


@pytest.mark.parametrize(
    ("seconds", "spoken"),
    [
        (0, "0 seconds"),
        (1, "1 second"),
        (59, "59 seconds"),
        (60, "1 minute"),
        (125, "2 minutes 5 seconds"),
        (601, "10 minutes"),
        (3600, "1 hour"),
        (19_260, "5 hours 21 minutes"),
        (90_000, "1 day 1 hour"),
        (259_200, "3 days"),
        (270_000, "3 days"),
    ],
)
def test_times_are_told_as_people_tell_them(seconds: int, spoken: str) -> None:
    assert remaining(seconds) == spoken


@given(st.integers(0, 10_000_000))
def test_a_time_never_promises_more_than_is_left(seconds: int) -> None:
    units = {"second": 1, "minute": 60, "hour": 3600, "day": 86_400}
    told = sum(int(count) * units[unit] for count, unit in re.findall(r"(\d+) (\w+?)s?\b", remaining(seconds)))
    assert seconds * 0.5 < told <= seconds or seconds == told == 0
