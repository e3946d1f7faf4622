"""The settings of the HTTP door: what a key must be, which names may be ours, and who may listen where."""

import re
import socket
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from pydantic import SecretStr

from agent_runtime.core.addresses import is_loopback
from agent_runtime.core.errors import Misconfigured

if TYPE_CHECKING:
    from agent_runtime.config.settings import Http

_SHORTEST_KEY = 16
_FEWEST_CHARACTERS = 5
_PLACEHOLDER = re.compile(
    r"change.?(me|this|it)|your.?(api.?)?key|placeholder|password|example|123456789", re.IGNORECASE
)
_HOST = re.compile(r"(?:\[[0-9a-f:.]{2,45}\]|[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?)(?::[0-9]{1,5})?", re.ASCII)
_THIS_MACHINE = "localhost"  # by definition (RFC 6761), also where nobody can look it up
_MAKE_ONE = "make one with: openssl rand -hex 32"


def check_key(key: SecretStr) -> SecretStr:
    """`key` as it is. Raises ValueError for one that can be guessed, or that no header can carry."""
    text = key.get_secret_value()
    if not text.isascii() or not text.isprintable() or " " in text:
        raise ValueError("an API key may hold only printable ASCII characters, and no spaces")
    if len(text) < _SHORTEST_KEY:
        raise ValueError(f"an API key must have at least {_SHORTEST_KEY} characters; {_MAKE_ONE}")
    if _PLACEHOLDER.search(text) or len(set(text)) < _FEWEST_CHARACTERS:
        raise ValueError(f"an API key must not be one that others would guess; {_MAKE_ONE}")
    return key


def check_hosts(hosts: tuple[str, ...]) -> tuple[str, ...]:
    """The names in small letters. Raises ValueError for what no Host header says."""
    lower = tuple(host.lower() for host in hosts)
    if not all(_HOST.fullmatch(host) for host in lower):
        raise ValueError("expected names as in a Host header, such as chat.example.org or 192.0.2.7:4500")
    return lower


def check_origins(origins: tuple[str, ...]) -> tuple[str, ...]:
    """The origins in small letters. Raises ValueError for `*` and whatever else is no origin of a page."""
    lower = tuple(origin.lower().removesuffix("/") for origin in origins)
    for origin in lower:
        scheme, _, host = origin.partition("://")
        if scheme not in {"http", "https"} or not _HOST.fullmatch(host) or urlsplit(origin).netloc != host:
            raise ValueError("expected origins of pages, such as https://chat.example.org; * is not accepted")
    return lower


def check_binding(http: "Http", origin: str) -> None:
    """Raises Misconfigured where others than this machine could connect, and no key is asked of them.

    `origin` is where the host was given. A name is looked up, for as long as the resolver is set up to try: every
    address of it must be of this machine.
    """
    if http.api_key is not None or http.host.lower() == _THIS_MACHINE:
        return
    try:
        found = {str(each[4][0]) for each in socket.getaddrinfo(http.host, None, type=socket.SOCK_STREAM)}
    except (OSError, UnicodeError):
        unknown = f"{origin}: {http.host!r} is no address, and no name that is known here"
        raise Misconfigured(f"{unknown}; use 127.0.0.1, ::1 or localhost, or the address itself") from None
    if not all(is_loopback(address) for address in found):
        raise Misconfigured(
            f"{origin}: only this machine may connect while there is no API key; set "
            f"AGENT_RUNTIME__HTTP__API_KEY ({_MAKE_ONE}), or use 127.0.0.1, ::1 or localhost"
        )
