"""What this server may be called in Host: a page that calls this machine by another name came to steal (rebinding)."""

from functools import lru_cache

from agent_runtime.core.addresses import is_loopback

_HTTP_PORT = 80  # clients leave it out of the Host header


@lru_cache(maxsize=16)
def own_names(host: str, port: int, more: tuple[str, ...], *, has_key: bool) -> frozenset[str] | None:
    """The Host headers of a server on `host`, and those of `more`, with its port or without.

    None where any is good: on an address that others reach, with a key that every request needs, and no names given.
    """
    if not more and has_key and not (is_loopback(host) or host == "localhost"):
        return None
    names = {"127.0.0.1", "localhost", "[::1]", f"[{host}]" if ":" in host else host.lower()}
    told = {*more, *(f"{name}:{port}" for name in more)}
    return frozenset({f"{name}:{port}" for name in names} | (names if port == _HTTP_PORT else set()) | told)
