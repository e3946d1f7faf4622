"""The messages of a request as a conversation: what was said, notes for the character, and who says it where."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import unquote

from aiohttp import web

from agent_runtime.chat.chain import Said
from agent_runtime.chat.placing import ClientTurn
from agent_runtime.chat.talks import Guest
from agent_runtime.core.prompt import PromptMessage
from agent_runtime.core.text import plain
from agent_runtime.web.access import caller_of
from agent_runtime.web.errors import Problem
from agent_runtime.web.idempotency import claim_of
from agent_runtime.web.openai.schemas import ChatBody, Content, ItemBody, MessageBody, ResponseBody
from agent_runtime.web.services import SERVICES
from agent_runtime.web.sessions import content_of

SESSION = "X-Session-Id"
_TEXT = {"text", "input_text", "output_text"}
_LONGEST_NAME = 200


@dataclass(frozen=True)
class Conversation:
    """`messages` are all that say something, `said` those of users and characters up to what a user says last."""

    messages: tuple[PromptMessage, ...]
    said: tuple[Said, ...]
    notes: str


def conversation_of(messages: Sequence[MessageBody], instructions: str = "") -> Conversation:
    """What is told. Parts that are no text are passed over, and so are the messages of tools.

    Words put into the character's mouth behind the last ones of a user are left out: it answers in its own.
    """
    told: list[PromptMessage] = [PromptMessage("system", instructions)] if instructions.strip() else []
    for message in messages:
        text = text_of(message.content)
        match message.role:
            case "system" | "developer":
                told.append(PromptMessage("system", text))
            case "user":
                told.append(PromptMessage("user", text))
            case "assistant":
                told.append(PromptMessage("assistant", text))
            case _:
                pass
    told = [each for each in told if each.content.strip()]
    said = [Said(each.role, each.content) for each in told if each.role != "system"]
    while said and said[-1].role != "user":
        said.pop()
    notes = "\n\n".join(each.content.strip() for each in told if each.role == "system")
    return Conversation(tuple(told), tuple(said), notes)


def text_of(content: Content) -> str:
    """The text of a message, its parts in lines of their own. No database keeps a NUL."""
    match content:
        case None:
            return ""
        case str():
            return content.replace("\x00", "")
    texts = [part if isinstance(part, str) else (part.text or "" if part.type in _TEXT else "") for part in content]
    return "\n".join(text for text in texts if text).replace("\x00", "")


def messages_of(items: str | Sequence[ItemBody]) -> list[MessageBody]:
    """The input of a response as messages."""
    if isinstance(items, str):
        return [MessageBody(role="user", content=items)]
    return [
        MessageBody(role=item.role, content=item.content)
        for item in items
        if item.role is not None and item.type in (None, "message")
    ]


def character_of(request: web.Request, body: ChatBody | ResponseBody) -> str:
    """The character that is asked. Raises Problem where there is no such one."""
    asked = body.character or body.model
    if not asked:
        raise Problem(422, "invalid_body", "name a character as the model", pointer="/model")
    known = request.app[SERVICES].company.characters
    if asked not in known:
        there = ", ".join(known)
        raise Problem(404, "not_found", f"there is no model {asked[:100]!r}; there are: {there}", pointer="/model")
    return asked


def turn_of(request: web.Request, body: ChatBody | ResponseBody, told: Conversation, after: str = "") -> ClientTurn:
    """The turn that is asked for. Raises Problem where nothing is said, or too much."""
    if not told.said:
        where = "/messages" if isinstance(body, ChatBody) else "/input"
        raise Problem(422, "invalid_body", "a user must say something in text: only text is read here", pointer=where)
    services = request.app[SERVICES]
    content_of(told.said[-1].text, services.max_chars)
    session_id, thread = _names(request, body)
    caller = caller_of(request)
    return ClientTurn(
        character=character_of(request, body),
        said=told.said,
        guest=_guest(request, body),
        notes=told.notes,
        session_id=session_id,
        thread=thread,
        after=after,
        caller=f"key {caller.name}" if caller.name else "local",
        owner=caller.owner,
        only_of=caller.changes_only_of,
        claim=claim_of(request, body),
    )


def _names(request: web.Request, body: ChatBody | ResponseBody) -> tuple[str, str]:
    """What the session is called, and what a front end calls its conversation. Raises Problem for no name."""
    conversation = body.conversation if isinstance(body, ResponseBody) else None
    told = (body.metadata.get(name) for name in ("session_id", "conversation_id"))
    given = [request.headers.get(SESSION), body.session_id, conversation, *told]
    names = [str(name).strip() for name in given if isinstance(name, str | int)]
    threads = [request.headers.get(name, "").strip() for name in request.app[SERVICES].clients.session_headers]
    session_id, thread = (next((each for each in them if each), "") for them in (names, threads))
    for name in (session_id, thread):
        if len(name) > _LONGEST_NAME or not name.isprintable():
            raise Problem(422, "invalid_body", f"a session is named with at most {_LONGEST_NAME} printable characters")
    return session_id, thread


def _guest(request: web.Request, body: ChatBody | ResponseBody) -> Guest:
    """Who talks: as the body says, else as Open WebUI does."""
    identifier = body.user or request.headers.get("X-OpenWebUI-User-Id") or ""
    name = body.user_name or unquote(request.headers.get("X-OpenWebUI-User-Name") or "")
    may_save = caller_of(request).may_write
    return Guest(plain(identifier, _LONGEST_NAME), plain(name, _LONGEST_NAME), may_save)
