"""Models of other makers through a library: it speaks their formats, we keep our deadlines and our words.

With `-m providers` where the extra is installed: `pip install 'agent-runtime[providers]'` beside the lock.
"""

import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from pydantic import SecretStr

from agent_runtime.core.errors import Misconfigured, ModelFailed
from agent_runtime.core.ports import Delta, Finish, Sent
from agent_runtime.core.prompt import PromptMessage
from agent_runtime.llm.caller import Caller
from agent_runtime.llm.native import native
from agent_runtime.llm.provider import Route
from agent_runtime.llm.wire import Sampling
from tests.llm.conftest import GREETING, PATIENT, prompt, said

if TYPE_CHECKING:
    from tests.llm.library_models import Library

PARTS = (
    PromptMessage("system", "You are Vesper."),
    PromptMessage("user", "Hello."),
    PromptMessage("assistant", "Good day."),
    PromptMessage("system", "Right now: calm."),
    PromptMessage("user", "Who leads?"),
)


def test_without_the_extra_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "agent_runtime.llm.direct", None)
    with pytest.raises(Misconfigured, match=r"pip install 'agent-runtime\[providers\]'"):
        native(["anthropic:claude-sonnet-4-5"])


@pytest.fixture
def library() -> "Library":
    from tests.llm.library_models import Library  # noqa: PLC0415 - only some have it

    return Library()


def caller(library: "Library", *models: str, sampling: Sampling | None = None) -> Caller:
    provider = library.direct()
    routes = [Route(provider, model) for model in models]
    return Caller(routes, sampling or Sampling(), PATIENT, jitter=lambda most: 0.0)


@pytest.mark.providers
async def test_a_reply_is_streamed_with_the_prompt_as_it_is(library: "Library") -> None:
    model = caller(library, "good:greets", sampling=Sampling(max_tokens=9, temperature=0.5))
    sent, *deltas, finish = [part async for part in model.reply(replace(prompt(), messages=lambda limit=None: PARTS))]
    assert sent == Sent("good:greets", PARTS)
    assert deltas == [Delta("Good"), Delta(" evening"), Delta(", friend.")]
    assert isinstance(finish, Finish)
    assert (finish.reason, finish.model) == ("stop", "good:greets")
    kinds = [[part.part_kind for part in message.parts] for message in library.requests[0]]
    assert kinds == [["system-prompt", "user-prompt"], ["text"], ["system-prompt", "user-prompt"]]
    assert {"max_tokens": 9, "temperature": 0.5, "max_retries": 0}.items() <= library.settings[0].items()
    await model.close()


@pytest.mark.providers
async def test_a_stream_that_does_not_say_that_it_is_complete_is_not(library: "Library") -> None:
    with pytest.raises(ModelFailed) as failure:
        await said(caller(library, "cut:greets"))
    assert failure.value.reason == "truncated"


@pytest.mark.providers
async def test_refusals_have_our_words_and_fallbacks_answer(library: "Library") -> None:
    with pytest.raises(ModelFailed, match="401 Unauthorized") as failure:
        await said(caller(library, "good:refuses"))
    assert (failure.value.reason, failure.value.status) == ("refused", 401)
    text, finish = await said(caller(library, "good:refuses", "good:greets"))
    assert (text, finish.is_fallback) == (GREETING, True)


@pytest.mark.providers
async def test_what_passes_is_tried_again_by_us_alone(library: "Library") -> None:
    with pytest.raises(ModelFailed) as failure:
        await said(caller(library, "good:vanishes"))
    assert (failure.value.reason, len(library.requests)) == ("unreachable", 3)


@pytest.mark.providers
async def test_a_prompt_that_is_too_long_is_halved(library: "Library") -> None:
    asked = replace(prompt(), messages=lambda limit=None: PARTS if limit is None else PARTS[-1:])
    assert (await said(caller(library, "good:overflows_once"), asked))[0] == GREETING
    assert len(library.requests[1]) == 1


@pytest.mark.providers
@pytest.mark.parametrize("model", ["claude-sonnet", "nobody:claude", "anthropic:claude-sonnet-4-5"])
def test_a_model_that_cannot_be_called_is_told_at_once(monkeypatch: pytest.MonkeyPatch, model: str) -> None:
    monkeypatch.delenv("ANTHROPIC_API_KEY", raising=False)
    with pytest.raises(Misconfigured, match=r"llm\.model"):
        native([model])


@pytest.mark.providers
async def test_what_the_library_opened_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-canary")
    model = native(["anthropic:claude-sonnet-4-5"])
    await model.close()
    await model.close()


@pytest.mark.providers
def test_a_key_goes_to_the_company_it_is_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GOOGLE_API_KEY", raising=False)
    monkeypatch.delenv("GEMINI_API_KEY", raising=False)
    native(["anthropic:claude-sonnet-4-5"], SecretStr("sk-canary"))
    with pytest.raises(Misconfigured, match="GOOGLE_API_KEY"):
        native(["anthropic:claude-sonnet-4-5", "google:gemini-2.5-flash"], SecretStr("sk-canary"))
