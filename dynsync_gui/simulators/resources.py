"""Finds the rehearsal's data files beside the code or in a checkout."""

from __future__ import annotations

import csv
import json
from functools import cache
from pathlib import Path
from typing import Any

_PACKAGE = Path(__file__).resolve().parents[1]


def resource(name: str) -> Path:
    """Path of a file of ``resources/rehearsal``; an installed package carries it inside, a checkout beside."""
    places = (_PACKAGE / "resources" / "rehearsal" / name, _PACKAGE.parent / "resources" / "rehearsal" / name)
    for place in places:
        if place.is_file():
            return place
    raise FileNotFoundError(name)


@cache
def table(name: str) -> tuple[dict[str, str], ...]:
    """Rows of a CSV resource, one dictionary a line."""
    with resource(name).open(encoding="utf-8", newline="") as stream:
        return tuple(csv.DictReader(stream))


@cache
def document(name: str) -> Any:
    """Content of a JSON resource."""
    return json.loads(resource(name).read_text(encoding="utf-8"))
