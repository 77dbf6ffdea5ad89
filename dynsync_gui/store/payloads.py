"""A record's values as the ledger keeps them."""

from __future__ import annotations

import json
from collections.abc import ItemsView, Iterator, Mapping
from typing import Any

import orjson

from dynsync_gui.store.tables import OF_ROLES

KEPT = f"CASE WHEN entity IN {OF_ROLES} OR match = 'merge' THEN payload END"
"""A role is known by what it says, so that it has to be said whole again when an end of it moves; and a lead whose
person went to a contact may get it back."""
_exactly = json.JSONEncoder(separators=(",", ":")).encode


def packed(payload: Mapping[str, Any] | None, *, sound: bool = True) -> str:
    """Values as text.

    Args:
        payload: The values.
        sound: Whether all numbers are ones that JSON knows; others are kept, so that they are refused by name.
    """
    if isinstance(payload, Payload):
        return payload.text
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


class Payload(Mapping[str, Any]):
    """A record's values, read from their text by whoever looks at them first, so not by who keeps the ledger."""

    __slots__ = ("_text", "_values")

    def __init__(self, text: str | None) -> None:
        self._text = text
        self._values: dict[str, Any] | None = None

    @property
    def text(self) -> str:
        """The values as they are kept."""
        return self._text or "{}"

    @property
    def _read(self) -> dict[str, Any]:
        if self._values is None:
            self._values = unpacked(self._text)
        return self._values

    def __getitem__(self, name: str) -> Any:
        """One value."""
        return self._read[name]

    def __iter__(self) -> Iterator[str]:
        """The names."""
        return iter(self._read)

    def __len__(self) -> int:
        """How many there are."""
        return len(self._read)

    def items(self) -> ItemsView[str, Any]:
        """Names with values."""
        return self._read.items()

    def get(self, name: str, default: Any = None) -> Any:
        """One value, or what stands for it."""
        return self._read.get(name, default)
