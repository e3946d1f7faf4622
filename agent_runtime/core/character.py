"""A character: who it is, how it talks, what it looks like and which live events it hosts."""

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    WithJsonSchema,
    field_validator,
    model_validator,
)
from pydantic_core import PydanticCustomError

from agent_runtime.core.presence import Mood
from agent_runtime.core.scenery import LotStage

_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*", re.ASCII)
_DURATION = re.compile(r"(\d{1,6}(?:\.\d{1,3})?)(ms|s|m|h)", re.ASCII)
MOST_LORE_KEYS = 10_000
_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}


def parse_duration(value: object) -> timedelta:
    """`15s`, `4m`, `1.5h`, `250ms` as a timedelta. Raises ValueError for anything else."""
    if isinstance(value, timedelta):
        return value
    match = _DURATION.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise ValueError('a duration must be written like "15s", "4m" or "1.5h"')
    return timedelta(seconds=float(match[1]) * _UNITS[match[2]])


def slug_of(name: str) -> str:
    """A file name and model id from a display name: `Vesper Quill` -> `vesper-quill`."""
    words = re.findall(r"[a-z0-9]+", name.casefold())
    return "-".join(words)[:64].strip("-")


def duration_text(duration: timedelta) -> str:
    """What `parse_duration` reads back: seconds with at most three places, `25s`."""
    return f"{duration.total_seconds():.3f}".rstrip("0").rstrip(".") + "s"


Duration = Annotated[
    timedelta,
    BeforeValidator(parse_duration),
    PlainSerializer(duration_text, return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "pattern": f"^{_DURATION.pattern}$", "examples": ["15s", "4m", "1.5h", "250ms"]}),
]
Trait = Annotated[float, Field(ge=-1, le=1, allow_inf_nan=False)]
Text = Annotated[str, Field(max_length=100_000)]  # the longest descriptions of cards in use have half of that
Speech = Annotated[str, Field(min_length=1, max_length=20_000)]
Line = Annotated[str, Field(min_length=1, max_length=2_000)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Note(_Part):
    """A reminder, put before the `depth`-th of the newest messages; the newest is the 1st."""

    text: Text
    depth: int = Field(default=4, ge=0, le=1000)
    role: Literal["system", "user", "assistant"] = "system"


class ExampleLine(_Part):
    """One line of an example dialogue: exactly one of `user` and `char`."""

    user: Speech | None = None
    char: Speech | None = None

    @model_validator(mode="after")
    def _one_speaker(self) -> "ExampleLine":
        if (self.user is None) == (self.char is None):
            raise ValueError("an example line has either 'user' or 'char'")
        return self


class Style(_Part):
    all: tuple[Line, ...] = ()
    chat: tuple[Line, ...] = ()
    narration: tuple[Line, ...] = ()


class LoreCondition(_Part):
    """Keys that must be there besides: every one of `all`, one of `any`, and none of `none`."""

    all: tuple[Line, ...] = ()
    any: tuple[Line, ...] = ()
    none: tuple[Line, ...] = ()


class LoreEntry(_Part):
    """Something told when one of `keys` comes up, always where `constant` (see core/lore.py).

    A key is a word or a phrase, a regular expression only as `/.../flags`. `text` may begin with decorators
    (`@@depth 2`). Where not all fit, constants and then those of higher `order` are told; in the prompt they ascend.
    `name` and `comment` are for whoever edits the book, `extensions` is foreign data, verbatim: neither is ever told.
    """

    name: Text = ""
    comment: Text = ""
    keys: tuple[Line, ...] = ()
    text: Text
    order: int = 100
    enabled: bool = True
    constant: bool = False
    case_sensitive: bool = False
    when: LoreCondition = LoreCondition()
    position: Literal["before_char", "after_char"] = "after_char"
    extensions: dict[str, Any] = {}


class Lore(_Part):
    """What a character knows. The newest `scan_depth` messages are looked through, `budget` is in tokens.

    `recursive`: what is told may bring up more.
    """

    scan_depth: int = Field(default=4, ge=0, le=100)
    budget: int = Field(default=600, ge=0, le=100_000)
    recursive: bool = False
    entries: tuple[LoreEntry, ...] = Field(default=(), max_length=2_000)

    @field_validator("entries")
    @classmethod
    def _keys_that_can_be_looked_for(cls, entries: tuple[LoreEntry, ...]) -> tuple[LoreEntry, ...]:
        """Every turn looks for all of them."""
        keys = [key for each in entries for key in (*each.keys, *each.when.all, *each.when.any, *each.when.none)]
        if len(keys) > MOST_LORE_KEYS:
            raise ValueError(f"has {len(keys)} keys, more than {MOST_LORE_KEYS}")
        return entries


class Traits(_Part):
    """The five factors, each in [-1, 1]; `stability` is emotional stability, the reverse of neuroticism."""

    openness: Trait = 0.0
    conscientiousness: Trait = 0.0
    extraversion: Trait = 0.0
    agreeableness: Trait = 0.0
    stability: Trait = 0.0


class Temper(_Part):
    """How fast and how visibly a character feels; `emotions` overrides rows of the mood table (P, A, D)."""

    emotion_half_life: Duration = timedelta(seconds=15)
    mood_half_life: Duration = timedelta(seconds=240)
    expressiveness: float = Field(default=1.0, ge=0, le=3, allow_inf_nan=False)
    emotions: dict[str, tuple[Trait, Trait, Trait]] = {}

    @field_validator("emotion_half_life", "mood_half_life")
    @classmethod
    def _positive(cls, value: timedelta) -> timedelta:
        if not timedelta(milliseconds=100) <= value <= timedelta(hours=24):
            raise ValueError("a half-life must lie between 100ms and 24h")
        return value


class Variants(_Part):
    """Ways to say one thing; `short` is used when something else waits to be said."""

    long: tuple[Line, ...] = Field(default=(), max_length=200)
    short: tuple[Line, ...] = Field(default=(), max_length=200)


class Phrases(Variants):
    """A family of phrases, with other words for a mood (`moods: {EXCITED: {long: [...]}}`) where it has them."""

    moods: dict[Mood, Variants] = {}


_OCCASIONS: Mapping[str, Mood | LotStage] = {each.value: each for each in (*Mood, *LotStage)}
_EVERY_OCCASION = " or ".join((", ".join(f"'{each}'" for each in list(_OCCASIONS)[:-1]), f"'{list(_OCCASIONS)[-1]}'"))


def _occasion(value: object) -> Mood | LotStage:
    found = _OCCASIONS.get(value) if isinstance(value, str) else None
    if found is None:
        raise PydanticCustomError("enum", "Input should be {expected}", {"expected": _EVERY_OCCASION})
    return found


Occasion = Annotated[Mood | LotStage, BeforeValidator(_occasion)]
MOST_PROPS = 16
Props = Annotated[tuple[str, ...], Field(max_length=MOST_PROPS)]


class Wardrobe(_Part):
    """Assets by mood (NEUTRAL, EXCITED, ...), and what is around it also by how far the lot is (OPEN, SOLD, ...).

    Paths are relative to the asset root.
    """

    expressions: dict[Mood, str] = {}
    backgrounds: dict[Occasion, str] = {}
    props: dict[Occasion, Props] = {}


class Hosts(_Part):
    """Which live events a character narrates: `"*"` for every one, or ids."""

    campaigns: tuple[str, ...] | Literal["*"] = ()
    auctions: tuple[str, ...] | Literal["*"] = ()

    @property
    def is_host(self) -> bool:
        """Whether there is anything it hosts."""
        return bool(self.campaigns or self.auctions)

    def includes(self, subject: str, campaign: str | None) -> bool:
        """Whether this subject is one of its own."""
        if self.auctions == "*" or subject in self.auctions:
            return True
        return campaign is not None and (self.campaigns == "*" or campaign in self.campaigns)


class Initiative(_Part):
    idle_after: Duration = timedelta(seconds=25)
    max_unanswered: int = Field(default=3, ge=0, le=100)


class ModelChoice(_Part):
    """The model a character speaks with, as its provider spells it; what is None is as configured."""

    name: str = Field(min_length=1, max_length=200)
    temperature: float | None = Field(default=None, ge=0, le=2, allow_inf_nan=False)
    max_tokens: int | None = Field(default=None, ge=1, le=100_000)


class Character(_Part):
    """One character file. Only `name` is required; `slug` is its identity."""

    schema_: Literal[1] = Field(default=1, alias="schema")
    name: str = Field(min_length=1, max_length=100)
    slug: str = ""
    nickname: str = Field(default="", max_length=100)
    description: Text = ""
    personality: Text = ""
    scenario: Text = ""
    system: Text = ""
    post_history: Text = ""
    note: Note | None = None
    greetings: tuple[Speech, ...] = Field(default=(), max_length=100)
    examples: tuple[tuple[ExampleLine, ...], ...] = Field(default=(), max_length=100)
    style: Style = Style()
    topics: tuple[Line, ...] = ()
    adjectives: tuple[Line, ...] = ()
    lore: Lore = Lore()
    traits: Traits = Traits()
    mood: Temper = Temper()
    phrases: dict[str, Phrases] = {}
    scene: Wardrobe = Wardrobe()
    hosts: Hosts = Hosts()
    initiative: Initiative = Initiative()
    model: ModelChoice | None = None
    voice: dict[str, Any] = {}
    tags: tuple[str, ...] = ()
    creator: str = ""
    version: str = ""
    notes: Text = ""
    extensions: dict[str, Any] = {}

    @model_validator(mode="before")
    @classmethod
    def _default_slug(cls, value: Any) -> Any:
        if isinstance(value, dict) and not value.get("slug") and isinstance(value.get("name"), str):
            return {**value, "slug": slug_of(value["name"])}
        return value

    @field_validator("slug")
    @classmethod
    def _plain_slug(cls, value: str) -> str:
        if len(value) > 64 or not _SLUG.fullmatch(value):
            raise ValueError("a slug has small letters, digits and single hyphens, at most 64")
        return value

    @property
    def short_name(self) -> str:
        """What people call it."""
        return self.nickname or self.name
