"""A living character: what it witnesses it feels, may tell, and knows the standing of."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

from agent_runtime.agents.regulars import Regulars
from agent_runtime.core.character import Character, Hosts
from agent_runtime.core.clock import ManualClock
from agent_runtime.core.conversation import NewMessage
from agent_runtime.core.domain import Appraisal, Cue, Rank, Stage
from agent_runtime.core.line import Prepared
from agent_runtime.core.money import Money
from agent_runtime.core.presence import Mood, RecentMessage
from tests.agents.living import NOON, VESPER, Ear, Happening, agent, campaign, felt, said, stage

USD = "USD"


def line(content: str, second: int = 0, **why: str) -> NewMessage:
    moment = datetime(2026, 11, 21, 10, 0, second, tzinfo=UTC)
    return NewMessage(
        id=f"m{second}", session_id="s", role="assistant", content=content, created_at=moment, explanation=why or None
    )


def test_what_it_witnesses_moves_its_mood_and_says_why() -> None:
    witness, news = agent(), []
    witness.changed = lambda: news.append(witness.heart.label)
    witness.witness(felt("lot-1"), cause="event-7", now=1.0)
    assert witness.heart.label is Mood.EXCITED
    assert witness.last_trigger == "event-7"
    assert news[-1] is Mood.EXCITED
    assert "event-7" in witness.heart.mood(NOON).triggers


def test_what_may_be_told_goes_to_its_voice_which_is_woken() -> None:
    ear, woken = Ear(), []
    teller = agent(voice=ear)
    teller.nudge = lambda: woken.append(True)
    teller.witness(said("lot-1"), cause="event-1", now=1.0)
    teller.witness(felt("lot-1"), cause="event-2", now=2.0)
    assert [cue.family for cues in ear.noticed for cue in cues] == ["bid"]
    assert woken == [True]


def test_the_open_subject_touched_last_is_in_hand() -> None:
    stages: dict[str, Stage] = {}
    host = agent(stages)
    for subject in ("a", "b", "c"):
        stages[subject] = stage(subject)
        host.witness(felt(subject), cause="e", now=1.0)
    host.witness(felt("a"), cause="e", now=2.0)
    assert [each.subject for each in host.stages()] == ["a", "c", "b"]
    stages["a"] = stage("a", is_open=False)
    del stages["c"]
    assert [each.subject for each in host.stages()] == ["b", "a"]
    assert host.state().auction_id == "b"
    stages["b"] = stage("b", is_open=False)
    assert host.state().auction_id is None


def test_it_holds_no_more_subjects_than_it_needs() -> None:
    stages = {str(number): stage(str(number)) for number in range(500)}
    host = agent(stages)
    for subject in stages:
        host.witness(felt(subject), cause="e", now=1.0)
    held = host.stages()
    assert len(held) == 50
    assert held[0].subject == "499"


def test_its_context_is_the_lot_in_hand_and_its_own_public_lines() -> None:
    stages = {"lot-1": stage("lot-1", title="Salt Ledger", amount=Money(Decimal("12.50"), USD), bidder="ox", seconds=7)}
    host = agent(stages)
    host.witness(felt("lot-1"), cause="e", now=1.0)
    for second in range(30):
        host.has_said(line(f"Line {second}", second))
    context = host.context()
    assert context.auction_context is not None
    assert context.auction_context.model_dump(by_alias=True, exclude_none=True, mode="json") == {
        "auctionId": "lot-1",
        "artItemName": "Salt Ledger",
        "currentPrice": "12.5",
        "timeRemaining": 7,
        "bidCount": 3,
        "highestBidder": "ox",
    }
    recent = context.conversation_context.recent_messages
    assert [each.content for each in recent] == [f"Line {second}" for second in range(10, 30)]
    assert host.state().last_interaction_time == recent[-1].timestamp


def test_what_is_not_known_is_absent_and_what_is_over_has_no_time_left() -> None:
    stages = {"lot-1": stage("lot-1")}
    host = agent(stages)
    assert host.context().auction_context is None
    host.witness(felt("lot-1"), cause="e", now=1.0)
    open_lot = host.context().auction_context
    assert open_lot is not None
    assert (open_lot.current_price, open_lot.time_remaining, open_lot.highest_bidder) == (None, None, None)
    stages["lot-1"] = stage("lot-1", is_open=False)
    over = host.context().auction_context
    assert over is not None
    assert over.time_remaining == 0


def test_circumstances_are_how_things_stand_now() -> None:
    clock = ManualClock(NOON)
    stages = {"lot-1": stage("lot-1", bidder="ox")}
    host = agent(stages, clock)
    host.witness(felt("lot-1"), cause="e", now=NOON)
    now = host.circumstances()
    assert now.mood is Mood.EXCITED
    assert now.feeling
    assert [each.subject for each in now.stages] == ["lot-1"]
    stages["autumn"] = campaign("autumn")
    host.witness(felt("autumn"), cause="e", now=NOON)
    assert [each.subject for each in host.circumstances().stages] == ["lot-1", "autumn"]
    assert [each.subject for each in host.stages()] == ["lot-1"]
    assert (host.campaign() or stages["lot-1"]).subject == "autumn"
    assert now.scene is not None
    assert now.scene.current_expression == "wide.png"


def test_it_hosts_what_its_file_says() -> None:
    one = Character.model_validate({"name": "One", "hosts": {"auctions": ["a"], "campaigns": ["c"]}})
    assert agent(character=one).hosts("a", None)
    assert agent(character=one).hosts("b", "c")
    assert not agent(character=one).hosts("b", "d")
    assert agent().hosts("anything", None)
    assert not agent(character=Character(name="Two")).hosts("a", "c")


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


def test_what_it_told_is_known_from_its_lines_of_before() -> None:
    host = agent()
    host.has_said(line("Open.", subject="lot-1", family="open"))
    host.has_said(line("Sold.", subject="lot-2", family="sold"))
    host.has_said(line("Sold.", subject="lot-3", family="sold").model_copy(update={"interrupted": True}))
    host.has_said(line("Long ago."))
    assert [host.spoke_of(f"lot-{number}") for number in (1, 2, 3, 4)] == [True, True, True, False]
    assert [host.told_outcome(f"lot-{number}") for number in (1, 2, 3, 4)] == [False, True, False, False]
    for number in range(2000):
        host.has_said(line("Passed.", subject=f"other-{number}", family="passed"))
    assert not host.spoke_of("lot-2")
    assert host.told_outcome("other-1999")


def test_another_version_of_its_character_is_taken_over_in_everything_but_what_it_feels() -> None:
    ear = Ear()
    host = agent(voice=ear)
    host.witness(felt("lot-1"), cause="e", now=1.0)
    dressed = VESPER.model_copy(
        update={"scene": VESPER.scene.model_copy(update={"expressions": {Mood.EXCITED: "new.png"}})}
    )
    host.recast(dressed)
    assert (host.character, ear.orders, host.heart.label) == (dressed, ["recast vesper"], Mood.EXCITED)
    assert host.scene().current_expression == "new.png"


def test_what_the_audience_says_in_public_joins_its_context() -> None:
    host = agent()
    host.stream_of, host.memory_keys = lambda _lot: "stream-7", ("memory-1",)
    moment = datetime(2026, 11, 21, 10, tzinfo=UTC)
    host.hear(RecentMessage(role="user", content="Who leads?", timestamp=moment, twitter_handle="ox"))
    host.has_said(line("It is ox."))
    context, state = host.context(), host.state()
    assert [(each.role, each.twitter_handle) for each in context.conversation_context.recent_messages] == [
        ("user", "ox"),
        ("agent", None),
    ]
    assert (context.memory_keys, state.stream_id) == (("memory-1",), "stream-7")


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


def test_a_campaign_is_in_mind_as_long_as_its_lots_are() -> None:
    lots = {str(number): replace(stage(str(number), is_open=False), campaign="week") for number in range(60)}
    stages = {**lots, "week": campaign("week")}
    host = agent(stages)
    for each in (stages["week"], *lots.values()):
        host.witness(Happening(each), cause="e", now=1.0)
    assert host.campaign() == stages["week"]


def test_a_campaign_that_is_over_or_to_come_is_not_the_one_it_is_in() -> None:
    over = replace(campaign("week"), is_open=False, slots={"title": "Autumn", "days": 3})
    host = agent({"week": over})
    host.witness(Happening(over), cause="e", now=1.0)
    assert host.campaign() is None


def test_what_another_version_of_it_does_not_host_is_out_of_its_mind() -> None:
    stages = {name: replace(stage(name), campaign=name.upper()) for name in ("north", "south")}
    host = agent(stages)
    for each in stages.values():
        host.witness(Happening(each), cause="e", now=1.0)
    host.recast(VESPER.model_copy(update={"hosts": Hosts(campaigns=("NORTH",))}))
    assert [each.subject for each in host.stages()] == ["north"]
