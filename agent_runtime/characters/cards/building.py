"""Fields from a card into a character that a character file can hold, checked like any other."""

from typing import Any

from agent_runtime.characters.extras import findings_beyond_the_model
from agent_runtime.characters.files import refused
from agent_runtime.core.character import Character
from agent_runtime.core.errors import Finding, InvalidFile
from agent_runtime.core.strict_yaml import MAX_BYTES, MAX_DEPTH, MAX_NODES, Document, Mark, validate

_START = Mark((1, 1), (1, 1))


def built(fields: dict[str, Any], file: str) -> Character:
    """The character of these fields. Raises InvalidFile with every fault, each with the field it is about."""
    if not fields["name"]:
        raise refused(file, "the card has no name", "a character needs one")
    document = Document(file, fields, (), {(): _START})
    try:
        character = validate(Character, document)
    except InvalidFile as error:
        raise InvalidFile(tuple(_named(each) for each in error.findings)) from error
    if findings := findings_beyond_the_model(character, document):
        raise InvalidFile(tuple(_named(each) for each in findings))
    _refuse_what_no_file_holds(character, file)
    return character


def _named(finding: Finding) -> Finding:
    """A card has no lines to point at: the field says where."""
    return Finding(finding.file, 1, 1, f"{finding.path[1:]}: {finding.message}", finding.hint, path=finding.path)


def _refuse_what_no_file_holds(character: Character, file: str) -> None:
    level: list[Any] = [character.model_dump(mode="json", by_alias=True, exclude_defaults=True)]
    size = nodes = 0
    for _ in range(MAX_DEPTH + 1):
        inner: list[Any] = []
        for each in level:
            if isinstance(each, dict):
                inner += [*each, *each.values()]
            elif isinstance(each, list):
                inner += each
            else:
                size += len(str(each).encode())
        nodes += len(level)
        if size > MAX_BYTES or nodes > MAX_NODES:
            hint = f"at most {MAX_BYTES // 1024} KB and {MAX_NODES} values; shorten its lorebook or its extensions"
            raise refused(file, "the card holds more than a character file can", hint)
        if not inner:
            return
        level = inner
    raise refused(file, f"the card is nested more than {MAX_DEPTH} levels deep")
