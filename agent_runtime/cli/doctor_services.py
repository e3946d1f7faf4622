"""What `doctor` asks of others: the database, Redis, and the model's server."""

import os
import tempfile
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from agent_runtime.app import database_url
from agent_runtime.cli.doctor_checks import Check, fail, failures, ok, warn
from agent_runtime.config import Settings
from agent_runtime.core.errors import Misconfigured, RuntimeFault, Unavailable
from agent_runtime.core.text import plain
from agent_runtime.live.binary import server_binary
from agent_runtime.live.embedded import EmbeddedValkey
from agent_runtime.live.examining import Examined, examine
from agent_runtime.llm.examining import examine as examine_model
from agent_runtime.store.database import Database
from agent_runtime.store.folder import Occupant

_LONGEST = 60
_MODEL_S = 2.0


async def database(settings: Settings) -> list[Check]:
    """Whether it answers, and has the schema of this code."""
    try:
        kept = Database(database_url(settings))
        standing = await kept.standing()
    except RuntimeFault as fault:
        return failures("database", fault, is_away=isinstance(fault, Unavailable))
    path, text = kept.address.path, f"{kept.address}, schema {standing.current or 'none yet'}"
    if standing.is_newer:
        hint = "run the version that upgraded it, or restore a backup: agent-runtime db restore FILE"
        return [fail("database", f"{text}, this code knows {standing.head} at most", hint)]
    if path is not None and path.exists() and not os.access(path, os.W_OK):
        return [fail("database", f"{path} may not be written", "check its owner and mode")]
    if standing.is_head:
        return [ok("database", text)]
    if path is not None:
        return [ok("database", f"{text}; `run` brings it to {standing.head}")]
    return [fail("database", f"{text}, this code needs {standing.head}", "agent-runtime db upgrade")]


async def redis(settings: Settings, occupant: Occupant | None) -> list[Check]:
    """A server of one's own, the embedded one that runs, or whether one can be started."""
    try:
        if settings.redis.url:
            return list(_on_redis(await examine(settings.redis.url)))
        if occupant is not None:
            return list(_on_redis(await examine(occupant.redis_url), "embedded, "))
        return list(_on_redis(await _tried(), f"embedded, tried: {server_binary()}, "))
    except RuntimeFault as fault:
        return failures("redis", fault, is_away=isinstance(fault, Unavailable))


async def _tried() -> Examined:
    """Start one in a folder of its own, and stop it."""
    try:
        folder = tempfile.TemporaryDirectory(prefix="agent-runtime-doctor-")
    except OSError as error:
        raise Unavailable(f"the embedded Redis cannot be tried: no temporary folder ({error.strerror})") from error
    with folder as name:
        embedded = EmbeddedValkey(Path(name))
        try:
            return await examine(await embedded.start())
        finally:
            await embedded.stop()


def _on_redis(examined: Examined, kind: str = "") -> Iterator[Check]:
    version = plain(examined.version, _LONGEST) or "unknown (INFO is not allowed)"
    kept = "kept on disk" if examined.is_append_only else "not kept on disk: what is so now is built up again"
    kept = f", {kept}" if examined.version else ""
    yield ok(
        "redis",
        f"{kind}{examined.place}, version {version}{kept}; PING {examined.ping_ms:.1f} ms, "
        f"a message and back {examined.round_ms:.1f} ms",
    )
    if examined.max_bytes and examined.policy not in {"", "noeviction"}:
        text = f"it drops keys when it is full (maxmemory-policy {plain(examined.policy, _LONGEST)})"
        yield warn("redis", text, "maxmemory-policy noeviction, so that no mood or scene is lost unseen")


async def model(settings: Settings) -> list[Check]:
    """Whether the configured model can be asked; nothing is spent on it."""
    llm = settings.llm
    key = "with a key" if llm.api_key is not None else "without a key"
    if llm.provider == "scripted":
        return [ok("model", "scripted: no server is needed")]
    if llm.provider == "native":
        if find_spec("pydantic_ai") is None:
            return [
                fail("model", "native needs packages that are not installed", "pip install 'agent-runtime[providers]'")
            ]
        return [ok("model", f"native {llm.model}, {key}; it is not asked here: that would cost")]
    try:
        examined = await examine_model(llm.base_url, llm.model, llm.api_key, _MODEL_S)
    except Misconfigured as fault:
        return failures("model", fault)
    except Unavailable as fault:
        return failures("model", fault, is_away=True)
    text = f"{llm.model} at its server, {key}, GET /models answers {examined.status}"
    if examined.status in {401, 403}:
        return [fail("model", text, "the server wants another key: AGENT_RUNTIME__LLM__API_KEY")]
    if examined.status >= 300:
        return [warn("model", text, "check llm.base_url (most end in /v1), and the server's own log")]
    if examined.has_model is False:
        return [warn("model", f"{text}, and {llm.model} is not in its list", "check llm.model")]
    return [ok("model", text)]
