"""Cards in pictures: the text chunks of a PNG. Pixels are never decoded."""

import base64
import binascii
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from struct import pack, unpack_from

from agent_runtime.characters.files import refused

SIGNATURE = b"\x89PNG\r\n\x1a\n"
MAX_CHUNKS = 4_096
MAX_TEXT = 2 * 1024 * 1024
V2_KEYWORD, V3_KEYWORD = "chara", "ccv3"
_TEXT_KINDS = (b"tEXt", b"zTXt", b"iTXt")
_PICTURE = "chara-ext-asset_"
_WIDTH, _HEIGHT = 256, 384
_ENCRYPTED = "rcc||"


@dataclass(frozen=True, slots=True)
class Chunk:
    """One part of a PNG file: four letters that say what it is, and what is in it."""

    kind: bytes
    body: bytes


@dataclass(frozen=True, slots=True)
class CardText:
    """The JSON text of a card; `pictures` is how many other pictures the file carries along."""

    text: bytes
    pictures: int


def card_text(raw: bytes, file: str) -> CardText:
    """The card in a PNG: that of `ccv3`, else that of `chara`, whatever the case of the keyword.

    Raises InvalidFile when the file is no PNG, is damaged, holds no card or the same keyword twice.
    """
    found: dict[str, bytes] = {}
    pictures = 0
    for chunk in chunks(raw, file):
        if chunk.kind not in _TEXT_KINDS:
            continue
        keyword = _keyword(chunk, file)
        if keyword in (V2_KEYWORD, V3_KEYWORD):
            if keyword in found:
                raise refused(file, f"the picture holds two cards named '{keyword}'", "nobody can tell which is meant")
            found[keyword] = _text(chunk, file)
        pictures += keyword.startswith(_PICTURE)
    encoded = found.get(V3_KEYWORD, found.get(V2_KEYWORD))
    if encoded is None:
        raise refused(file, "the picture holds no card", "a card has a text chunk named 'ccv3' or 'chara'")
    return CardText(_decoded(encoded, file), pictures)


def with_card(image: bytes | None, cards: Sequence[tuple[str, bytes]], file: str) -> bytes:
    """The picture with `cards` (keyword, JSON text) instead of those it held; without a picture, a plain one.

    What follows the end of the picture is left out. Raises InvalidFile when `image` is no PNG.
    """
    kept = list(chunks(image, file)) if image is not None else list(_plain_picture())
    kept = [each for each in kept if each.kind not in _TEXT_KINDS or not _is_of_card(_keyword(each, file))]
    texts = [Chunk(b"tEXt", keyword.encode() + b"\0" + base64.b64encode(text)) for keyword, text in cards]
    return SIGNATURE + b"".join(_packed(each) for each in (*kept[:-1], *texts, kept[-1]))


def chunks(raw: bytes, file: str) -> Iterator[Chunk]:
    """The chunks of a PNG up to its end, each with a checksum that is right. Raises InvalidFile."""
    if not raw.startswith(SIGNATURE):
        raise refused(file, "this is not a PNG picture")
    place = len(SIGNATURE)
    for number in range(MAX_CHUNKS):
        if len(raw) < place + 12:
            raise refused(file, "the picture is cut off: it has no end")
        (length,) = unpack_from(">I", raw, place)
        kind = raw[place + 4 : place + 8]
        end = place + 8 + length
        if end + 4 > len(raw):
            raise refused(file, "the picture is cut off, or a chunk lies about its length")
        if unpack_from(">I", raw, end)[0] != zlib.crc32(raw[place + 4 : end]):
            raise refused(file, f"the picture is damaged: the checksum of a {kind.decode('latin-1')!r} chunk is wrong")
        chunk = Chunk(kind, raw[place + 8 : end])
        if number == 0 and not _is_header(chunk):
            raise refused(file, "this is not a PNG picture", "its header is missing or says that it has no size")
        yield chunk
        if kind == b"IEND":
            return
        place = end + 4
    raise refused(file, f"the picture has more than {MAX_CHUNKS} chunks")


def _is_header(chunk: Chunk) -> bool:
    return chunk.kind == b"IHDR" and len(chunk.body) == 13 and all(unpack_from(">II", chunk.body))


def _is_of_card(keyword: str) -> bool:
    return keyword in (V2_KEYWORD, V3_KEYWORD) or keyword.startswith(_PICTURE)


def _keyword(chunk: Chunk, file: str) -> str:
    keyword, separator, _ = chunk.body.partition(b"\0")
    if not separator:
        raise refused(file, "the picture is damaged: a text chunk has no keyword")
    return keyword[:80].decode("latin-1").casefold()


def _text(chunk: Chunk, file: str) -> bytes:
    """What a text chunk says, at most MAX_TEXT bytes, inflated where it is compressed."""
    text = chunk.body.partition(b"\0")[2]
    is_compressed = chunk.kind == b"zTXt"
    if chunk.kind == b"zTXt":
        text = text[1:]
    elif chunk.kind == b"iTXt":
        is_compressed = text[:1] == b"\1"
        text = text[2:].partition(b"\0")[2].partition(b"\0")[2]
    if is_compressed:
        text = _inflated(text, file)
    if len(text) > MAX_TEXT:
        raise refused(file, f"the card in the picture is larger than {MAX_TEXT // 1024} KB")
    return text


def _inflated(body: bytes, file: str) -> bytes:
    stream = zlib.decompressobj()
    try:
        text = stream.decompress(body, MAX_TEXT + 1)
    except zlib.error as error:
        raise refused(file, "the picture is damaged: a compressed text cannot be read") from error
    if len(text) <= MAX_TEXT and not stream.eof:
        raise refused(file, "the picture is damaged: a compressed text is cut off")
    return text


def _decoded(encoded: bytes, file: str) -> bytes:
    if encoded.startswith(_ENCRYPTED.encode()):
        return encoded
    try:
        return base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError) as error:
        raise refused(file, "the card in the picture is not base64") from error


def _packed(chunk: Chunk) -> bytes:
    named = chunk.kind + chunk.body
    return pack(">I", len(chunk.body)) + named + pack(">I", zlib.crc32(named))


def _plain_picture() -> Iterator[Chunk]:
    """An even dusk, darker towards the foot: 8 bits of grey a pixel."""
    rows = b"".join(b"\0" + bytes([112 - 64 * row // _HEIGHT]) * _WIDTH for row in range(_HEIGHT))
    yield Chunk(b"IHDR", pack(">IIBBBBB", _WIDTH, _HEIGHT, 8, 0, 0, 0, 0))
    yield Chunk(b"IDAT", zlib.compress(rows, 9))
    yield Chunk(b"IEND", b"")
