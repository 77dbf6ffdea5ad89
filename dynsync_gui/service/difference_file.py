"""Differences as they are found: of a large world there may be more than memory should hold."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

from dynsync_gui.domain.report import Difference
from dynsync_gui.domain.schema import Entity
from dynsync_gui.domain.text import Message
from dynsync_gui.system.whole_file import telling_file_errors

LISTED = 1_000
"""Differences of a kind that are told at once; the kept certificate has them all."""


class DifferenceFile:
    """All differences in a private file that goes with the one who made it, and some of each kind in memory.

    Args:
        folder: Where there is room for it.

    Raises:
        SettingsError: The file cannot be written.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._some: dict[tuple[bool, bool], list[Difference]] = {}
        self._number = 0
        with telling_file_errors(folder):
            self._file = tempfile.TemporaryFile("w+", encoding="utf-8", dir=folder)  # noqa: SIM115  closed by `with`

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    @property
    def some(self) -> tuple[Difference, ...]:
        """At most so many of each kind."""
        return tuple(one for part in self._some.values() for one in part)

    @property
    def more(self) -> int:
        """How many there are beyond those."""
        return self._number - sum(map(len, self._some.values()))

    def add(self, one: Difference) -> None:
        """Take one more."""
        row = (one.entity.value, one.id, str(one.reason), one.field, one.explained, one.by_rule)
        with telling_file_errors(self._folder):
            self._file.write(f"{json.dumps(row)}\n")
        self._number += 1
        part = self._some.setdefault((one.explained, one.by_rule), [])
        if len(part) < LISTED:
            part.append(one)

    def __iter__(self) -> Iterator[Difference]:
        """All of them as they came; once nothing is added any more."""
        with telling_file_errors(self._folder):
            self._file.seek(0)
        for line in self._file:
            entity, id_, reason, *others = json.loads(line)
            yield Difference(Entity(entity), id_, Message(reason), *others)
