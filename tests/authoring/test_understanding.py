"""What the author makes of single answers: facts and what is forbidden, topics, what is left to it, and the end."""

import pytest

from agent_runtime.authoring.guessing import topics_from
from agent_runtime.authoring.steps import READY
from agent_runtime.authoring.system import boundaries_in
from tests.authoring.talking import Interview
from tests.authoring.test_interviewing import ANSWERS, WHO_IS_MARA


@pytest.mark.parametrize(
    ("told", "facts", "forbidden"),
    [
        (
            "the Gull: her old ship, sunk in a storm. She must never swear.",
            ["Her old ship, sunk in a storm."],
            ["swear"],
        ),
        ("the Gull: a brig. It never came back. Never lies.", ["A brig. It never came back."], ["Lies"]),
        ("never: swear; lie", [], ["swear; lie"]),
        ("never: swear. The Gull: a brig.", ["A brig."], ["swear"]),
    ],
)
async def test_what_is_forbidden_is_heard_behind_a_fact_too(told: str, facts: list[str], forbidden: list[str]) -> None:
    interview = Interview()
    await interview.say(*ANSWERS[:6], told)
    assert [each["text"] for each in interview.draft.get("lore", {}).get("entries", [])] == facts
    assert [each.casefold() for each in boundaries_in(interview.draft["system"])] == [
        each.casefold() for each in forbidden
    ]


async def test_once_all_was_asked_only_saving_is_offered() -> None:
    interview = Interview()
    await interview.say(*ANSWERS[:6], "skip")
    for words in ("what is missing?", "change the topics to rum", "show me the draft"):
        said = await interview.say(words)
        assert said.endswith(READY)
        assert not any(line.startswith(" ") for line in said.splitlines())
    await interview.say("save it")
    assert (await interview.say("what is missing?")).endswith(READY)
    assert "love to talk about" in await interview.say("remove the topics")


@pytest.mark.parametrize(
    ("told", "topics"),
    [
        ("Old maps, storms and tea.", ["old maps", "storms", "tea"]),
        ("Storms. Old Norse and tea.", ["Storms", "Old Norse", "tea"]),
        ("Storms and tea", ["storms", "tea"]),
        ("She loves Cornwall, tea", ["Cornwall", "tea"]),
        ("Rum", ["Rum"]),
        ("BBC, tea", ["BBC", "tea"]),
    ],
)
async def test_topics_begin_small_unless_they_are_names(told: str, topics: list[str]) -> None:
    interview = Interview()
    await interview.say(*ANSWERS[:3], told)
    assert interview.draft["topics"] == topics


async def test_what_is_chosen_is_said_once() -> None:
    interview = Interview()
    said = await interview.say(*ANSWERS[:2], "you choose")
    assert said.startswith("I chose something for you: how they talk.")
    assert "Noted" not in said


@pytest.mark.parametrize(
    ("told", "topics"),
    [
        (WHO_IS_MARA, ["the bookshop", "the harbour", "the life of a retired pirate"]),
        ("Otto Brandt, who has kept the lighthouse for thirty years", ["the lighthouse"]),
        ("Ines, a nurse on a night train", ["the night train", "the life of a nurse"]),
        ("Otto Brandt. He keeps bees and sells honey.", ["bees", "honey"]),
    ],
)
async def test_topics_are_chosen_from_what_is_known(told: str, topics: list[str]) -> None:
    interview = Interview()
    await interview.say(told, "skip", "skip", "you choose")
    assert interview.draft["topics"] == topics
    assert topics_from({"description": "Лодочник."}) == ["the old days", "everyday things"]
