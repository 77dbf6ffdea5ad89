from __future__ import annotations

import stat
import sys
from pathlib import Path

from dynsync_gui.system.removal import remove_profile
from dynsync_gui.system.shelf import FolderShelf


def test_what_is_kept_is_read_back_private_and_goes_with_the_profile(tmp_path: Path) -> None:
    folder = tmp_path / "profile"
    shelf = FolderShelf(folder)
    shelf.put("place", b"none")
    assert not folder.exists(), "no folder is made for it"
    folder.mkdir()
    assert shelf.read("place") is None
    shelf.put("place", b"old")
    shelf.put("place", b"new \xff")
    assert FolderShelf(folder).read("place") == b"new \xff"
    (path,) = folder.iterdir()
    if sys.platform != "win32":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert remove_profile(folder) == ()
    assert not folder.exists()


def test_what_cannot_be_kept_is_not(tmp_path: Path) -> None:
    (tmp_path / "shelf-place").mkdir()
    shelf = FolderShelf(tmp_path)
    shelf.put("place", b"content")
    assert shelf.read("place") is None
