"""The schemas of an OpenAPI document, as pydantic tells them, put the way our JSON is."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue, models_json_schema
from pydantic_core import core_schema, to_json

from agent_runtime.core.clock import iso
from agent_runtime.core.money import amount_text

Mode = Literal["validation", "serialization"]
_REF = "#/components/schemas/{model}"
_WRITTEN: Mapping[Any, JsonSchemaValue] = {
    iso: {"type": "string", "format": "date-time"},
    amount_text: {"type": "string", "pattern": r"^[0-9]{1,12}(\.[0-9]{1,8})?$"},
}


@dataclass(frozen=True)
class Schemas:
    """`components` are the schemas by name."""

    components: Mapping[str, Any]
    _refs: Mapping[Any, JsonSchemaValue]

    @classmethod
    def of(cls, models: Iterable[tuple[type[BaseModel], Mode]]) -> "Schemas":
        """The schemas of models as they are read (validation) or written (serialization), and of all within them."""
        refs, definitions = models_json_schema(
            list(dict.fromkeys(models)), ref_template=_REF, schema_generator=_Generator
        )
        # Keys of a mapping that may be of several kinds are described without their kinds: nobody refers to those then.
        told = to_json([definitions, list(refs.values())]).decode()
        named = {name: each for name, each in definitions["$defs"].items() if f'"{_REF.format(model=name)}"' in told}
        return cls(named, refs)

    def ref(self, model: type[BaseModel], mode: Mode) -> JsonSchemaValue:
        """A reference to a model among the components."""
        return self._refs[model, mode]

    def stream(self, events: Mapping[str, type[BaseModel]]) -> JsonSchemaValue:
        """Server-sent events by their fields; the event `*` is any with a name of its own.

        One without a name is of a stream that ends with `[DONE]`, as OpenAI's do.
        """
        kinds = []
        for name, model in events.items():
            kind = _kind(name, events)
            json = {"contentMediaType": "application/json", "contentSchema": self.ref(model, "serialization")}
            fields = {"event": kind, "data": {"type": "string", **json}, "id": {"type": "string"}}
            if name:
                kinds.append({"type": "object", "required": ["event", "data"], "properties": fields})
            else:
                texts: list[JsonSchemaValue] = [{"type": "string", "pattern": r"^\{", **json}, {"const": "[DONE]"}]
                kinds += [{"type": "object", "required": ["data"], "properties": {"data": text}} for text in texts]
        return {"description": "One of the events that follow each other.", "oneOf": kinds}

    def messages(self, events: Mapping[str, type[BaseModel]]) -> JsonSchemaValue:
        """The same events as the messages of a socket."""
        kinds = [
            {"event": _kind(name, events), "data": self.ref(model, "serialization"), "id": {"type": "string"}}
            for name, model in events.items()
        ]
        return {"oneOf": [{"type": "object", "required": [*each], "properties": each} for each in kinds]}

    def parameters(self, place: Literal["query", "header"], model: type[BaseModel] | None) -> list[dict[str, Any]]:
        """The fields of a model as parameters; none of them must be given."""
        if model is None:
            return []
        properties = model.model_json_schema(schema_generator=_Generator)["properties"]
        return [_parameter(place, name, dict(schema)) for name, schema in properties.items()]


def _kind(name: str, events: Mapping[str, Any]) -> JsonSchemaValue:
    """The name of an event; `*` is any but the others."""
    others = [each for each in events if each != "*"]
    return {"const": name} if name != "*" else {"type": "string", "not": {"enum": others}}


class _Generator(GenerateJsonSchema):
    """Times and amounts are strings of a form; what has a default of None in a reply is absent, never null."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        """A title that repeats the name of a field is noise."""
        return False

    def ser_schema(self, schema: Any) -> JsonSchemaValue | None:
        """As our serialisers write."""
        written = _WRITTEN.get(schema.get("function"))
        return dict(written) if written is not None else super().ser_schema(schema)

    def model_schema(self, schema: core_schema.ModelSchema) -> JsonSchemaValue:
        """The fields that are there in every reply are required."""
        described = super().model_schema(schema)
        if self.mode == "serialization" and "properties" in described:
            properties = described["properties"]
            absent = {name for name, each in properties.items() if each.get("default", ...) is None}
            described["properties"] = {
                name: _never_null(each) if name in absent else _always(each) for name, each in properties.items()
            }
            described["required"] = [name for name in properties if name not in absent]
        return described


def _parameter(place: str, name: str, schema: JsonSchemaValue) -> dict[str, Any]:
    description = schema.pop("description")
    return {"name": name, "in": place, "description": description, "schema": _never_null(schema)}


def _always(schema: JsonSchemaValue) -> JsonSchemaValue:
    return {key: value for key, value in schema.items() if key != "default"}


def _never_null(schema: JsonSchemaValue) -> JsonSchemaValue:
    """The schema without null, as a value and as a default."""
    if "anyOf" not in schema:
        return schema
    kinds = [each for each in schema["anyOf"] if each.get("type") != "null"]
    rest = {key: value for key, value in schema.items() if key != "anyOf" and (key, value) != ("default", None)}
    return {**kinds[0], **rest} if len(kinds) == 1 else {"anyOf": kinds, **rest}
