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
    "post_history": "Instructions sent to a model after the history.",
    "note": "`text`, `depth`, `role`: sent to a model before the `depth`-th of the newest messages.",
    "greetings": "The scripted voice answers a hello with one of them. Nothing is said before somebody writes.",
    "examples": "Dialogues: lists of `user:` and `char:` lines. Sent to a model; the scripted voice answers a message "
    "like a `user:` line with the `char:` line after it.",
    "style.all": "How it talks. Sent to a model.",
    "style.chat": "How it talks in chat. Sent to a model.",
    "style.narration": "How it talks when a model words what a stream shows.",
    "topics": "What the scripted voice proposes to talk about. Sent to a model.",
    "adjectives": "How it is, in single words. Sent to a model.",
    "lore.scan_depth": "How many of the newest messages are looked through for keys.",
    "lore.budget": "How many tokens of lore a model is sent.",
    "lore.recursive": "Whether lore that is told may bring up more.",
    "lore.entries": "`{keys, text, constant, order, when, position, enabled, case_sensitive, name, comment, "
    "extensions}`: what a model is told when a key comes up, or always ([lore](prompt.md#lore)). The scripted voice "
    "may say a sentence of an entry when a message holds one of its `keys`, the highest `order` first; never one with "
    "a `when`.",
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
    "model": "`{name, temperature, max_tokens}`: the model it speaks with in place of `llm.model` "
    "([models](models.md#a-model-of-its-own)).",
    "voice": _KEPT,
    "tags": "Words to find it by. Goes into [cards](cards.md).",
    "creator": "Who made it. Goes into cards.",
    "version": "Which version of it this is, as text. Goes into cards.",
    "notes": "For people who use it. Never sent to a model; goes into cards.",
    "extensions": "What other programs keep with a character, unchanged ([cards](cards.md#what-becomes-of-it)).",
}
