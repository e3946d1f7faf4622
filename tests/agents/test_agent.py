"""A living character: what it witnesses it feels, may tell, and knows the standing of."""

from datetime import UTC, datetime
from decimal import Decimal

from agent_runtime.core.clock import ManualClock
from agent_runtime.core.money import Money
from agent_runtime.core.presence import Mood, RecentMessage
from tests.agents.living import NOON, VESPER, Ear, agent, campaign, felt, line, said, stage

USD = "USD"


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
