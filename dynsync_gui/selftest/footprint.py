"""Watches which files the process writes."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_MAKING = {"os.mkdir": 1, "os.rename": 2, "os.link": 2, "os.symlink": 2, "os.truncate": 1}
"""Events that leave something behind, with how many of their first values are paths (Python, audit events)."""


class Footprint:
    """What was written outside of the allowed folders, while it watches."""

    def __init__(self, *allowed: Path) -> None:
        self._allowed = tuple(os.path.realpath(folder) for folder in allowed)
        self._watching = False
        self.strays: set[str] = set()

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Watch while the context lasts; Python offers no way to take the hook back afterwards."""
        sys.addaudithook(self._heard)
        self._watching = True
        try:
            yield
        finally:
            self._watching = False

    def _heard(self, event: str, values: tuple[Any, ...]) -> None:
        if not self._watching:
            return
        if event == "open":
            path, _mode, flags = values
            if isinstance(flags, int) and flags & _WRITING:
                self._look_at(path)
        elif event == "sqlite3.connect" and values[0] != ":memory:":
            self._look_at(values[0])
        elif event in _MAKING:
            for path in values[: _MAKING[event]]:
                self._look_at(path)

    def _look_at(self, path: object) -> None:
        if not isinstance(path, str | bytes | os.PathLike) or not path:
            return  # a file that is open already
        name = os.path.realpath(os.fsdecode(path))
        if name.startswith(("/dev/", "/proc/", "\\\\.\\")) or name.lower().endswith(os.devnull.lower()):
            return
        if not any(name == folder or name.startswith(folder + os.sep) for folder in self._allowed):
            self.strays.add(name)
