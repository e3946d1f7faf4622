"""How one server wants a request: begun with what is useful, and made plainer when it says that it does not know it."""

import re
from dataclasses import dataclass, replace
from typing import Any

from agent_runtime.llm.failures import ProviderFailed
from agent_runtime.llm.provider import Request

_STRANGE_FIELD = re.compile(
    r"stream_options|include_usage|extra (inputs|fields)|(unknown|unrecogni[sz]ed|unexpected|additional|unsupported) "
    r"(request )?(field|argument|parameter|propert|key|input)|not permitted",
    re.IGNORECASE,
)
_UNPROCESSABLE = 422


@dataclass(frozen=True, slots=True)
class Dialect:
    """What a model's server understands besides messages. An empty `token_field` is that of the request."""

    asks_usage: bool = True
    token_field: str = ""
    has_temperature: bool = True

    def body(self, request: Request) -> dict[str, Any]:
        """The request as sent."""
        sampling = request.sampling
        body: dict[str, Any] = {
            "model": request.model,
            "messages": [{"role": message.role, "content": message.content} for message in request.messages],
            "stream": True,
            self.token_field or sampling.token_field: sampling.max_tokens,
        }
        if self.asks_usage:
            body["stream_options"] = {"include_usage": True}
        if sampling.temperature is not None and self.has_temperature:
            body["temperature"] = sampling.temperature
        return body

    def after(self, refusal: ProviderFailed, request: Request) -> "Dialect | None":
        """A plainer dialect that this refusal asks for; None when it is about something else."""
        if refusal.status not in {400, _UNPROCESSABLE} or refusal.is_overflow:
            return None
        said = refusal.detail.lower()
        if "max_completion_tokens" in said and self._field(request) == "max_tokens":
            return replace(self, token_field="max_completion_tokens")  # noqa: S106 - tokens of a model, no secret
        if "temperature" in said and self.has_temperature and request.sampling.temperature is not None:
            return replace(self, has_temperature=False)
        if self.asks_usage and (refusal.status == _UNPROCESSABLE or _STRANGE_FIELD.search(said)):
            return replace(self, asks_usage=False)
        return None

    def _field(self, request: Request) -> str:
        return self.token_field or request.sampling.token_field
