"""Whether an answer is as a schema of the OpenAPI document describes it, to the last field."""

from typing import Any

from agent_runtime.web.openapi import document
from agent_runtime.web.routes import ROUTES

DOCUMENT = document(ROUTES)
_KINDS: dict[str, type | tuple[type, ...]] = {
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
    "null": type(None),
    "array": list,
    "object": dict,
}


def misdescribed(value: Any, schema: dict[str, Any], place: str = "") -> list[str]:
    """What the schema says otherwise, each with its place; nothing when it tells the truth."""
    if "$ref" in schema:
        return misdescribed(value, DOCUMENT["components"]["schemas"][schema["$ref"].rpartition("/")[2]], place)
    if "anyOf" in schema:
        return min((misdescribed(value, each, place) for each in schema["anyOf"]), key=len)
    if "enum" in schema and value not in schema["enum"]:
        return [f"{place}: {value!r} is none of {schema['enum']}"]
    if "const" in schema and value != schema["const"]:
        return [f"{place}: {value!r} is not {schema['const']!r}"]
    kind = _KINDS[schema["type"]]
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        return [f"{place}: {value!r} is no {schema['type']}"]
    match value:
        case dict():
            return _misdescribed_object(value, schema, place)
        case list():
            return [
                each for n, item in enumerate(value) for each in misdescribed(item, schema["items"], f"{place}/{n}")
            ]
        case _:
            return []


def _misdescribed_object(value: dict[str, Any], schema: dict[str, Any], place: str) -> list[str]:
    properties, more = schema.get("properties", {}), schema.get("additionalProperties", False)
    wrong = [f"{place}/{name}: is not there" for name in schema.get("required", ()) if name not in value]
    for name, each in value.items():
        if name in properties:
            wrong += misdescribed(each, properties[name], f"{place}/{name}")
        elif isinstance(more, dict):
            wrong += misdescribed(each, more, f"{place}/{name}")
        elif more is False:
            wrong.append(f"{place}/{name}: is not described")
    return wrong
