"""Which session one last talked in with a character: kept in the data folder, so that the next chat goes on there."""

import json
import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

_NAME = "last-sessions.json"
_MOST = 200
_LARGEST = 256 * 1024


@dataclass(frozen=True)
class LastSessions:
    """Ids of sessions by character. `at` is the address of a runtime that is not the one on the data folder."""

    folder: Path
    at: str = ""

    def get(self, slug: str) -> str | None:
        """The session, None where none is known."""
        return self._read().get(self._key(slug))

    def put(self, slug: str, session_id: str) -> None:
        """Keep it, the newest of at most 200. A folder that is not there or not ours is left alone."""
        known = self._read()
        if known.get(self._key(slug)) == session_id:
            return
        known.pop(self._key(slug), None)
        known[self._key(slug)] = session_id
        newest = dict(list(known.items())[-_MOST:])
        unfinished = self.folder / f".{_NAME}.{os.getpid()}"
        with suppress(OSError):  # going on there is a convenience: without it a new session begins
            descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                json.dump(newest, file, indent=1)
            unfinished.replace(self.folder / _NAME)

    def _key(self, slug: str) -> str:
        return f"{self.at} {slug}" if self.at else slug

    def _read(self) -> dict[str, str]:
        try:
            with (self.folder / _NAME).open("rb") as file:
                known = json.loads(file.read(_LARGEST))
        except (OSError, ValueError):
            return {}
        if not isinstance(known, dict):
            return {}
        return {key: value for key, value in known.items() if isinstance(value, str)}
