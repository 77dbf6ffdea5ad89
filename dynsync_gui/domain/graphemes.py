"""Cutting text between the characters that a person sees (after Unicode annex 29, the common cases)."""

from __future__ import annotations

import unicodedata

_JOINER = "\u200d"
_REGIONAL = range(0x1F1E6, 0x1F200)
_SKIN = range(0x1F3FB, 0x1F400)
_TAGS = range(0xE0020, 0xE0080)
_VOWELS_AND_ENDS = range(0x1160, 0x1200)
"""Conjoining Hangul letters that stand after another one."""


def trimmed(text: str, characters: int | None, octets: int | None) -> str:
    """The longest beginning of whole visible characters that fits.

    Args:
        text: What to cut.
        characters: Most code points; None for any number.
        octets: Most bytes in UTF-8; None for any number.
    """
    end = len(text) if characters is None else min(characters, len(text))
    if octets is not None and len(text[:end].encode()) > octets:
        end = len(text[:end].encode()[:octets].decode(errors="ignore"))
    while 0 < end < len(text) and not _breaks(text, end):
        end -= 1
    return text[:end]


def _breaks(text: str, place: int) -> bool:
    """Whether a visible character ends before that place."""
    before, after = text[place - 1], text[place]
    if before == "\r" and after == "\n":
        return False
    code = ord(after)
    if _JOINER in {before, after} or code in _SKIN or code in _TAGS or code in _VOWELS_AND_ENDS:
        return False
    if unicodedata.category(after) in {"Mn", "Me", "Mc"}:
        return False
    if code in _REGIONAL:  # flags are pairs: a pair ends where an even number of them stands before
        start = place
        while start and ord(text[start - 1]) in _REGIONAL:
            start -= 1
        return (place - start) % 2 == 0
    return True
