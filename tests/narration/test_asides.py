"""Answers and colour: they wait for their moment, give way to what presses, and are dropped when they are not true."""

import pytest

from agent_runtime.core.character import Character, Phrases
from agent_runtime.core.domain import Cue, Rank, Slot, Stage
from agent_runtime.core.presence import Mood
from agent_runtime.narration.narrator import Narrator
from agent_runtime.narration.phrasebook import PhraseBook
from agent_runtime.narration.rules import Pacing
from tests.domains.streams import Engine
from tests.narration.shows import HOST, UNPACED, Show, answer, colour, order


@pytest.fixture
def engine() -> Engine:
    return Engine()


@pytest.fixture
def show(engine: Engine) -> Show:
    """A lot that was opened a minute ago."""
    return Show().play(engine.start()).wait(until=60)


def test_an_answer_is_said_when_there_is_time_and_knows_whom_it_answers(show: Show) -> None:
    assert show.offer(answer("It is open."))
    line = show.lines[-1]
    assert (line.family, line.text, line.at) == ("answer", "It is open.", 60)
    assert (line.reply_to, line.handle, line.cause) == ("i-1", "the_ada", ("asked-It is open.",))


def test_answers_come_one_after_the_other_the_weightiest_first(show: Show) -> None:
    for text, weight in (("First of all, welcome to you.", 1.0), ("Minor.", 0.6), ("Major.", 1.5), ("Middling.", 1.0)):
        assert show.offer(answer(text, weight=weight))
    show.wait(until=115)
    assert show.texts[1:] == ["First of all, welcome to you.", "Major.", "Middling.", "Minor."]
    gaps = [second.at - first.at - first.takes_s for first, second in zip(show.lines[1:], show.lines[2:], strict=False)]
    assert all(gap >= 0.3 - 1e-9 for gap in gaps)


def test_twenty_may_wait_and_the_lowest_gives_way_to_one_that_is_worth_more(show: Show) -> None:
    let_go: list[int] = []
    show.offer(order("Silence, please, for a moment or two."))
    for number in range(20):
        assert show.offer(answer(f"n{number}", weight=1 + number / 100, dropped=lambda n=number: let_go.append(n)))
    assert not show.offer(answer("too little", weight=0.5, dropped=lambda: let_go.append(-1)))
    assert show.offer(answer("enough", weight=1.5))
    assert let_go == [0]


def test_an_answer_is_not_begun_where_a_bid_would_cut_it(engine: Engine, show: Show) -> None:
    show.play(*engine.bid(60, "ada", "50"), *engine.bid(60.5, "bo", "55"))
    show.offer(answer("A long answer it is, with a great many words in it, more than there is time for now."))
    show.wait(until=75)
    assert show.families[1:] == ["first_bid", "new_bidder", "answer"]
    assert not any(line.interrupts for line in show.lines)


def test_a_short_answer_fits_between_two_bids(engine: Engine) -> None:
    show = Show(Pacing(floor=26, span=1)).play(engine.start()).wait(until=60)
    show.play(*engine.bid(60, "ada", "50")).wait(until=70)
    show.play(*engine.bid(70, "ada", "55"))  # not worth saying before it must be
    show.offer(answer("Yes."))
    show.wait(until=80)
    assert show.families[1:] == ["first_bid", "answer", "bid"]


def test_a_call_and_an_outcome_cut_an_answer(engine: Engine, show: Show) -> None:
    show.offer(answer("A long answer it is, with a great many words in it."))
    show.play(engine.timer(60.5, 60))
    assert (show.lines[-1].family, show.lines[-1].interrupts) == ("closing", True)
    show.wait(until=70)
    show.offer(answer("A long answer it is, with a great many words in it."))
    show.play(engine.end(70.5, "NO_BIDS"))
    assert (show.lines[-1].family, show.lines[-1].interrupts) == ("passed", True)


def test_what_is_not_true_any_more_is_dropped_at_the_moment_of_speaking_and_may_be_made_anew(show: Show) -> None:
    show.offer(order("Silence, please."))
    is_true = True
    anew = answer("It is fifty-five.")
    show.offer(answer("It is fifty.", is_true=lambda: is_true, dropped=lambda: show.offer(anew) and None))
    is_true = False
    show.wait(until=90)
    assert show.texts[2:] == ["It is fifty-five."]


def test_an_answer_nobody_had_time_for_is_dropped_after_a_minute(engine: Engine) -> None:
    show, let_go = Show(Pacing(floor=1000)).play(engine.start()), list[str]()
    show.offer(answer("Never.", dropped=lambda: let_go.append("answer")))
    show.wait(until=59)
    assert let_go == []
    show.wait()
    assert (show.families, let_go, show.now) == (["open"], ["answer"], 60)


def test_an_order_is_said_at_once_word_for_word_and_cuts_whatever_is_said(engine: Engine, show: Show) -> None:
    show.play(*engine.bid(60, "ada", "50"))
    show.offer(order("Please mind {amount} the step."))
    show.offer(order("And the lamp."))
    assert show.texts[-2:] == ["Please mind {amount} the step.", "And the lamp."]
    assert [(line.at, line.interrupts) for line in show.lines[-2:]] == [(60.06, True), (60.06, False)]


def test_colour_waits_for_silence_and_goes_when_anything_else_arrives(engine: Engine, show: Show) -> None:
    let_go: list[str] = []
    show.offer(answer("Yes."))
    assert show.offer(colour("A chair.", dropped=lambda: let_go.append("chair")))
    show.play(*engine.bid(61, "ada", "50")).wait(until=65)
    assert let_go == ["chair"]
    assert show.narrator.superseded == 1
    show.wait(until=90)
    assert show.offer(colour("A table."))
    show.wait(until=120)
    assert show.families == ["open", "answer", "first_bid", "colour"]


def test_colour_has_no_place_beside_anything_else_and_two_places_of_its_own(engine: Engine, show: Show) -> None:
    show.offer(order("Silence, please, for a moment."))
    show.offer(answer("Yes."))
    assert not show.offer(colour("No."))
    show.wait(until=72)
    let_go: list[str] = []
    for text in ("one", "two", "three"):
        assert show.offer(colour(text, dropped=lambda t=text: let_go.append(t)))
    assert let_go == ["one"]
    show.wait(until=84)
    assert show.texts[-1] in {"two", "three"}


def test_colour_that_waited_too_long_and_colour_of_a_lot_that_ended_are_dropped(engine: Engine) -> None:
    show, let_go = Show(Pacing(floor=1000)).play(engine.start()), list[str]()
    show.offer(colour("Old.", dropped=lambda: let_go.append("old")))
    show.wait()
    assert (let_go, show.now) == (["old"], 20)
    quick = Show(UNPACED).play(engine.start(), engine.end(1, "NO_BIDS"))
    quick.offer(colour("Late.", subject="lot-1", dropped=lambda: let_go.append("late")))
    assert let_go == ["old", "late"]


@pytest.mark.parametrize("family", ["lull", "colour", "rejected"])
def test_a_phrase_of_colour_is_filled_from_the_state_of_its_moment(engine: Engine, show: Show, family: str) -> None:
    show.play(*engine.bid(60, "ada", "50"), *engine.bid(61, "bo", "55")).wait(until=100)
    slots = {"bidder": "nobody_else"} if family == "rejected" else {}
    show.narrator.notice([Cue(family, Rank.COLOUR, "lot-1", "", slots=slots)], show.stage("lot-1"), 100)
    show.wait(until=130)
    assert show.families[-1] == family
    assert "the_ada" not in show.texts[-1]


def test_what_has_no_subject_is_said_without_one(show: Show) -> None:
    for family in ("feed_lost", "feed_back"):
        show.narrator.notice([Cue(family, Rank.CRITICAL, "", "")], None, show.now)
        show.wait(until=show.now + 5)
        line = show.lines[-1]
        assert (line.family, line.subject, line.cause, line.rank) == (family, "", (), Rank.CRITICAL)


def test_how_much_gave_way_is_known_of_each_line_and_each_lot(engine: Engine, show: Show) -> None:
    show.play(*engine.bid(60, "ada", "50"))
    for number in range(7):
        show.play(*engine.bid(60.2 + 0.2 * number, "ab"[number % 2], str(55 + 5 * number)))
    show.wait(until=70)
    merged = show.lines[-1]
    assert (merged.superseded, merged.explanation()["superseded"]) == (6, 6)
    assert show.narrator.coalesced("lot-1") == show.narrator.superseded == 6
    assert show.narrator.coalesced("lot-2") == 0


def test_another_version_of_the_character_speaks_in_its_own_words_at_once(engine: Engine, show: Show) -> None:
    own = {"feed_lost": Phrases(long=("Not a sound.",), short=("Not a sound.",))}
    show.narrator.recast(Character(name="Otto", phrases=own))
    show.narrator.notice([Cue("feed_lost", Rank.CRITICAL, "", "")], None, show.now)
    show.wait(until=70)
    assert show.texts[-1] == "Not a sound."


@pytest.mark.parametrize(("is_open", "named"), [(True, "2"), (False, "")])
def test_a_stage_of_the_day_names_the_day_while_there_is_one(is_open: bool, named: str) -> None:
    slots: dict[str, Slot] = {"title": "Autumn", "day": 2, "days": 3}
    autumn = Stage("autumn", "Autumn", is_open, is_last_call=False, slots=slots, kind="campaign")
    book = PhraseBook(HOST, "0")
    narrator = Narrator("otto", book, Pacing(), lambda _subject, _now: autumn, lambda: Mood.NEUTRAL)
    for moment in (0.0, 30.0, 60.0):
        narrator.notice([Cue("stage_of_day", Rank.HIGH, "autumn", "e")], autumn, moment)
        line = narrator.speak(moment)
        assert line is not None
        assert (line.family, line.rank, line.subject) == ("stage_of_day", Rank.HIGH, "autumn")
        assert named in line.text
        assert is_open or "2" not in line.text
