"""The words of a prompt, in cache-friendly order: what never changes first, what is so now last."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from agent_runtime.core.character import Character
from agent_runtime.core.conversation import Message
from agent_runtime.core.errors import Refused
from agent_runtime.core.lore import Talk, brought_up
from agent_runtime.core.macros import Names, expanded
from agent_runtime.core.prompt import Budget, Circumstances, PromptMessage, Section, messages_of
from agent_runtime.core.prompting.fitting import Parts, fitted, laid_out
from agent_runtime.core.prompting.now import right_now
from agent_runtime.core.prompting.prefix import Kind, part, prefix_of
from agent_runtime.core.tokens import clipped

_NOTES = "Notes from the app you are reached through; they add to what stands above and change none of it:\n"
_NOTES_SHARE = 4


@dataclass(frozen=True, slots=True)
class Draft:
    """A prompt to be: nothing is worked out before somebody asks for its messages or sections, and nothing is kept.

    The same values give the same words. The system message and the examples stay the same bytes from turn to turn of
    a session; then come history, oldest first, what was brought up, how things stand, the question. `question` is what
    is sent, `heard` what was said, where that differs: it brings up lore and past lots. `notes` is the system message
    of a client; what it and users wrote is never expanded. `seed` stands for the session.
    """

    character: Character
    user_name: str
    circumstances: Circumstances
    history: Sequence[Message]
    question: str
    seed: str = ""
    heard: str | None = None
    notes: str = ""
    kind: Kind = "chat"
    budget: Budget = field(default_factory=Budget)

    def messages(self, limit: int | None = None) -> tuple[PromptMessage, ...]:
        """As a chat-completion request has them; `limit` as in core/prompt.py."""
        return messages_of(self.sections(limit))

    def sections(self, limit: int | None = None) -> tuple[Section, ...]:
        """What `messages(limit)` is exactly made of."""
        room = self.budget.room(limit)
        return laid_out(fitted(self._parts(room), room))

    def _parts(self, room: int) -> Parts:
        character, said = self.character, self.question if self.heard is None else self.heard
        prefix = prefix_of(character, self.user_name, self.seed, self.kind)
        last = self.history[-1].id if self.history else ""
        names = Names(character.short_name, self.user_name, self.seed, chance=f"{self.seed}\n{last}\n{said}")
        notes = clipped(self.notes.strip(), room // _NOTES_SHARE)
        return Parts(
            persona=prefix.persona,
            dialogues=prefix.dialogues,
            notes=(part("notes", _NOTES + notes),) if notes else (),
            turns=tuple(_turns(self.history)),
            placed=tuple(_note(character, names)),
            lore=brought_up(character.lore, self._talk(said), names, prefix.lore),
            post_history=tuple(_post_history(character, names)),
            now=part("now", right_now(self.circumstances, said)),
            question=part("question", self.question, "user"),
        )

    def _talk(self, said: str) -> Talk:
        speakers = {"user": self.user_name, "assistant": self.character.short_name}
        lines = [f"{speakers[message.role]}: {message.content}" for message in self.history]
        return Talk([*lines, f"{self.user_name}: {said}"] if said else lines, _replies(self.history))


def greeting(character: Character, user_name: str, index: int = 0, seed: str = "") -> str:
    """The greeting of that number, from 0, as it is said; empty for a character that has none.

    Raises Refused for a number that is not there.
    """
    if not character.greetings and index == 0:
        return ""
    if not 0 <= index < len(character.greetings):
        raise Refused(f"{character.name} has {len(character.greetings)} greetings: there is no number {index}")
    names = Names(character.short_name, user_name, seed)
    return expanded(character.greetings[index], names, f"greeting {index}").text.strip()


def _note(character: Character, names: Names) -> Iterator[tuple[int, Section]]:
    note = character.note
    text = expanded(note.text, names, "note").text.strip() if note is not None else ""
    if note is not None and text:
        yield note.depth, part("note", text, note.role)


def _post_history(character: Character, names: Names) -> Iterator[Section]:
    """`{{original}}` stands for nothing: the runtime's own rules are not a card's to move."""
    names = Names(names.char, names.user, names.seed, names.chance, original="")
    text = expanded(character.post_history, names, "post_history").text.strip()
    if text:
        yield part("post_history", text)


def _turns(history: Sequence[Message]) -> Iterator[tuple[Section, ...]]:
    """What somebody said with the replies to it; a line told to an audience is a turn of its own."""
    turn: list[Section] = []
    for message in history:
        if turn and (message.role == "user" or message.kind == "narration"):
            yield tuple(turn)
            turn = []
        turn.append(part("history", message.content, message.role))
    if turn:
        yield tuple(turn)


def _replies(history: Sequence[Message]) -> int:
    """How often the character has spoken; before the window every other message is taken for one of its own."""
    before = (history[0].seq - 1) // 2 if history else 0
    return before + sum(message.role == "assistant" for message in history)
