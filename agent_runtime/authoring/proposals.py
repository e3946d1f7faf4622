"""What a model writes for the author: a JSON object, read leniently and checked strictly."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from agent_runtime.authoring.drafts import merged
from agent_runtime.core.authoring import problems_of
from agent_runtime.core.output import cleaned, says_something
from agent_runtime.core.secrets import cleared

FIELDS = (
    *("name", "nickname", "description", "personality", "scenario", "system", "post_history", "greetings", "examples"),
    *("style", "topics", "adjectives", "lore", "traits", "mood", "tags"),
)
_TRAILING = re.compile(r",(\s*[}\]])")
_MOST_READ = 100_000


class BadProposal(Exception):
    """What cannot be used; the message says why, in words for the model."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """What the author says, and the draft with the model's changes."""

    words: str
    draft: Mapping[str, Any]


class _Written(BaseModel):
    model_config = ConfigDict(extra="ignore")

    reply: str = Field(min_length=1, max_length=8_000)
    character: dict[str, Any] = Field(default_factory=dict, max_length=len(FIELDS) + 10)


def proposal_of(text: str, draft: Mapping[str, Any]) -> Proposal:
    """What a model wrote, as it changes the draft. Raises BadProposal."""
    try:
        written = _Written.model_validate(_object_in(text[:_MOST_READ]))
    except ValidationError as error:
        raise BadProposal(_faults(error)) from error
    words = str(cleared(cleaned(written.reply).strip()))
    if not says_something(words):
        raise BadProposal("/reply: says nothing")
    changes = _shaped(written.character)
    if unknown := sorted(set(changes) - set(FIELDS)):
        raise BadProposal(f"/character: unknown fields {', '.join(unknown)[:200]}; known are {', '.join(FIELDS)}")
    # As it is written first: what follows from it is worked out only from what has the right shapes.
    given = {name: value for name, value in {**draft, **changes}.items() if value is not None}
    if problems := set(problems_of(given)) - set(problems_of(draft)):
        raise BadProposal("; ".join(f"/character{each}" for each in sorted(problems)))
    return Proposal(words, merged(draft, changes))


def _object_in(text: str) -> Any:
    """The first JSON object in a text, whatever stands around it; a comma too many is forgiven."""
    begin = text.find("{")
    if begin < 0:
        raise BadProposal("there is no JSON object in it")
    try:
        return json.JSONDecoder().raw_decode(text, begin)[0]
    except (ValueError, RecursionError) as error:
        fault = str(error)
    try:
        return json.JSONDecoder().raw_decode(_TRAILING.sub(r"\1", text), begin)[0]
    except (ValueError, RecursionError) as error:
        raise BadProposal(f"it is not valid JSON: {fault}"[:300]) from error


def _shaped(changes: Mapping[str, Any]) -> dict[str, Any]:
    """The changes without secrets and control characters; one where a list is meant becomes a list."""
    shaped = {name: _plain(value) for name, value in cleared(dict(changes)).items()}
    for name in ("greetings", "topics", "adjectives", "tags"):
        if isinstance(value := shaped.get(name), str):
            shaped[name] = (
                [value] if name == "greetings" else [each.strip() for each in value.split(",") if each.strip()]
            )
    match shaped.get("style"):
        case str() as line:
            shaped["style"] = {"all": [line]}
        case list() as lines:
            shaped["style"] = {"all": lines}
    if isinstance(entries := shaped.get("lore"), list):
        shaped["lore"] = {"entries": entries}
    if isinstance(dialogues := shaped.get("examples"), list):
        shaped["examples"] = [_dialogue(each) for each in dialogues]
    return shaped


def _dialogue(value: Any) -> Any:
    """`{user, char}` is a question and an answer."""
    if isinstance(value, dict) and {"user", "char"} <= value.keys():
        return [{"user": value["user"]}, {"char": value["char"]}]
    return value


def _plain(value: Any) -> Any:
    match value:
        case str():
            return cleaned(value)
        case dict():
            return {cleaned(str(name)): _plain(each) for name, each in value.items()}
        case list():
            return [_plain(each) for each in value]
        case _:
            return value


def _faults(error: ValidationError) -> str:
    found = error.errors(include_url=False, include_input=False, include_context=False)[:5]
    return "; ".join(f"{''.join(f'/{part}' for part in each['loc'])}: {each['msg']}" for each in found)
