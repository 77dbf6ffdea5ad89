"""Finds the pictures: inside an installed package, or beside it in a checkout."""

from __future__ import annotations

from functools import cache
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parents[1]


@cache
def icon_path(name: str) -> Path:
    """Path of an icon's drawing.

    Raises:
        FileNotFoundError: There is no such icon.
    """
    for root in (_PACKAGE / "resources", _PACKAGE.parent / "resources"):
        path = root / "icons" / f"{name}.svg"
        if path.is_file():
            return path
    raise FileNotFoundError(name)
