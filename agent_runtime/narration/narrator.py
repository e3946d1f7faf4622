"""One agent's narrator: chooses what to say next, when, and fills the words from the state of that moment."""

from collections.abc import Callable, Iterable, Iterator

from agent_runtime.core.character import Character
from agent_runtime.core.domain import Cue, Rank, Stage
from agent_runtime.core.line import Line, Prepared
from agent_runtime.core.measures import WAITS_S, Histogram
from agent_runtime.core.presence import Mood
from agent_runtime.narration.agenda import Agenda
from agent_runtime.narration.choosing import ASIDES, NEVER, Candidate, first
from agent_runtime.narration.ledger import Ledger
from agent_runtime.narration.mouth import Mouth
from agent_runtime.narration.pending import Pending
from agent_runtime.narration.phrasebook import PhraseBook
from agent_runtime.narration.rules import Pacing, passes_freely, press_at, score, word_count
from agent_runtime.narration.wording import Worded, Wording, family_of

_SHORTEST_WAIT_S = 0.01
_NOWHERE = Stage("", "", is_open=True, is_last_call=False, slots={})  # of what is about no subject


class Narrator:
    """When to speak and in which words. No I/O and no clock: every call says what time it is (monotonic seconds).

    `ages` tells how old the newest news in each line was when it began.
    """

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
        self.mutings = 0
        self.ages = Histogram(WAITS_S)
        self._wording = Wording(book, mood_of, locale)
        self._pacing = pacing
        self._stage_of = stage_of
        self._agenda = Agenda(self._worth_alone)
        self._mouth = Mouth(pacing)
        self._ledger = Ledger()
        self._lines = 0
        self._next_look = NEVER

    @property
    def superseded(self) -> int:
        """How many cues gave way to newer ones since the start."""
        return self._agenda.superseded

    @property
    def discarded(self) -> int:
        """How many things that waited could not be said any more: too old, or not true."""
        return self._agenda.discarded

    def coalesced(self, subject: str) -> int:
        """How many cues about a subject gave way to newer ones; known of the newest thousand subjects."""
        return self._agenda.coalesced(subject)

    def notice(self, cues: Iterable[Cue], stage: Stage | None, now: float) -> None:
        """Take note of what an event, received at `now`, gives to say of the subject on `stage`, if it has one.

        O(1) however many subjects wait; nothing is noted while muted.
        """
        stage = stage or _NOWHERE
        for cue in cues:
            self._ledger.follow(cue, stage)
            if self.is_muted:
                self._ledger.miss(cue)
                continue
            before = self._agenda.subjects
            pending = self._agenda.notice(cue, now)
            if pending is None:
                continue
            is_busier = self._agenda.subjects > before  # and so the others must hurry
            hurry_at = self._mouth.turn_at(now, self._agenda.subjects) if self._pacing.is_paced and is_busier else NEVER
            self._look_at(min(self._candidate(pending, stage, now).free_at, hurry_at))

    def offer(self, prepared: Prepared, now: float) -> bool:
        """Take words that are ready: answers queue, colour waits for silence, critical words are said at once.

        False when they are refused: nothing may be said, or there is no place for them. Of words that were
        taken and will not be said after all `dropped` is told.
        """
        pending = None if self.is_muted else self._agenda.offer(prepared, now)
        if pending is None:
            return False
        candidate = self._candidate(pending, self._stage_for(pending, now) or _NOWHERE, now)
        self._look_at(min(candidate.free_at, candidate.ends_at))
        return True

    def mute(self) -> None:
        """Say nothing from now on, and forget what waited."""
        self.is_muted = True
        self.mutings += 1
        self._next_look = NEVER
        for pending in self._agenda.waiting():
            self._ledger.miss(pending.cue)
        self._agenda.clear()

    def unmute(self, now: float) -> None:
        """Speak again of what comes from now on; one line says where things stand, if anything was missed."""
        self.is_muted = False
        recap = self._ledger.recap(lambda subject: self._stage_of(subject, now))
        if recap is not None:
            self._agenda.notice(recap, now)
            self._look_at(now)

    def recast(self, character: Character) -> None:
        """Speak in the words of another version of the character."""
        self._wording.recast(character)

    def speak(self, now: float) -> Line | None:
        """The line to begin at `now`, if one is due."""
        while now >= self._next_look:
            chosen = self._promised(now) or self._chosen(now)
            if chosen is None:
                return None
            if not chosen.pending.is_true():
                self._agenda.discard(chosen.pending)
                continue
            self._agenda.drop(chosen.pending)
            others = self._candidates(self._agenda.waiting(), now)
            line = self._line(chosen, now, others_wait=next(others, None) is not None)
            if line is not None:
                return line
        return None

    def wake_at(self) -> float | None:
        """When to ask again if nothing else happens; None when nothing waits."""
        return None if self._next_look == NEVER else self._next_look

    def _look_at(self, moment: float) -> None:
        self._next_look = min(self._next_look, moment)

    def _promised(self, now: float) -> Candidate | None:
        """What is promised and due: it goes first, so that nothing else need be looked at, however much waits."""
        return first([each for each in self._candidates(self._agenda.promised(), now) if each.free_at <= now], now)

    def _chosen(self, now: float) -> Candidate | None:
        """The first of all that waits, if it is due; else the moment to look again is noted."""
        candidates = list(self._candidates(self._agenda.waiting(), now))
        chosen = first(candidates, now)
        if chosen is not None and chosen.free_at <= now:
            return chosen
        moments = [moment for each in candidates for moment in (each.free_at, each.ends_at) if moment > now]
        self._next_look = max(min(moments, default=NEVER), now + _SHORTEST_WAIT_S)  # worth fades meanwhile
        return None

    def _candidates(self, waiting: Iterable[Pending], now: float) -> Iterator[Candidate]:
        """What of it can still be said; what cannot is let go."""
        for pending in tuple(waiting):
            stage = self._stage_for(pending, now)
            if stage is None or self._is_over(pending, stage, now):
                self._agenda.discard(pending)
            else:
                yield self._candidate(pending, stage, now)

    def _stage_for(self, pending: Pending, now: float) -> Stage | None:
        """Its subject as it stands; of what has none, or needs none since its words are ready, nowhere."""
        subject = pending.cue.subject
        found = self._stage_of(subject, now) if subject else _NOWHERE
        return found or (_NOWHERE if pending.prepared is not None else None)

    def _is_over(self, pending: Pending, stage: Stage, now: float) -> bool:
        """Whether there is nothing to say any more: the subject has ended, or the moment is gone."""
        cue = pending.cue
        is_closed = stage.kind == "lot" and not stage.is_open
        match cue.rank:
            case Rank.CRITICAL:
                return cue.family == "correction" and not self._ledger.was_told(cue.subject)
            case Rank.QUESTION:
                return now >= self._ends_at(pending)
            case Rank.COLOUR:
                return is_closed or self._ledger.is_hushed(stage) or now >= self._ends_at(pending)
            case Rank.HIGH if not passes_freely(cue) and not pending.count:
                return is_closed or now - pending.at > self._pacing.valid_s[Rank.HIGH]
        return is_closed

    def _candidate(self, pending: Pending, stage: Stage, now: float) -> Candidate:
        """What is pending, with its worth, the moment it must be said and the earliest it may be."""
        pacing, cue = self._pacing, pending.cue
        repeats = self._mouth.repeats(family_of(pending, stage))
        worth = self._worth(pending, now, race=stage.tension.race, repeats=repeats)
        settles_at = stage.settles_at or now
        takes_s = word_count(pending.prepared.text) / pacing.spoken_words_per_s if pending.prepared else 0.0
        ends_at = self._ends_at(pending)
        if cue.rank in ASIDES and self._ledger.is_hushed(stage):
            return Candidate(pending, stage, worth, NEVER, NEVER, takes_s, ends_at)
        if not pacing.is_paced or passes_freely(cue):
            return Candidate(pending, stage, worth, NEVER, settles_at, takes_s, ends_at)
        is_bid = cue.rank in (Rank.MEDIUM, Rank.LOW) or pending.count > 0
        subjects = self._agenda.subjects
        pressed = press_at(pacing, pending.first_at, subjects) if is_bid else NEVER
        free_at = min(self._mouth.free_at(cue, worth, now), self._mouth.turn_at(pressed, subjects))
        return Candidate(pending, stage, worth, pressed, max(settles_at, free_at), takes_s, ends_at)

    def _ends_at(self, pending: Pending) -> float:
        """When an aside is too old to be said; other lines have their own ends."""
        rank = pending.cue.rank
        return pending.at + self._pacing.valid_s[rank] if rank in ASIDES else NEVER

    def _worth_alone(self, pending: Pending, now: float) -> float:
        return self._worth(pending, now, race=0.0, repeats=0)

    def _worth(self, pending: Pending, now: float, *, race: float, repeats: int) -> float:
        age_s = now - pending.at
        return pending.weight * score(self._pacing, pending.cue, race=race, age_s=age_s, repeats=repeats)

    def _line(self, chosen: Candidate, now: float, others_wait: bool) -> Line | None:
        pending, stage = chosen.pending, chosen.stage
        is_hurried = others_wait or now - pending.first_at > self._pacing.short_after_s
        worded = self._wording.of(pending, stage, is_hurried=is_hurried, tells_apart=self._ledger.has_several)
        if worded is None:
            return None
        rank = pending.cue.rank
        cuts = self._mouth.is_cut_by(rank, now, is_pressed=chosen.press_at <= now)
        takes_s = self._mouth.begin(worded.family, rank, word_count(worded.text), now, cuts=cuts)
        if worded.states_price or (rank is Rank.CRITICAL and pending.prepared is None):
            self._ledger.tell(stage.subject)
        return self._begun(chosen, worded, now, takes_s, cuts=cuts)

    def _begun(self, chosen: Candidate, worded: Worded, now: float, takes_s: float, *, cuts: bool) -> Line:
        self._lines += 1
        pending = chosen.pending
        prepared = pending.prepared
        self.ages.observe(now - pending.at)
        return Line(
            number=self._lines,
            agent_id=self.agent_id,
            subject=pending.cue.subject,
            family=worded.family,
            rank=pending.cue.rank,
            text=worded.text,
            cause=tuple(dict.fromkeys(cause for cause in pending.causes if cause)),
            as_of=chosen.stage.as_of,
            at=now,
            takes_s=takes_s,
            score=chosen.worth,
            merged=pending.merged,
            interrupts=cuts,
            superseded=pending.superseded,
            reply_to=prepared.reply_to if prepared else None,
            handle=prepared.handle if prepared else None,
        )
