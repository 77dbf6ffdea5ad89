"""A record's values as the ledger keeps them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import orjson

_exactly = json.JSONEncoder(separators=(",", ":")).encode


def packed(payload: Mapping[str, Any] | None, *, sound: bool = True) -> str:
    """Values as text.

    Args:
        payload: The values.
        sound: Whether all numbers are ones that JSON knows; others are kept, so that they are refused by name.
    """
    try:
        return orjson.dumps(payload).decode() if sound else _exactly(payload)
    except TypeError:  # larger than 64 bits
        return _exactly(payload)


def unpacked(text: str | None) -> dict[str, Any]:
    """The values; none where there are none. What is no number in JSON is the word for it, which Marketo refuses."""
    try:
        return orjson.loads(text or "{}") or {}
    except orjson.JSONDecodeError:
        return json.loads(text or "{}", parse_constant=str) or {}


def size(text: str | None) -> int:
    """Bytes that values take at most as they are sent."""
    return len(text or "") if not text or text.isascii() else len(text.encode())
