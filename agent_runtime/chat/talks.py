"""Who talks to whom in a session, and as which character: what a turn needs to know of its session, kept at hand."""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import structlog
from pydantic import ValidationError

from agent_runtime.core.character import Character
from agent_runtime.core.conversation import Session
from agent_runtime.core.errors import NotFound
from agent_runtime.core.ports import CharacterFiles, Sessions
from agent_runtime.core.text import display_name

STRANGER = "friend"
_SESSIONS_HELD = 1000
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Guest:
    """Who talks in a session; both may be empty."""

    id: str = ""
    name: str = ""


NOBODY = Guest()


@dataclass(frozen=True, slots=True)
class Talk:
    """Who talks to whom in a session: `user` is the id that what the guest tells in private is remembered under.

    `is_authoring`: it is the author who is talked to, and the session's character file is the draft they make.
    """

    character: Character
    user: str
    name: str
    is_authoring: bool = False

    @property
    def known_name(self) -> str:
        """What the guest is called, empty where nobody said."""
        return "" if self.name == STRANGER else self.name


@dataclass(frozen=True)
class Talks:
    """Talks by session, as many as are in use. `current` is the character of a slug as its file has it now.

    `author` is the built-in one; a file with its slug takes its place, and is a character like any other.
    """

    sessions: Sessions
    character_files: CharacterFiles
    current: Callable[[str], Character]
    author: Character | None = None
    _held: OrderedDict[str, Talk] = field(default_factory=OrderedDict)

    async def of(self, session_id: str, guest: Guest) -> Talk:
        """The character that the session keeps, and `guest` who talks to it. Raises NotFound."""
        if session_id not in self._held:
            session = await self.sessions.get(session_id)
            own = None if self.is_author(session.character) else await self._kept(session)
            self.hold(session, own or self.current(session.character))
        self._held.move_to_end(session_id)
        return _spoken_by(guest, self._held[session_id])

    def hold(self, session: Session, character: Character) -> None:
        """Know the session's talk from now on."""
        user = session.metadata.get("user")
        user = user if isinstance(user, dict) else {}
        self._held[session.id] = Talk(
            character,
            str(user.get("id") or session.id),
            str(user.get("name") or ""),
            is_authoring=self.is_author(session.character),
        )
        if len(self._held) > _SESSIONS_HELD:
            self._held.popitem(last=False)

    def is_author(self, slug: str) -> bool:
        """Whether whoever is called so is the author."""
        return self.author is not None and slug == self.author.slug and self.current(slug) is self.author

    def forget(self, session_id: str) -> None:
        """Look it up anew the next time: its character is another, or it is gone."""
        self._held.pop(session_id, None)

    async def _kept(self, session: Session) -> Character | None:
        """None where none was kept, and where what an earlier version kept is no character any more."""
        try:
            kept = await self.character_files.get(session.id)
            return Character.model_validate(kept.content)
        except NotFound:
            return None
        except ValidationError as error:
            _log.warning("kept character not readable", session=session.id, errors=error.error_count())
            return None


def _spoken_by(guest: Guest, talk: Talk) -> Talk:
    """The talk as `guest` takes part in it: who says who they are is neither remembered nor called as somebody else."""
    is_another = guest.id not in ("", talk.user)
    name = guest.name or ("" if is_another else talk.name)
    return replace(talk, user=guest.id or talk.user, name=display_name(name, STRANGER))
