"""Cards as they are met in the wild: `python -m tests.characters.cards.wild` writes them to tests/data/cards."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.characters.cards.making import (
    charx,
    compressed,
    encoded,
    international,
    png,
    png_card,
    raw_json,
    text,
    v2,
)

FOLDER = Path(__file__).parents[2] / "data" / "cards"

_BASICS = {
    "name": "Ada Finch",
    "description": "{{char}} restores pictures.\nShe apologises to them.\n",
    "personality": "Precise, amused; kind to beginners: always.",
    "scenario": "A shop beside the auction house. ",
    "first_mes": "Come in, {{user}}. Mind the wet varnish.",
    "mes_example": "<START>\n{{user}}: Who are you?\n{{char}}: Ada.\nI restore pictures.\n<START>\n{{char}}: Tea?",
}
_ENTRY = {"keys": ["varnish"], "content": "It yellows.", "extensions": {}, "enabled": True, "insertion_order": 10}
_REST = {
    "creator_notes": "For evenings.",
    "system_prompt": "You are {{char}}. {{original}}",
    "post_history_instructions": "Two sentences.",
    "alternate_greetings": ["Ah, you again, at last.", "# Not a comment\n- nor a list"],
    "tags": ["art", "no", "1.0"],
    "creator": "M. Tennant",
    "character_version": "1.10",
}
_BOOK = {
    "name": "Shop",
    "description": "What she knows.",
    "scan_depth": 2,
    "token_budget": 512,
    "recursive_scanning": True,
    "extensions": {"editor": {"colour": "green"}},
    "entries": [
        {
            **_ENTRY,
            "id": 1,
            "name": "Varnish",
            "comment": "old",
            "priority": 5,
            "constant": True,
            "case_sensitive": True,
        },
        {**_ENTRY, "position": "before_char", "selective": True, "secondary_keys": ["yellow", "brown"]},
        {**_ENTRY, "content": "@@depth 2\n@@@role user\nInside.", "enabled": False},
    ],
}

CARDS: Mapping[str, dict[str, Any]] = {
    "v1": _BASICS,
    "v1-with-more": {**_BASICS, "avatar": "http://example.org/a.png", "create_date": 1690000000, "chat": None},
    "v2": {
        "spec": "chara_card_v2",
        "spec_version": "2.0",
        "data": {**_BASICS, **_REST, "extensions": {"depth": {"a": [1, {"b": None}]}}, "character_book": _BOOK},
    },
    "v3": {
        "spec": "chara_card_v3",
        "spec_version": "3.0",
        "data": {
            **_BASICS,
            **_REST,
            "nickname": "Ada",
            "extensions": {"regex_scripts": [{"findRegex": "(a+)+$"}], "triggers": ["run"]},
            "character_book": {
                "extensions": {},
                "entries": [{**_ENTRY, "use_regex": True, "keys": ["/varnish(es)?/i"], "id": "e-1"}],
            },
            "assets": [
                {"type": "icon", "uri": "ccdefault:", "name": "main", "ext": "png"},
                {"type": "emotion", "uri": "embeded://assets/emotion/images/happy.png", "name": "happy", "ext": "png"},
                {"type": "background", "uri": "http://169.254.169.254/latest", "name": "main", "ext": "png"},
                {"type": "x_odd", "uri": "file:///etc/passwd", "name": "odd", "ext": "txt"},
            ],
            "creator_notes_multilingual": {"de": "Für Abende."},
            "source": ["https://example.org/cards/1"],
            "group_only_greetings": ["Everyone is here."],
            "creation_date": 1700000000,
            "modification_date": 0,
        },
    },
    "book-null": v2(character_book=None, extensions={}),
    "book-without-extensions": v2(character_book={"entries": [_ENTRY]}),
    "book-empty": v2(character_book={"entries": [], "extensions": {}}),
    "entry-without-enabled": v2(character_book={"entries": [{"keys": ["a"], "content": "b", "insertion_order": 1}]}),
    "entry-of-little": v2(character_book={"entries": [{"keys": "red, blue", "content": None}]}),
    "talkativeness-in-quotes": v2(extensions={"talkativeness": "0.5", "fav": False, "world": ""}),
    "v1-repeated": {**_BASICS, **v2(**_BASICS), "avatar": "none", "metadata": {"tool": "x", "version": 1}},
    "v1-repeated-otherwise": {**_BASICS, **v2(description="The one that counts.")},
    "version-a-number": v2(character_version=2, creator=7, tags="art, varnish"),
    "regex-on-plain-words": v2(character_book={"entries": [{**_ENTRY, "use_regex": True, "keys": ["(a+)+$", "tea"]}]}),
    "v3-relabelled": {**v2(**_BASICS, **_REST, character_book=_BOOK), "spec": "chara_card_v3"},
    "newer": {"spec": "chara_card_v4", "spec_version": "4.0", "data": {**_BASICS, "aura": {"hue": 3}}},
    "nulls": v2(**dict.fromkeys([*list(_BASICS)[1:], *_REST, "extensions", "assets", "nickname"])),
    "note": v2(extensions={"depth_prompt": {"prompt": "Stay dry.", "depth": 2, "role": "user", "on": True}}),
    "note-without-role": v2(extensions={"depth_prompt": {"prompt": "Stay dry."}}),
    "note-empty": v2(extensions={"depth_prompt": {"prompt": "", "depth": 4}}),
    "logic": v2(
        character_book={
            "entries": [
                {**_ENTRY, "selective": True, "secondary_keys": ["x", "y"], "extensions": {"selectiveLogic": logic}}
                for logic in (0, 1, 2, 3)
            ]
            + [{**_ENTRY, "selective": False, "secondary_keys": ["x"]}, {**_ENTRY, "insertion_order": 2.5}]
        }
    ),
    "unknown-keys-everywhere": {
        **v2(odd={"x": "1"}, character_book={"odd": [], "entries": [{**_ENTRY, "odd": {"vectorized": False}}]}),
        "odd": [True, None, 0.5],
    },
    "windows": v2(description="One\r\nTwo \r\n", mes_example="<START>\r\nAda Finch: Hm.\r\n\r\nYou: What?\r\n"),
    "prose-example": v2(mes_example="She looks up.\n<start>\n<USER>: Hi\n<BOT>: Hello\n\n\nagain"),
    "other-scripts": {
        **v2(name="さくら", description="桜の木。\u2028改行\u0085\u3000全角"),
        "odd": "e\u0301 \U0001f338",
    },
    "like-yaml": v2(
        description="yes",
        personality="- a: b # c",
        scenario=" leading\n  and trailing \n\n",
        creator="1e3",
        tags=["~", "<<"],
    ),
}

TEXTGEN = """name: Ada Finch
context: |
  Ada's Persona: a restorer of pictures.
greeting: Come in.
example_dialogue: |
  You: Who are you?
  Ada Finch: Ada.
your_name: Visitor
turn_template: <|user|>
"""
PYGMALION = {
    "char_name": "Ada Finch",
    "char_persona": "A restorer of pictures.",
    "char_greeting": "Come in.",
    "world_scenario": "A shop.",
    "example_dialogue": "{{user}}: Who are you?\n{{char}}: Ada.",
    "metadata": {"version": 1, "source": None},
}
ELIZA = {
    "id": "b2c7f0c4-0000-0000-0000-000000000001",
    "name": "Ada Finch",
    "username": "ada",
    "modelProvider": "openai",
    "plugins": ["@elizaos/plugin-x"],
    "settings": {"model": "m", "max_tokens": 9, "secrets": {"OPENAI_API_KEY": "hush"}, "voice": {"model": "v"}},
    "secrets": {"TOKEN": "hush"},
    "system": "Stay dry.",
    "bio": ["Restores pictures.", "Apologises to them."],
    "lore": ["She once found a landscape under a portrait."],
    "knowledge": ["Varnish yellows.", {"path": "docs/varnish.md"}],
    "messageExamples": [
        [
            {"user": "{{user1}}", "content": {"text": "Who are you?"}},
            {"user": "Ada Finch", "content": {"text": "Ada.", "action": "CONTINUE"}},
        ]
    ],
    "postExamples": ["Today: varnish."],
    "topics": ["varnish", "frames"],
    "adjectives": ["dry"],
    "style": {"all": ["short"], "chat": ["kind"], "post": ["no hashtags"], "voice": ["low"]},
}


def files() -> dict[str, bytes]:
    """Every card as a file: each as JSON, some in pictures and archives too."""
    v2_card, v3_card = CARDS["v2"], CARDS["v3"]
    return {
        **{f"{name}.json": raw_json(card) for name, card in CARDS.items()},
        "v1.png": png_card(CARDS["v1"]),
        "v2.png": png_card(v2_card),
        "v3.png": png_card(v3_card, b"ccv3"),
        "v3-and-other-v2.png": png(text(b"chara", encoded(CARDS["v1"])), text(b"ccv3", encoded(v3_card))),
        "v3-shouted.png": png(text(b"CCV3", encoded(v3_card)), text(b"Chara", encoded(CARDS["v1"]))),
        "v2-international.png": png(international(b"chara", encoded(v2_card))),
        "v2-compressed.png": png(compressed(b"chara", encoded(v2_card))),
        "v3-international-compressed.png": png(international(b"ccv3", encoded(v3_card), is_compressed=True)),
        "v3.charx": charx(v3_card, {"assets/emotion/images/happy.png": png()}),
        "textgen.yaml": TEXTGEN.encode(),
        "pygmalion.json": raw_json(PYGMALION),
        "eliza.json": raw_json(ELIZA),
    }


if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, content in files().items():
        (FOLDER / name).write_bytes(content)
