"""Requests of the OpenAI API as far as they mean something here; whatever else is sent is let by."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

MOST_CHOICES = 8
ShortText = Annotated[str, StringConstraints(max_length=200)]


def _one(value: object) -> object:
    return 1 if value is None else value


def _no(value: object) -> object:
    return False if value is None else value


def _mapping(value: object) -> object:
    """Some front ends send null or text where nothing is to be said."""
    return value if isinstance(value, dict) else {}


def _id(value: object) -> object:
    """`{"id": ...}` or the id itself."""
    return value.get("id") if isinstance(value, dict) else value


Switch = Annotated[bool, BeforeValidator(_no)]
Loose = Annotated[dict[str, Any], BeforeValidator(_mapping)]


class _Request(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class PartBody(_Request):
    """A part of a message; only text is read."""

    type: str = "text"
    text: str | None = None


Content = str | list[PartBody | str] | None


class MessageBody(_Request):
    """One message of a history. What tools said, and messages without text, are passed over."""

    role: ShortText
    content: Content = None


class _Common(_Request):
    model: ShortText | None = Field(default=None, description="The slug of a character.")
    character: ShortText | None = Field(default=None, description="The same; goes before `model`.")
    user: ShortText | None = Field(default=None, description="Who talks: what they tell is remembered under this id.")
    user_name: ShortText | None = Field(default=None, description="What the character calls them.")
    session_id: ShortText | None = Field(default=None, description="The session to go on in.")
    metadata: Loose = Field(default_factory=dict, description="May hold `session_id` or `conversation_id`.")
    stream: Switch = False


class ChatBody(_Common):
    """POST /v1/chat/completions"""

    messages: list[MessageBody] = Field(min_length=1, max_length=20_000)
    stream_options: Loose = Field(default_factory=dict, description="With `include_usage` the last chunk has it.")
    n: Annotated[int, BeforeValidator(_one)] = Field(
        default=1, ge=1, le=MOST_CHOICES, description="How many replies, side by side."
    )


class ItemBody(_Request):
    """One item of an input; those that are no messages are passed over."""

    type: str | None = None
    role: ShortText | None = None
    content: Content = None


class ResponseBody(_Common):
    """POST /v1/responses"""

    input: str | list[ItemBody] = Field(description="What is said, or a history with it.")
    instructions: str | None = Field(default=None, description="Notes for the character, for this reply only.")
    conversation: Annotated[ShortText | None, BeforeValidator(_id)] = Field(
        default=None, description="The session to go on in, by its id or as `{id}`."
    )
    previous_response_id: ShortText | None = Field(default=None, description="The response that this goes on from.")
    store: bool | None = Field(default=None, description="Sent back as it is: what is said here is kept.")


class ModelView(BaseModel):
    """A character."""

    id: str
    object: Literal["model"] = "model"
    created: int = 0
    owned_by: str = "agent-runtime"
    name: str


class ModelList(BaseModel):
    """Characters as models."""

    object: Literal["list"] = "list"
    data: tuple[ModelView, ...]
