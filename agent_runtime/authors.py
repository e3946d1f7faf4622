"""The roof's choice of an author: its character, and whether a model or the guided interview answers."""

from importlib.resources import files

from agent_runtime.authoring.drafter import Drafter
from agent_runtime.authoring.interviewer import Interviewer
from agent_runtime.authoring.saving import Saving
from agent_runtime.characters.loading import parse_character
from agent_runtime.config.settings import Llm
from agent_runtime.core.authoring import Author, Export
from agent_runtime.core.character import Character
from agent_runtime.models import Models


def author_character() -> Character:
    """The built-in one. Reads the package."""
    file = files("agent_runtime.authoring") / "author.yaml"
    return parse_character(file.read_bytes(), "author.yaml")


def author_of(llm: Llm, models: Models, export: Export) -> Author:
    """With the model where there is one; beyond its limits the guided interview goes on."""
    guided = Interviewer(Saving(export))
    return guided if llm.provider == "scripted" else Drafter(models.other, guided)
