"""Pacing: when a line may begin, what it may cut, what gives way, and how long it takes."""

import pytest

from agent_runtime.core.domain import Cue, Rank
from agent_runtime.core.line import Line
from agent_runtime.narration.rules import Pacing, threshold, word_count
from tests.domains.streams import Engine, moment
from tests.narration.shows import UNPACED, Show
from tests.transcripts import amounts_in


@pytest.fixture
def engine() -> Engine:
    return Engine()


@pytest.fixture
def show() -> Show:
    return Show()


def ends(line: Line) -> float:
    return line.at + line.takes_s


def test_an_opening_is_said_at_once_and_takes_its_words_over_two_point_eight(engine: Engine, show: Show) -> None:
    show.play(engine.start())
    assert show.lines[0].at == 0
    assert show.lines[0].takes_s == pytest.approx(word_count(show.texts[0]) / 2.8)


def test_a_bid_waits_until_silence_makes_it_worth_saying(engine: Engine, show: Show) -> None:
    show.play(engine.start(), *engine.bid(20, "ada", "50"), *engine.bid(20.5, "ada", "55")).wait()
    first, second = show.lines[1:]
    assert (first.family, first.at) == ("first_bid", 20.06)
    silence = second.at - ends(first)
    assert second.family == "bid"
    assert second.score >= threshold(Pacing(), silence) or second.at == pytest.approx(20.54 + 4.5)
    assert second.score < threshold(Pacing(), silence - 0.05)


def test_between_two_lines_there_is_a_gap_however_much_is_worth_saying(engine: Engine, show: Show) -> None:
    show.play(engine.start(), *engine.bid(20, "ada", "50"), *engine.bid(21, "bo", "500"), *engine.bid(22, "cy", "5000"))
    show.wait()
    assert show.families[1:] == ["first_bid", "jump"]
    assert show.lines[2].at == pytest.approx(ends(show.lines[1]) + 0.3)


def test_who_has_used_up_the_words_waits_for_more(engine: Engine) -> None:
    show = Show(Pacing(bucket_words=5, promise_s=60))
    show.play(engine.start(), *engine.bid(20, "ada", "50"), *engine.bid(23, "bo", "500")).wait()
    first, second = show.lines[1:]
    dry_s = (word_count(first.text) - 5) / 1.7
    assert second.at == pytest.approx(max(ends(first) + 0.3, first.at + dry_s), abs=0.02)
    assert dry_s > 1


def test_outcomes_pass_score_words_and_gap_and_cut_whatever_is_being_said(engine: Engine, show: Show) -> None:
    show.play(engine.start(), *engine.bid(20, "ada", "50"))
    assert ends(show.lines[-1]) > 20.5
    show.play(engine.end(20.5, "CANCELLED"))
    assert (show.lines[-1].family, show.lines[-1].at, show.lines[-1].interrupts) == ("cancelled", 20.5, True)


def test_several_outcomes_at_once_are_all_said_at_once_and_none_cuts_another(engine: Engine, show: Show) -> None:
    lots = [f"lot-{number}" for number in range(20)]
    show.play(*(engine.start(lot=lot, title=f"Work {lot}") for lot in lots)).wait(until=600)
    show.play(*(engine.end(600, "NO_BIDS", lot=lot) for lot in lots)).wait()
    outcomes = show.lines[20:]
    assert sorted(line.subject for line in outcomes) == sorted(lots)
    assert {(line.family, line.at, line.interrupts) for line in outcomes} == {("passed", 600, False)}


def test_a_closing_call_cuts_a_bid_but_not_a_jump(engine: Engine, show: Show) -> None:
    show.play(engine.start(), *engine.bid(20, "ada", "50"), *engine.bid(40, "ada", "55"), engine.timer(40.2, 60))
    assert [(line.family, line.interrupts) for line in show.lines[-2:]] == [("bid", False), ("closing", True)]
    assert show.lines[-1].at == 40.2
    show.play(*engine.bid(60, "bo", "500"), engine.timer(60.2, 30)).wait()
    jump, call = show.lines[-2:]
    assert (jump.family, call.family, call.interrupts) == ("jump", "closing", False)
    assert call.at == pytest.approx(ends(jump) + 0.3)


def test_a_call_that_lost_its_moment_is_not_made(engine: Engine) -> None:
    show = Show(Pacing(spoken_words_per_s=0.5))
    show.play(engine.start(), *engine.bid(40, "ada", "50"), engine.timer(40.2, 60)).wait()
    assert ends(show.lines[1]) > 40.2 + 5
    assert "closing" not in show.families


def test_bids_that_came_meanwhile_are_one_line_with_their_true_count(engine: Engine, show: Show) -> None:
    show.play(engine.start(), *engine.bid(20, "ada", "50"))
    for number in range(7):
        show.play(*engine.bid(20.2 + 0.2 * number, "ab"[number % 2], str(55 + 5 * number)))
    show.wait()
    merged = show.lines[-1]
    assert (merged.family, len(show.lines)) == ("bids_merged", 3)
    assert "7" in merged.text
    assert amounts_in(merged.text) <= {85, 90}
    assert merged.as_of == "bid-lot-1-a-85"


def test_an_outcome_takes_the_place_of_what_waited_about_its_lot(engine: Engine, show: Show) -> None:
    show.play(engine.start(), *engine.bid(20, "ada", "50"), *engine.bid(20.5, "bo", "55"), engine.timer(20.7, 60))
    show.play(engine.end(21, winningBidId="bid-lot-1-bo-55", finalPrice="55")).wait()
    assert show.families == ["open", "first_bid", "sold"]
    assert show.narrator.superseded >= 2


def test_a_line_takes_its_short_form_when_it_is_late_or_something_else_waits(engine: Engine, show: Show) -> None:
    lots = ("lot-1", "lot-2")
    show.play(*(engine.start(lot=lot) for lot in lots))
    for lot in lots:
        show.play(*engine.bid(20, "ada", "50", lot=lot))
    show.play(*engine.bid(50, "bo", "55")).wait()
    first, second, third = show.lines[2:]
    assert (first.subject, second.subject) == lots
    assert word_count(second.text) < word_count(third.text)
    assert second.at > 21.06


def test_among_several_open_lots_a_line_says_which_one_it_means(engine: Engine, show: Show) -> None:
    titles = {"lot-1": "Salt Ledger", "lot-2": "Nine Doors"}
    show.play(*(engine.start(lot=lot, title=title) for lot, title in titles.items()))
    for number in range(30):
        lot = f"lot-{number % 2 + 1}"
        show.play(*engine.bid(20 + number, f"u{number % 3}", str(50 + 5 * number), lot=lot))
    show.wait()
    assert all(titles[line.subject] in line.text for line in show.lines)


def test_a_new_bid_is_chosen_again_from_the_state_of_the_moment(engine: Engine, show: Show) -> None:
    show.play(engine.start(), *engine.bid(20, "ada", "50"), *engine.bid(20.4, "bo", "55"))
    placed, accepted, priced = engine.bid(22, "cy", "60")
    show.play(placed, accepted)
    due = show.narrator.wake_at()
    assert due is not None
    assert due >= 22.04 + 0.25  # between a bid and its price nothing is said of either
    show.play(priced).wait()
    assert amounts_in(show.texts[-1]) <= {60, 65}


def test_extensions_and_calls_of_a_lot_give_way_to_the_newer_one(engine: Engine, show: Show) -> None:
    show.play(engine.start(), *engine.bid(20, "ada", "50"), *engine.bid(40, "bo", "500"))
    show.play(engine.timer(40.2, 30), engine.event("extended", 40.4, extendedEndTime=moment(90))).wait()
    assert show.families[-2:] == ["jump", "extended"]


def test_without_pacing_every_line_is_said_as_soon_as_it_is_true_and_cuts_nothing(engine: Engine) -> None:
    show = Show(UNPACED)
    show.play(engine.start())
    for number in range(50):
        show.play(*engine.bid(1 + 0.08 * number, f"u{number % 4}", str(20 + 5 * number)))
    show.play(engine.end(5.2, "CANCELLED")).wait()
    assert len(show.lines) == 52
    assert not any(line.interrupts for line in show.lines)


def test_a_closing_call_goes_before_bids_that_must_be_said(engine: Engine, show: Show) -> None:
    lots = [f"lot-{number}" for number in range(6)]
    show.play(*(engine.start(lot=lot, title=f"Work {lot}") for lot in lots)).wait(until=600)
    for number in range(100):
        lot = lots[number % 6]
        show.play(*engine.bid(600 + 0.1 * number, f"u{number % 3}", str(50 + 5 * number), lot=lot))
    show.play(engine.timer(610.1, 10, lot="lot-3")).wait(until=616)
    calls = [line for line in show.lines if line.family == "closing_last"]
    assert [line.subject for line in calls] == ["lot-3"]


def test_the_highest_score_is_said_first(engine: Engine) -> None:
    show = Show(Pacing(promise_s=60))
    show.play(engine.start(), engine.start(lot="lot-2"), engine.start(lot="lot-3")).wait(until=60)
    show.play(*engine.bid(60, "ada", "50"), *engine.bid(60.2, "ada", "50", lot="lot-2"))
    show.play(*engine.bid(60.3, "ada", "50", lot="lot-3"), *engine.bid(60.5, "bo", "5000", lot="lot-3")).wait()
    assert [(line.subject, line.family) for line in show.lines[4:5]] == [("lot-3", "jump")]


def test_a_line_nobody_can_word_is_dropped_and_the_next_one_said(engine: Engine, show: Show) -> None:
    show.play(engine.start())
    show.narrator.notice([Cue("unheard_of", Rank.HIGH, "lot-1", "x")], show.stage("lot-1"), 20.0)
    show.now = 20.0
    show.play(*engine.bid(20.1, "ada", "50")).wait()
    assert show.families == ["open", "first_bid"]
