"""A living character: what it witnesses it feels, may tell, and knows the standing of."""

from datetime import UTC, datetime
from decimal import Decimal

from agent_runtime.core.character import Character
from agent_runtime.core.clock import ManualClock
from agent_runtime.core.conversation import NewMessage
from agent_runtime.core.domain import Stage
from agent_runtime.core.money import Money
from agent_runtime.core.presence import Mood
from tests.agents.living import NOON, Ear, agent, felt, said, stage

USD = "USD"


def line(content: str, second: int = 0) -> NewMessage:
    moment = datetime(2026, 11, 21, 10, 0, second, tzinfo=UTC)
    return NewMessage(id=f"m{second}", session_id="s", role="assistant", content=content, created_at=moment)


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
    assert now.scene is not None
    assert now.scene.current_expression == "wide.png"


def test_it_hosts_what_its_file_says() -> None:
    one = Character.model_validate({"name": "One", "hosts": {"auctions": ["a"], "campaigns": ["c"]}})
    assert agent(character=one).hosts("a", None)
    assert agent(character=one).hosts("b", "c")
    assert not agent(character=one).hosts("b", "d")
    assert agent().hosts("anything", None)
    assert not agent(character=Character(name="Two")).hosts("a", "c")
