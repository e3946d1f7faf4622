"""`Idempotency-Key`: the same request sent again does nothing again, and is answered as it was the first time."""

import re
from hashlib import sha256

from aiohttp import web
from pydantic import BaseModel

from agent_runtime.core.turns import Claim, Claimed
from agent_runtime.web.access import caller_of
from agent_runtime.web.errors import Problem

HEADER, REPLAYED = "Idempotency-Key", "Idempotent-Replayed"
_KEY = re.compile(r"[\x21-\x7e](?:[\x20-\x7e]{0,253}[\x21-\x7e])?")


def claim_of(request: web.Request, body: BaseModel) -> Claim | None:
    """The claim of a request that sends a key. Raises Problem for one that is none."""
    return claim_for(request, body.model_dump_json().encode("utf-8", "surrogatepass"))


def claim_for(request: web.Request, content: bytes) -> Claim | None:
    """The same where the content was not JSON."""
    keys = request.headers.getall(HEADER, [])
    if not keys:
        return None
    if len(keys) > 1 or not _KEY.fullmatch(keys[0]):
        raise Problem(400, "bad_key", f"{HEADER} must be one key of 1 to 255 printable ASCII characters")
    caller = caller_of(request).name
    whose = f"{caller}: " if caller else ""  # two keys may choose the same words
    scope = f"{whose}{request.method} {request.path}"[:255]
    return Claim(scope=scope, key=keys[0], fingerprint=sha256(content).hexdigest())


def check_same(claim: Claim | None, claimed: Claimed) -> None:
    """Raises Problem where the key was used for another request."""
    if claim is None or claim.fingerprint != claimed.fingerprint:
        raise Problem(422, "key_reused", f"this {HEADER} was used for another request; take a new one")
