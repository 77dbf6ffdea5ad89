"""How DynSync presents itself to the platforms: names, version resource, property list, icons."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]

NAME = "DynSync"
SUMMARY = "Keeps the same people in Microsoft Dynamics 365 and Adobe Marketo Engage"
PUBLISHER = "The DynSync project"
COPYRIGHT = "MIT licence"
BUNDLE_ID = "io.github.dynsync.DynSync"
VERSION = re.findall(r'^__version__ = "([\d.]+)"$', (ROOT / "dynsync_gui/__init__.py").read_text(), re.MULTILINE)[0]

WINDOW = NAME
TERMINAL = "dynsync-terminal"
"""What PyInstaller calls the command line where it is a file of its own. On Windows ``dynsync.com`` is made of it:
``dynsync.exe`` would be the window, and ``dynsync`` at a prompt finds ``.com`` first."""

DESCRIPTIONS = {"window": NAME, "either": NAME, "terminal": f"{NAME} command line"}
OLDEST_MACOS = "14.0"
"""The oldest that is supported; the wheels of Qt would do with 13."""


def icon(pictures: Path) -> str | None:
    """The icon file that goes into an executable of this platform; Linux has none there."""
    name = {"win32": "dynsync.ico", "darwin": "dynsync.icns"}.get(sys.platform)
    return str(pictures / name) if name else None


def version_resource(work: Path, program: str, description: str) -> str | None:
    """Write what Windows shows under Properties, Details; returns the file, None elsewhere."""
    if sys.platform != "win32":
        return None
    path = work / f"{program}.version.txt"
    file = "dynsync.com" if program == TERMINAL else f"{program}.exe"
    path.write_text(version_text(file, description), encoding="utf-8")
    return str(path)


def version_text(file: str, description: str) -> str:
    """A version resource as PyInstaller reads it, in US English and Unicode."""
    numbers = tuple(int(part) for part in VERSION.split("."))
    numbers += (0,) * (4 - len(numbers))
    strings = {
        "CompanyName": PUBLISHER,
        "FileDescription": description,
        "FileVersion": VERSION,
        "InternalName": file,
        "LegalCopyright": COPYRIGHT,
        "OriginalFilename": file,
        "ProductName": NAME,
        "ProductVersion": VERSION,
    }
    rows = ", ".join(f"StringStruct({name!r}, {value!r})" for name, value in strings.items())
    return (
        f"VSVersionInfo(ffi=FixedFileInfo(filevers={numbers}, prodvers={numbers}, mask=0x3F, flags=0, OS=0x40004, "
        "fileType=1, subtype=0, date=(0, 0)), kids=["
        f"StringFileInfo([StringTable('040904B0', [{rows}])]), "
        "VarFileInfo([VarStruct('Translation', [1033, 1200])])])\n"
    )


def info_plist() -> dict[str, Any]:
    """The keys of Info.plist besides those that PyInstaller sets.

    It takes the last program for the kind of the whole: with a command line it would hide all windows.
    """
    return {
        "CFBundleExecutable": WINDOW,
        "LSBackgroundOnly": False,
        "CFBundleDisplayName": NAME,
        "CFBundleShortVersionString": VERSION,
        "CFBundleVersion": VERSION,
        "CFBundleDevelopmentRegion": "en",
        "CFBundleLocalizations": ["en", "fr"],
        "LSApplicationCategoryType": "public.app-category.business",
        "LSMinimumSystemVersion": OLDEST_MACOS,
        "NSHighResolutionCapable": True,
        "NSRequiresAquaSystemAppearance": False,
        "NSSupportsAutomaticGraphicsSwitching": True,
        "NSHumanReadableCopyright": COPYRIGHT,
    }
