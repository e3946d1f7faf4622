"""Who is let in: the key of a request, whether it opens the URL, and whether it was sent too often."""

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, field

from aiohttp import web
from aiohttp.typedefs import Handler

from agent_runtime.web.access import LOCAL, NOBODY, Access, Caller
from agent_runtime.web.errors import Problem
from agent_runtime.web.owners import Owners
from agent_runtime.web.rates import Buckets
from agent_runtime.web.services import SERVICES, Services

_MOST_WRONG_PER_MINUTE, _WRONG_AT_ONCE = 30, 10
_BEARER = "bearer"
_SHARE_AT_ONCE = 10  # of a minute's requests
_TURNS_AT_ONCE = 10
_IPV6_SITE = 64


@dataclass(frozen=True, slots=True)
class Terms:
    """What a URL asks of who asks for it: any of these scopes; whether a turn begins; whose `{id}` it names."""

    scopes: frozenset[str] = frozenset()
    is_turn: bool = False
    named: str = ""


_CLOSED = Terms()  # what no row tells of is nobody's


@dataclass(frozen=True)
class Admission:
    """The door's rules. `terms` are those of every handler."""

    access: Access
    terms: Mapping[Handler, Terms]
    requests: Buckets
    turns: Buckets
    owners: Owners = field(default_factory=Owners)
    wrong: Buckets = field(default_factory=lambda: Buckets(_MOST_WRONG_PER_MINUTE, _WRONG_AT_ONCE))

    @classmethod
    def of(cls, services: Services, terms: Mapping[Handler, Terms]) -> "Admission":
        """The rules of a server."""
        limits = services.limits
        return cls(
            services.access,
            terms,
            Buckets(limits.requests_per_minute, max(1, limits.requests_per_minute / _SHARE_AT_ONCE)),
            Buckets(limits.turns_per_minute, min(_TURNS_AT_ONCE, max(1, limits.turns_per_minute))),
        )

    async def admit(self, request: web.Request) -> Caller:
        """Who asks. Raises Problem: 401 without a key that is known, 403 without the scope, 429 for too much; and
        NotFound for what is another's."""
        if not self.access.is_required:
            return LOCAL
        terms = self.terms.get(request.match_info.handler, _CLOSED)
        if "anyone" in terms.scopes:
            return self._in_passing(request)
        caller = self._let_in(request)
        _wait(self.requests.take(caller.name), "requests")
        if request.match_info.http_exception is not None:  # there is nothing to open
            return caller
        if caller.scopes.isdisjoint(terms.scopes):
            needed = " or ".join(sorted(terms.scopes)) or "(none that opens it)"
            raise Problem(403, "forbidden", f"the key may not do this: it needs the scope {needed}")
        if terms.is_turn:
            _wait(self.turns.take(caller.name), "turns")
        only_of = caller.only_of if "read" in terms.scopes else caller.changes_only_of
        if terms.named and only_of is not None:
            await self.owners.check(request.app[SERVICES], terms.named, request.match_info["id"], only_of)
        return caller

    def _let_in(self, request: web.Request) -> Caller:
        token = _token(request)
        if token is None:
            raise Problem(401, "unauthorised", "send an API key: Authorization: Bearer <key>")
        if (caller := self.access.caller(token)) is None:
            # A right key is never kept waiting: others come from the same address, and no key is short enough to guess.
            _wait(self.wrong.take(_site(request.remote)), "wrong keys")
            raise Problem(401, "unauthorised", "there is no such API key")
        return caller

    def _in_passing(self, request: web.Request) -> Caller:
        """The same where nobody is kept out."""
        token = _token(request)
        return (token and self.access.caller(token)) or NOBODY


def _token(request: web.Request) -> bytes | None:
    """What the one header Authorization gives for a key; as bytes, whatever they are."""
    given = request.headers.getall("Authorization", [])
    if len(given) != 1:
        return None
    scheme, _, token = given[0].partition(" ")
    token = token.strip()
    return token.encode("utf-8", "surrogateescape") if token and scheme.lower() == _BEARER else None


def _wait(seconds: int, what: str) -> None:
    if seconds:
        raise Problem(429, "too_many", f"too many {what}; wait {seconds} s", retry_after=seconds)


def _site(address: str | None) -> str:
    """The address, of IPv6 its network: whoever has one address there has as many as there are keys to try."""
    try:
        found = ipaddress.ip_address(address or "")
    except ValueError:
        return address or ""
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped is None:
        return str(ipaddress.ip_network((found, _IPV6_SITE), strict=False))
    return str(found)


ADMISSION = web.AppKey("admission", Admission)
