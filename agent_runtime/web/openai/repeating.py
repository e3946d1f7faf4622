"""A request sent again under its `Idempotency-Key`: its turns told from the store, as if they had just ended."""

from collections.abc import AsyncIterator, Mapping, Sequence

from aiohttp import web

from agent_runtime.chat.accepting import Already
from agent_runtime.chat.turn import Reply, Turn
from agent_runtime.core.conversation import Message
from agent_runtime.core.ports import Finish
from agent_runtime.core.presence import Mood
from agent_runtime.core.turns import Claim, KeptTurn
from agent_runtime.web.errors import Problem
from agent_runtime.web.idempotency import REPLAYED, check_same
from agent_runtime.web.kept_turns import done
from agent_runtime.web.services import SERVICES, Services

AGAIN: Mapping[str, str] = {REPLAYED: "true"}


async def told_again(request: web.Request, claim: Claim | None, already: Already, count: int = 1) -> Sequence[Turn]:
    """The turn that was taken, and those for the other `count` replies.

    Raises Problem for another request, for what goes on, and for what came to nothing.
    """
    check_same(claim, already.claimed)
    services = request.app[SERVICES]
    kept, question, message = await done(services, already.claimed)
    there = [each for each in await services.messages.replies(question) if each.seq > message.seq]
    replies = [message, *there][:count]
    if len(replies) < count:
        raise Problem(409, "failed", f"not all replies of turn {kept.id} were completed; ask again with a new key")
    return [await _ended(services, kept, question, reply) for reply in replies]


async def in_order(turns: Sequence[Turn]) -> AsyncIterator[Turn]:
    """One after the other."""
    for turn in turns:
        yield turn


async def _ended(services: Services, first: KeptTurn, question: Message, reply: Message) -> Turn:
    kept = first if reply.turn_id in (None, first.id) else await services.turns.get(reply.turn_id)
    turn = Turn(kept.id, question, kept.kind, reply_id=reply.id)
    turn.grow(reply.content)
    finish = Finish(
        "stop", model=kept.model or "", prompt_tokens=kept.prompt_tokens, completion_tokens=kept.completion_tokens
    )
    turn.finish(Reply(kept.id, question, reply, Mood(kept.mood or Mood.NEUTRAL), finish))
    return turn
