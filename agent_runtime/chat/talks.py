"""Who talks to whom in a session, and as which character: what a turn needs to know of its session, kept at hand."""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from hashlib import sha256

import structlog
from pydantic import ValidationError

from agent_runtime.core.character import Character
from agent_runtime.core.conversation import Session
from agent_runtime.core.errors import NotFound
from agent_runtime.core.ports import CharacterFiles, Sessions
from agent_runtime.core.text import display_name

STRANGER = "friend"
_SESSIONS_HELD = 1000
_LONGEST_ID = 64  # that is kept
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Guest:
    """Who talks in a session, perhaps without id or name. `may_save`: what they make with the author may be a file."""

    id: str = ""
    name: str = ""
    may_save: bool = True


NOBODY = Guest()


@dataclass(frozen=True, slots=True)
class Talk:
    """Who talks to whom in a session: `user` is the guest's id, `owner` the key whose session it is.

    `is_authoring`: it is the author who is talked to, and the session's character file is the draft they make, which
    may become a file where the guest `may_save`.
    """

    character: Character
    user: str
    name: str
    is_authoring: bool = False
    owner: str | None = None
    may_save: bool = True

    @property
    def remembered_under(self) -> str:
        """The id for what the guest tells in private. Who somebody is, is a key's own word: each has its own guests."""
        under = self.user if self.owner is None else f"{self.owner}/{self.user}"
        return under if len(under) <= _LONGEST_ID else sha256(under.encode("utf-8", "surrogatepass")).hexdigest()

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
            owner=session.owner,
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
    return replace(talk, user=guest.id or talk.user, name=display_name(name, STRANGER), may_save=guest.may_save)
