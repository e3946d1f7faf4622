"""How many tokens a text is for a model, estimated: one rule, a little above what most tokenizers count."""

MESSAGE_TOKENS = 4
"""What a message costs besides its text: its role and the marks around it."""


def tokens_in(text: str) -> int:
    """A quarter of a token for each character and half of one for each byte of UTF-8 beyond the first.

    English prose: 1 for 4 characters (tokenizers need 1 for 4.0 to 4.5). Cyrillic: 0.75 for a letter (0.3 to 0.6),
    Chinese, Japanese and Korean: 1.25 for a character (0.7 to 1.3), most emoji: 1.75 (1 to 3).
    """
    length = len(text)
    extra = 0 if text.isascii() else len(text.encode("utf-8", "surrogatepass")) - length
    return -(-(length + 2 * extra) // 4)


def clipped(text: str, tokens: int) -> str:
    """`text`, cut from its end so that it is at most so many tokens."""
    if tokens <= 0:
        return ""
    while (estimate := tokens_in(text)) > tokens:
        text = text[: min(len(text) - 1, len(text) * tokens // estimate)]
    return text
