"""The tree of settings, with what each one means, its default and its range."""

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    StringConstraints,
    field_validator,
    model_validator,
)

from agent_runtime.config.doors import check_hosts, check_key, check_origins
from agent_runtime.config.lists import parse_fallbacks, parse_headers, parse_slugs, parse_texts
from agent_runtime.config.places import check_locale, check_time_zone


def _once_each(slugs: tuple[str, ...] | None) -> tuple[str, ...] | None:
    return None if slugs is None else tuple(dict.fromkeys(slugs))


def _parse_speed(value: object) -> object:
    if value == "max":
        return value
    try:
        speed = float(value) if isinstance(value, str | int | float) else 0.0
    except (ValueError, OverflowError):
        speed = 0.0
    if not 0 < speed <= 10_000:
        raise ValueError('expected "max" or a number above 0, at most 10000')
    return speed


def _parse_path(value: object) -> object:
    if isinstance(value, str) and (not value.strip() or "\0" in value):
        raise ValueError("expected a path")
    return value


def _empty_is_none(value: object) -> object:
    return None if value == "" else value


def _number_is_text(value: object) -> object:
    return str(value) if isinstance(value, int | float) else value


def _in_small_letters(value: object) -> object:
    return value.lower() if isinstance(value, str) else value


Folder = Annotated[Path, BeforeValidator(_parse_path)]
Seconds = Annotated[float, Field(gt=0, le=86_400)]
Worth = Annotated[float, Field(ge=0, le=10_000)]


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, hide_input_in_errors=True)

    @model_validator(mode="before")
    @classmethod
    def _empty_is_default(cls, value: Any) -> Any:
        """A section whose settings are all commented out is null in YAML."""
        return {} if value is None else value

    @field_validator("*", mode="before")
    @classmethod
    def _not_a_switch(cls, value: Any) -> Any:
        """No setting is a switch; pydantic would read `true` as the number 1."""
        if isinstance(value, bool):
            raise ValueError(f"expected a value, got {str(value).lower()}")
        return value


class Http(_Section):
    host: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=255)] = Field(
        default="127.0.0.1", description="Address to listen on; without a key of this machine only."
    )
    port: int = Field(default=4500, ge=0, le=65_535, description="Port to listen on; 0 takes any free one.")
    api_key: Annotated[Annotated[SecretStr, AfterValidator(check_key)] | None, BeforeValidator(_empty_is_none)] = Field(
        default=None, description="The key that opens everything. Environment only."
    )
    api_key_file: Annotated[Path | None, BeforeValidator(_empty_is_none)] = Field(
        default=None, description="A file that holds that key. Environment only."
    )
    hosts: Annotated[
        tuple[str, ...], BeforeValidator(parse_texts), Field(max_length=32), AfterValidator(check_hosts)
    ] = Field(default=(), description="Names in `Host` under which it may be asked besides its own, as behind a proxy.")
    cors_origins: Annotated[
        tuple[str, ...], BeforeValidator(parse_texts), Field(max_length=32), AfterValidator(check_origins)
    ] = Field(default=(), description="Sites whose pages may ask it from a browser; none by default.")
    requests_per_minute: int = Field(
        default=600, ge=0, le=1_000_000, description="Requests of one key in a minute; 0: no limit."
    )
    turns_per_minute: int = Field(
        default=60, ge=0, le=1_000_000, description="Turns of one key in a minute; 0: no limit."
    )
    max_connections: int = Field(default=1024, ge=1, le=100_000, description="Connections open at once.")
    max_streams: int = Field(default=256, ge=1, le=100_000, description="Event streams open at once.")
    session_headers: Annotated[tuple[str, ...], BeforeValidator(parse_headers), Field(max_length=8)] = Field(
        default=("X-OpenWebUI-Chat-Id", "X-Chat-Id"),
        description="Headers in which front ends name a conversation, for requests under /v1.",
    )


class Database(_Section):
    url: str = Field(
        default="", max_length=2_000, repr=False, description="postgresql:// or sqlite:///; empty: SQLite in data_dir."
    )


class Redis(_Section):
    url: str = Field(
        default="",
        max_length=2_000,
        repr=False,
        description="redis://, rediss:// or unix://; empty: an embedded server.",
    )


class Fallback(_Section):
    """A model to ask when those before it fail; without a base_url at the same server."""

    model: str = Field(min_length=1, max_length=200)
    base_url: str = Field(default="", max_length=2_000, repr=False)

    @field_validator("base_url")
    @classmethod
    def _no_password(cls, value: str) -> str:
        if "@" in value:
            raise ValueError("an address must not contain a user name or password")
        return value


class Limits(_Section):
    tokens_per_minute: int = Field(
        default=0, ge=0, le=10**12, description="Tokens a model may cost in a minute; 0: no limit."
    )
    tokens_per_day: int = Field(
        default=0, ge=0, le=10**12, description="The same in a day of UTC, restarts included; 0: no limit."
    )


class Llm(_Section):
    """Keys come from the environment only, never from a file that is shown or shared."""

    provider: Literal["scripted", "openai_compat", "native"] = Field(
        default="scripted",
        description="scripted speaks without a model; openai_compat calls base_url; native calls its makers.",
    )
    base_url: str = Field(default="", max_length=2_000, repr=False, description="Such as http://127.0.0.1:11434/v1.")
    model: str = Field(default="", max_length=200, description="The model's name, as the provider spells it.")
    fallbacks: Annotated[tuple[Fallback, ...], BeforeValidator(parse_fallbacks), Field(max_length=8)] = Field(
        default=(),
        description="Models to ask, in this order, when the first one fails: `[{model, base_url}]`, or names.",
    )
    api_key: Annotated[SecretStr | None, BeforeValidator(_empty_is_none)] = Field(
        default=None, description="The provider's key. Environment only."
    )
    fallback_api_key: Annotated[SecretStr | None, BeforeValidator(_empty_is_none)] = Field(
        default=None, description="The key for fallbacks at another address. Environment only."
    )
    api_key_file: Annotated[Path | None, BeforeValidator(_empty_is_none)] = Field(
        default=None, description="A file that holds the key. Environment only."
    )
    first_token_s: Seconds = Field(default=6.0, description="Longest wait for the first words, in seconds.")
    idle_s: Seconds = Field(default=5.0, description="Longest pause between words, in seconds.")
    total_s: Seconds = Field(default=60.0, description="Longest time for a whole reply, in seconds.")
    max_tokens: int = Field(default=400, ge=1, le=100_000, description="Longest reply, in tokens.")
    context_tokens: int = Field(
        default=16_384, ge=1_024, le=10_000_000, description="What the model holds, prompt and reply, in tokens."
    )
    limits: Limits = Limits()


class ValidSeconds(_Section):
    """How long a line of each class (the names of core.domain.Rank) is worth saying, in seconds."""

    critical: Seconds = 30.0
    high: Seconds = 5.0
    medium: Seconds = 6.0
    low: Seconds = 3.0
    question: Seconds = 60.0
    colour: Seconds = 20.0


class BaseWorth(_Section):
    """What a line of each class (the names of core.domain.Rank) is worth before anything is added."""

    critical: Worth = 100.0
    high: Worth = 70.0
    medium: Worth = 50.0
    low: Worth = 25.0
    question: Worth = 30.0
    colour: Worth = 10.0


class Narration(_Section):
    """When a character speaks: say it when its worth reaches floor + span * e^(-silence / decay)."""

    seed: Annotated[str, BeforeValidator(_number_is_text)] = Field(
        default="0", max_length=200, description="The same events and seed give the same lines."
    )
    speed: Annotated[float | Literal["max"], BeforeValidator(_parse_speed)] = Field(
        default=1.0, description='How many times as fast as life; "max" without any pacing.'
    )
    words_per_second: float = Field(default=1.7, gt=0, le=1_000, description="Words said per second in the long run.")
    bucket_words: float = Field(default=30.0, ge=1, le=10_000, description="Words that may be said in one go.")
    speaking_words_per_second: float = Field(default=2.8, gt=0, le=1_000, description="How fast a line is spoken.")
    gap_s: float = Field(default=0.3, ge=0, le=60, description="Silence between two lines, in seconds.")
    threshold_floor: Worth = Field(default=4.0, description="What a line must be worth after a long silence.")
    threshold_span: Worth = Field(default=28.0, description="How much more right after a line.")
    threshold_decay_s: Seconds = Field(default=6.0, description="How fast that extra fades, in seconds.")
    bid_deadline_s: Seconds = Field(default=5.0, description="The newest bid of an open lot is said within this.")
    short_after_s: float = Field(default=1.0, ge=0, le=60, description="Older lines take their short form.")
    valid_s: ValidSeconds = ValidSeconds()
    base: BaseWorth = BaseWorth()


class Log(_Section):
    format: Annotated[Literal["auto", "text", "json"], BeforeValidator(_in_small_letters)] = Field(
        default="auto", description="auto: text on a terminal, JSON lines elsewhere."
    )
    level: Annotated[Literal["debug", "info", "warning", "error"], BeforeValidator(_in_small_letters)] = "info"


class Chat(_Section):
    window: int = Field(default=40, ge=0, le=1_000, description="Messages of the past that a reply sees.")
    queue: int = Field(default=8, ge=0, le=1_000, description="Messages that may wait in one session.")
    max_chars: int = Field(default=16_000, ge=1, le=64_000, description="Longest message, in characters.")


class Audience(_Section):
    """Questions that the audience of a stream asks a host (agent:interaction)."""

    messages_per_minute: int = Field(
        default=3, ge=1, le=600, description="Messages of one person that are taken in within a minute."
    )


class Memory(_Section):
    """What characters remember beyond a stream."""

    half_life_days: float = Field(
        default=30.0, gt=0, le=36_500, description="Days after which a memory counts half as much."
    )


class Retention(_Section):
    """How long what only explains the past is kept; conversations and memories are kept until they are deleted."""

    events_days: float = Field(default=30.0, gt=0, le=36_500, description="Days that the event log reaches back.")
    traces_days: float = Field(
        default=7.0, gt=0, le=36_500, description="Days for which it can be seen what a model was sent."
    )


class Settings(_Section):
    """Everything that can be set. Paths are absolute once loaded."""

    data_dir: Folder = Field(default=Path(".data"), description="What the runtime keeps.")
    characters_dir: Folder = Field(default=Path("characters"), description="Character files, one YAML each.")
    assets_dir: Folder = Field(default=Path("assets"), description="Pictures that characters refer to.")
    agents: Annotated[tuple[str, ...] | None, BeforeValidator(parse_slugs), AfterValidator(_once_each)] = Field(
        default=None, description="Slugs of the characters that run; by default all that host something."
    )
    locale: Annotated[str, AfterValidator(check_locale)] = Field(
        default="en_US", description="How numbers and money are said."
    )
    time_zone: Annotated[str, AfterValidator(check_time_zone)] = Field(
        default="America/New_York", description="Where an auction's day begins and ends."
    )
    http: Http = Http()
    database: Database = Database()
    redis: Redis = Redis()
    llm: Llm = Llm()
    narration: Narration = Narration()
    log: Log = Log()
    chat: Chat = Chat()
    audience: Audience = Audience()
    memory: Memory = Memory()
    retention: Retention = Retention()
