"""`ETag`, `If-Match` and `If-None-Match`: nobody overwrites what somebody else has written meanwhile."""

import re
from dataclasses import dataclass

from aiohttp import web

from agent_runtime.web.errors import Problem

_TAG = re.compile(r'(W/)?"([^"]*)"|(\*)')


def tag_of(version: str, form: str) -> str:
    """The strong tag of one form of what has this version: `"4f2a….json"`."""
    return f'"{version}.{form}"'


@dataclass(frozen=True, slots=True)
class Conditions:
    """The tags a request names, without quotes; `*` is any. None where it does not have the header."""

    match: frozenset[str] | None
    none_match: frozenset[str] | None

    @classmethod
    def of(cls, request: web.Request) -> "Conditions":
        """Those of a request."""
        return cls(_tags(request, "If-Match", is_weak_good=False), _tags(request, "If-None-Match", is_weak_good=True))

    def is_known(self, tag: str) -> bool:
        """Whether the caller has this form of it already."""
        return self.none_match is not None and bool(self.none_match & {tag.strip('"'), "*"})

    def check(self, version: str | None, *, is_must: bool) -> None:
        """Before a change of what has this version, None where there is nothing yet.

        `is_must`: what is there may be changed only by one who says which version. Raises Problem: 412, 428.
        """
        if self.none_match is not None and _names(self.none_match, version):
            raise Problem(412, "changed", "there is such a character already")
        if self.match is not None and not _names(self.match, version):
            raise Problem(412, "changed", "the file is not (or no longer) as If-Match says; read it again")
        if self.match is None and version is not None and is_must:
            raise Problem(428, "unconditional", "to replace it, send the ETag you have read as If-Match")


def _tags(request: web.Request, name: str, *, is_weak_good: bool) -> frozenset[str] | None:
    rows = request.headers.getall(name, [])
    if not rows:
        return None
    found = _TAG.finditer(",".join(rows))
    return frozenset(each[3] or each[2] for each in found if is_weak_good or not each[1])


def _names(tags: frozenset[str], version: str | None) -> bool:
    """Whether one of the tags is of this version, in any form."""
    return version is not None and ("*" in tags or version in {each.partition(".")[0] for each in tags})
