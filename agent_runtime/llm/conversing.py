"""One reply of the scripted voice: what was asked is answered, what was said before is not said again."""

import re
from dataclasses import dataclass, replace

from agent_runtime.core.conversation import Message
from agent_runtime.core.prompt import Prompt
from agent_runtime.core.text import display_name
from agent_runtime.llm.facts import Facts
from agent_runtime.llm.hearing import (
    SUMMARY,
    Courtesy,
    asks_own_name,
    courtesy_in,
    facts_asked,
    is_bidding,
    is_open_question,
    is_request,
    is_secret,
    name_given,
    normal,
    wants_advice,
    without_name,
)
from agent_runtime.llm.matching import known_facts, matching_lines
from agent_runtime.llm.recalled import Recalled
from agent_runtime.llm.voice import PhrasesOf, Voice, voice_of

_STRANGER = "friend"
_FIGURE = re.compile(r"[$€£¥]\s?\d|\d\s?(?:[A-Z]{3}\b|dollars|euros|pounds)")
_TOPICS = 3
_KEYWORDS = 3  # a message of so few words is a key to what is known


@dataclass(frozen=True)
class Talk:
    """What is said to a character, how things stand and the words it has. `heard` is the message in normal form."""

    prompt: Prompt
    voice: Voice
    heard: str

    @classmethod
    def about(cls, prompt: Prompt, phrases: PhrasesOf) -> "Talk":
        """The talk of a prompt, in which the character uses the name its guest gave last."""
        character = prompt.character
        heard = without_name(normal(prompt.question), character.name, character.nickname)
        known = _name_told(prompt.history) or display_name(prompt.user_name, _STRANGER)
        return cls(prompt, voice_of(prompt, phrases, known), heard)

    def reply(self) -> str:
        """Never empty. Live facts come first, then what people say to anyone, then what the character knows to say."""
        return (
            self._recalled()
            or self._about_lots()
            or self._about_names()
            or self._courtesy()
            or self._own_words()
            or self._small_talk()
        )

    def _recalled(self) -> str:
        """What is over or was told before; of lots and days only a host knows."""
        recalled = Recalled(self.voice, self.prompt.circumstances)
        of_sale = ""
        if self._is_host and not is_secret(self.heard) and not is_bidding(self.heard):
            of_sale = recalled.about_campaign(self.heard) or recalled.about_past(facts_asked(self.heard), self.heard)
        return of_sale or recalled.about_guest(self.heard)

    @property
    def _is_host(self) -> bool:
        return bool(self.prompt.circumstances.stages) or self.prompt.character.hosts.is_host

    def _about_lots(self) -> str:
        asked = facts_asked(self.heard)
        if not self._is_host:
            return self._not_my_trade() if asked else ""
        if is_bidding(self.heard):
            return self.voice.line("bidding", {})
        lots = [stage for stage in self.prompt.circumstances.stages if stage.kind == "lot"]
        facts = Facts(self.voice, lots, self.prompt.circumstances.locale)
        if not asked and facts.names(self.heard) and not wants_advice(self.heard):
            asked = SUMMARY
        return facts.answer(asked, self.heard) if asked else ""

    def _not_my_trade(self) -> str:
        """A character that hosts nothing says so only if it has words of its own for it."""
        if "answer_nothing" not in self.prompt.character.phrases or self._examples():
            return ""
        return self.voice.line("answer_nothing", {})

    def _about_names(self) -> str:
        if name := name_given(self.prompt.question):
            voice = replace(self.voice, user_name=display_name(name, _STRANGER))
            return voice.line("welcome", {}, wanted={"user"})
        if not asks_own_name(self.heard):
            return ""
        known = self.voice.user_name
        return self.voice.line("no_name", {}) if known == _STRANGER else self.voice.line("your_name", {"known": known})

    def _courtesy(self) -> str:
        courtesy = courtesy_in(self.heard)
        match courtesy:
            case Courtesy.ABUSE:
                return self.voice.line("abuse", {})
            case Courtesy.THANKS if "?" not in self.prompt.question:
                return self.voice.line("thanks", {})
            case Courtesy.GREETING:
                greetings = self.voice.written(self.prompt.character.greetings)
                return self.voice.draw(greetings) or self._example() or self.voice.line("welcome", {})
            case None | Courtesy.THANKS:
                return ""
        return self._example() or self._plain(courtesy)

    def _plain(self, courtesy: Courtesy) -> str:
        topics = self._topics()
        match courtesy:
            case Courtesy.WELLBEING:
                feeling = self.prompt.circumstances.feeling.partition(";")[0].strip() or "well enough"
                slots = {"feeling": feeling, "Feeling": feeling[0].upper() + feeling[1:]}
                return self.voice.line("wellbeing", slots)
            case Courtesy.IDENTITY | Courtesy.NATURE:
                return self.voice.line(courtesy.value, {"name": self.prompt.character.name})
            case Courtesy.ABILITY if self._is_host:
                return self.voice.line("ability_host", {"topics": topics or "whatever you like"})
            case Courtesy.ABILITY:
                slots = {"topics": topics, "Topics": topics[:1].upper() + topics[1:]}
                return self.voice.line("ability", slots) if topics else self.voice.line("ability_bare", {})
        return self.voice.line(courtesy.value, {})

    def _own_words(self) -> str:
        """An example of the character's, a rule of its trade, a piece of what it knows."""
        if example := self._example():
            return example
        if self._is_host and is_secret(self.heard):
            return self.voice.line("secret", {})
        if self._is_host and wants_advice(self.heard):
            return self.voice.line("advice", {})
        is_asked = "?" in self.prompt.question or "about" in self.heard.split() or len(self.heard.split()) <= _KEYWORDS
        known = self.voice.draw(known_facts(self.prompt.character, self.heard)) if is_asked else None
        return known or self._confession()

    def _confession(self) -> str:
        """That it has said so before, cannot do it or does not know; empty where it may simply talk on."""
        if self._examples():
            return self._with_topic(self.voice.line("repeated", {}))
        if is_request(self.heard):
            return self._with_topic(self.voice.line("request", {}))
        unknown = self.voice.line("unknown", {}) if is_open_question(self.heard) else ""
        return self._with_topic(unknown) if unknown and self.voice.is_fresh(unknown) else ""

    def _example(self) -> str:
        return self.voice.draw(self._examples()) or ""

    def _examples(self) -> list[str]:
        lines = self.voice.written(matching_lines(self.prompt.character, self.heard))
        # A host's old figures are no facts of today.
        return [line for line in lines if not (self._is_host and _FIGURE.search(line))]

    def _with_topic(self, line: str) -> str:
        topics = self.prompt.character.topics
        return f"{line} {self.voice.line('instead', {'topic': self.voice.rng.choice(topics)})}" if topics else line

    def _small_talk(self) -> str:
        return self.voice.line("small_talk", {})

    def _topics(self) -> str:
        """Up to three topics: `clocks, theatre or painting`."""
        topics = list(self.prompt.character.topics)
        chosen = self.voice.rng.sample(topics, min(_TOPICS, len(topics)))
        *firsts, last = chosen or [""]
        return f"{', '.join(firsts)} or {last}" if firsts else last


def _name_told(history: tuple[Message, ...]) -> str | None:
    for message in reversed(history):
        if message.role == "user" and (name := name_given(message.content)):
            return display_name(name, _STRANGER)
    return None
