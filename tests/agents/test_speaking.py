"""When an agent speaks: muted, paused, told to, back from silence, unasked; and whom it welcomes back."""

from agent_runtime.agents.regulars import Regulars
from agent_runtime.core.domain import Appraisal, Cue, Rank
from agent_runtime.core.line import Prepared
from agent_runtime.core.presence import Mood
from tests.agents.living import Ear, Happening, agent, felt, line, said, stage


def told(subject: str, *cues: Cue) -> Happening:
    return Happening(stage(subject), Appraisal(cues=cues))


def bid(lot: str, who: str, family: str = "new_bidder") -> Cue:
    return Cue(family, Rank.MEDIUM, lot, f"{lot}-{who}", count=1, who=who)


def test_muted_it_says_nothing_and_goes_on_feeling_and_knowing() -> None:
    ear, news = Ear(), list[bool]()
    host = agent({"lot-1": stage("lot-1")}, voice=ear)
    host.changed = lambda: news.append(host.is_muted)
    host.mute()
    host.mute()
    assert (ear.orders, news[0], host.may_speak) == (["mute"], True, False)
    assert not host.say("Hello.")
    host.witness(felt("lot-1"), cause="e", now=1.0)
    assert host.heart.label is Mood.EXCITED
    assert host.context().auction_context is not None
    host.unmute()
    host.unmute()
    assert (ear.orders, host.may_speak, host.status) == (["mute", "unmute"], True, "ACTIVE")


def test_paused_before_it_began_it_stays_paused_until_it_is_resumed() -> None:
    host = agent(voice=Ear())
    host.status = "INITIALIZING"
    host.pause()
    host.begin()
    assert host.state().status == "PAUSED"
    host.resume()
    assert host.state().status == "ACTIVE"


def test_paused_it_stays_silent_also_when_it_is_unmuted_and_others_can_read_it() -> None:
    ear = Ear()
    host = agent(voice=ear)
    host.pause()
    host.pause()
    assert (host.state().status, host.may_speak) == ("PAUSED", False)
    host.mute()
    host.unmute()
    assert ear.orders == ["mute"]
    host.mute()
    host.resume()
    assert (ear.orders, host.status) == (["mute"], "ACTIVE")
    host.unmute()
    assert ear.orders == ["mute", "unmute"]
    idle = agent()
    idle.status = "INACTIVE"
    idle.pause()
    idle.resume()
    assert idle.status == "INACTIVE"


def test_what_it_is_told_to_say_goes_out_at_once_on_one_clean_line() -> None:
    ear, woken = Ear(), list[bool]()
    host = agent(voice=ear)
    host.nudge = lambda: woken.append(True)
    assert host.say("Mind\u202e the\nstep. " + "x" * 900)
    (prepared,) = ear.offered
    assert (prepared.family, prepared.rank, prepared.text[:15], len(prepared.text)) == (
        "say",
        Rank.CRITICAL,
        "Mind the step. ",
        500,
    )
    assert woken == [True]
    assert not host.say(" \u202e ")
    assert not agent().say("There is nobody to say it.")


def test_who_bid_before_is_welcomed_back_and_who_bids_now_is_a_regular_of_the_next_lot() -> None:
    ear = Ear()
    host = agent(voice=ear)
    host.regulars = Regulars({"ada"})
    host.witness(told("lot-1", bid("lot-1", "ada", "first_bid"), bid("lot-1", "bo")), "e", 1.0)
    host.witness(told("lot-1", bid("lot-1", "bo", "race"), bid("lot-1", "ada", "jump")), "e", 2.0)
    host.witness(told("lot-2", bid("lot-2", "bo", "first_bid")), "e", 3.0)
    assert ear.families == ["returning", "new_bidder", "race", "jump", "first_bid"]
    host.witness(told("lot-1", Cue("outcome", Rank.CRITICAL, "lot-1", "end")), "e", 4.0)
    host.witness(told("lot-3", bid("lot-3", "bo"), bid("lot-3", "cy")), "e", 5.0)
    assert ear.families[5:] == ["outcome", "returning", "new_bidder"]


def test_it_says_once_that_it_cannot_hear_and_one_line_when_it_can_again() -> None:
    ear, meanwhile = Ear(), Cue("meanwhile", Rank.HIGH, "lot-1", "")
    host = agent({"lot-1": stage("lot-1")}, voice=ear)
    host.feed_lost(1.0)
    host.feed_lost(2.0)
    assert ear.families == ["feed_lost"]
    host.feed_back(3.0, None)
    assert ear.families == ["feed_lost"]  # it never came to saying so
    host.feed_lost(4.0)
    host.has_said(line("Not a sound.", subject="", family="feed_lost"))
    host.feed_back(5.0, None)
    assert ear.families == ["feed_lost", "feed_lost", "feed_back"]
    host.feed_lost(6.0)
    host.has_said(line("Not a sound.", subject="", family="feed_lost"))
    host.feed_back(7.0, meanwhile)
    host.feed_back(8.0, None)
    assert ear.families[3:] == ["feed_lost", "meanwhile"]


def test_a_silence_is_wondered_at_as_often_as_its_character_does_unanswered() -> None:
    ear, stages = Ear(), {"lot-1": stage("lot-1")}
    host = agent(stages, voice=ear)
    host.witness(felt("lot-1"), cause="e", now=10.0)
    moments = []
    while (at := host.silence.wonder_at(host.character.initiative)) < float("inf"):
        moments.append(at)
        host.wonder(at)
    assert (moments, ear.families) == ([35.0, 60.0, 85.0], ["lull"] * 3)
    host.witness(felt("lot-1"), cause="tick", now=90.0)
    assert host.silence.wonder_at(host.character.initiative) == float("inf")  # a tick of the clock is no answer
    host.witness(said("lot-1"), cause="bid", now=100.0)
    assert host.silence.wonder_at(host.character.initiative) == 125.0
    stages["lot-1"] = stage("lot-1", is_open=False)
    host.wonder(125.0)
    assert ear.families == ["lull"] * 3 + ["bid"]


def test_colour_is_handed_on_while_it_may_speak_and_counts_as_said_unasked() -> None:
    ear = Ear()
    host = agent({"lot-1": stage("lot-1")}, voice=ear)
    host.witness(felt("lot-1"), cause="e", now=10.0)
    prepared = Prepared("colour", Rank.COLOUR, "A chair.", "", "lot-1")
    assert host.quiet_s(22.0) == 12.0
    assert host.add_colour(Cue("colour", Rank.COLOUR, "lot-1", ""), 22.0)
    assert host.add_colour(prepared, 40.0)
    assert (ear.families, ear.offered, host.quiet_s(41.0)) == (["colour"], [prepared], 1.0)
    host.mute()
    assert not host.add_colour(prepared, 60.0)
