"""One mouth: how long it speaks, how many words it has left, and who may interrupt it."""

from collections import deque

from agent_runtime.core.domain import Cue, Rank
from agent_runtime.narration.rules import Pacing, keeps_promise, silence_until

_NEVER = float("inf")
_RECENT_FAMILIES = 5
_BIDS = (Rank.MEDIUM, Rank.LOW)


class Mouth:
    """What was said last and what that leaves room for. Moments are monotonic seconds."""

    def __init__(self, pacing: Pacing) -> None:
        self._pacing = pacing
        self._families: deque[str] = deque(maxlen=_RECENT_FAMILIES)
        self._words = pacing.bucket_words
        self._words_at = 0.0
        self._busy_until = -_NEVER
        self._turn_until = -_NEVER
        self._bid_until = -_NEVER
        self._current = Rank.COLOUR

    def repeats(self, family: str) -> int:
        """How often the family was used in the last five lines."""
        return self._families.count(family)

    def words_left(self, now: float) -> float:
        """How many words the bucket holds; below nothing, so many are owed."""
        refilled = self._words + (now - self._words_at) * self._pacing.words_per_s
        return min(self._pacing.bucket_words, refilled)

    def free_at(self, cue: Cue, worth: float, now: float) -> float:
        """When silence, gap and words allow a line of this worth."""
        pacing = self._pacing
        if cue.rank is Rank.HIGH and self._current > Rank.MEDIUM and now < self._busy_until:
            return now
        quiet = self._busy_until + max(pacing.gap_s, silence_until(pacing, worth))
        # A closing call that waited for words would be late: only what is below it waits for the bucket.
        dry = now if cue.rank is Rank.HIGH else now + max(0.0, -self.words_left(now)) / pacing.words_per_s
        return max(now, quiet, dry)

    def turn_at(self, press_at: float, subjects: int) -> float:
        """When a bid pressed since `press_at` may begin: whatever is being said, once the bid before had its turn.

        Where there are more subjects than the promise can be kept for, the bid before is said to its end.
        """
        hurries = keeps_promise(self._pacing, subjects)
        return max(press_at, self._turn_until if hurries else self._bid_until + self._pacing.gap_s)

    def is_cut_by(self, rank: Rank, now: float, *, is_pressed: bool) -> bool:
        """Whether a line that begins now breaks off the one being said.

        C0 cuts anything but its like, C1 and whatever must be said now cut what is below C1; anything else follows.
        """
        if not self._pacing.is_paced or now >= self._busy_until:
            return False
        return self._current > rank or (is_pressed and self._current > Rank.HIGH)

    def begin(self, family: str, rank: Rank, words: int, now: float, *, cuts: bool) -> float:
        """Begin a line; returns how many seconds it takes to speak."""
        takes_s = words / self._pacing.spoken_words_per_s
        self._families.append(family)
        # What must be said is said without words left, but leaves no debt beyond one bucket.
        self._words = max(self.words_left(now) - words, -self._pacing.bucket_words)
        self._words_at = now
        self._busy_until = (now if cuts else max(now, self._busy_until)) + takes_s
        if rank in _BIDS:
            self._turn_until = now + self._pacing.turn_s
            self._bid_until = now + takes_s
        self._current = rank
        return takes_s
