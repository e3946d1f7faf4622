"""Models that speak a format of their own – Anthropic, Gemini, Bedrock – where the extra for them is installed."""

from collections.abc import Sequence

from pydantic import SecretStr

from agent_runtime.core.clock import Clock, SystemClock
from agent_runtime.core.errors import Misconfigured
from agent_runtime.llm.caller import Caller
from agent_runtime.llm.deadlines import Deadlines
from agent_runtime.llm.provider import Route
from agent_runtime.llm.wire import Sampling


def native(
    models: Sequence[str],
    api_key: SecretStr | None = None,
    sampling: Sampling | None = None,
    deadlines: Deadlines | None = None,
    clock: Clock | None = None,
) -> Caller:
    """A ChatModel of models such as `anthropic:claude-sonnet-4-5`, the first one and its fallbacks in order.

    `api_key` is for the company of the first model. Others, and all without it, look where their own tools look
    (ANTHROPIC_API_KEY, GOOGLE_API_KEY, AWS_…).
    Raises Misconfigured when the extra is not installed, and for a model that cannot be called.
    """
    try:
        from agent_runtime.llm.direct import Direct  # noqa: PLC0415 - what it imports is there for who chose it
    except ModuleNotFoundError as error:
        raise Misconfigured(
            "llm.provider native needs packages that are not installed: pip install 'agent-runtime[providers]' "
            "(docs/models.md has the line for a checkout)"
        ) from error
    provider = Direct(models[0].partition(":")[0], api_key)
    for model in models:
        provider.check(model)
    return Caller(
        tuple(Route(provider, model) for model in models),
        sampling or Sampling(),
        deadlines or Deadlines(),
        clock or SystemClock(),
    )
