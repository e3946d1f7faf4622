"""One agent's narrator: chooses what to say next, when, and fills the words from the state of that moment."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from agent_runtime.core.domain import Cue, Rank, Slot, Stage
from agent_runtime.core.line import Line
from agent_runtime.core.money import Money, spoken
from agent_runtime.core.phrases import spoken_time
from agent_runtime.core.presence import Mood
from agent_runtime.narration.agenda import Agenda, Pending
from agent_runtime.narration.mouth import Mouth
from agent_runtime.narration.phrasebook import PhraseBook
from agent_runtime.narration.rules import Pacing, passes_freely, press_at, score, word_count

_NEVER = float("inf")
_BID_FAMILIES = {"bid", "race"}
_SUBJECT = frozenset({"lot", "title"})
_AMOUNT = frozenset({"amount"})
_KEPT = 1000
_SHORTEST_WAIT_S = 0.01


@dataclass(frozen=True, slots=True)
class _Candidate:
    pending: Pending
    stage: Stage
    worth: float
    press_at: float
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
        self._mouth = Mouth(pacing)
        self._open: dict[str, None] = {}
        self._told: dict[str, None] = {}
        self._missed: Cue | None = None
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
            if self.is_muted:
                self._missed = cue
                continue
            before = self._agenda.subjects
            found = self._candidate(self._agenda.notice(cue, now), stage, now)
            is_busier = self._agenda.subjects > before  # and so the others must hurry
            hurry_at = (
                self._mouth.turn_at(now, self._agenda.subjects) if self._pacing.is_paced and is_busier else _NEVER
            )
            self._next_look = min(self._next_look, found.free_at, hurry_at)

    def mute(self) -> None:
        """Say nothing from now on, and forget what waited."""
        self.is_muted = True
        self._next_look = _NEVER
        self._agenda.clear()

    def unmute(self, now: float) -> None:
        """Speak again of what comes from now on; one line says where things stand, if anything was missed."""
        self.is_muted = False
        missed, self._missed = self._missed, None
        if missed is not None:
            self._agenda.notice(Cue("recap", Rank.HIGH, missed.subject, missed.cause), now)
            self._next_look = now

    def speak(self, now: float) -> Line | None:
        """The line to begin at `now`, if one is due."""
        while now >= self._next_look:
            candidates = self._candidates(now)
            chosen = _first(candidates, now)
            if chosen is None or chosen.free_at > now:
                soonest = min((each.free_at for each in candidates if each.free_at > now), default=_NEVER)
                self._next_look = max(soonest, now + _SHORTEST_WAIT_S)  # worth fades while silence is waited for
                return None
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
            self._told.pop(cue.subject, None)
            _remember(self._open, cue.subject)
        elif cue.family == "outcome":
            self._open.pop(cue.subject, None)

    def _candidates(self, now: float) -> list[_Candidate]:
        found = []
        for pending in list(self._agenda.waiting()):
            stage = self._stage_of(pending.cue.subject, now)
            if stage is None or self._is_over(pending, stage, now):
                self._agenda.drop(pending)
                continue
            found.append(self._candidate(pending, stage, now))
        return found

    def _is_over(self, pending: Pending, stage: Stage, now: float) -> bool:
        """Whether there is nothing to say any more: the subject has ended, or a high cue has lost its moment."""
        if pending.cue.rank is Rank.CRITICAL:
            return pending.cue.family == "correction" and pending.cue.subject not in self._told
        if not stage.is_open:
            return True
        is_dated = pending.cue.rank is Rank.HIGH and not passes_freely(pending.cue) and not pending.count
        return is_dated and now - pending.at > self._pacing.valid_s[Rank.HIGH]

    def _candidate(self, pending: Pending, stage: Stage, now: float) -> _Candidate:
        """What is pending, with its worth, the moment it must be said and the earliest it may be."""
        pacing, cue = self._pacing, pending.cue
        repeats = self._mouth.repeats(_family(pending, stage))
        worth = score(pacing, cue, race=stage.tension.race, age_s=now - pending.at, repeats=repeats)
        settles_at = stage.settles_at or now
        if not pacing.is_paced or passes_freely(cue):
            return _Candidate(pending, stage, worth, _NEVER, settles_at)
        is_bid = cue.rank in (Rank.MEDIUM, Rank.LOW) or pending.count > 0
        subjects = self._agenda.subjects
        pressed = press_at(pacing, pending.first_at, subjects) if is_bid else _NEVER
        free_at = min(self._mouth.free_at(cue, worth, now), self._mouth.turn_at(pressed, subjects))
        return _Candidate(pending, stage, worth, pressed, max(settles_at, free_at))

    def _line(self, chosen: _Candidate, now: float, others_wait: bool) -> Line | None:
        pending, stage = chosen.pending, chosen.stage
        values = self._values(pending, stage)
        wants_bid = pending.cue.rank is Rank.HIGH and pending.count > 0  # a call that took over a bid names its price
        family = _family(pending, stage)
        template = self._book.draw(
            family,
            self._mood_of(),
            values.keys(),
            subject=stage.subject,
            is_short=not wants_bid and (others_wait or now - pending.first_at > self._pacing.short_after_s),
            wanted=[*([_SUBJECT] if len(self._open) > 1 else []), *([_AMOUNT] if wants_bid else [])],
        )
        if template is None:
            return None
        text, rank = template.filled(values), pending.cue.rank
        cuts = self._mouth.is_cut_by(rank, now, is_pressed=chosen.press_at <= now)
        takes_s = self._mouth.begin(family, rank, word_count(text), now, cuts=cuts)
        self._lines += 1
        if rank is Rank.CRITICAL or "amount" in template.slots:
            _remember(self._told, stage.subject)
        return Line(
            number=self._lines,
            agent_id=self.agent_id,
            subject=stage.subject,
            family=family,
            rank=rank,
            text=text,
            cause=tuple(dict.fromkeys(pending.causes)),
            as_of=stage.as_of,
            at=now,
            takes_s=takes_s,
            score=chosen.worth,
            merged=pending.merged,
            interrupts=cuts,
        )

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


def _first(candidates: Sequence[_Candidate], now: float) -> _Candidate | None:
    """Of what is due, what is promised, else the highest score; None when nothing is.

    When bids must be said, calls go first and then the longest waiting bid, which keeps its turn even while its
    facts settle: it may not be due yet.
    """
    due = [each for each in candidates if each.free_at <= now]
    promised = [each for each in due if passes_freely(each.pending.cue)]
    pressed = [each for each in candidates if each.press_at <= now]
    calls = [each for each in due if each.pending.cue.rank is Rank.HIGH]
    if due and pressed and not promised and not calls:
        return min(pressed, key=lambda each: each.pending.first_at)
    return max(promised or (calls if pressed else due), key=lambda each: each.worth, default=None)


def _remember(subjects: dict[str, None], subject: str) -> None:
    subjects[subject] = None
    if len(subjects) > _KEPT:
        del subjects[next(iter(subjects))]


def _family(pending: Pending, stage: Stage) -> str:
    cue = pending.cue
    if cue.family == "outcome":
        return stage.outcome or "passed"
    if cue.family in _BID_FAMILIES and pending.count > 1:
        return "bids_merged"
    return cue.family
