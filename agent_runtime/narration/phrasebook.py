"""A character's words: families of phrases with slots, drawn from seeded shuffle bags so that none wears out."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from random import Random

from agent_runtime.core.character import Character, Phrases
from agent_runtime.core.presence import Mood
from agent_runtime.core.starter_phrases import STARTER

_SLOT = re.compile(r"\{(\w+)\}")
_LAST_RESORT = {
    "open": "{title} is open.",
    "sold": "{title} is sold to {bidder}.",
    "passed": "{title} is passed.",
    "cancelled": "{title} is withdrawn.",
    "correction": "A correction on {title}.",
}


@dataclass(frozen=True)
class Template:
    """One variant of a phrase; `text` holds `{slots}`."""

    text: str

    @cached_property
    def slots(self) -> frozenset[str]:
        """The facts it needs."""
        return frozenset(_SLOT.findall(self.text))

    def filled(self, values: Mapping[str, str]) -> str:
        """The words, slots replaced in one pass: what a value contains is never read as a slot."""
        return _SLOT.sub(lambda match: values[match[1]], self.text)


class PhraseBook:
    """Draws variants without repeating one before the others were used. The same seed draws the same words."""

    def __init__(self, character: Character, seed: str) -> None:
        self._own = character.phrases
        self._given_seed = seed
        self._seed = f"{seed}|{character.slug}"
        self._pools: dict[tuple[str, Mood, bool], tuple[Template, ...]] = {}
        self._bags: dict[tuple[str, bool], list[Template]] = {}
        self._latest: dict[str, Template] = {}
        self._draws = 0

    def recast(self, character: Character) -> "PhraseBook":
        """The book of another version of the character, with the same seed."""
        return PhraseBook(character, self._given_seed)

    def draw(
        self,
        family: str,
        mood: Mood,
        known: Collection[str],
        *,
        subject: str,
        is_short: bool = False,
        wanted: Sequence[frozenset[str]] = (),
    ) -> Template | None:
        """A variant whose slots are all `known`; None when the family has none.

        Variants that name a slot of each group in `wanted` go first.
        """
        for short in (is_short, not is_short):
            pool = [each for each in self._pool(family, mood, short) if each.slots.issubset(known)]
            for group in wanted:
                pool = [each for each in pool if not each.slots.isdisjoint(group)] or pool
            if pool:
                return self._from_bag(family, short, pool, subject)
        last_resort = _LAST_RESORT.get(family)
        return Template(last_resort) if last_resort and Template(last_resort).slots.issubset(known) else None

    def _from_bag(self, family: str, short: bool, pool: Sequence[Template], subject: str) -> Template:
        bag = self._bags.setdefault((family, short), [])
        choice = next((each for each in bag if each in pool), None)
        if choice is None:
            self._draws += 1
            bag[:] = pool
            Random(f"{self._seed}|{subject}|{family}|{self._draws}").shuffle(bag)
            if bag[0] == self._latest.get(family):
                bag.append(bag.pop(0))
            choice = bag[0]
        bag.remove(choice)
        self._latest[family] = choice
        return choice

    def _pool(self, family: str, mood: Mood, short: bool) -> tuple[Template, ...]:
        key = (family, mood, short)
        if key not in self._pools:
            phrases = self._own.get(family) or STARTER.get(family) or Phrases()
            in_mood = phrases.moods.get(mood)
            texts = (*_texts(in_mood, short), *_texts(phrases, short)) if in_mood else _texts(phrases, short)
            self._pools[key] = tuple(Template(text) for text in texts)
        return self._pools[key]


def phrases_of(character: Character, family: str) -> Sequence[str]:
    """The long variants a character has of a family, the starter's where it has none."""
    own = character.phrases.get(family)
    return own.long if own and own.long else STARTER.get(family, Phrases()).long


def _texts(phrases: object, short: bool) -> tuple[str, ...]:
    return getattr(phrases, "short" if short else "long")  # type: ignore[no-any-return]
