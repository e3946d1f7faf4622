"""The pieces of one attempt as parts of a reply: cleaned, capped, and none when nothing was said."""

from collections.abc import AsyncGenerator
from contextlib import aclosing

from agent_runtime.core.character import Character
from agent_runtime.core.errors import ModelFailed
from agent_runtime.core.output import ReplyCleaner
from agent_runtime.core.ports import Delta, Finish
from agent_runtime.llm.provider import Request
from agent_runtime.llm.wire import Piece


async def read(
    pieces: AsyncGenerator[Piece, None], character: Character, request: Request
) -> AsyncGenerator[Delta | Finish, None]:
    """Deltas, then one Finish; the pieces are closed with it. Raises ModelFailed: `too_large`, `empty`."""
    cleaner = ReplyCleaner((character.name, character.nickname))
    end, size = Piece(), 0
    async with aclosing(pieces):
        async for piece in pieces:
            size += len(piece.text)
            if size > request.sampling.most_chars:
                raise ModelFailed("too_large", "the model's reply is too long")
            if text := cleaner.feed(piece.text):
                yield Delta(text)
            end = _joined(end, piece)
    if text := cleaner.end():
        yield Delta(text)
    if not cleaner.is_begun:
        raise ModelFailed("empty", "the model said nothing")
    yield Finish(end.finish or "stop", end.prompt_tokens, end.completion_tokens, request.model)


def _joined(end: Piece, piece: Piece) -> Piece:
    return Piece(
        finish=end.finish or piece.finish,
        prompt_tokens=end.prompt_tokens if piece.prompt_tokens is None else piece.prompt_tokens,
        completion_tokens=end.completion_tokens if piece.completion_tokens is None else piece.completion_tokens,
    )
