"""What vendors told, kept beside the settings (`domain.ports.Shelf`): one private file each."""

from __future__ import annotations

import logging
from pathlib import Path

from dynsync_gui.domain.errors import SettingsError
from dynsync_gui.system.whole_file import write_whole

_log = logging.getLogger(__name__)


class FolderShelf:
    """A shelf in a profile's folder, which is not made for it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def read(self, key: str) -> bytes | None:
        """What was put there last, or None."""
        try:
            return self._path(key).read_bytes()
        except OSError:
            return None

    def put(self, key: str, content: bytes) -> None:
        """Keep it; after a crash at any moment the old content or the new one is there, whole."""
        if not self._folder.is_dir():
            return
        try:
            write_whole(self._path(key), content)
        except SettingsError as error:
            _log.info("A description could not be kept: %s", error.detail)

    def _path(self, key: str) -> Path:
        return self._folder / f"shelf-{key}"
