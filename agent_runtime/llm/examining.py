"""Whether a model server answers, takes the key and has the model: asked without a prompt, which costs nothing."""

import asyncio
from dataclasses import dataclass

import aiohttp
from pydantic import SecretStr
from pydantic_core import from_json

from agent_runtime.core.errors import Unavailable
from agent_runtime.core.version import VERSION
from agent_runtime.llm.endpoint import completions_url

_LONGEST_ANSWER = 1_000_000


@dataclass(frozen=True, slots=True)
class Examined:
    """What a server said to `GET {base_url}/models`; `has_model` is None where it does not list any."""

    status: int
    has_model: bool | None


async def examine(base_url: str, model: str, api_key: SecretStr | None, within_s: float) -> Examined:
    """Ask it. Raises Misconfigured for an address or key that must not be used, Unavailable when nobody answers."""
    url = completions_url(base_url, api_key)
    url = url.with_path(url.path.removesuffix("/chat/completions") + "/models")
    headers = {"Accept": "application/json", "Accept-Encoding": "identity", "User-Agent": f"agent-runtime/{VERSION}"}
    if api_key is not None:
        headers["Authorization"] = f"Bearer {api_key.get_secret_value()}"
    try:
        async with (
            asyncio.timeout(within_s),
            aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as http,
            http.get(url, headers=headers, allow_redirects=False) as answer,
        ):
            return Examined(answer.status, await _has(answer, model))
    except TimeoutError as error:
        raise Unavailable(f"the model's server at {url.origin()} does not answer within {within_s:g} s") from error
    except aiohttp.ClientConnectorCertificateError as error:
        raise Unavailable(f"the model's server at {url.origin()} has no valid certificate") from error
    except aiohttp.ClientError as error:
        raise Unavailable(f"the model's server at {url.origin()} cannot be reached; does it run?") from error


async def _has(answer: aiohttp.ClientResponse, model: str) -> bool | None:
    if not answer.ok:
        return None
    raw = b""
    async for piece in answer.content.iter_any():
        raw += piece
        if len(raw) > _LONGEST_ANSWER:
            return None
    try:
        listed = {each["id"] for each in from_json(raw)["data"]}
    except (ValueError, KeyError, TypeError):
        return None
    return model in listed if listed else None
