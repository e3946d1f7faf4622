"""One page from rows fetched with one to spare."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from agent_runtime.core.conversation import Page
from agent_runtime.core.errors import Refused

T = TypeVar("T")
_LARGEST = 1000


def check_limit(limit: int) -> None:
    """Raises Refused for a page size that is not between 1 and 1000."""
    if not 1 <= limit <= _LARGEST:
        raise Refused(f"limit must be between 1 and {_LARGEST}")


def page_of(values: Sequence[T], limit: int, cursor_after: Callable[[T], str]) -> Page[T]:
    """The first `limit` of `values`, with a cursor when there are more."""
    shown = tuple(values[:limit])
    return Page(data=shown, next_cursor=cursor_after(shown[-1]) if len(values) > limit else None)
