"""A first look at a message that has not been read yet: its type and its subject, without decoding it."""

import re
from typing import NamedTuple

from agent_runtime.core.domain import Hurry

_TYPE = re.compile(rb'"type"\s*:\s*"([A-Za-z0-9_:]{1,140})"')


class Glance(NamedTuple):
    """What a message seems to be. Nothing but the order of reading depends on it: whoever reads it looks properly."""

    kind: str
    subject: str


class Glancer:
    """Knows the types that are in a hurry, and those that may be overtaken."""

    def __init__(self, hurry: Hurry) -> None:
        names = "|".join(re.escape(name) for name in hurry.named_by)
        self._subject = re.compile(rf'"(?:{names})"\s*:\s*"([A-Za-z0-9_-]{{1,64}})"'.encode())
        self._kinds = {kind.encode(): kind for kind in (*hurry.first, *hurry.newest)}

    def look(self, raw: bytes) -> Glance:
        """What `raw` seems to be; an unknown type is "", and so is an unknown subject."""
        return Glance(self._kind(raw), self.subject(raw))

    def subject(self, raw: bytes) -> str:
        """What a message seems to be about, else ""."""
        found = self._subject.search(raw)
        return found[1].decode() if found else ""

    def _kind(self, raw: bytes) -> str:
        # Data may have a `type` of its own: the first that is one of these counts, wherever it stands.
        for found in _TYPE.finditer(raw):
            if (kind := self._kinds.get(found[1])) is not None:
                return kind
        return ""
