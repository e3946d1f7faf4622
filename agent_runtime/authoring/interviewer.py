"""The interview without a model: what an answer tells is noted by simple rules, and the next question asked."""

import re
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from agent_runtime.authoring.commands import Command, Wish, command_in, form_in
from agent_runtime.authoring.drafts import chosen, completed, with_heard, without
from agent_runtime.authoring.hearing import Heard, heard_in
from agent_runtime.authoring.reading import READERS, adjectives
from agent_runtime.authoring.saving import Said, Saving
from agent_runtime.authoring.steps import READY, STEPS, Step, asked_in, before, next_step, step_of
from agent_runtime.authoring.wording import (
    HELLO,
    KEPT_OUT,
    LOST,
    NOT_ALLOWED,
    RESTARTED,
    chosen_words,
    field_shown,
    label,
    noted,
    pieces,
    shown,
    trouble,
)
from agent_runtime.core.authoring import Drafted, is_saved
from agent_runtime.core.output import cleaned
from agent_runtime.core.ports import Delta, Finish, Sent
from agent_runtime.core.prompt import Prompt
from agent_runtime.core.secrets import REMOVED, without_secrets

GUIDED = "guided"
_SENTENCE = re.compile(r"(?<=[.!?\n])")
_SPACES, _LINES = re.compile(r"[^\S\n]+"), re.compile(r"\n\s*\n")
_LONGEST_READ = 8_000
_GREETING = re.compile(
    r"(?:hi|hello|hey|good (?:morning|day|evening|afternoon)|greetings)(?: there| author)?[.!\s]*", re.I
)
_PUZZLED = re.compile(
    r"(?!.*\b(?:make|create|build|write)\b)"
    r"(?:what|why|how|which|who|can|could|do|does|should|is|are|help|like what|such as|for example)\b[^\n]{0,150}\?"
    r"|help[.!\s]*",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class _Place:
    """Where an interview stands: the draft, what was asked last, whether that was to save it, and may be done."""

    draft: Mapping[str, Any]
    asked: Step | None
    is_ready: bool
    may_save: bool = True


@dataclass(frozen=True)
class Interviewer:
    """An Author that needs no model and cannot fail. The same words in the same place are answered the same."""

    saving: Saving

    async def reply(
        self, prompt: Prompt, draft: Mapping[str, Any], session_id: str, *, may_save: bool = True
    ) -> AsyncGenerator[Sent | Delta | Drafted | Finish, None]:
        """As Author says: the draft, then the words."""
        said = await self.answered(prompt, draft, may_save=may_save)
        yield Drafted.of(draft if said.draft is None else said.draft)
        for piece in pieces(said.words):
            yield Delta(piece)
        yield Finish("stop", model=GUIDED)

    async def answered(self, prompt: Prompt, draft: Mapping[str, Any], *, may_save: bool = True) -> Said:
        """What is said to the message, and the draft after it."""
        last = next((each.content for each in reversed(prompt.history) if each.role == "assistant"), "")
        place = _Place(draft, asked_in(last), READY in last, may_save=may_save)
        text, secrets = without_secrets(_tidied(prompt.question))
        if secrets:
            text = "".join(each for each in _SENTENCE.split(text) if REMOVED not in each).strip()
        said = await self._said(place, text) if text else _asked(place, "")
        return replace(said, words=f"{KEPT_OUT} {said.words}") if secrets else said

    async def _said(self, place: _Place, text: str) -> Said:
        if form := form_in(text):
            return _changed(place, [each for command in form for each in _given(command)])
        command = command_in(text, is_ready=place.is_ready)
        if command is None:
            return _noted(place, text)
        if command.wish is Wish.SAVE and not place.may_save:
            return Said(NOT_ALLOWED)
        if command.wish is Wish.SAVE:
            saved = await self.saving.save(place.draft)
            return saved if saved.draft is not None else _asked(place, saved.words)
        return _obeyed(place, command)


def _tidied(text: str) -> str:
    """Without runs of spaces and empty lines, and no longer than patterns are looked for in."""
    return _LINES.sub("\n\n", _SPACES.sub(" ", cleaned(text))).strip()[:_LONGEST_READ]


def _noted(place: _Place, text: str) -> Said:
    """An answer, or something told unasked."""
    asked = place.asked
    if _GREETING.fullmatch(text) and (asked is None or asked.field != "greetings"):
        return _asked(place, HELLO if not place.draft else "Hello again.")
    if _PUZZLED.fullmatch(text) and (asked is None or asked.field not in ("greetings", "examples")):
        return _asked(place, asked.hint if asked is not None else "Tell me about the character in your own words.")
    if asked is None and not place.is_ready:
        asked = next_step(place.draft, None, is_passed=False)  # it was asked in other words, or nobody has asked yet
    heard = heard_in(text, None if place.is_ready else asked, is_nameless=not place.draft.get("name"))
    if not heard:
        return _asked(place, LOST)
    return _changed(replace(place, asked=asked), heard)


def _obeyed(place: _Place, command: Command) -> Said:
    match command.wish:
        case Wish.SHOW:
            return _asked(place, shown(Drafted.of(place.draft)) + "\n")
        case Wish.RESTART:
            return Said(_asked(_Place({}, None, is_ready=False), RESTARTED).words, {})
        case Wish.BACK:
            return _back(place, step_of(command.field) if command.field else before(place.asked))
        case Wish.REMOVE:
            draft = without(place.draft, command.field)
            return Said(_asked(replace(place, draft=draft), f"Gone: {label(command.field)}.").words, draft)
        case Wish.CHANGE | Wish.ADD:
            return _changed(place, _given(command))
        case Wish.CHOOSE if place.asked is not None:
            heard = chosen(place.draft, place.asked.field)
            return _changed(place, heard, is_own=True) if heard else _asked(place, "", is_passed=True)
    return _asked(place, "Left out." if place.asked is not None else "", is_passed=True)


def _given(command: Command) -> list[Heard]:
    is_more = command.wish is Wish.ADD and command.field not in ("name", "description")
    heard = [Heard(command.field, READERS[command.field](command.value), is_more)]
    if command.field == "personality":
        heard.append(Heard("adjectives", adjectives(command.value), is_more))
    return [each for each in heard if each.value]


def _changed(place: _Place, heard: list[Heard], *, is_own: bool = False) -> Said:
    if not heard:
        return _asked(place, LOST)
    fields = [each.field for each in heard]
    draft = with_heard(place.draft, heard)
    added: tuple[str, ...] = ()
    if _next(replace(place, draft=draft)) is None:
        draft, added = completed(draft)
    words = (
        noted([*fields, *added], draft, is_own=True) if is_own else _joined(noted(fields, draft), chosen_words(added))
    )
    after = replace(place, draft=draft)
    return Said(_asked(after, _joined(words, trouble(Drafted.of(draft)))).words, draft)


def _back(place: _Place, step: Step) -> Said:
    now = field_shown(place.draft, step.field)
    return Said(_joined(f"It says: {now}." if now else "", step.question))


def _asked(place: _Place, words: str, *, is_passed: bool = False) -> Said:
    """The words, and the next question behind them; with the last one the draft is completed."""
    step = _next(place, is_passed=is_passed)
    if step is not None:
        return Said(_joined(words, step.question))
    draft, added = completed(place.draft)
    return Said(_joined(words, chosen_words(added), READY), draft if added else None)


def _next(place: _Place, *, is_passed: bool = False) -> Step | None:
    """What to ask now. Once all was asked, what may be left out is not asked for again."""
    step = next_step(place.draft, place.asked, is_passed=is_passed)
    was_all_asked = place.is_ready or is_saved(place.draft)
    return None if was_all_asked and step is STEPS[-1] else step


def _joined(*parts: str) -> str:
    """Those that say something, with a space between; behind the end of a line with none."""
    return " ".join(each for each in parts if each).replace("\n ", "\n")
