"""The roof's choice of models: the configured one, what it may cost, and who answers beyond that."""

from collections.abc import Callable
from dataclasses import dataclass

from agent_runtime.config.settings import Llm
from agent_runtime.core.clock import Clock
from agent_runtime.core.ports import ChatModel
from agent_runtime.core.prompt import Budget
from agent_runtime.core.spending import Ledger
from agent_runtime.llm.accounting import Account, Limits
from agent_runtime.llm.budgeted import Budgeted
from agent_runtime.llm.caller import Caller
from agent_runtime.llm.deadlines import Deadlines
from agent_runtime.llm.native import native
from agent_runtime.llm.openai_compat import Fallback, OpenAICompat
from agent_runtime.llm.scripted import Scripted
from agent_runtime.llm.wire import Sampling
from agent_runtime.narration.phrasebook import phrases_of


def _no_trouble() -> str:
    return ""


@dataclass(frozen=True)
class Models:
    """`chat` answers people, always: beyond the limits in the scripted voice. `other` words what can be left unsaid.

    `trouble()` says what is wrong with the model just now, "" where nothing is; `budget` is what it holds. `caller` and
    `account` know what was asked of it and what that cost; the scripted voice has neither.
    """

    chat: ChatModel
    other: ChatModel
    trouble: Callable[[], str] = _no_trouble
    budget: Budget = Budget()  # noqa: RUF009 - frozen
    caller: Caller | None = None
    account: Account | None = None

    async def close(self) -> None:
        """Let go of connections and write down what was spent."""
        await self.chat.close()


def models_of(llm: Llm, ledger: Ledger, clock: Clock) -> Models:
    """As configured. A new provider is one more case. Raises Misconfigured."""
    sampling = Sampling(max_tokens=llm.max_tokens)
    deadlines = Deadlines(first_token=llm.first_token_s, idle=llm.idle_s, total=llm.total_s)
    match llm.provider:
        case "scripted":
            scripted = Scripted(phrases_of)
            return Models(scripted, scripted)
        case "openai_compat":
            model = OpenAICompat(
                base_url=llm.base_url,
                model=llm.model,
                api_key=llm.api_key,
                sampling=sampling,
                deadlines=deadlines,
                fallbacks=[Fallback(each.model, each.base_url) for each in llm.fallbacks],
                fallback_key=llm.fallback_api_key,
            )
            return _within_limits(model, model.caller, llm, ledger, clock)
        case "native":
            names = [llm.model, *(each.model for each in llm.fallbacks)]
            caller = native(names, llm.api_key, sampling, deadlines)
            return _within_limits(caller, caller, llm, ledger, clock)


def _within_limits(model: ChatModel, caller: Caller, llm: Llm, ledger: Ledger, clock: Clock) -> Models:
    """One account, two views of it."""
    limits = Limits(llm.limits.tokens_per_minute, llm.limits.tokens_per_day)
    account = Account(limits, ledger, clock)
    return Models(
        chat=Budgeted(model, account, instead=Scripted(phrases_of)),
        other=Budgeted(model, account),
        trouble=lambda: caller.trouble,
        budget=Budget(total=llm.context_tokens, reply=llm.max_tokens),
        caller=caller,
        account=account,
    )
