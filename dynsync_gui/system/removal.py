"""Removes a profile from the disk: what DynSync made in its folder, and nothing else that stands there."""

from __future__ import annotations

import re
from contextlib import suppress
from pathlib import Path

from dynsync_gui.domain.errors import settings_error
from dynsync_gui.domain.text import msg

_OURS = re.compile(
    r"(settings|choices(-\d{8}-\d{6})?|setup)\.toml|\.(settings|choices|setup)\.toml\..+|certificate-.+|\.?(note|shelf)-.+|dynsync(-\d{8}-\d{6})?\.db(-wal|-shm|-journal|\.copy|\.version-\d+)?|dynsync(\.db)?\.part(-wal|-shm)?"
    r"|calls\.db(-wal|-shm|-journal)?|sync\.lock|sign-in(\.lockfile)?"
)
_LOGS = re.compile(r"dynsync\.log(\.\d+)?|crash\.log")
_FOLDERS = {"log": _LOGS, "rehearsal": _OURS}


def remove_profile(folder: Path) -> tuple[str, ...]:
    """Remove a profile's files, and its folder where nothing else is in it.

    Returns:
        Names of what was left, because DynSync did not make it.

    Raises:
        SettingsError: Something could not be removed.
    """
    if not folder.is_dir():
        return ()
    try:
        _remove(folder, _OURS, _FOLDERS)
    except OSError as cause:
        error = settings_error(
            msg("“{file}” could not be removed.", file=str(cause.filename or folder)),
            msg("Close DynSync and every program that has this file open, and try again."),
            code="profile-folder",
        )
        error.detail = cause.strerror or ""
        raise error from cause
    return tuple(sorted(path.name for path in folder.iterdir())) if folder.is_dir() else ()


def _remove(folder: Path, ours: re.Pattern[str], inner: dict[str, re.Pattern[str]]) -> None:
    for path in folder.iterdir():
        if path.is_dir() and not path.is_symlink():
            if path.name in inner:
                _remove(path, inner[path.name], {"log": _LOGS})
        elif ours.fullmatch(path.name):
            path.unlink()
    with suppress(OSError):  # something else is in it
        folder.rmdir()
