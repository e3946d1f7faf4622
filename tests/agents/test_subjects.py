"""What an agent has in mind: the lots it hosts, the one in hand, the campaign they are in."""

from dataclasses import replace

from agent_runtime.core.character import Character, Hosts
from agent_runtime.core.domain import Stage
from tests.agents.living import VESPER, Happening, agent, campaign, felt, stage


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


def test_it_hosts_what_its_file_says() -> None:
    one = Character.model_validate({"name": "One", "hosts": {"auctions": ["a"], "campaigns": ["c"]}})
    assert agent(character=one).hosts("a", None)
    assert agent(character=one).hosts("b", "c")
    assert not agent(character=one).hosts("b", "d")
    assert agent().hosts("anything", None)
    assert not agent(character=Character(name="Two")).hosts("a", "c")


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
