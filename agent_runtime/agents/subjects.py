"""What an agent has in mind of what it hosts: the newest few subjects, so that neither memory nor thought grows."""

from collections.abc import Callable, Iterator

from agent_runtime.core.domain import Stage

_HELD = 50


class Subjects:
    """Ids of lots and campaigns, the latest touched first. A campaign is in mind as long as its lots are."""

    def __init__(self) -> None:
        self._touched: dict[str, None] = {}

    def __iter__(self) -> Iterator[str]:
        return reversed(self._touched)

    def touch(self, stage: Stage) -> bool:
        """Have this in mind from now on; whether it was not."""
        is_new = stage.subject not in self._touched
        self._move(stage.subject)
        if stage.campaign is not None and stage.campaign in self._touched:
            self._move(stage.campaign)
        if len(self._touched) > _HELD:
            del self._touched[next(iter(self._touched))]
        return is_new

    def keep(self, is_kept: Callable[[str], bool]) -> None:
        """Forget all others."""
        self._touched = {subject: None for subject in self._touched if is_kept(subject)}

    def _move(self, subject: str) -> None:
        self._touched.pop(subject, None)
        self._touched[subject] = None
