"""The beginning and the end of turns on disk: however many wait, a handful of statements for all of them."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, Executable, bindparam, select, text, update

from agent_runtime.core.conversation import Message, NewMessage
from agent_runtime.core.errors import NotFound, TurnRunning
from agent_runtime.core.turns import Claimed
from agent_runtime.store.appending import Places, keep, locked
from agent_runtime.store.claims import Taking, release, standing, taken
from agent_runtime.store.dialects import among, insert
from agent_runtime.store.prepared import Prepared, Row
from agent_runtime.store.tables import messages
from agent_runtime.store.turn_tables import UNFINISHED, turns
from agent_runtime.store.writer import one_by_one

AT_ONCE = 128
_CRASHED = "the runtime ended before the reply was complete"
_BEGUN = ("id", "session_id", "state", "kind", "user_message_id", "owner", "created_at", "updated_at")
_ENDED = (
    *("state", "updated_at", "message_id", "error_code", "error", "model", "mood"),
    *("prompt_tokens", "completion_tokens"),
)
Outcome = Message | Claimed | Exception | None


class Beginning(NamedTuple):
    """A turn as a row, the user's message unless it answers an older one, the key it was asked for under."""

    row: Row
    message: NewMessage | None
    claim: Taking | None

    @property
    def session_id(self) -> str:
        """Where it is taken."""
        return str(self.row["session_id"])


class End(NamedTuple):
    """What a turn came to, and the reply."""

    turn_id: str
    row: Row
    message: NewMessage | None


def begin(db: Connection, items: Sequence[Beginning]) -> list[Outcome]:
    """Keep each unless its session is gone or has a turn that runs, or its key stands for another one.

    Sessions are locked before keys: of two processes one finds the other's turn.
    """
    places = locked(db, (item.session_id for item in items))
    running = _taken_turns(db, places, items)
    first = (item for item in items if running.get(item.session_id) == item.row["id"])
    held = taken(db, [item.claim for item in first if item.claim])
    held |= standing(
        db, [item.claim for item in items if item.claim and (item.claim.scope, item.claim.key) not in held]
    )
    outcomes: list[Outcome] = [_refusal(item, running.get(item.session_id), held) for item in items]
    free = [place for place, outcome in enumerate(outcomes) if outcome is None]
    said = [(place, message) for place in free if (message := items[place].message)]
    for (place, _), kept in zip(said, keep(db, places, [message for _, message in said]), strict=True):
        outcomes[place] = kept
    begun = [items[place].row for place in free if not isinstance(outcomes[place], Exception)]
    if begun:
        _BEGIN.run_each(db, begun)
    for place in free:
        claim = items[place].claim
        if claim and isinstance(outcomes[place], Exception):
            release(db, claim)
    return outcomes


def finish(db: Connection, items: Sequence[End]) -> list[Message | Exception | None]:
    """Keep the replies of turns that run, with their ends; the first end of a turn counts."""
    places = locked(db, (item.message.session_id for item in items if item.message))
    running = {row[0] for row in _RUNNING.rows(db, {"ids": [item.turn_id for item in items]})}
    outcomes: list[Message | Exception | None] = [None] * len(items)
    first = {item.turn_id: place for place, item in reversed(list(enumerate(items))) if item.turn_id in running}
    said = [(place, _placed(db, places, reply)) for place in sorted(first.values()) if (reply := items[place].message)]
    # Of a turn that runs no reply is kept yet: there is no need to look.
    replies = keep(db, places, [message for _, message in said], are_new=True)
    for (place, _), kept in zip(said, replies, strict=True):
        outcomes[place] = kept
    ends = [_end(items[place], outcomes[place]) for place in first.values()]
    rows = [end for end in ends if end is not None]
    if rows:
        _FINISH.run_each(db, rows)
    return outcomes


def _placed(db: Connection, places: Places, reply: NewMessage) -> NewMessage:
    """The reply, to follow the message that it names: at the end where the session shows that still, and what was told
    since; as a branch where somebody went elsewhere meanwhile."""
    place = places.get(reply.session_id)
    if place is None or reply.branches or reply.parent_id in (None, place.last_id):
        return reply
    is_shown = db.execute(select(messages.c.active).where(messages.c.id == reply.parent_id)).scalar()
    return reply.model_copy(update={"parent_id": None} if is_shown else {"branches": True})


def _taken_turns(db: Connection, places: Places, items: Sequence[Beginning]) -> dict[str, str]:
    """The turn that each of the sessions is for: one that runs there, else the first that wants to."""
    running = {row[0]: row[1] for row in _IN_SESSIONS.rows(db, {"ids": list(places)})} if places else {}
    for item in items:
        if item.session_id in places:
            running.setdefault(item.session_id, str(item.row["id"]))
    return running


def _refusal(
    item: Beginning, running: str | None, held: dict[tuple[str, str], Claimed]
) -> Claimed | NotFound | TurnRunning | None:
    if running is None:
        return NotFound("session", item.session_id)
    claimed = held.get((item.claim.scope, item.claim.key)) if item.claim else None
    if item.claim and claimed and claimed.id != item.row["id"] and claimed.created_at > item.claim.expired:
        return claimed
    return None if running == item.row["id"] else TurnRunning(running)


def _end(item: End, outcome: Message | Exception | None) -> Row | None:
    """None when the reply cannot be kept: then the turn has not come to this end."""
    if isinstance(outcome, Exception):
        return None
    return {**item.row, "of": item.turn_id, "message_id": outcome.id if outcome else None}


def _begin(dialect: str) -> Executable:
    columns = {name: bindparam(name, type_=turns.c[name].type) for name in _BEGUN}
    return insert(dialect, turns).values(columns).on_conflict_do_nothing(index_elements=["id"])


def _in_sessions(dialect: str) -> Executable:
    return select(turns.c.session_id, turns.c.id).where(among(dialect, turns.c.session_id, "ids"), text(UNFINISHED))


def _running(dialect: str) -> Executable:
    found = select(turns.c.id).where(among(dialect, turns.c.id, "ids"), text(UNFINISHED))
    return found.order_by(turns.c.id).with_for_update()


def _finish(_dialect: str) -> Executable:
    ended = {name: bindparam(name, type_=turns.c[name].type) for name in _ENDED}
    return update(turns).where(turns.c.id == bindparam("of")).values(ended)


_BEGIN, _RUNNING, _FINISH = Prepared(_begin), Prepared(_running), Prepared(_finish)
_IN_SESSIONS = Prepared(_in_sessions)


def _sweep_some(db: Connection, whose: tuple[str | None, datetime, datetime]) -> list[str]:
    owner, before, now = whose
    old = select(turns.c.id).where(text(UNFINISHED), turns.c.updated_at < before)
    old = old if owner is None else old.where(turns.c.owner == owner)
    old = old.order_by(turns.c.updated_at, turns.c.id).limit(AT_ONCE).with_for_update(skip_locked=True)
    left = update(turns).where(turns.c.id.in_(old.scalar_subquery()))
    ended = left.values(state="interrupted", error_code="interrupted", error=_CRASHED, updated_at=now)
    return list(db.execute(ended.returning(turns.c.id)).scalars())


def _renew_some(db: Connection, which: tuple[Sequence[str], datetime]) -> None:
    ids, now = which
    db.execute(update(turns).where(turns.c.id.in_(ids), text(UNFINISHED)).values(updated_at=now))


sweep, renew = one_by_one(_sweep_some), one_by_one(_renew_some)
