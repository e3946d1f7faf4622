"""Reaching Redis: URLs checked, clients with every wait bounded, failures as sentences without passwords."""

import asyncio
import re
from typing import Any
from urllib.parse import SplitResult, parse_qs, urlsplit

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import (
    AuthenticationError,
    AuthorizationError,
    NoPermissionError,
    OutOfMemoryError,
    ReadOnlyError,
    RedisError,
)
from redis.exceptions import TimeoutError as RedisTimeout

from agent_runtime.core.errors import Misconfigured, Unavailable

COMMAND_SECONDS = 1.0
CONNECT_SECONDS = 5.0
POOL_SIZE = 16
FAILURES = (RedisError, OSError)
_NOBODY = "-"  # an id that is allowed and that nobody has
_SCHEMES = ("redis", "rediss", "unix")
_OPTIONS = re.compile(r"db|protocol|username|password|client_name|ssl_[a-z_]+", re.ASCII)
_USERINFO = re.compile(r"^((?:rediss?|unix|valkeys?)?:?/*).*@", re.DOTALL)
_SECRET = re.compile(r"(password=)[^&#]*", re.IGNORECASE)


def masked(url: str) -> str:
    """`url` fit to be shown: whatever could be a password is `***`, however wrong the URL is."""
    return _SECRET.sub(r"\1***", _USERINFO.sub(r"\1***@", url))


def check_url(url: str) -> str:
    """`url` as it is. Raises Misconfigured, saying what is wrong with it, for a URL that cannot work."""
    try:
        parts = urlsplit(url)
        problem = _problem(parts)
    except ValueError:
        problem = "it cannot be read: a port is a number, and @ / : ? in a password are written %40 %2F %3A %3F"
    if problem:
        raise Misconfigured(f"the Redis URL {masked(url)!r} is wrong: {problem}")
    return url


def _problem(parts: SplitResult) -> str:
    if parts.scheme not in _SCHEMES:
        return "it must begin with redis://, rediss:// or unix://"
    if parts.scheme == "unix":
        database = ""
        if not parts.path.startswith("/") or parts.hostname:
            return "a socket is an absolute path, such as unix:///run/redis.sock"
    else:
        database = parts.path.strip("/")
        if not parts.hostname:
            return "it names no host"
        if parts.port == 0:
            return "a port lies between 1 and 65535"
    query = parse_qs(parts.query, keep_blank_values=True)
    for name in query:
        if not _OPTIONS.fullmatch(name):
            return f"it has the unknown option {name!r}"
    for number in (database, *query.get("db", ())):
        if number and not re.fullmatch(r"[0-9]{1,4}", number, re.ASCII):
            return "the database is a number, such as /0"
    if query.get("protocol", ["2"])[0] not in {"2", "3"}:
        return "the protocol is 2 or 3"
    return ""


def commands_client(url: str) -> "Redis":
    """A client for commands: replies are bytes, at most 16 connections, nothing retried behind our back.

    Nothing is connected yet. Raises Misconfigured. The caller closes it with `aclose()`.
    """
    return _client(url, POOL_SIZE)


def listening_client(url: str) -> "Redis":
    """A client for one subscription, apart from the commands: bytes, and every lost connection an error."""
    return _client(url, 2)


def _client(url: str, connections: int) -> "Redis":
    options: dict[str, Any] = {
        "max_connections": connections,
        "timeout": COMMAND_SECONDS,
        "socket_timeout": COMMAND_SECONDS,
        "socket_connect_timeout": COMMAND_SECONDS,
        "retry": Retry(NoBackoff(), 0),
        # Every server speaks RESP2 and nothing here needs more; `?protocol=3` in the URL goes before this.
        "protocol": 2,
    }
    pool = BlockingConnectionPool.from_url(check_url(url), **options)
    return Redis.from_pool(pool)


def place(client: "Redis") -> str:
    """Where a client connects to, without any password: `127.0.0.1:6379/0` or a socket's path."""
    options = client.connection_pool.connection_kwargs
    if "path" in options:
        return str(options["path"])
    return f"{options.get('host', 'localhost')}:{options.get('port', 6379)}/{options.get('db', 0)}"


def failed(client: "Redis", doing: str, error: Exception) -> Unavailable:
    """What went wrong while `doing` something, where, and what to do about it."""
    match error:
        case NoPermissionError():
            why = f"does not allow {doing}: {error}; grant it to this user with ACL SETUSER"
        case AuthenticationError() | AuthorizationError():
            why = f"refuses the login: {error}; check user and password in the Redis URL"
        case RedisTimeout() | TimeoutError():
            why = f"did not answer {doing} in time; is it overloaded or frozen?"
        case ReadOnlyError():
            why = f"is a read-only replica and refuses {doing}; give the URL of the primary"
        case OutOfMemoryError():
            why = f"has no memory left for {doing}; raise its maxmemory"
        case _:
            why = f"failed at {doing}: {str(error)[:300]}; is it running, and is the Redis URL right?"
    return Unavailable(f"Redis at {place(client)} {why}")


async def connect(url: str) -> "Redis":
    """A commands client that has answered, within 5 s, and may do what the runtime does.

    Raises Misconfigured for a wrong URL, Unavailable when the server is away or denies something.
    """
    client = commands_client(url)
    try:
        await probe(client)
    except BaseException:
        await client.aclose()
        raise
    return client


async def probe(client: "Redis") -> None:
    """Ask the server for everything the runtime needs of it, changing nothing, within 5 s. Raises Unavailable."""
    try:
        async with asyncio.timeout(CONNECT_SECONDS):
            await client.ping()
            trials = await _try_rights(client)
    except FAILURES as error:
        raise failed(client, "PING", error) from error
    denied = [f"{doing} ({reply})" for doing, reply in trials.items() if isinstance(reply, NoPermissionError)]
    if denied:
        named = "; ".join(denied)
        raise Unavailable(f"Redis at {place(client)} does not allow {named}; grant it to this user with ACL SETUSER")
    for doing, reply in trials.items():
        if isinstance(reply, RedisError):
            raise failed(client, doing, reply) from reply


async def _try_rights(client: "Redis") -> dict[str, Any]:
    """What was tried, and the answer or the error to it."""
    tried = []
    async with client.pipeline(transaction=False) as trial:
        for pattern in ("agent:*", "rt:*", "auction:*"):
            tried.append(f"GETRANGE {pattern}")
            trial.getrange(pattern.replace("*", _NOBODY), 0, 0)
        for pattern in ("agent:*", "rt:*"):
            tried.append(f"SET {pattern}")
            # XX writes only over a key that is there, and none is: the right is asked for, nothing is written.
            trial.set(pattern.replace("*", _NOBODY), b"", ex=1, xx=True)
        tried.append("SCAN")
        trial.scan(0, match="auction:*", count=1)
        return dict(zip(tried, await trial.execute(raise_on_error=False), strict=True))
