"""A conversation by its content: a hash of everything said up to a message, so that a history that is sent again is
known for what it is."""

from collections.abc import Sequence
from hashlib import sha256
from typing import NamedTuple

from agent_runtime.core.conversation import Role


class Said(NamedTuple):
    """One message of a history as a client sends it."""

    role: Role
    text: str


def root(caller: str, character: str, user: str) -> str:
    """Where a conversation of this caller's user with a character begins: 64 hexadecimal digits."""
    return sha256(b"".join(map(_framed, ("", caller, character, user)))).hexdigest()


def link(chain: str, role: Role, text: str) -> str:
    """The chain with one more message. White space around a text is not part of it: clients trim."""
    # A client sends all of its history with every turn: each message is read once, in one go.
    return sha256(_framed(chain) + _ROLES[role] + _framed(text.strip())).hexdigest()


def links(chain: str, history: Sequence[Said]) -> list[str]:
    """The chain after each message of `history`."""
    made: list[str] = []
    for said in history:
        chain = link(chain, said.role, said.text)
        made.append(chain)
    return made


def _framed(part: str) -> bytes:
    """The text behind its length: "ab", "c" is not "a", "bc"."""
    encoded = part.encode("utf-8", "surrogatepass")
    return len(encoded).to_bytes(8, "big") + encoded


_ROLES: dict[Role, bytes] = {"user": _framed("user"), "assistant": _framed("assistant")}
