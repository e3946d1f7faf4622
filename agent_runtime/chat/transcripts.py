"""A conversation as a file: Markdown to read, JSON whole, JSONL a line a message; written page by page."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any, Literal

from pydantic_core import to_json

from agent_runtime.core.clock import iso
from agent_runtime.core.conversation import Message, Session
from agent_runtime.core.ports import Messages

Form = Literal["md", "json", "jsonl"]
_PAGE = 200


@dataclass(frozen=True)
class Transcripts:
    """Exports the active path of sessions; `shown` is a message as the API shows it."""

    messages: Messages
    shown: Callable[[Message], dict[str, Any]]

    async def pieces(self, session: Session, form: Form, *, names: tuple[str, str]) -> AsyncIterator[bytes]:
        """The file in pieces of at most 200 messages; `names` are those of guest and character. Raises NotFound, also
        in the middle."""
        head, between, foot = _frame(session, form, names[1])
        piece, cursor = head, None
        while True:
            page = await self.messages.list(session.id, limit=_PAGE, cursor=cursor)
            told = [_markdown(each, names) if form == "md" else to_json(self.shown(each)) for each in page.data]
            piece += between.join(told)
            cursor = page.next_cursor
            if cursor is None:
                yield piece + foot if told or form != "jsonl" else piece
                return
            yield piece + between
            piece = b""


def _frame(session: Session, form: Form, character: str) -> tuple[bytes, bytes, bytes]:
    """What stands before, between and after the messages."""
    match form:
        case "md":
            head = f"# {_inline(session.title or f'A conversation with {character}')}\n\n"
            return f"{head}{iso(session.created_at)}, session `{session.id}`\n\n".encode(), b"\n\n", b"\n"
        case "json":
            known = to_json(
                {
                    "session": {
                        "id": session.id,
                        "character": session.character,
                        "title": session.title,
                        "created_at": iso(session.created_at),
                        "metadata": session.metadata,
                    }
                }
            )
            return known[:-1] + b',"messages":[', b",", b"]}\n"
        case "jsonl":
            return b"", b"\n", b"\n"


def _markdown(message: Message, names: tuple[str, str]) -> bytes:
    speaker = names[0] if message.role == "user" else names[1]
    mark = " *(interrupted)*" if message.interrupted else ""
    return f"**{_inline(speaker)}:** {message.content}{mark}".encode("utf-8", "replace")


def _inline(text: str) -> str:
    """Text that stands in a line of Markdown as it is."""
    return "".join(f"\\{char}" if char in "\\`*_[]<>#" else char for char in " ".join(text.split()))
