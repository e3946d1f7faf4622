"""What is said when nothing presses: answers to the audience in a short queue, and colour that gives way to all."""

from collections.abc import Callable, Iterator

from agent_runtime.narration.pending import Pending

QUESTIONS_KEPT = 20
COLOUR_KEPT = 2


class Asides:
    """`worth` ranks those that wait, at a moment. Whatever loses its place is let go."""

    def __init__(self, worth: Callable[[Pending, float], float]) -> None:
        self._worth = worth
        self._questions: list[Pending] = []
        self._colour: list[Pending] = []

    def __iter__(self) -> Iterator[Pending]:
        yield from self._questions
        yield from self._colour

    @property
    def has_questions(self) -> bool:
        """Whether somebody waits for an answer."""
        return bool(self._questions)

    def ask(self, pending: Pending, now: float) -> bool:
        """Queue it; False when the queue is full of what is worth more."""
        if len(self._questions) < QUESTIONS_KEPT:
            self._questions.append(pending)
            return True
        least = min(self._questions, key=lambda each: self._worth(each, now))
        if self._worth(least, now) >= self._worth(pending, now):
            return False
        self._questions[self._questions.index(least)] = pending
        least.let_go()  # after the swap: who is told may ask again
        return True

    def colour(self, pending: Pending) -> None:
        """Keep it; the same about the same subject is only kept once, and the oldest goes."""
        cue = pending.cue
        same = [each for each in self._colour if (each.cue.subject, each.cue.family) == (cue.subject, cue.family)]
        if pending.prepared is None and same:
            self._colour.remove(same[0])
        self._colour.append(pending)
        if len(self._colour) > COLOUR_KEPT:
            self._colour.pop(0).let_go()

    def fade(self) -> int:
        """Something else arrived: colour goes. Returns how many there were."""
        faded, self._colour = self._colour, []
        for each in faded:
            each.let_go()
        return len(faded)

    def drop(self, pending: Pending) -> None:
        """Take it out."""
        for places in (self._questions, self._colour):
            if pending in places:
                places.remove(pending)

    def clear(self) -> None:
        """Let everything go."""
        questions, self._questions = self._questions, []
        for each in questions:
            each.let_go()
        self.fade()
