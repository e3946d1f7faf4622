"""What an agent has said of its subjects, read from why its lines were said, so that a restart repeats nothing."""

from agent_runtime.core.conversation import Utterance

_KEPT = 1000
_OUTCOMES = frozenset({"sold", "passed", "cancelled"})


class Told:
    """The newest thousand subjects it spoke of, and whether it told how each ended."""

    def __init__(self) -> None:
        self._subjects: dict[str, bool] = {}

    def take(self, message: Utterance) -> None:
        """Take note of a line that was said."""
        subject = self._fact(message, "subject")
        if not subject:
            return
        is_outcome = self.family(message) in _OUTCOMES and not message.interrupted
        self._subjects[subject] = self._subjects.pop(subject, False) or is_outcome
        if len(self._subjects) > _KEPT:
            del self._subjects[next(iter(self._subjects))]

    def spoke_of(self, subject: str) -> bool:
        """Whether anything was said of it."""
        return subject in self._subjects

    def told_outcome(self, subject: str) -> bool:
        """Whether it was said how it ended."""
        return self._subjects.get(subject, False)

    def family(self, message: Utterance) -> str:
        """The family of a line's phrase; empty for a message that does not explain itself."""
        return self._fact(message, "family")

    def _fact(self, message: Utterance, name: str) -> str:
        value = (message.explanation or {}).get(name)
        return value if isinstance(value, str) else ""
