"""The whole wizard to a finished sync, with the real service and the rehearsal systems, by keyboard alone."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from dynsync_gui.domain.findings.records import finding_of
from dynsync_gui.store.sync_store import SqliteStore

ROOT = Path(__file__).parents[2]

EXPECTED = ("propagateSizeHints", " INFO ", "OpenType support missing for")
"""The last one where this computer has no font for a script that sample people write in."""


def walk(folder: Path, language: str, keys: str, platform: str, end: str = "start") -> dict[str, object]:
    pictures = folder / "pictures"
    pictures.mkdir()
    environment = {**os.environ, "QT_QPA_PLATFORM": platform, "PYTHONPATH": str(ROOT), "TMPDIR": str(folder)}
    done = subprocess.run(
        [
            sys.executable,
            str(Path(__file__).with_name("walk.py")),
            str(folder / "profile"),
            language,
            keys,
            str(pictures),
            end,
        ],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=150,
    )
    assert done.returncode == 0, done.stderr
    unexpected = [line for line in done.stderr.splitlines() if not any(words in line for words in EXPECTED)]
    assert unexpected == []
    assert len(list(pictures.glob("*.png"))) == (9 if end == "start" else 5)
    return dict(json.loads(done.stdout.splitlines()[-1]))


def check_end(found: dict[str, object], folder: Path) -> None:
    assert found["threads"] == []
    store = SqliteStore(folder / "profile" / "rehearsal" / "dynsync.db", finding_of)
    try:
        (run,) = store.runs(5)
    finally:
        store.close()
    assert run.closes
    assert run.read >= 300
    assert run.outbox == 0
    assert str(run.acknowledged) in str(found["state"])
    assert not list(folder.glob("dynsync-rehearsal-*")), "the rehearsal left its folder behind"


@pytest.mark.parametrize(("language", "proof"), [("en", "Proved:"), ("fr", "Prouvé")])
def test_the_whole_wizard_offscreen(tmp_path, language, proof):
    found = walk(tmp_path, language, "qt", "offscreen")
    check_end(found, tmp_path)
    assert any(str(word).startswith(proof) for word in found["words"]), found["words"]


def test_cancel_leaves_nothing_behind(tmp_path):
    found = walk(tmp_path, "en", "qt", "offscreen", "cancel")
    assert found["threads"] == []
    assert [path.name for path in tmp_path.iterdir()] == ["pictures"]


@pytest.mark.screen
def test_the_whole_wizard_on_a_screen_by_keyboard(tmp_path):
    check_end(walk(tmp_path, "en", "xdotool", "xcb"), tmp_path)
