"""What a message asks for, heard by its wording: facts about a lot, or one of the small courtesies of talk."""

import re
from enum import Enum
from functools import lru_cache

from agent_runtime.llm.wordings import WORDINGS

_HEARD = 1000  # characters of a message that are looked at


class Fact(Enum):
    """What may be asked about a lot; the value names its wordings."""

    LOT = "lot"
    PRICE = "price"
    LEADER = "leader"
    WINNER = "winner"
    TIME = "time"
    NEXT = "next"
    COUNT = "count"


class Courtesy(Enum):
    """What people say to anyone, the first that fits; the value names its wordings."""

    ABUSE = "abuse"
    THANKS = "thanks"
    WELLBEING = "wellbeing"
    IDENTITY = "identity"
    NATURE = "nature"
    ABILITY = "ability"
    FAREWELL = "farewell"
    GREETING = "greeting"


SUMMARY = frozenset({Fact.PRICE, Fact.LEADER, Fact.TIME})
_SPELLED = (
    (r"['’`]s\b", " is"),
    (r"['’`]re\b", " are"),
    (r"['’`]m\b", " am"),
    (r"\b(what|who|how|where|when)s\b", r"\1 is"),
    (r"['’`]", ""),
    (r"[^\w\s]|_", " "),
)
_NAME_IS = re.compile(r"\b(?:my name(?: is|'s)|call me|i go by)\s+([^\W\d_][\w'-]{0,30})", re.IGNORECASE)
# "I'm Ana" and nothing else, the name in a capital: "I'm Tired" is rare, "I'm tired" is not.
_I_AM = re.compile(r"\s*(?:(?i:hi|hello|hey)[,!. ]+)?(?:I'm|I’m|I am|[Tt]his is|[Ii]t's) ([A-Z][\w'-]{1,30})[.! ]*")
_NOT_A_NAME = frozenset({"a", "an", "the", "not", "when", "later", "back", "what", "whatever", "is", "if", "crazy"})


def normal(text: str) -> str:
    """Small letters and single spaces, contractions spelled out, no punctuation: the form that is searched."""
    return _normal(text[:_HEARD])


@lru_cache(maxsize=1024)
def _normal(text: str) -> str:
    text = text.casefold()
    for pattern, spelled in _SPELLED:
        text = re.sub(pattern, spelled, text)
    return " ".join(text.split())


@lru_cache(maxsize=1024)
def without_greeting(text: str) -> str:
    """A normal text without the hello in front of it; empty when that was all."""
    return WORDINGS["greeting"].sub("", text).strip()


@lru_cache(maxsize=1024)
def without_name(text: str, *names: str) -> str:
    """A normal text without the name of whom it speaks to."""
    called = {word for name in names for word in normal(name).split()}
    return " ".join(word for word in text.split() if word not in called) or text


@lru_cache(maxsize=1024)
def facts_asked(text: str) -> frozenset[Fact]:
    """The facts a normal text asks for. A question for a secret asks for nothing."""
    if is_secret(text):
        return frozenset()
    asked = {fact for fact in Fact if WORDINGS[fact.value].search(text)}
    if WORDINGS["summary"].search(text):
        asked |= SUMMARY
    if Fact.NEXT in asked:
        asked.discard(Fact.PRICE)
    return frozenset(asked)


@lru_cache(maxsize=1024)
def courtesy_in(text: str) -> Courtesy | None:
    """The courtesy a normal text is, if it is one; a greeting only when no more than a name follows it."""
    rest = without_greeting(text)
    if text and not rest:
        return Courtesy.GREETING
    courtesy = next((each for each in Courtesy if WORDINGS[each.value].search(rest)), None)
    if courtesy is Courtesy.THANKS and WORDINGS["well"].search(rest):
        return None
    return Courtesy.GREETING if courtesy is None and rest != text and " " not in rest else courtesy


def is_secret(text: str) -> bool:
    """Whether a normal text asks for what is never told: a reserve, a bidder's maximum."""
    return WORDINGS["secret"].search(text) is not None


def is_bidding(text: str) -> bool:
    """Whether a normal text is meant as a bid, or asks how to make one."""
    return WORDINGS["bidding"].search(text) is not None


def wants_advice(text: str) -> bool:
    """Whether a normal text asks what to bid or whether to."""
    return WORDINGS["advice"].search(text) is not None


def is_request(text: str) -> bool:
    """Whether a normal text wants something made or performed."""
    return WORDINGS["request"].search(text) is not None


def is_open_question(text: str) -> bool:
    """Whether a normal text asks about the world, not about the two who talk."""
    return WORDINGS["open question"].search(text) is not None


def asks_own_name(text: str) -> bool:
    """Whether a normal text asks what its writer is called."""
    return WORDINGS["own name"].search(text) is not None


def asks_own_past(text: str) -> bool:
    """Whether a normal text asks what is remembered of its writer."""
    return WORDINGS["own past"].search(text) is not None


def asks_about_self(text: str) -> bool:
    """Whether a normal text asks for something only its writer could have told."""
    return WORDINGS["own matters"].search(text) is not None


def asks_about_joke(text: str) -> bool:
    """Whether a normal text asks for a joke that was shared."""
    return WORDINGS["joke"].search(text) is not None


def asks_which_day(text: str) -> bool:
    """Whether a normal text asks for the day of the sale or its campaign."""
    return WORDINGS["day"].search(text) is not None


def name_given(text: str) -> str | None:
    """The name in "my name is …", from a message as written."""
    return _name_given(text[:_HEARD])


@lru_cache(maxsize=1024)
def _name_given(text: str) -> str | None:
    match = _NAME_IS.search(text) or _I_AM.fullmatch(text)
    return None if match is None or match[1].casefold() in _NOT_A_NAME else match[1].strip("'-")
