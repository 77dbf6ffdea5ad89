"""Lists as CSV that no spreadsheet takes for formulas (OWASP, CSV injection)."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path

from dynsync_gui.domain.errors import settings_error
from dynsync_gui.domain.report import Problem
from dynsync_gui.domain.text import msg

_RISKY = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20", "\t", "\r", "\n")
_HEADER = ("entity", "id", "name", "field", "code", "title", "cure", "since", "retry", "detail")


def safe(cell: str) -> str:
    """The cell, with an apostrophe before what a spreadsheet would compute."""
    risky = cell.startswith(_RISKY) or cell.lstrip().startswith(_RISKY)
    return f"'{cell}" if risky else cell


def write_problems(path: Path, problems: Iterable[Problem]) -> None:
    """Write problems as CSV (UTF-8 with a mark that Excel understands).

    Raises:
        SettingsError: The file cannot be written.
    """
    try:
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(_HEADER)
            writer.writerows([safe(cell) for cell in _cells(problem)] for problem in problems)
    except OSError as cause:
        raise settings_error(
            msg("“{file}” cannot be written.", file=str(path)), msg("Choose another place."), code="csv-file"
        ) from cause


def _cells(problem: Problem) -> tuple[str, ...]:
    return (
        problem.entity.value,
        problem.id,
        problem.name,
        problem.field,
        problem.code,
        str(problem.title),
        str(problem.cure),
        problem.since.strftime("%Y-%m-%dT%H:%M:%SZ"),
        problem.retry.value,
        problem.detail,
    )
