"""Folders that are no place for a database, as something else writes in them, too: cloud folders and network drives.

A program that copies folders to a cloud copies a database and its log at different moments, and what comes back is
damaged; on network drives SQLite cannot keep a log at all (SQLite, write-ahead logging).
"""

from __future__ import annotations

import ctypes
import os
import re
import sys
from pathlib import Path, PurePath

_CLOUD = re.compile(
    r"onedrive( - .*)?|dropbox( .*)?|google ?drive|icloud ?drive|mobile documents|cloudstorage|box sync|nextcloud"
    r"|owncloud|creative cloud files( .*)?",
    re.IGNORECASE,
)
"""What the folders of such programs are called."""

_NETWORK = {"nfs", "nfs4", "cifs", "smb3", "smbfs", "afs", "davfs", "fuse.sshfs", "fuse.rclone", "fuse.glusterfs"}
_REMOTE_DRIVE = 4
"""Windows, GetDriveType: DRIVE_REMOTE."""
_MOUNTS = Path("/proc/self/mounts")


def in_cloud_folder(folder: PurePath) -> bool:
    """Whether a program copies the folder to a cloud, as far as its name tells."""
    return any(_CLOUD.fullmatch(part) for part in folder.parts)


def on_network_drive(folder: Path, mounts: Path = _MOUNTS) -> bool:
    """Whether the folder lies on another computer; not where that cannot be told.

    Args:
        folder: An absolute path, which may still have to be made.
        mounts: Where Linux tells what is mounted where.
    """
    if str(folder).startswith(("\\\\", "//")):
        return not str(folder).startswith(("\\\\?\\", "\\\\.\\"))
    if sys.platform == "win32":
        return int(ctypes.windll.kernel32.GetDriveTypeW(f"{folder.drive}\\")) == _REMOTE_DRIVE
    try:
        lines = mounts.read_text("utf-8", "surrogateescape").splitlines()
    except OSError:
        return False
    mounted = {
        re.sub(r"\\([0-7]{3})", lambda octal: chr(int(octal[1], 8)), fields[1]): fields[2]
        for line in lines
        if len(fields := line.split(" ")) > 2
    }
    return next((mounted[place] for place in _upwards(folder) if place in mounted), "") in _NETWORK


def _upwards(folder: Path) -> list[str]:
    return [os.fspath(one) for one in (folder, *folder.parents)]
