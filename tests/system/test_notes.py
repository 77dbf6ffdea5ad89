from __future__ import annotations

import stat
import sys
from pathlib import Path

import pytest

from dynsync_gui.system.notes import FolderNotes


def test_a_note_is_read_back_private_and_whole(tmp_path: Path) -> None:
    notes = FolderNotes(tmp_path)
    assert notes.read("window") == {}
    notes.write("window", {"explained": "yes", "by": "Zoë"})
    notes.write("window", {"explained": "no"})
    assert FolderNotes(tmp_path).read("window") == {"explained": "no"}
    (path,) = tmp_path.iterdir()
    if sys.platform != "win32":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize("content", [b"", b"{", b"[1]", b"\xff", b"[" * 50_000, b'{"a": 1}'])
def test_what_cannot_be_understood_was_never_noted(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "note-window.json").write_bytes(content)
    assert FolderNotes(tmp_path).read("window") == {}


def test_no_folder_is_made_for_a_note(tmp_path: Path) -> None:
    FolderNotes(tmp_path / "none").write("window", {"a": "b"})
    assert not (tmp_path / "none").exists()
