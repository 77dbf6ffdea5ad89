"""Small things to remember beside the settings (`domain.schedule.Notes`): one private file each."""

from __future__ import annotations

import json
import logging
import os
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

_log = logging.getLogger(__name__)
_MOST_BYTES = 100_000
PREFIX = "note-"


class FolderNotes:
    """Notes in a profile's folder, which is not made for them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def read(self, name: str) -> Mapping[str, str]:
        """What was noted last; empty where nothing was, or where it cannot be read."""
        path = self._path(name)
        try:
            found = json.loads(path.read_text(encoding="utf-8")) if path.stat().st_size < _MOST_BYTES else {}
        except (OSError, ValueError, RecursionError):
            return {}
        if not isinstance(found, dict):
            return {}
        return {str(key): value for key, value in found.items() if isinstance(value, str)}

    def write(self, name: str, values: Mapping[str, str]) -> None:
        """Note it; after a crash at any moment the old note or the new one is there, whole."""
        if not self._folder.is_dir():
            return
        try:
            handle, temporary = tempfile.mkstemp(prefix=f".{PREFIX}", dir=self._folder)  # made with 0600
            try:
                with os.fdopen(handle, "w", encoding="utf-8") as stream:
                    json.dump(dict(values), stream)
                Path(temporary).replace(self._path(name))
            except BaseException:
                with suppress(OSError):
                    Path(temporary).unlink()
                raise
        except OSError as cause:
            _log.info("A note could not be kept: %s", cause.strerror)

    def _path(self, name: str) -> Path:
        return self._folder / f"{PREFIX}{name}.json"
