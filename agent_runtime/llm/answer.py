"""One HTTP answer of a model read to its end: pieces, and a failure unless it says that it is complete."""

import asyncio
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing
from dataclasses import dataclass

import aiohttp
from pydantic import SecretStr

from agent_runtime.core.clock import Clock
from agent_runtime.core.errors import ModelFailed
from agent_runtime.llm.deadlines import Countdown
from agent_runtime.llm.failures import ProviderFailed, asked_pause, detail_of, status_failure
from agent_runtime.llm.sse import TOTAL_LIMIT, SseParser
from agent_runtime.llm.wire import Piece, parse_piece

_DONE = "[DONE]"
_TAIL_S = 0.25  # after the end is marked: usage, [DONE] and the end of the body, so that the connection can be kept
_ERROR_WAIT_S = 2.0
_ERROR_LIMIT = 64 * 1024


@dataclass(frozen=True)
class Answer:
    """An answer whose headers are here. The countdown is the caller's, who tells it of content."""

    response: aiohttp.ClientResponse
    countdown: Countdown
    key: SecretStr | None
    clock: Clock

    async def pieces(self) -> AsyncGenerator[Piece, None]:
        """Pieces with text; the last ones carry the finish and the usage where known. Raises ModelFailed.

        A stream ends by a finish reason or `[DONE]`; one that merely stops is `truncated`. A JSON document in
        place of a stream is taken too: some servers do not stream.
        """
        if self.response.status != 200:
            raise await self._refusal()
        match self.response.content_type:
            case "application/json":
                yield self._checked(parse_piece(await self._document()))
            case "text/html":
                raise ModelFailed("malformed", "the model's server answered with a web page", 200)
            case _:
                async with aclosing(self._stream()) as stream:
                    async for piece in stream:
                        yield piece

    async def _stream(self) -> AsyncGenerator[Piece, None]:
        async with aclosing(self._events()) as events:
            async for data in events:
                piece = Piece(finish="stop") if data == _DONE else self._checked(parse_piece(data))
                yield piece
                if piece.finish:
                    yield await _tail(events)
                    return
        raise ProviderFailed("truncated", "the model's reply broke off", 200)

    async def _events(self) -> AsyncGenerator[str, None]:
        parser = SseParser()
        async with aclosing(self._bytes()) as body:
            async for chunk in body:
                for data in parser.feed(chunk):
                    yield data.strip()
        for data in _last_event(parser):
            yield data

    async def _document(self) -> bytes:
        document = bytearray()
        async with aclosing(self._bytes()) as body:
            async for chunk in body:
                document += chunk
                if len(document) > TOTAL_LIMIT:
                    raise ModelFailed("too_large", "the model's answer is too long", 200)
        return bytes(document)

    async def _bytes(self) -> AsyncGenerator[bytes, None]:
        """The body, never waiting past the countdown: a timeout of the library would begin anew with every byte."""
        while True:
            try:
                async with asyncio.timeout_at(self.countdown.at):
                    chunk = await self.response.content.readany()
            except TimeoutError as error:
                raise ProviderFailed("timeout", f"the model {self.countdown.why()}", 200) from error
            except (aiohttp.ClientError, OSError) as error:
                if isinstance(error.__cause__, aiohttp.http_exceptions.ContentEncodingError):
                    raise ProviderFailed("malformed", "the model's answer cannot be decompressed", 200) from error
                raise ProviderFailed("truncated", "the connection to the model broke", 200, may_retry=True) from error
            if not chunk:
                return
            yield chunk

    async def _refusal(self) -> ProviderFailed:
        status, headers = self.response.status, self.response.headers
        if 300 <= status < 400:
            return status_failure(status, "it redirects; set llm.base_url to the address it moved to")
        detail = detail_of(await self._error_body(), self.response.content_type)
        pause = asked_pause(headers.get("Retry-After", ""), self.clock.time())
        return status_failure(status, detail, self.key, pause=pause)

    async def _error_body(self) -> bytes:
        """As much of it as comes in time: an error is an error with or without its words."""
        body = bytearray()
        try:
            async with asyncio.timeout(_ERROR_WAIT_S), aclosing(self._bytes()) as chunks:
                async for chunk in chunks:
                    body += chunk
                    if len(body) > _ERROR_LIMIT:
                        break
        except (TimeoutError, ModelFailed):
            pass
        return bytes(body[:_ERROR_LIMIT])

    def _checked(self, piece: Piece) -> Piece:
        if piece.error is not None:
            raise status_failure(piece.error_status or 500, piece.error, self.key)
        if piece.finish == "error":
            raise ProviderFailed("server_error", "the model's server reported an error", 200)
        return piece


async def _tail(events: AsyncGenerator[str, None]) -> Piece:
    """What may follow a complete reply, its usage at most; nothing in it can spoil the reply any more."""
    tail = Piece()
    try:
        async with asyncio.timeout(_TAIL_S):
            async for data in events:
                if data != _DONE and tail.prompt_tokens is None:
                    piece = parse_piece(data)
                    tail = Piece(prompt_tokens=piece.prompt_tokens, completion_tokens=piece.completion_tokens)
    except (TimeoutError, ModelFailed):
        pass
    return tail


def _last_event(parser: SseParser) -> Iterator[str]:
    """The last event when only its blank line is missing; half an event is no event."""
    try:
        rest = [data.strip() for data in parser.end()]
        for data in rest:
            if data != _DONE:
                parse_piece(data)
    except ModelFailed:
        return
    yield from rest
