"""A model that stops where its budget ends: beyond that another voice answers, or nobody."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, replace

from agent_runtime.core.errors import ModelFailed
from agent_runtime.core.ports import ChatModel, Delta, Finish, Sent
from agent_runtime.core.prompt import Prompt
from agent_runtime.llm.accounting import Account, Bill


@dataclass(frozen=True)
class Budgeted:
    """A ChatModel that spends from an account; several may share one.

    When nothing is left, `instead` answers, and its Finish says so; without one the reply fails as `rate_limited`.
    """

    model: ChatModel
    account: Account
    instead: ChatModel | None = None

    @property
    def name(self) -> str:
        """The name of the model that costs."""
        return self.model.name

    async def reply(self, prompt: Prompt) -> AsyncGenerator[Sent | Delta | Finish, None]:
        """As ChatModel says."""
        parts = self._paid(prompt) if await self.account.has_left() else self._unpaid(prompt)
        async with aclosing(parts):
            async for part in parts:
                yield part

    async def close(self) -> None:
        """Write down what is not yet, and close the model; twice is once."""
        await self.account.keep()
        await self.model.close()

    async def _paid(self, prompt: Prompt) -> AsyncGenerator[Sent | Delta | Finish, None]:
        bill = Bill(self.account)
        try:
            async with aclosing(self.model.reply(prompt)) as parts:
                async for part in parts:
                    bill.take(part)
                    if isinstance(part, Finish):
                        await self.account.keep()
                    yield part
        except ModelFailed:
            bill.fail()
            raise
        finally:
            bill.settle()

    async def _unpaid(self, prompt: Prompt) -> AsyncGenerator[Sent | Delta | Finish, None]:
        if self.instead is None:
            raise ModelFailed("rate_limited", "the limit for tokens is reached (llm.limits)")
        self.account.stood_in += 1
        async with aclosing(self.instead.reply(prompt)) as parts:
            async for part in parts:
                if isinstance(part, Finish):
                    part = replace(part, model=self.instead.name, is_fallback=True)  # noqa: PLW2901 - the same, marked
                yield part
