"""What models cost, counted as it is spent: tokens of the last minute and of the day, which a restart remembers."""

from collections import deque
from dataclasses import dataclass, field
from datetime import date

import structlog

from agent_runtime.core.clock import Clock, utc
from agent_runtime.core.errors import Unavailable
from agent_runtime.core.ports import Delta, Finish, Sent
from agent_runtime.core.spending import Ledger
from agent_runtime.core.tokens import MESSAGE_TOKENS, tokens_in

_MINUTE_S = 60
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Limits:
    """Tokens, of prompts and replies together, in any 60 seconds and in a UTC day; 0 is no limit."""

    tokens_per_minute: int = 0
    tokens_per_day: int = 0


@dataclass
class Account:
    """Everything spent through it. Without a ledger that answers, what this process knows counts.

    `sent` and `received` are the tokens of prompts and replies since the start, `stood_in` how often another voice
    replied because nothing was left.
    """

    limits: Limits
    ledger: Ledger
    clock: Clock
    sent: int = field(default=0, init=False)
    received: int = field(default=0, init=False)
    stood_in: int = field(default=0, init=False)
    _seconds: deque[list[int]] = field(default_factory=lambda: deque(maxlen=_MINUTE_S), init=False, repr=False)
    _day: date | None = field(default=None, init=False)
    _kept: int = field(default=0, init=False)
    _unkept: int = field(default=0, init=False)

    async def has_left(self) -> bool:
        """Whether anything may be spent now."""
        if 0 < self.limits.tokens_per_minute <= self._spent_in_a_minute():
            return False
        if not self.limits.tokens_per_day:
            return True
        await self._turn_to_today()
        return self._kept + self._unkept < self.limits.tokens_per_day

    def spend(self, tokens: int) -> None:
        """Count at once; fewer than none takes back what was too high an estimate."""
        second = int(self.clock.monotonic())
        if not self._seconds or self._seconds[-1][0] != second:
            self._seconds.append([second, 0])
        self._seconds[-1][1] += tokens
        self._unkept += tokens

    async def keep(self) -> None:
        """Write down what was spent since the last time, when there is a limit for the day."""
        if not self.limits.tokens_per_day or not self._unkept:
            return
        await self._turn_to_today()
        tokens, self._unkept = self._unkept, 0
        try:
            self._kept = await self.ledger.add(self._today(), tokens)
        except Unavailable as fault:
            self._unkept += tokens
            _log.warning("spending not written down", tokens=tokens, why=str(fault))

    async def _turn_to_today(self) -> None:
        today = self._today()
        if self._day == today:
            return
        try:
            self._kept = await self.ledger.spent(today)
        except Unavailable as fault:
            _log.warning("spending of today not known", why=str(fault))
            return
        self._day = today

    def _today(self) -> date:
        return utc(self.clock.time()).date()

    def _spent_in_a_minute(self) -> int:
        since = int(self.clock.monotonic()) - _MINUTE_S
        return sum(tokens for second, tokens in self._seconds if second > since)


class Bill:
    """What one reply costs: estimated while it comes, as the provider counted it where it did."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self._prompt = 0
        self._reply = 0
        self._said: list[str] = []

    def take(self, part: Sent | Delta | Finish) -> None:
        """Count a part of the reply."""
        match part:
            case Sent(messages=messages):
                self._is(sum(MESSAGE_TOKENS + tokens_in(each.content) for each in messages), self._reply)
            case Delta(text):
                self._said.append(text)
                self._is(self._prompt, self._reply + tokens_in(text))
            case Finish(prompt_tokens=prompt, completion_tokens=reply):
                said = tokens_in("".join(self._said))
                self._is(self._prompt if prompt is None else prompt, said if reply is None else reply)

    def fail(self) -> None:
        """No complete reply came; a request that nothing was said to costs nothing."""
        if not self._said:
            self._is(0, 0)

    def settle(self) -> None:
        """The reply is over, however it ended: what it cost will not change any more."""
        self._account.sent += self._prompt
        self._account.received += self._reply

    def _is(self, prompt: int, reply: int) -> None:
        self._account.spend(prompt + reply - self._prompt - self._reply)
        self._prompt, self._reply = prompt, reply
