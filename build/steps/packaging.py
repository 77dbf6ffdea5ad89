"""Everything that people of this platform download, in `dist/`: one command from the source to the installer."""

from __future__ import annotations

import hashlib
import platform
import shutil
import sys
from collections.abc import Iterable
from pathlib import Path

from steps import bundling
from steps.bundling import DIST
from steps.console import ROOT, Stop, run, say


def package(python: Path) -> int:
    """Build the bundle, try it, and make this platform's installers, bill of materials and digests."""
    folder = bundling.bundle(python)
    self_test(folder)
    made = installers(folder)
    system = f"{sys.platform}-{platform.machine()}"
    bill = DIST / f"DynSync-{system}.cdx.json"
    shutil.copy(folder / bundling.LISTS / "sbom.cdx.json", bill)
    write_sums([*made, bill], DIST / f"SHA256SUMS-{system}")
    say("\n".join(["Made:", *(f"  {path.relative_to(ROOT)}" for path in made)]))
    return 0


def self_test(folder: Path) -> None:
    """Run the self-test of both programs; a computer without a screen or a keychain will do.

    Raises:
        Stop: A program does not work.
    """
    for name in ("dynsync", "DynSync"):
        if run([bundling.program(folder, name), "--self-test"]) not in {0, 1}:
            raise Stop(f"{name} was built, but does not work.")


def installers(folder: Path) -> list[Path]:
    """Make what people of this platform install from."""
    if sys.platform == "linux":
        from steps import linux_packages

        return [linux_packages.deb(folder), linux_packages.tarball(folder)]
    if sys.platform == "win32":
        from steps import windows_installers

        return windows_installers.make(folder)
    from steps import macos_image

    return [macos_image.make(DIST / "DynSync.app")]


def write_sums(files: Iterable[Path], target: Path) -> None:
    """Write the digests of files as ``sha256sum --check`` reads them."""
    rows = [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n" for path in sorted(files)]
    target.write_text("".join(rows), encoding="ascii")


def msi(python: Path, folder: Path) -> int:
    """Make the MSI from programs that were built, and signed, on Windows; signed itself where a key is there."""
    from steps import signing, windows_installers

    bundling.draw_icons(python)
    made = windows_installers.msi(folder.resolve(), DIST)
    signing.sign_windows([made])
    say(f"{made.name}: {made.stat().st_size / 1e6:.1f} MB")
    return 0
