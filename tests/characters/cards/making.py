"""Files around cards: PNG chunk by chunk, zip member by member, so that a test can make any of them wrong."""

import base64
import json
import zlib
from collections.abc import Mapping, Sequence
from io import BytesIO
from struct import pack
from typing import Any
from zipfile import ZIP_STORED, ZipFile, ZipInfo

SIGNATURE = b"\x89PNG\r\n\x1a\n"
END = b"IEND", b""
_LONG_AGO = (1980, 1, 1, 0, 0, 0)

Chunk = tuple[bytes, bytes]


def raw_json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=1).encode()


def encoded(card: object) -> bytes:
    """A card as it stands in a picture."""
    return base64.b64encode(raw_json(card))


def header(width: int = 1, height: int = 1) -> Chunk:
    return b"IHDR", pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)


def pixels() -> Chunk:
    return b"IDAT", zlib.compress(b"\0\0", 0)


def text(keyword: bytes, value: bytes) -> Chunk:
    return b"tEXt", keyword + b"\0" + value


def compressed(keyword: bytes, value: bytes) -> Chunk:
    return b"zTXt", keyword + b"\0\0" + zlib.compress(value)


def international(keyword: bytes, value: bytes, *, is_compressed: bool = False) -> Chunk:
    flags = b"\1\0" if is_compressed else b"\0\0"
    return b"iTXt", keyword + b"\0" + flags + b"en\0\0" + (zlib.compress(value) if is_compressed else value)


def packed(chunk: Chunk) -> bytes:
    kind, body = chunk
    return pack(">I", len(body)) + kind + body + pack(">I", zlib.crc32(kind + body))


def png(*texts: Chunk, around: Sequence[Chunk] | None = None) -> bytes:
    """A picture of one pixel with `texts` after it; `around` instead of everything, when given."""
    return SIGNATURE + b"".join(map(packed, around if around is not None else (header(), pixels(), *texts, END)))


def png_card(card: object, keyword: bytes = b"chara") -> bytes:
    return png(text(keyword, encoded(card)))


def texts_in(picture: bytes) -> list[tuple[bytes, bytes]]:
    """Keyword and decoded text of every tEXt chunk."""
    found, place = list[tuple[bytes, bytes]](), len(SIGNATURE)
    while place < len(picture):
        end = place + 8 + int.from_bytes(picture[place : place + 4])
        if picture[place + 4 : place + 8] == b"tEXt":
            keyword, _, value = picture[place + 8 : end].partition(b"\0")
            found.append((keyword, base64.b64decode(value)))
        place = end + 4
    return found


def charx(card: object, others: Mapping[str, bytes] | None = None) -> bytes:
    return zipped({"card.json": raw_json(card), **(others or {})})


def zipped(members: Mapping[str, bytes], compression: int = ZIP_STORED) -> bytes:
    stream = BytesIO()
    with ZipFile(stream, "w") as file:
        for name, content in members.items():
            member = ZipInfo(name, _LONG_AGO)
            member.compress_type = compression
            file.writestr(member, content)
    return stream.getvalue()


def v2(**fields: Any) -> dict[str, Any]:
    """A small V2 card with these fields."""
    return {"spec": "chara_card_v2", "spec_version": "2.0", "data": {"name": "Ada Finch", **fields}}
