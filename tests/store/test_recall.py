"""What comes to mind at a question: the same, with the same scores, on both databases."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agent_runtime.core.errors import Refused
from agent_runtime.store.database import Database
from tests.store.memory_values import memory
from tests.store.values import NOON


async def recalled(database: Database, question: str, **options: object) -> list[str]:
    """Texts, best first."""
    found = await database.memories.recall("ada", question, now=NOON, **options)  # type: ignore[arg-type]
    assert all(0 <= each.score <= 1 for each in found)
    return [each.memory.text for each in found]


async def test_one_of_the_words_is_enough_and_more_are_better(database: Database) -> None:
    await database.memories.remember(
        [
            memory("Salt Marsh sold to Ann for $300."),
            memory("Blue Heron sold to Bo for $250."),
            memory("Heron in Fog found no buyer."),
            memory("A guest from Lyon paints."),
        ]
    )
    found = await recalled(database, "Who bought the Blue Heron?")
    assert found == ["Blue Heron sold to Bo for $250.", "Heron in Fog found no buyer."]


async def test_a_rare_word_weighs_more_than_a_frequent_one_however_much_is_remembered(database: Database) -> None:
    await database.memories.remember(
        [memory(f"Lot {n} sold to Ann at the hammer.", importance=0.9) for n in range(300)]
    )
    await database.memories.remember([memory("The heron flew.", created_at=NOON - timedelta(days=10))])
    await database.memories.remember([memory(f"Lot {n} sold again.", importance=0.9) for n in range(300)])
    assert (await recalled(database, "the lot with the heron, sold at the hammer"))[0] == "The heron flew."


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("HERON", "a heron"),
        ("zoe", "Zoë sang"),
        ("ZOË", "zoe sang"),
        ("straße", "STRASSE nine"),
        ("paint", "she is painting"),
        ("herons?", "one heron"),
        ("o'neill", "O'Neill won"),
        ("lot 7", "lot #7"),
        ("Живопись", "живопись маслом"),
        ("blue-heron", "Blue Heron"),
        ("0.136", "for 0.136 ETH"),
        ("Bo", "Bo came back"),
    ],
)
async def test_words_are_found_whatever_their_case_accents_and_endings(
    database: Database, question: str, text: str
) -> None:
    await database.memories.remember([memory(text), memory("nothing of it")])
    assert await recalled(database, question) == [text]


async def test_short_words_and_numbers_are_meant_exactly(database: Database) -> None:
    await database.memories.remember([memory("boats in 2026"), memory("he bid 70"), memory("he bid 1250")])
    assert await recalled(database, "bo 7 125") == []
    assert await recalled(database, "70") == ["he bid 70"]


async def test_the_subject_is_searched_too(database: Database) -> None:
    await database.memories.remember([memory("likes boats", subject="Ann"), memory("likes cars", subject="Bo")])
    assert (await recalled(database, "what does ann like?"))[:1] == ["likes boats"]


async def test_a_question_without_a_word_to_look_for_brings_nothing_to_mind(database: Database) -> None:
    await database.memories.remember([memory("who are you? * a s 'x")])
    for question in ("", "  ", "?!", '"*" ^ - ( ) : && || <->', "Who are you?", "a s", "\0", "\ud800", "🎨", "_ __"):
        assert await recalled(database, question) == []


async def test_relevance_importance_and_age_are_multiplied(database: Database) -> None:
    await database.memories.remember(
        [
            memory("heron new"),
            memory("heron weighty", importance=1.0),
            memory("heron old", created_at=NOON - timedelta(days=30)),
            memory("heron used", created_at=NOON - timedelta(days=90), last_used_at=NOON - timedelta(days=15)),
            memory("heron to come", created_at=NOON + timedelta(days=9)),
            memory("heron worthless", importance=0.0),
        ]
    )
    found = await database.memories.recall("ada", "heron", now=NOON, limit=10)
    scores = {each.memory.text.removeprefix("heron "): round(each.score, 4) for each in found}
    assert scores == {"weighty": 1.0, "to come": 0.5, "new": 0.5, "used": 0.3536, "old": 0.25, "worthless": 0.0}
    assert [each.score for each in found] == sorted((each.score for each in found), reverse=True)
    half_life = timedelta(days=15)
    old = next(each for each in await database.memories.recall("ada", "heron old", now=NOON, half_life=half_life))
    assert old.memory.text == "heron weighty"
    with pytest.raises(Refused):
        await database.memories.recall("ada", "heron", now=NOON, half_life=timedelta(0))


async def test_relevance_is_the_share_of_the_question_that_is_answered(database: Database) -> None:
    await database.memories.remember([memory("blue heron", importance=1.0), memory("blue boat", importance=1.0)])
    found = await database.memories.recall("ada", "blue heron", now=NOON)
    assert [round(each.score, 3) for each in found] == [1.0, 0.449]  # 577 of 577 + 707
    strange = await database.memories.recall("ada", "blue heron zyx", now=NOON)
    assert [round(each.score, 3) for each in strange] == [0.562, 0.253]


async def test_what_a_guest_told_in_private_comes_back_to_that_guest_alone(database: Database) -> None:
    await database.memories.remember(
        [
            memory("heron public"),
            memory("heron of bo", about_user="bo"),
            memory("heron of cy", about_user="cy"),
            memory("heron of eve", agent_id="eve"),
            memory("heron of eve and bo", agent_id="eve", about_user="bo"),
        ]
    )
    assert await recalled(database, "heron") == ["heron public"]
    assert sorted(await recalled(database, "heron", about_user="bo")) == ["heron of bo", "heron public"]
    assert await recalled(database, "heron", about_user="") == ["heron public"]
    assert await recalled(database, "heron", about_user="b\0") == []


async def test_what_others_told_does_not_crowd_out_what_may_be_recalled(database: Database) -> None:
    await database.memories.remember([memory("the heron")])
    await database.memories.remember([memory("heron heron", about_user=f"guest-{n}") for n in range(120)])
    assert await recalled(database, "heron", about_user="bo") == ["the heron"]


async def test_at_most_fifty_are_weighed_and_of_equals_the_newest(database: Database) -> None:
    await database.memories.remember([memory("heron first", importance=1.0)])
    await database.memories.remember([memory(f"heron {n}") for n in range(60)])
    assert len(await recalled(database, "heron", limit=100)) == 50
    assert await recalled(database, "heron", limit=0) == []
    assert await recalled(database, "heron first", limit=1) == ["heron first"]


async def test_memories_that_were_there_are_found_after_the_database_is_opened_again(database: Database) -> None:
    await database.memories.remember([memory("heron"), memory("gone")])
    await database.disconnect()
    await database.connect()
    assert await recalled(database, "heron") == ["heron"]


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(question=st.text(max_size=60) | st.text(alphabet="\"'*^()-:&|!<>\\ aZ9é\0\ud800{}%?$", max_size=60))
async def test_no_question_is_an_error(database: Database, question: str) -> None:
    await database.memories.recall("ada", question, now=NOON, about_user="bo")
    await database.memories.recall(question, f"heron {question}", now=NOON, about_user=question)


async def test_a_very_long_question_is_answered(database: Database) -> None:
    await database.memories.remember([memory("heron")])
    assert await recalled(database, "heron " + " ".join(f"word{n}" for n in range(100_000))) == ["heron"]
    assert await recalled(database, "x" * 1_000_000) == []
