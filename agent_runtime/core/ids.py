"""Fresh ids for rows, messages and events."""

from dataclasses import dataclass, field
from os import urandom

_BYTES = 16
_AT_ONCE = 64
_VARIANT = dict(zip("0123456789abcdef", "89ab" * 4, strict=True))


@dataclass(frozen=True)
class RandomIds:
    """Random UUIDs (RFC 9562, version 4), each as text in its usual form; from any thread.

    The system is asked for many at once: at every question to it another thread gets the interpreter first.
    """

    _drawn: list[str] = field(default_factory=list)

    def __call__(self) -> str:
        try:
            return self._drawn.pop()
        except IndexError:
            first, *others = _uuids(urandom(_BYTES * _AT_ONCE).hex())
            self._drawn.extend(others)
            return first


def _uuids(digits: str) -> list[str]:
    each = (digits[at : at + 2 * _BYTES] for at in range(0, len(digits), 2 * _BYTES))
    return [f"{one[:8]}-{one[8:12]}-4{one[13:16]}-{_VARIANT[one[16]]}{one[17:20]}-{one[20:]}" for one in each]
