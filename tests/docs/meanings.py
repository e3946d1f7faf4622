"""What each field of a character file is for, in words: as the code is now, not as it may be one day."""

from collections.abc import Mapping

_KEPT = "Kept with the character; nothing reads it yet."

MEANINGS: Mapping[str, str] = {
    "schema": "The version of this format: 1.",
    "name": "The full name. The only field that must be there.",
    "slug": "The identity: agent id, `character` of a session, part of Redis keys. By default made from the name.",
    "nickname": "What people call it; `{{char}}` in texts.",
    "description": "Who it is. Sent to a model.",
    "personality": "How it is. Sent to a model.",
    "scenario": "Where it is and what goes on. Sent to a model.",
    "system": "The first words sent to a model. Without them: `You are NAME.`",
    "post_history": "The last words of the instructions sent to a model.",
    "note": f"`text`, `depth`, `role`. {_KEPT}",
    "greetings": "The scripted voice answers a hello with one of them. Nothing is said before somebody writes.",
    "examples": "Dialogues: lists of `user:` and `char:` lines. Sent to a model; the scripted voice answers a message "
    "like a `user:` line with the `char:` line after it.",
    "style.all": "How it talks. Sent to a model.",
    "style.chat": "How it talks in chat. Sent to a model.",
    "style.narration": _KEPT,
    "topics": "What the scripted voice proposes to talk about.",
    "adjectives": _KEPT,
    "lore.scan_depth": _KEPT,
    "lore.budget": _KEPT,
    "lore.recursive": _KEPT,
    "lore.entries": "`{keys, text, constant, order, when, position}`. Those with `constant: true` are sent to a model. "
    "Of all of them the scripted voice may say a sentence when a message holds one of the `keys`, the highest `order` "
    "first; a model does not get the others yet. `position` does nothing yet; an entry with a `when` is never said.",
    "traits": "`openness`, `conscientiousness`, `extraversion`, `agreeableness`, `stability`, each from -1 to 1: where "
    "the mood rests ([mood](mood.md)).",
    "mood.emotion_half_life": "How fast an emotion fades: `15s`, `4m`, `1.5h`.",
    "mood.mood_half_life": "How fast the mood returns to rest.",
    "mood.expressiveness": "How much of an emotion shows in the words a model is given for the mood, 0 to 3.",
    "mood.emotions": "Own rows for the table of emotions: `joy: [0.4, 0.2, 0.1]`.",
    "phrases": "Its own words for what it tells, by family. See [below](#phrases).",
    "scene.expressions": "A picture for each mood. Without one: that of NEUTRAL.",
    "scene.backgrounds": "The same for what is behind it; also for a stage of the lot, which goes before the mood. See "
    "[the scene](scene.md).",
    "scene.props": "Lists of pictures for each mood and stage of the lot; those of both are there, at most 16.",
    "hosts.campaigns": 'Ids of the campaigns it hosts, or `"*"`.',
    "hosts.auctions": 'Ids of the auctions it hosts, or `"*"`.',
    "initiative.idle_after": "An open lot that is silent for so long makes it curious, and it says so.",
    "initiative.max_unanswered": "How often in a row it does, until something happens; 0: never.",
    "voice": _KEPT,
    "tags": _KEPT,
    "creator": _KEPT,
    "version": _KEPT,
    "notes": _KEPT,
    "extensions": _KEPT,
}
