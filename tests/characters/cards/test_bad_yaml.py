"""YAML that means harm, or is none, is refused as a card too, and the next card is read; see also test_strict_yaml."""

import os
from pathlib import Path

import pytest

from agent_runtime.characters.cards.reading import MAX_BYTES, read_card
from agent_runtime.characters.files import read_bytes
from agent_runtime.core.errors import InvalidFile
from tests.characters.cards.wild import TEXTGEN
from tests.core.test_strict_yaml import BAD

GOOD = TEXTGEN.encode()
UNFIT = {
    "Y4 brackets without end, 58 KB": ("a: " + "[" * 58_000, "nested more than 20 levels"),
    "Y15 a key that is misspelt": ("name: a\nsytem_prompt: b", "unknown key 'sytem_prompt'"),
    "Y16 a name of 300 letters": (f"name: {'x' * 300}\ncontext: y", "name: is longer than 100 characters"),
    "Y16 a slug that is a path": ("name: a\nslug: ../../etc/passwd", "a slug has small letters"),
    "Y16 no name at all": ("context: y\nname: ''", "the card has no name"),
    "Y19 an include": ("name: a\ninclude: other.yaml", "unknown key 'include'"),
    "Y19 an include as a tag": ("name: a\ncontext: !include other.yaml", "tags such as '!include'"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_not_plain_yaml_is_no_card(name: str) -> None:
    text = BAD[name][0]
    raw = text if isinstance(text, bytes) else text.encode(errors="surrogatepass")
    with pytest.raises(InvalidFile):
        read_card(raw, "a.yaml")
    assert read_card(GOOD, "b.yaml").character.name == "Ada Finch"


@pytest.mark.parametrize("name", UNFIT)
def test_what_is_plain_yaml_but_no_character_is_refused(name: str) -> None:
    text, message = UNFIT[name]
    with pytest.raises(InvalidFile, match=r"^a\.yaml:") as caught:
        read_card(text.encode(), "a.yaml")
    assert message in str(caught.value)
    assert read_card(GOOD, "b.yaml").character.name == "Ada Finch"


def test_words_that_older_yaml_took_for_values_and_variables_stay_words() -> None:
    told = read_card(b"name: no\ncontext: ${HOME}\ngreeting: 12:30:45", "a.yaml").character
    assert (told.name, told.description, told.greetings) == ("no", "${HOME}", ("12:30:45",))


def test_a_card_is_read_from_a_regular_file_of_a_bounded_size_only(tmp_path: Path) -> None:
    (tmp_path / "large.png").write_bytes(bytes(MAX_BYTES + 1))
    os.mkfifo(tmp_path / "pipe.png")
    (tmp_path / "out.png").symlink_to("/dev/zero")
    for path in (tmp_path, tmp_path / "large.png", tmp_path / "pipe.png", tmp_path / "out.png", Path("/dev/zero")):
        with pytest.raises(InvalidFile):
            read_bytes(path, MAX_BYTES)
    (tmp_path / "good.yaml").write_bytes(GOOD)
    assert read_card(read_bytes(tmp_path / "good.yaml", MAX_BYTES), "good.yaml").format == "textgen"
