"""A character as a card for other programs, or as a file of our own."""

from typing import Literal

from pydantic_core import to_json

from agent_runtime.characters.cards.eliza import eliza_character
from agent_runtime.characters.cards.png import V2_KEYWORD, V3_KEYWORD, with_card
from agent_runtime.characters.cards.tavern_writing import card_v2, card_v3
from agent_runtime.characters.cards.yaml_text import yaml_text
from agent_runtime.core.character import Character

CardFormat = Literal["yaml", "json", "png", "eliza"]


def write_card(character: Character, format: CardFormat, image: bytes | None = None) -> bytes:
    """The character as YAML, as a V3 card in JSON, in a PNG (V2 and V3 side by side) or as elizaOS has it.

    `image` is the PNG that a card is put into; without one it is a plain picture. Raises InvalidFile when `image`
    is no PNG.
    """
    match format:
        case "yaml":
            return yaml_text(character).encode()
        case "json":
            return to_json(card_v3(character), indent=2) + b"\n"
        case "eliza":
            return to_json(eliza_character(character), indent=2) + b"\n"
        case "png":
            card = card_v3(character)
            return with_card(image, ((V2_KEYWORD, to_json(card_v2(card))), (V3_KEYWORD, to_json(card))), "image")
