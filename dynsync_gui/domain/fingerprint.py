"""Short digests of single values, so that only those that changed since both sides agreed are sent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from hashlib import blake2b
from typing import Any

LINK = ""
"""The name under which what a record hangs on is kept beside its values."""

_WORDS = {"true": True, "1": True, "false": False, "0": False}
_MARK = 4
_VALUE = 8
_ENTRY = _MARK + _VALUE


@lru_cache(4096)
def mark(name: str) -> bytes:
    """The short form of a field's name."""
    return blake2b(name.encode(), digest_size=_MARK).digest()


def entry(name: str, value: Any) -> bytes:
    """A field with its value, in twelve bytes."""
    return marked(mark(name), value)


def marked(mark_: bytes, value: Any) -> bytes:
    """The same, by the short form of the field's name."""
    if isinstance(value, str):
        return marked_text(mark_, value)
    return mark_ + blake2b(repr(value).encode(), digest_size=_VALUE).digest()


def marked_text(mark_: bytes, text: str) -> bytes:
    """The same of a text."""
    return mark_ + blake2b(b"s" + text.encode(), digest_size=_VALUE).digest()


def holds(prints: frozenset[bytes], name: str, text: str) -> bool:
    """Whether a fingerprint holds a value that is known only as the text that Marketo makes of it.

    Args:
        prints: Its entries.
        name: The field.
        text: A number is written as Python reads it, yes and no as ``true`` and ``false`` or as 1 and 0.
    """
    return any(entry(name, value) in prints for value in _meanings(text))


def _meanings(text: str) -> list[Any]:
    """Values that may have been written so; a field has one type, so that only one of them can have been sent."""
    if not text:
        return [None, False]
    meant: list[Any] = [text]
    if text.lower() in _WORDS:
        meant.append(_WORDS[text.lower()])
    for number in (int, float):
        try:
            meant.append(number(text))
        except (ValueError, OverflowError):
            continue
    return meant


def fingerprint(entries: Iterable[bytes]) -> bytes:
    """Fields with their values, in a fixed order."""
    return b"".join(sorted(entries))


def entries(prints: bytes) -> frozenset[bytes]:
    """The fields that a fingerprint holds."""
    return frozenset(prints[start : start + _ENTRY] for start in range(0, len(prints), _ENTRY))


def changed(prints: bytes, agreed: bytes) -> frozenset[bytes]:
    """Marks of the fields whose value is not the agreed one; a field that is no longer there is not among them."""
    return frozenset(one[:_MARK] for one in entries(prints) - entries(agreed))


def without(prints: bytes, name: str) -> bytes:
    """A fingerprint less one field."""
    return b"".join(sorted(one for one in entries(prints) if not one.startswith(mark(name))))


def replaced(prints: bytes, values: Mapping[str, Any]) -> bytes:
    """A fingerprint with these values in place of those that it has of their fields."""
    marks = {mark(name) for name in values}
    others = [one for one in entries(prints) if one[:_MARK] not in marks]
    return fingerprint([*others, *(entry(name, value) for name, value in values.items())])


def common(prints: bytes, agreed: bytes) -> bytes:
    """What both hold alike."""
    return b"".join(sorted(entries(prints) & entries(agreed)))
