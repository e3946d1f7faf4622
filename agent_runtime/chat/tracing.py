"""What a model saw and gave back, kept for whoever wants to know why a reply is as it is."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import structlog

from agent_runtime.chat.turn import Turn
from agent_runtime.core.clock import Clock, utc
from agent_runtime.core.errors import RuntimeFault
from agent_runtime.core.prompt import Prompt, Section, messages_of
from agent_runtime.core.tasks import Tasks
from agent_runtime.core.turns import Traces

_AT_ONCE = 64
_log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Tracing:
    """Writes traces beside the replies. The scripted voice reads no prompt: what a model would have been sent is
    worked out when somebody asks, and known as long as the turn is at hand."""

    traces: Traces
    clock: Clock
    _tasks: Tasks = field(default_factory=Tasks)

    def keep(self, turn: Turn) -> None:
        """Keep what a model was sent. Never waits; a trace is the first to give way when too much is to be written."""
        if turn.sent is None or turn.prompt is None or len(self._tasks) >= _AT_ONCE:
            return
        self._tasks.spawn(f"trace {turn.id}", self._save(turn.id, trace_of(turn, turn.prompt)))

    async def of(self, turn: Turn | None, turn_id: str) -> dict[str, Any]:
        """The trace of a turn that is at hand, else the one that was kept. Raises NotFound."""
        if turn is not None and turn.prompt is not None:
            return trace_of(turn, turn.prompt)
        return await self.traces.get(turn_id)

    async def close(self) -> None:
        """Write what is under way."""
        await self._tasks.drain(1.0)

    async def _save(self, turn_id: str, trace: dict[str, Any]) -> None:
        try:
            await self.traces.save(turn_id, trace, utc(self.clock.time()))
        except RuntimeFault as fault:
            _log.warning("trace not kept", turn=turn_id, code=fault.code)


def trace_of(turn: Turn, prompt: Prompt) -> dict[str, Any]:
    """Sections as they were sent, or would have been; why, how long it took, and what came back, word for word."""
    sections = _sent(turn, prompt)
    return {
        "turn_id": turn.id,
        "session_id": turn.user_message.session_id,
        "kind": turn.kind,
        "cause": turn.user_message.id,
        "model": turn.sent.model if turn.sent else "scripted",
        "is_sent": turn.sent is not None,
        **shown(sections),
        "timings_ms": turn.timings.milliseconds(),
        "reply": turn.text,
        "state": turn.state,
        "problem": str(turn.fault) if turn.fault else None,
    }


def shown(sections: Sequence[Section]) -> dict[str, Any]:
    """A prompt to look at: by section, with an estimate of its tokens, and as the messages it makes up."""
    return {
        "sections": [
            {"name": each.name, "role": each.role, "tokens": each.tokens, "message": each.message, "text": each.text}
            for each in sections
        ],
        "messages": [{"role": each.role, "content": each.content} for each in messages_of(sections)],
        "tokens": sum(each.tokens for each in sections),
    }


def _sent(turn: Turn, prompt: Prompt) -> Sequence[Section]:
    """By section where these make up what was sent; a model that holds less was sent fewer."""
    sections = prompt.sections()
    if turn.sent is None or messages_of(sections) == turn.sent.messages:
        return sections
    bare = Prompt(
        prompt.character,
        prompt.user_name,
        prompt.circumstances,
        prompt.history,
        prompt.question,
        prompt.seed,
        messages=lambda _limit=None: turn.sent.messages if turn.sent else (),
    )
    return bare.sections()
