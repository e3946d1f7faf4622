"""One agent's narrator: chooses what to say next, when, and fills the words from the state of that moment."""

from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from agent_runtime.core.domain import Cue, Rank, Slot, Stage
from agent_runtime.core.line import Line
from agent_runtime.core.money import Money, spoken
from agent_runtime.core.phrases import spoken_time
from agent_runtime.core.presence import Mood
from agent_runtime.narration.agenda import Agenda, Pending
from agent_runtime.narration.phrasebook import PhraseBook
from agent_runtime.narration.rules import Pacing, passes_freely, score, silence_until, word_count

_NEVER = float("inf")
_BID_FAMILIES = {"bid", "race"}
_SUBJECT = frozenset({"lot", "title"})
_AMOUNT = frozenset({"amount"})
_RECENT_FAMILIES = 5
_OPEN_KEPT = 1000


@dataclass(frozen=True, slots=True)
class _Candidate:
    pending: Pending
    stage: Stage
    worth: float
    free_at: float


class Narrator:
    """When to speak and in which words. No I/O and no clock: every call says what time it is (monotonic seconds)."""

    def __init__(
        self,
        agent_id: str,
        book: PhraseBook,
        pacing: Pacing,
        stage_of: Callable[[str, float], Stage | None],
        mood_of: Callable[[], Mood],
        locale: str = "en_US",
    ) -> None:
        self.agent_id = agent_id
        self.is_muted = False
        self._book = book
        self._pacing = pacing
        self._stage_of = stage_of
        self._mood_of = mood_of
        self._locale = locale
        self._agenda = Agenda()
        self._open: dict[str, None] = {}
        self._families: deque[str] = deque(maxlen=_RECENT_FAMILIES)
        self._words = pacing.bucket_words
        self._words_at = 0.0
        self._busy_until = -_NEVER
        self._current = Rank.COLOUR
        self._lines = 0
        self._next_look = _NEVER

    @property
    def superseded(self) -> int:
        """How many cues gave way to newer ones since the start."""
        return self._agenda.superseded

    def notice(self, cues: Iterable[Cue], stage: Stage, now: float) -> None:
        """Take note of what an event, received at `now`, gives to say of the subject on `stage`.

        O(1) however many subjects wait; nothing is noted while muted.
        """
        for cue in cues:
            self._follow(cue)
            if not self.is_muted:
                pending = self._agenda.notice(cue, now)
                worth = self._worth(pending, stage, now)
                self._next_look = min(self._next_look, self._free_at(pending, stage, worth, now))

    def mute(self) -> None:
        """Say nothing from now on, and forget what waited."""
        self.is_muted = True
        self._next_look = _NEVER
        self._agenda.clear()

    def unmute(self) -> None:
        """Speak again of what comes from now on."""
        self.is_muted = False

    def speak(self, now: float) -> Line | None:
        """The line to begin at `now`, if one is due."""
        while now >= self._next_look:
            candidates = self._candidates(now)
            due = [each for each in candidates if each.free_at <= now]
            if not due:
                self._next_look = min((each.free_at for each in candidates), default=_NEVER)
                return None
            chosen = max(due, key=lambda each: (passes_freely(each.pending.cue), each.worth))
            self._agenda.drop(chosen.pending)
            line = self._line(chosen, now, others_wait=len(candidates) > 1)
            if line is not None:
                return line
        return None

    def wake_at(self) -> float | None:
        """When to ask again if nothing else happens; None when nothing waits."""
        return None if self._next_look == _NEVER else self._next_look

    def _follow(self, cue: Cue) -> None:
        """Know how many subjects are open: where there are several, a line says which one it means."""
        if cue.family == "open":
            self._open[cue.subject] = None
            if len(self._open) > _OPEN_KEPT:
                del self._open[next(iter(self._open))]
        elif cue.family == "outcome":
            self._open.pop(cue.subject, None)

    def _candidates(self, now: float) -> list[_Candidate]:
        found = []
        for pending in list(self._agenda.waiting()):
            stage = self._stage_of(pending.cue.subject, now)
            if stage is None or self._is_over(pending, stage, now):
                self._agenda.drop(pending)
                continue
            worth = self._worth(pending, stage, now)
            found.append(_Candidate(pending, stage, worth, self._free_at(pending, stage, worth, now)))
        return found

    def _worth(self, pending: Pending, stage: Stage, now: float) -> float:
        repeats = self._families.count(pending.cue.family)
        race = stage.tension.race
        return score(self._pacing, pending.cue, race=race, age_s=now - pending.at, repeats=repeats)

    def _is_over(self, pending: Pending, stage: Stage, now: float) -> bool:
        """Whether it is too late to say: the subject has ended, or a high cue has lost its moment."""
        if pending.cue.rank is Rank.CRITICAL:
            return False
        if not stage.is_open:
            return True
        is_dated = pending.cue.rank is Rank.HIGH and not passes_freely(pending.cue)
        return is_dated and now - pending.at > self._pacing.valid_s[Rank.HIGH]

    def _free_at(self, pending: Pending, stage: Stage, worth: float, now: float) -> float:
        """The earliest moment at which this may be said."""
        pacing, cue = self._pacing, pending.cue
        settles_at = stage.settles_at or now
        if not pacing.is_paced or passes_freely(cue):
            return settles_at
        promise = pending.first_at + pacing.promise_s - pacing.promise_margin_s
        cuts = cue.rank is Rank.HIGH and self._current > Rank.MEDIUM
        quiet = now if cuts else self._busy_until + pacing.gap_s
        # A closing call that waited for words would be false: only what is below it waits for the bucket.
        dry = now if cue.rank is Rank.HIGH else now + max(0.0, -self._bucket(now)) / pacing.words_per_s
        silence = self._busy_until + silence_until(pacing, worth)
        earliest = max(now, settles_at, quiet, dry, silence)
        return max(settles_at, min(earliest, promise)) if cue.rank in (Rank.MEDIUM, Rank.LOW) else earliest

    def _line(self, chosen: _Candidate, now: float, others_wait: bool) -> Line | None:
        pending, stage = chosen.pending, chosen.stage
        values = self._values(pending, stage)
        family = _family(pending, stage)
        template = self._book.draw(
            family,
            self._mood_of(),
            values.keys(),
            subject=stage.subject,
            is_short=others_wait or now - pending.first_at > self._pacing.short_after_s,
            wanted=self._wanted(pending),
        )
        if template is None:
            return None
        text = template.filled(values)
        takes_s = word_count(text) / self._pacing.spoken_words_per_s
        interrupts = now < self._busy_until and self._current > pending.cue.rank
        self._begin(family, pending.cue.rank, text, takes_s, now)
        return Line(
            number=self._lines,
            agent_id=self.agent_id,
            subject=stage.subject,
            family=family,
            rank=pending.cue.rank,
            text=text,
            cause=tuple(dict.fromkeys(pending.causes)),
            as_of=stage.as_of,
            at=now,
            takes_s=takes_s,
            score=chosen.worth,
            merged=pending.merged,
            interrupts=interrupts,
        )

    def _wanted(self, pending: Pending) -> list[frozenset[str]]:
        """Facts the words should name if they can: the lot among several, the bid a closing call took over."""
        wanted = [_SUBJECT] if len(self._open) > 1 else []
        return [*wanted, _AMOUNT] if pending.cue.rank is Rank.HIGH and pending.count else wanted

    def _values(self, pending: Pending, stage: Stage) -> Mapping[str, str]:
        """The facts of this moment as words."""
        slots: dict[str, Slot] = {**stage.slots, "count": pending.count}
        if pending.cue.milestone is not None:
            slots["milestone"] = pending.cue.milestone
        values = {name: self._said(value) for name, value in slots.items()}
        seconds = slots.get("seconds")
        return values | ({"time": spoken_time(seconds)} if isinstance(seconds, int) else {})

    def _said(self, value: Slot) -> str:
        return spoken(value, self._locale) if isinstance(value, Money) else str(value)

    def _begin(self, family: str, rank: Rank, text: str, takes_s: float, now: float) -> None:
        self._lines += 1
        self._families.append(family)
        self._words = self._bucket(now) - word_count(text)
        self._words_at = now
        follows = rank is Rank.CRITICAL and self._current is Rank.CRITICAL
        self._busy_until = (max(now, self._busy_until) if follows else now) + takes_s
        self._current = rank

    def _bucket(self, now: float) -> float:
        refilled = self._words + (now - self._words_at) * self._pacing.words_per_s
        return min(self._pacing.bucket_words, refilled)


def _family(pending: Pending, stage: Stage) -> str:
    cue = pending.cue
    if cue.family == "outcome":
        return stage.outcome or "passed"
    if cue.family in _BID_FAMILIES and pending.count > 1:
        return "bids_merged"
    return cue.family
