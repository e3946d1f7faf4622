"""Which entries of a character's lore a conversation brings up: keys, conditions, rounds, and a budget."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from agent_runtime.core.character import Lore, LoreEntry
from agent_runtime.core.lore_book import Leaf, book_of
from agent_runtime.core.lore_decorators import Directions, Position
from agent_runtime.core.lore_keys import Key, Scanned
from agent_runtime.core.macros import Names, expanded
from agent_runtime.core.same import Same
from agent_runtime.core.tokens import tokens_in

_ROUNDS = 4


@dataclass(frozen=True, slots=True)
class Told:
    """An entry that is told, as it is told. What is `hidden` in it brings up other entries and is not shown."""

    entry: LoreEntry
    directions: Directions
    text: str
    hidden: tuple[str, ...]
    tokens: int

    @property
    def is_constant(self) -> bool:
        return self.entry.constant or self.directions.is_constant or self.directions.is_active is True

    @property
    def position(self) -> Position:
        return self.directions.position or self.entry.position

    @property
    def rank(self) -> tuple[bool, bool, int]:
        """The smallest is the first to be left out where there is too little room."""
        return (not self.directions.yields, self.is_constant, self.entry.order)


@dataclass(frozen=True, slots=True)
class Talk:
    """What is looked through: lines `Name: words`, oldest first, and how often the character has replied."""

    lines: Sequence[str]
    replies: int = 0


def standing(lore: Lore, names: Names) -> tuple[Told, ...]:
    """Constants that nothing in a conversation can change, within the budget; ascending by order."""
    fixed = [each for each in book_of(Same(lore)) if each.is_fixed]
    return _within(lore.budget, [_told(each, names) for each in fixed])


def brought_up(lore: Lore, talk: Talk, names: Names, always: Sequence[Told] = ()) -> tuple[Told, ...]:
    """What the talk brings up besides what is told always, within what that leaves of the budget; ascending by order.

    The cost grows with the book and the newest `scan_depth` lines, with nothing else.
    """
    leaves = [each for each in book_of(Same(lore)) if not each.is_fixed]
    room = lore.budget - sum(each.tokens for each in always)
    if not leaves or room <= 0:
        return ()
    scan = _Scan(lore, talk, names)
    if lore.recursive:
        scan.hear(always)
    return _within(room, list(scan.found(leaves)))


@dataclass
class _Scan:
    """One look through a conversation."""

    lore: Lore
    talk: Talk
    names: Names
    said: dict[int, Scanned] = field(default_factory=dict)
    more: list[str] = field(default_factory=list)

    def found(self, leaves: Sequence[Leaf]) -> Iterator[Told]:
        """Round by round: what is found may bring up what is left, where the book is recursive."""
        left = list(leaves)
        for _ in range(_ROUNDS if self.lore.recursive else 1):
            met = [self._is_met(leaf) for leaf in left]
            told = [_told(leaf, self.names) for leaf, is_met in zip(left, met, strict=True) if is_met]
            if not told:
                return
            yield from told
            left = [leaf for leaf, is_met in zip(left, met, strict=True) if not is_met]
            self.hear(told)

    def hear(self, told: Sequence[Told]) -> None:
        """Look through these texts from now on, too."""
        self.more += [text for each in told for text in (each.text, *each.hidden)]
        self.said.clear()

    def _is_met(self, leaf: Leaf) -> bool:
        asked = leaf.directions
        if asked.is_active is True:
            return True
        if self.talk.replies < (asked.only_after or 0) or self.talk.replies % (asked.only_every or 1):
            return False
        said = self._said(self.lore.scan_depth if asked.scan_depth is None else asked.scan_depth)
        if leaf.additional and not _has_any(leaf.additional, said):
            return False
        if _has_any(leaf.excluded, said):
            return False
        return leaf.is_constant or (_has_any(leaf.keys, said) and _is_condition_met(leaf, said))

    def _said(self, depth: int) -> Scanned:
        if depth not in self.said:
            self.said[depth] = Scanned.of((*self.more, *(self.talk.lines[-depth:] if depth else ())))
        return self.said[depth]


def _is_condition_met(leaf: Leaf, said: Scanned) -> bool:
    if leaf.any and not _has_any(leaf.any, said):
        return False
    if _has_any(leaf.none, said):
        return False
    return all(key is not None and key.is_in(said) for key in leaf.all)


def _has_any(keys: Sequence[Key | None], said: Scanned) -> bool:
    return any(key is not None and key.is_in(said) for key in keys)


def _told(leaf: Leaf, names: Names) -> Told:
    shown = expanded(leaf.body, names, f"lore {leaf.place}")
    text = shown.text.strip()
    return Told(leaf.entry, leaf.directions, text, shown.hidden, tokens_in(text))


def _within(budget: int, told: Sequence[Told]) -> tuple[Told, ...]:
    """Constants first, then by order, the highest first; one that does not fit leaves room for those after it."""
    kept: list[Told] = []
    for each in sorted(told, key=lambda one: (not one.is_constant, -one.entry.order)):
        if each.text and each.tokens <= budget:
            budget -= each.tokens
            kept.append(each)
    return tuple(sorted(kept, key=lambda one: one.entry.order))
