"""What Mac users download: a disk image with the program and a link to Applications."""

from __future__ import annotations

import platform
from pathlib import Path

from bundle import identity
from steps.bundling import DIST
from steps.console import ROOT, need, say


def make(app: Path, dist: Path = DIST) -> Path:
    """Make the image of a program, signed and notarised where keys are there.

    Args:
        app: DynSync.app.
        dist: Where the image goes.
    """
    target = dist / f"DynSync-{identity.VERSION}-macos-{platform.machine()}.dmg"
    need([ROOT / "build/macos/make_dmg.sh", app, target], "The disk image could not be made.")
    say(f"{target.name}: {target.stat().st_size / 1e6:.1f} MB")
    return target
