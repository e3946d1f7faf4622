"""Cursors: the place where the next page begins, as a text that callers hand back unread."""

import base64
import binascii
import re
from datetime import datetime, timedelta

from agent_runtime.core.errors import Refused
from agent_runtime.store.columns import EPOCH
from agent_runtime.store.tables import ID_LIMIT
from agent_runtime.store.text import is_storable

_MILLISECOND = timedelta(milliseconds=1)
_LATEST_MS = 253_402_300_799_999  # the end of the year 9999
_LARGEST_SEQ = 2**63 - 1
_LONGEST = 512
_NUMBER = re.compile(r"-?[0-9]{1,19}", re.ASCII)


def seq_cursor(kind: str, seq: int) -> str:
    """A cursor just after the row numbered `seq`; `kind` keeps cursors of different lists apart."""
    return _encoded(f"{kind}:{seq}")


def read_seq_cursor(kind: str, cursor: str | None) -> int:
    """The number in a cursor, 0 without one. Raises Refused when it is not ours."""
    if cursor is None:
        return 0
    seq = _number(_decoded(kind, cursor))
    if not 0 <= seq <= _LARGEST_SEQ:
        raise _not_ours()
    return seq


def time_cursor(kind: str, moment: datetime, identifier: str) -> str:
    """A cursor just after the row of this moment and id."""
    return _encoded(f"{kind}:{(moment - EPOCH) // _MILLISECOND}:{identifier}")


def read_time_cursor(kind: str, cursor: str) -> tuple[datetime, str]:
    """The moment and id in a cursor. Raises Refused when it is not ours."""
    stamp, colon, identifier = _decoded(kind, cursor).partition(":")
    milliseconds = _number(stamp)
    if not colon or not 0 < len(identifier) <= ID_LIMIT or not is_storable(identifier):
        raise _not_ours()
    if not 0 <= milliseconds <= _LATEST_MS:
        raise _not_ours()
    return EPOCH + milliseconds * _MILLISECOND, identifier


def _encoded(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _decoded(kind: str, cursor: str) -> str:
    """What follows the kind."""
    if len(cursor) > _LONGEST or not cursor.isascii():
        raise _not_ours()
    padded = cursor.replace("-", "+").replace("_", "/") + "=" * (-len(cursor) % 4)
    try:
        text = base64.b64decode(padded, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError) as error:
        raise _not_ours() from error
    if not text.startswith(f"{kind}:"):
        raise _not_ours()
    return text.removeprefix(f"{kind}:")


def _number(text: str) -> int:
    if not _NUMBER.fullmatch(text):
        raise _not_ours()
    return int(text)


def _not_ours() -> Refused:
    return Refused("the cursor is not one of ours; begin again without one")
