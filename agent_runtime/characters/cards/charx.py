"""CHARX: a zip with `card.json` at its root. Of its members only the card is read; nothing is unpacked to the disk."""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from zipfile import BadZipFile, ZipFile, ZipInfo

from agent_runtime.characters.files import refused

SIGNATURE = b"PK\x03\x04"
MAX_MEMBERS = 1_000
MAX_TEXT = 2 * 1024 * 1024
MAX_UNPACKED = 64 * 1024 * 1024
MAX_RATIO = 200
_CARD = "card.json"
_ENTRY = b"PK\x01\x02"
_ENCRYPTED = 0x1


@dataclass(frozen=True, slots=True)
class Packed:
    """The card of a CHARX, and how many other files lie beside it."""

    text: bytes
    others: int


def card_in_zip(raw: bytes, file: str) -> Packed:
    """The text of `card.json`. Raises InvalidFile: no zip, no card, encrypted, too large, names that lead outside."""
    if raw.count(_ENTRY) > MAX_MEMBERS:  # before zipfile makes an object of each
        raise refused(file, f"the CHARX file has more than {MAX_MEMBERS} members")
    try:
        with ZipFile(BytesIO(raw)) as packed:
            card = _card_of(packed.infolist(), file)
            with packed.open(card) as member:
                text = member.read(MAX_TEXT + 1)
            others = sum(not each.is_dir() for each in packed.infolist()) - 1
    except (BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError, RuntimeError) as error:
        raise refused(file, "the CHARX file is damaged, or packed in a way that is not supported") from error
    if len(text) > MAX_TEXT:
        raise refused(file, f"the card is larger than {MAX_TEXT // 1024} KB")
    return Packed(text, others)


def _card_of(members: Sequence[ZipInfo], file: str) -> ZipInfo:
    """The one card, once every member is found harmless."""
    for each in members:
        if fault := _fault(each):
            raise refused(file, f"the CHARX file is refused: {fault}")
    if sum(each.file_size for each in members) > MAX_UNPACKED:
        raise refused(file, f"the CHARX file unpacks to more than {MAX_UNPACKED // 1024 // 1024} MB")
    cards = [each for each in members if each.filename == _CARD]
    if len(cards) != 1:
        count = "no" if not cards else f"{len(cards)}"
        raise refused(file, f"the CHARX file has {count} card.json at its root", "it must have one")
    return cards[0]


def _fault(member: ZipInfo) -> str:
    name = member.orig_filename
    if name.startswith(("/", "\\")) or "\\" in name or ":" in name.split("/")[0] or "\0" in name:
        return "a member has an absolute path, or none that a zip may have"
    if ".." in name.split("/"):
        return "the path of a member leads out of the file"
    if member.flag_bits & _ENCRYPTED:
        return "a member is encrypted"
    if member.file_size > MAX_RATIO * max(member.compress_size, 1024):
        return "a member unpacks to far more than it should"
    return ""
