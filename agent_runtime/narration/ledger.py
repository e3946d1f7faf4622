"""What a narrator knows of its subjects: which are open, which were told of, which fell silent, what was missed."""

from collections.abc import Callable

from agent_runtime.core.domain import Cue, Rank, Stage

_KEPT = 1000
_FAMILIES_OF_CALL = {"closing_last", "open"}


class Ledger:
    """Each list holds the newest thousand subjects."""

    def __init__(self) -> None:
        self._open: dict[str, None] = {}
        self._told: dict[str, None] = {}
        self._revived: dict[str, None] = {}
        self._missed: dict[str, Cue] = {}

    @property
    def has_several(self) -> bool:
        """Whether more than one lot is open, so that a line must say which one it means."""
        return len(self._open) > 1

    def follow(self, cue: Cue, stage: Stage) -> None:
        """Take note of what happens to a lot."""
        if stage.kind != "lot" or not cue.subject:
            return
        if cue.family == "open":
            self._told.pop(cue.subject, None)
        if cue.family in _FAMILIES_OF_CALL:
            self._revived.pop(cue.subject, None)
        elif cue.count and stage.is_last_call:
            _remember(self._revived, cue.subject)
        if stage.is_open:
            _remember(self._open, cue.subject)
        else:
            self._open.pop(cue.subject, None)

    def is_hushed(self, stage: Stage) -> bool:
        """Whether the last call was made and no bid has come since: nothing but calls and results is said then."""
        return stage.is_last_call and stage.subject not in self._revived

    def tell(self, subject: str) -> None:
        """A price or a result of it was said."""
        if subject:
            _remember(self._told, subject)

    def was_told(self, subject: str) -> bool:
        """Whether there is anything that could need correcting."""
        return subject in self._told

    def miss(self, cue: Cue) -> None:
        """Something came while nothing may be said."""
        if cue.subject and cue.rank <= Rank.LOW:
            self._missed.pop(cue.subject, None)
            self._missed[cue.subject] = cue
            _trim(self._missed)

    def recap(self, stage_of: Callable[[str], Stage | None]) -> Cue | None:
        """What to say of what was missed: where the lot that is open and was touched last stands now."""
        missed, self._missed = self._missed, {}
        for subject, cue in reversed(missed.items()):
            stage = stage_of(subject)
            if stage is not None and stage.is_open and stage.kind == "lot":
                return Cue("recap", Rank.HIGH, subject, cue.cause)
        return None


def _remember(subjects: dict[str, None], subject: str) -> None:
    subjects[subject] = None
    _trim(subjects)


def _trim(subjects: dict[str, None] | dict[str, Cue]) -> None:
    if len(subjects) > _KEPT:
        del subjects[next(iter(subjects))]
