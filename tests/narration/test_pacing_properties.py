"""The rules of pacing over random figures and random shows: what holds whatever happens."""

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from agent_runtime.core.domain import Cue, Rank
from agent_runtime.core.line import Line
from agent_runtime.narration.mouth import Mouth
from agent_runtime.narration.rules import Pacing, passes_freely, score, silence_until, threshold, word_count
from tests.domains.streams import Engine
from tests.narration.shows import Show, answer, colour, order

PACING = Pacing()
RANKS = st.sampled_from(list(Rank))
SHARES = st.floats(0, 1)
AGES = st.floats(0, 300)
THINGS = st.sampled_from(["bid", "bid", "bid", "jump", "price", "timer", "ask", "colour", "order", "rejected"])


@given(RANKS, SHARES, SHARES, SHARES, AGES, AGES, st.integers(0, 5))
def test_worth_grows_with_a_jump_and_a_race_and_falls_with_age_and_repetition(
    rank: Rank, jump: float, race: float, more: float, age: float, later: float, repeats: int
) -> None:
    def worth(jump: float, race: float, age: float, repeats: int) -> float:
        return score(PACING, Cue("bid", rank, "lot-1", "e", jump=jump), race=race, age_s=age, repeats=repeats)

    here = worth(jump, race, age, repeats)
    assert worth(min(1.0, jump + more), race, age, repeats) >= here
    assert worth(jump, min(1.0, race + more), age, repeats) >= here
    assert worth(jump, race, age + later, repeats) <= here
    assert worth(jump, race, age, repeats + 1) <= here


@given(st.floats(0, 300), st.floats(0, 300), st.floats(4.01, 300), st.floats(0, 300))
def test_more_silence_asks_for_less_and_what_is_worth_more_needs_less_of_it(
    silence: float, longer: float, worth: float, more: float
) -> None:
    assert threshold(PACING, silence + longer) <= threshold(PACING, silence)
    assert silence_until(PACING, worth + more) <= silence_until(PACING, worth)


@given(st.lists(st.tuples(st.floats(0, 30), st.integers(1, 40), RANKS), max_size=40))
def test_the_bucket_never_holds_more_than_its_size_nor_owes_more(lines: list[tuple[float, int, Rank]]) -> None:
    mouth, now = Mouth(PACING), 0.0
    for pause, words, rank in lines:
        now += pause
        mouth.begin("bid", rank, words, now, cuts=False)
        waits = mouth.free_at(Cue("bid", Rank.LOW, "lot-1", "e"), 1e9, now + 1e6) - (now + 1e6)
        assert waits == 0  # full again, and free at once
        assert -PACING.bucket_words <= mouth.words_left(now) <= PACING.bucket_words
        assert mouth.words_left(now + 1e6) == PACING.bucket_words


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.sampled_from([0.1, 0.4, 1.5, 6.0, 20.0]), THINGS), min_size=1, max_size=60))
def test_lines_follow_each_other_with_a_gap_unless_one_cuts_or_passes_freely(things: list[tuple[float, str]]) -> None:
    """With nothing promised: a bid that must be said now may follow on the heels of a line, or cut it."""
    show = played(things, Pacing(promise_s=1e6))
    for before, line in pairwise(show.lines):
        if passes_freely(Cue(line.family, line.rank, "", "")):
            continue
        if line.interrupts:
            assert line.rank is Rank.HIGH
            assert before.rank > Rank.MEDIUM
        else:
            assert line.at >= before.at + before.takes_s + PACING.gap_s - 1e-6
    assert_words_are_kept(show.lines)


def assert_words_are_kept(lines: list[Line]) -> None:
    """Of what is asked for words, no line begins while they are owed."""
    words, at = PACING.bucket_words, 0.0
    for line in lines:
        words = min(PACING.bucket_words, words + (line.at - at) * PACING.words_per_s)
        if line.rank > Rank.HIGH:
            assert words >= -1e-6
        words, at = max(words - word_count(line.text), -PACING.bucket_words), line.at


def played(things: list[tuple[float, str]], pacing: Pacing) -> Show:
    engine, show = Engine(), Show(pacing)
    show.play(engine.start())
    now, price = 5.0, 50
    for number, (pause, thing) in enumerate(things):
        now += pause
        show.wait(until=now)
        price += 500 if thing == "jump" else 5
        match thing:
            case "bid" | "jump":
                show.play(*engine.bid(now, f"u{number % 4}", str(price)))
                now = show.now
            case "price":
                show.play(engine.priced(now, str(price)))
            case "timer":
                show.play(engine.timer(now, 60))
            case "ask":
                show.offer(answer(f"This is my answer to question {number}.", weight=0.5 + number % 3))
            case "colour":
                show.offer(colour("A chair to sit in.", subject="lot-1"))
            case "order":
                show.offer(order("One moment, please."))
            case "rejected":
                about = {"bidId": f"r{number}", "userId": "zoe", "amount": "1", "reason": "TOO_LOW"}
                show.play(engine.event("bid:rejected", now, **about))
    return show.wait()
