"""The characters that come with the runtime, and the starter words: complete, truthful and never at a loss."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from agent_runtime.characters.extras import fault_in_line
from agent_runtime.characters.loading import load_folder
from agent_runtime.core.character import Character, Phrases, Variants
from agent_runtime.core.phrases import FAMILIES, LOT, slots_in, spoken_time
from agent_runtime.core.presence import Mood
from agent_runtime.core.scenery import LotStage
from agent_runtime.core.starter_phrases import STARTER

ROSTER = load_folder(Path(__file__).parents[2] / "characters")
SHIPPED = {**{slug: each.phrases for slug, each in ROSTER.characters.items()}, "starter": STARTER}
EACH_FAMILY = [(slug, name) for slug, phrases in SHIPPED.items() for name in phrases]
TELLS_LOTS_APART = ("bid", "bids_merged", "race", "jump", "new_bidder", "milestone", "closing")
ONLY_IN = {
    r"\b(?:un)?sold\b": {"sold"},
    r"\bpassed\b": {"passed"},
    r"\breserves?\b": {"reserve_met"},
    r"\blast (?:call|chance|words?)\b|\bfinal\b|\bfair warning\b|\bgoing (?:once|twice)\b": {"closing_last"},
    r"\b(?:rivals?|duels?|duet|two|both)\b": {"race"},
    r"\b(?:popular|valuable|rare|bargain|beautiful|precious|best ever|record price)\b": set(),
    r"\b(?:three|four|five|six|seven|eight|nine|ten|dozen|hundred|thousand|million|dollars?|euros?)\b": set(),
}


def lines_of(phrases: Phrases) -> Iterator[str]:
    for variants in (phrases, *phrases.moods.values()):
        yield from (*variants.long, *variants.short)


def sure_lines(name: str, lines: tuple[str, ...]) -> list[str]:
    """Lines that can be said whenever the family can."""
    return [line for line in lines if slots_in(line) <= FAMILIES[name].required]


@pytest.mark.parametrize(("slug", "name"), EACH_FAMILY)
def test_a_family_has_four_lines_of_each_length_for_whatever_is_known(slug: str, name: str) -> None:
    family, phrases = FAMILIES[name], SHIPPED[slug][name]
    for known in [family.required | {one} for one in family.one_of] or [family.required]:
        for lines in (phrases.long, phrases.short):
            assert len([line for line in lines if slots_in(line) <= known]) >= 4


@pytest.mark.parametrize(("slug", "name"), EACH_FAMILY)
def test_no_line_is_said_twice_or_says_what_it_cannot_know(slug: str, name: str) -> None:
    lines = list(lines_of(SHIPPED[slug][name]))
    assert len(set(lines)) == len(lines)
    for line in lines:
        assert fault_in_line(name, line) is None, line
        if FAMILIES[name].is_about_lot:
            claims = [
                words for words, families in ONLY_IN.items() if name not in families and re.search(words, line, re.I)
            ]
            assert not claims, line
        assert not re.search(r"(?:^|[.?!] )\{(?:bidder|loser)\}", line), f"'a bidder' would begin a sentence: {line}"


@pytest.mark.parametrize(("slug", "name"), EACH_FAMILY)
def test_short_lines_are_shorter_than_long_ones(slug: str, name: str) -> None:
    phrases = SHIPPED[slug][name]
    for variants in (phrases, *phrases.moods.values()):
        longs, shorts = [len(line.split()) for line in variants.long], [len(line.split()) for line in variants.short]
        assert sum(shorts) / len(shorts) < sum(longs) / len(longs)
        assert max(shorts) <= 8
        assert max(longs) <= 30


@pytest.mark.parametrize("slug", ["vesper", "starter"])
@pytest.mark.parametrize("name", TELLS_LOTS_APART)
def test_a_line_can_tell_lots_apart_or_leave_the_name_out(slug: str, name: str) -> None:
    sure = sure_lines(name, SHIPPED[slug][name].long)
    naming = [line for line in sure if slots_in(line) & LOT]
    assert len(naming) >= 4
    assert len(sure) - len(naming) >= 4


@pytest.mark.parametrize("slug", ["vesper", "starter"])
def test_there_are_words_for_every_family(slug: str) -> None:
    assert set(SHIPPED[slug]) == set(FAMILIES)


def test_every_file_is_good_and_exactly_one_character_hosts_every_auction() -> None:
    assert not ROSTER.findings
    assert {"vesper", "wren", "casimir"} == set(ROSTER.characters)
    assert [slug for slug, each in ROSTER.characters.items() if each.hosts.is_host] == ["vesper"]
    assert ROSTER.characters["vesper"].hosts.auctions == "*"


@pytest.mark.parametrize("character", ROSTER.characters.values(), ids=ROSTER.characters)
def test_a_character_is_whole(character: Character) -> None:
    texts = (character.description, character.personality, character.scenario, character.system)
    assert all(len(text) > 40 for text in texts)
    assert len(character.greetings) >= 3
    assert len(character.examples) >= 9
    assert all([line.user is not None for line in example] == [True, False] for example in character.examples)
    assert character.style.all and character.topics and character.adjectives and len(character.lore.entries) >= 4
    assert {"small_talk", "thanks", "abuse", "away", "welcome", "answer_nothing"} <= set(character.phrases)
    assert len(character.phrases["small_talk"].long) >= 12


@pytest.mark.parametrize("character", ROSTER.characters.values(), ids=ROSTER.characters)
def test_a_character_has_a_face_a_place_and_props_for_every_mood(character: Character) -> None:
    scene = character.scene
    assert set(scene.expressions) == set(Mood)
    assert set(scene.backgrounds) >= set(Mood)
    assert set(scene.props) >= set(Mood)
    home = {"expressions": scene.expressions.values(), "backgrounds": scene.backgrounds.values()}
    home["props"] = [prop for props in scene.props.values() for prop in props]  # type: ignore[assignment]
    for kind, assets in home.items():
        assert all(asset.startswith(f"assets/character/{kind}/{character.slug}/") for asset in assets)


def test_around_a_host_and_around_no_other_things_change_with_the_lot() -> None:
    for character in ROSTER.characters.values():
        stages = set(LotStage) if character.hosts.is_host else set()
        assert set(character.scene.props) - set(Mood) == stages
        # While a lot is open the room shows the mood.
        assert set(character.scene.backgrounds) - set(Mood) == stages - {LotStage.OPEN}


def test_the_auctioneer_has_plenty_of_words_and_other_words_for_moods() -> None:
    phrases = ROSTER.characters["vesper"].phrases
    for name, each in phrases.items():
        long, short = (12, 8) if name in ("bid", "bids_merged") else (8, 6)
        assert len(each.long) >= long, name
        assert len(each.short) >= short, name
    moods = [(name, mood, words) for name, each in phrases.items() for mood, words in each.moods.items()]
    assert {Mood.EXCITED, Mood.DISAPPOINTED} <= {mood for _, mood, _ in moods}
    for name, mood, words in moods:
        assert isinstance(words, Variants)
        assert min(len(sure_lines(name, words.long)), len(sure_lines(name, words.short))) >= 4, (name, mood)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (-3, "0 seconds"),
        (1.9, "1 second"),
        (119, "119 seconds"),
        (120, "2 minutes"),
        (7_199, "119 minutes"),
        (86_400, "24 hours"),
        (604_799, "6 days"),
    ],
)
def test_time_left_is_said_in_a_unit_people_use(seconds: float, text: str) -> None:
    assert spoken_time(seconds) == text
