"""One folder with both programs and everything they need, by PyInstaller."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from bundle import elf
from steps.console import ROOT, Stop, need, run, say

DIST = ROOT / "dist"
WORK = ROOT / ".cache" / "packaging"
SPEC = ROOT / "build" / "dynsync.spec"
LISTS = Path("lib/dynsync_gui/resources/licences")
"""Where the bundle has its licences and bill of materials."""

MOST_MEGABYTES = 130
"""What a bundle may take on Windows and Linux."""

_GROUPS: tuple[tuple[str, Callable[[str], bool]], ...] = (
    ("ICU, the Unicode library of Qt", lambda name: "libicu" in name),
    ("Qt", lambda name: "qt" in name.lower() and "pyside6" in name.lower() and ".abi3" not in name),
    ("PySide6 and Shiboken", lambda name: "pyside6" in name.lower() or "shiboken6" in name.lower()),
    ("cryptography and OpenSSL", lambda name: any(word in name for word in ("cryptography", "libcrypto", "libssl"))),
    ("the programs, with the Python code", lambda name: "/" not in name),
    ("resources", lambda name: "dynsync_gui" in name),
    ("Python and the rest", lambda _: True),
)


def bundle(python: Path, dist: Path = DIST, interpret: Callable[[Sequence[str | Path]], int] | None = None) -> Path:
    """Build the folder `DynSync` and return it.

    Args:
        python: The environment's interpreter.
        dist: Where the folder goes.
        interpret: Runs the Python whose product is built, with arguments; the environment's where None.

    Raises:
        Stop: It could not be built, or has grown too large.
    """
    draw_icons(python)
    folder = dist / "DynSync"
    shutil.rmtree(folder, ignore_errors=True)
    options: list[str | Path] = [
        "--distpath",
        dist,
        "--workpath",
        WORK / dist.name,
        "--noconfirm",
        "--log-level",
        "WARN",
    ]
    if (interpret or (lambda words: run([python, *words])))(["-m", "PyInstaller", *options, SPEC]):
        raise Stop("The programs could not be built; PyInstaller's words above tell why.")
    if sys.platform == "linux":
        for library in folder.rglob("*.so*"):
            if library.is_file() and not library.is_symlink():
                elf.forget_build_paths(library)
    if (console := folder / "dynsync-terminal.exe").exists():
        console.rename(folder / "dynsync.com")
    elif not (folder / "dynsync-terminal").exists():
        (folder / "dynsync").symlink_to("DynSync")
    for name in ("parts.json", "sbom.cdx.json"):
        if not (folder / LISTS / name).is_file():
            raise Stop(f"The bundle lacks {name}.")
    tell_sizes(folder)
    return folder


def draw_icons(python: Path) -> None:
    """Make the icons of all platforms from the drawing."""
    need([python, ROOT / "build/bundle/pictures.py", WORK / "pictures"], "The icons could not be drawn.")


def tell_sizes(folder: Path) -> None:
    """Say how large a bundle is, by parts; raises Stop where it is too large."""
    sizes = dict.fromkeys((title for title, _ in _GROUPS), 0)
    for path in folder.rglob("*"):
        if path.is_file() and not path.is_symlink():
            name = path.relative_to(folder).as_posix()
            sizes[next(title for title, holds in _GROUPS if holds(name))] += path.stat().st_size
    total = sum(sizes.values()) / 1e6
    say(f"{folder.name}, unpacked: {total:.0f} MB")
    for title, size in sorted(sizes.items(), key=lambda row: -row[1]):
        say(f"  {size / 1e6:6.1f} MB  {title}")
    if total > MOST_MEGABYTES and sys.platform != "darwin":
        raise Stop(f"That is more than {MOST_MEGABYTES} MB.")


def program(folder: Path, name: str) -> Path:
    """A program in a bundle of this platform: ``DynSync`` or ``dynsync``."""
    endings = {"win32": {"DynSync": ".exe", "dynsync": ".com"}, "darwin": {"dynsync": "-terminal"}}
    return folder / (name + endings.get(sys.platform, {}).get(name, ""))
