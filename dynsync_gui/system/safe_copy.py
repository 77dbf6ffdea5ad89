"""The last good copy of a profile's database: when one is due, and how it takes the place of a damaged one."""

from __future__ import annotations

import shutil
import time
from datetime import UTC, datetime
from pathlib import Path

from dynsync_gui.domain.findings.disk import LEAST_ROOM, full
from dynsync_gui.system.whole_file import telling_file_errors

EVERY = 86_400.0
"""Seconds between two copies."""
_PARTS = ("", "-wal", "-shm")


def copy_of(database: Path) -> Path:
    """Where the copy is."""
    return database.with_name(f"{database.name}.copy")


def copy_due(database: Path) -> Path | None:
    """Where a copy is to be made now; None where there is one of today, or no room for one."""
    copy = copy_of(database)
    with telling_file_errors(copy):
        if copy.exists() and 0 <= time.time() - copy.stat().st_mtime < EVERY:
            return None
        free = shutil.disk_usage(database.parent).free
    return copy if free > database.stat().st_size + LEAST_ROOM else None


def require_room(folder: Path) -> None:
    """Raise StoreFailed where the disk is as good as full: a run would only find that out half-way."""
    with telling_file_errors(folder):
        free = shutil.disk_usage(folder).free
    if free < LEAST_ROOM:
        raise full(free, f"{free} bytes are free")


def put_aside(database: Path, *, copy_too: bool) -> str:
    """Keep a database under another name, so that a new one is begun.

    Args:
        database: The file.
        copy_too: Whether its copy is of no use any more either.

    Returns:
        The new name; empty where there was none.
    """
    stamp = f"{datetime.now(UTC):%Y%m%d-%H%M%S}"
    name = f"{database.stem}-{stamp}.db"
    moved = ""
    for suffix in (*_PARTS, ".copy") if copy_too else _PARTS:
        old = database.with_name(database.name + suffix)
        if old.exists():
            with telling_file_errors(old):
                old.replace(old.with_name(name + suffix))
            moved = name
    return moved


def duplicate(database: Path) -> Path | None:
    """A file of its own that holds what the copy holds; None where there is no copy."""
    copy, part = copy_of(database), database.with_suffix(".part")
    if not copy.exists():
        return None
    with telling_file_errors(part):
        for suffix in _PARTS:
            part.with_name(part.name + suffix).unlink(missing_ok=True)
        shutil.copyfile(copy, part)
        part.chmod(0o600)
    return part


def take(database: Path, spare: Path) -> None:
    """Put a file in the database's place, which is empty."""
    with telling_file_errors(database):
        spare.replace(database)
