"""The JSON Schema of character files, for editors: `python -m agent_runtime.characters.schema` prints it."""

import sys
from typing import Any

from pydantic_core import to_json

from agent_runtime.core.character import Character
from agent_runtime.core.phrases import FAMILIES

_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def character_schema() -> dict[str, Any]:
    """What a character file may say, as JSON Schema 2020-12. `check` knows more: slots of phrases, for one."""
    schema = Character.model_json_schema(by_alias=True)
    phrases = schema["properties"]["phrases"]
    phrases["propertyNames"] = {"enum": list(FAMILIES)}
    return {"$schema": _DIALECT, **schema, "title": "A character of Agent Runtime"}


def schema_text() -> str:
    """The schema as the file that is published."""
    return to_json(character_schema(), indent=2).decode() + "\n"


if __name__ == "__main__":
    sys.stdout.write(schema_text())
