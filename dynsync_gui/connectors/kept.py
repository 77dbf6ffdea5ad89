"""Vendors' answers on a shelf: each with what it belongs to and its age, and taken only while both fit."""

from __future__ import annotations

import json
import time
import zlib
from typing import Any

from dynsync_gui.domain.ports.connections import Shelf


def take(shelf: Shelf, key: str, mark: list[str], seconds: float) -> dict[str, Any]:
    """Answers by path; none where they are missing, broken, too old or of something else.

    Args:
        shelf: Where.
        key: Name of their place.
        mark: What they belong to: system, account, version.
        seconds: How old they may be.
    """
    content = shelf.read(key)
    try:
        kept = json.loads(zlib.decompress(content)) if content else {}
        fits = kept["mark"] == mark and 0 <= time.time() - kept["at"] <= seconds
        return dict(kept["answers"]) if fits else {}
    except (zlib.error, ValueError, TypeError, LookupError, RecursionError):
        return {}


def keep(shelf: Shelf, key: str, mark: list[str], answers: dict[str, Any]) -> None:
    """Put answers in the place of the old ones."""
    text = json.dumps({"mark": mark, "at": time.time(), "answers": answers}, ensure_ascii=False)
    shelf.put(key, zlib.compress(text.encode("utf-8", "surrogatepass")))
