"""Server-sent events from raw bytes, with caps: what a model's server sends is not to be trusted."""

import re
from collections.abc import Iterator

from agent_runtime.core.errors import ModelFailed

LINE_LIMIT = 1024 * 1024
TOTAL_LIMIT = 4 * 1024 * 1024
_LINE_END = re.compile(rb"\r\n|\n|\r")
_BOM = b"\xef\xbb\xbf"


class SseParser:
    """Bytes in, the data of whole events out. Lines may end in CRLF, LF or CR, and be cut anywhere.

    Raises ModelFailed: `too_large` for a line or event over `line_limit` bytes or a stream over
    `total_limit`, `malformed` for data that is not UTF-8.
    """

    def __init__(self, line_limit: int = LINE_LIMIT, total_limit: int = TOTAL_LIMIT) -> None:
        self._line_limit = line_limit
        self._left = total_limit
        self._buffer = bytearray()
        self._scanned = 0
        self._data: list[bytes] = []
        self._data_size = 0
        self._is_fresh = True
        self._skips_lf = False

    def feed(self, piece: bytes) -> Iterator[str]:
        """The data of every event that `piece` completes; comments and other fields are passed over."""
        self._left -= len(piece)
        if self._left < 0:
            raise ModelFailed("too_large", "the model's stream is too long")
        self._buffer += piece
        for line in self._lines():
            yield from self._take(line)

    def end(self) -> Iterator[str]:
        """The data of an event whose closing blank line never came."""
        line = bytes(self._buffer)
        self._buffer.clear()
        yield from self._take(line)
        yield from self._take(b"")

    def _lines(self) -> Iterator[bytes]:
        start = 0
        while match := _LINE_END.search(self._buffer, max(start, self._scanned)):
            line = bytes(self._buffer[start : match.start()])
            is_rest_of_crlf = self._skips_lf and match.start() == 0 and match[0] == b"\n"
            # A CR at the very end may be half of a CRLF; the line is complete all the same.
            self._skips_lf = match[0] == b"\r" and match.end() == len(self._buffer)
            start = match.end()
            if not is_rest_of_crlf:
                yield line
        if start:
            del self._buffer[:start]
        elif self._buffer:
            self._skips_lf = False
        self._scanned = len(self._buffer)
        self._check(len(self._buffer))

    def _take(self, line: bytes) -> Iterator[str]:
        self._check(len(line))
        if self._is_fresh:
            self._is_fresh = False
            line = line.removeprefix(_BOM)
        if not line:
            yield from self._event()
            return
        name, _, value = line.partition(b":")
        if name == b"data":
            self._data.append(value.removeprefix(b" "))
            self._data_size += len(value)
            self._check(self._data_size)

    def _event(self) -> Iterator[str]:
        if not self._data:
            return
        data = b"\n".join(self._data)
        self._data, self._data_size = [], 0
        try:
            yield data.decode("utf-8")
        except UnicodeDecodeError as error:
            raise ModelFailed("malformed", "the model's stream is not UTF-8") from error

    def _check(self, size: int) -> None:
        if size > self._line_limit:
            raise ModelFailed("too_large", "the model's stream has a line that is too long")
