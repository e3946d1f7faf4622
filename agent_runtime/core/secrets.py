"""Secrets that people paste into what they write: found by how they look, and put out of the way."""

import re
from typing import Any

REMOVED = "[removed]"
_CLEAR = (
    r"(?:pass ?(?:word|phrase|code)s?|passwd|(?:api|access|private|secret|auth)[ _-]?(?:key|token)s?|seed phrase|cvv)"
)
_VAGUE = r"(?:secret|token|pin(?: ?code)?|credentials?)"
_BEHIND = r"""\s*(?:[:=]|(?i:is|was)\b\s*[:=]?)\s*["'“”]?"""
_NO_VALUE = r"(?!\[removed\]|(?i:a|an|the|not|no|never|known|lost|to|that|what|something|on|in|hers|his|their)\b)"
_PATTERNS = (
    re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)", re.DOTALL),
    re.compile(r"\b(?:sk|pk|rk)[-_][\w-]{12,}|\b(?:gh[pousr]|glpat|xox[abprs]|hf|npm|pypi)[-_][\w-]{10,}", re.ASCII),
    re.compile(r"\bgithub_pat_\w{10,}|\bAKIA[0-9A-Z]{12,}|\bAIza[\w-]{20,}|\beyJ[\w-]{8,}\.[\w-]{4,}[\w.-]*", re.ASCII),
    re.compile(r"(?<=://)[^\s/:@]{1,200}:[^\s/@]{1,200}(?=@)"),
    re.compile(r"\bbearer\s+[\w.~+/-]{8,}=*", re.IGNORECASE | re.ASCII),
    re.compile(rf"\b(?i:{_CLEAR}){_BEHIND}{_NO_VALUE}\S*[^\s.,;!?]"),
    # A character may have a secret: only what was made to be guessed by nobody is one of ours.
    re.compile(rf"\b(?i:{_VAGUE}){_BEHIND}(?=\S*\d)\S{{3,}}[^\s.,;!?]"),
    re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+"),
    re.compile(r"\b(?=[A-Za-z]*\d)(?=\d*[A-Za-z])[A-Za-z0-9]{32,}\b", re.ASCII),
)


def without_secrets(text: str) -> tuple[str, int]:
    """The text with `[removed]` for what looks like a key, a password, a token or an e-mail address; how many."""
    found = 0
    for pattern in _PATTERNS:
        text, count = pattern.subn(REMOVED, text)
        found += count
    return text, found


def cleared(value: Any) -> Any:
    """A JSON value with every text in it, names of fields aside, without secrets."""
    match value:
        case str():
            return without_secrets(value)[0]
        case dict():
            return {name: cleared(each) for name, each in value.items()}
        case list() | tuple():
            return [cleared(each) for each in value]
        case _:
            return value
