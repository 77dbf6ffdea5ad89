"""What of all that PyInstaller finds is left out: what DynSync never loads, and what the system has itself."""

from __future__ import annotations

import re
import sys
import sysconfig
from collections.abc import Callable, Iterable
from pathlib import Path, PurePath

Row = tuple[str, str, str]
"""One file as PyInstaller lists it: name in the bundle, source, kind."""

UNUSED_MODULES = [
    "tkinter", "unittest", "pydoc_data", "readline", "setuptools", "pip", "cffi", "pycparser",
    "_codecs_cn", "_codecs_hk", "_codecs_iso2022", "_codecs_jp", "_codecs_kr", "_codecs_tw",
]  # fmt: skip

PLUGINS = {
    "platforms": ("qxcb", "qoffscreen", "qwindows", "qcocoa"),
    "iconengines": ("qsvgicon",),
    "imageformats": ("qsvg",),
    "platforminputcontexts": ("composeplatforminputcontextplugin", "ibusplatforminputcontextplugin"),
    "platformthemes": ("qxdgdesktopportal",),
    "styles": ("qmodernwindowsstyle", "qwindowsvistastyle", "qmacstyle"),
    "tls": ("qopensslbackend", "qschannelbackend", "qsecuretransportbackend"),
}
"""The plugins of Qt that are kept, by folder; `tls` only where QtNetwork is."""

SMALL_X_LIBRARIES = (
    "libxcb-cursor", "libxcb-icccm", "libxcb-image", "libxcb-keysyms", "libxcb-render-util", "libxcb-util",
)  # fmt: skip
"""Libraries that Qt needs to show windows on X, and that a desktop need not have."""

OF_PYTHON = ("libssl", "libcrypto", "libsqlite3", "libffi", "liblzma", "libbz2", "libuuid")
"""Libraries of the system that Python was built with; another system has other versions."""

_ROOT_KINDS = {"EXTENSION"}


def qt_modules_in_use(package: Path) -> set[str]:
    """Names such as ``PySide6.QtGui`` that the code of a package imports."""
    found: set[str] = set()
    for path in package.rglob("*.py"):
        found.update(re.findall(r"\bPySide6\.Qt\w+", path.read_text(encoding="utf-8")))
    return found


def unused_qt_modules(package: Path) -> list[str]:
    """The modules of the installed PySide6 that a package does not import."""
    import PySide6

    there = {f"PySide6.{path.name.partition('.')[0]}" for path in Path(PySide6.__file__).parent.glob("Qt*.*")}
    return sorted(there - qt_modules_in_use(package))


def trimmed(rows: Iterable[Row], needs: Callable[[str], Iterable[str]], platform: str = sys.platform) -> list[Row]:
    """The binaries that are loaded, directly or by one another.

    Args:
        rows: As PyInstaller lists binaries.
        needs: File names of the libraries that a binary asks for.
        platform: As `sys.platform` has it.
    """
    wanted = [row for row in rows if _is_wanted_plugin(row[0]) and not _comes_with_the_system(row[1], platform)]
    if platform == "darwin":  # libraries stand in frameworks there, and are found by other names
        return [row for row in wanted if row[2] != "BINARY" or not _is_foreign_framework(row, wanted)]
    by_name: dict[str, list[Row]] = {}
    for row in wanted:  # a library of Microsoft's stands beside each of those that need it
        by_name.setdefault(PurePath(row[0]).name.lower(), []).append(row)
    open_ = [row for row in wanted if row[2] in _ROOT_KINDS or "plugins" in PurePath(row[0]).parts or _is_root(row)]
    reached: dict[str, Row] = {}
    while open_:
        row = open_.pop()
        if row[0] in reached:
            continue
        reached[row[0]] = row
        open_ += [found for name in needs(row[1]) for found in by_name.get(name.lower(), ())]
    return [row for row in wanted if row[0] in reached]


def trimmed_data(rows: Iterable[Row], binaries: Iterable[Row]) -> list[Row]:
    """The other files: of Qt's translations those of the languages DynSync speaks, no link to what was left out."""
    there = {PurePath(row[0]).name for row in binaries}
    kept = []
    for row in rows:
        path = PurePath(row[0])
        if "PySide6" in path.parts and "translations" in path.parts and path.name != "qtbase_fr.qm":
            continue
        if row[2] == "SYMLINK" and path.name not in there and ".framework" not in row[0]:
            continue
        if path.suffix in {".pyi", ".pxd"} or "tests" in path.parts:
            continue
        kept.append(row)
    return kept


def _is_wanted_plugin(name: str) -> bool:
    parts = PurePath(name).parts
    if "plugins" not in parts or "PySide6" not in parts:
        return "opengl32sw" not in name
    folder = parts[parts.index("plugins") + 1]
    stem = PurePath(name).name.partition(".")[0].removeprefix("lib")
    return stem in PLUGINS.get(folder, ())


def _comes_with_the_system(source: str, platform: str) -> bool:
    if platform != "linux":
        return False
    own = (sysconfig.get_path("purelib"), sys.base_prefix + "/lib/python", sys.base_prefix + "/lib/libpython")
    if source.startswith(own) or "/site-packages/" in source:
        return False
    return not PurePath(source).name.startswith((*SMALL_X_LIBRARIES, *OF_PYTHON, "libpython"))


def _is_root(row: Row) -> bool:
    """Whether something is loaded by name and not by another file."""
    name = PurePath(row[0]).name.lower()
    return name.startswith(("libpython", "python3", "vcruntime", "ucrtbase", "api-ms-"))


def _is_foreign_framework(row: Row, rows: Iterable[Row]) -> bool:
    """Whether a framework of Qt belongs to a module that is not in the bundle and that no other needs."""
    always = {"QtCore", "QtGui", "QtWidgets", "QtSvg", "QtDBus", "QtNetwork"}
    found = re.search(r"(Qt\w+)\.framework", row[0])
    return found is not None and found.group(1) not in always
