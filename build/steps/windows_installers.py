"""What Windows users download: an installer to double-click, and an MSI for managed roll-out."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from bundle import identity
from steps import signing
from steps.bundling import DIST, WORK
from steps.console import ROOT, Stop, need, say

MOST_MEGABYTES = 45
_SOURCES = ROOT / "build" / "windows"


def make(folder: Path, dist: Path = DIST, *, quick: bool = False) -> list[Path]:
    """Make both from a bundle, signed where keys are there.

    Args:
        folder: The bundle.
        dist: Where they go.
        quick: Compress little; for trying, not for giving away.
    """
    signing.sign_windows([folder / "DynSync.exe", folder / "dynsync.com"])
    made = [setup(folder, dist, quick=quick)]
    if shutil.which("wixl"):
        made.append(msi(folder, dist))
    else:
        say("The MSI is left out: it is made by wixl, on Linux (package wixl).")
    signing.sign_windows(made)
    for path in made:
        size = path.stat().st_size / 1e6
        say(f"{path.name}: {size:.1f} MB")
        if size > MOST_MEGABYTES and not quick and path.suffix == ".exe":
            raise Stop(f"That is more than {MOST_MEGABYTES} MB.")
    return made


def setup(folder: Path, dist: Path, *, quick: bool = False, version: str = identity.VERSION) -> Path:
    """The installer to double-click (NSIS)."""
    target = dist / f"DynSync-{version}-Setup.exe"
    kilobytes = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) // 1024
    values = {
        "SOURCE": folder,
        "OUT": target,
        "VERSION": version,
        "KILOBYTES": kilobytes,
        "ICON": WORK / "pictures/dynsync.ico",
        "SIDE": WORK / "pictures/side.bmp",
    }
    mark = "/D" if sys.platform == "win32" else "-D"
    options = [f"{mark}{name}={value}" for name, value in values.items()] + ([f"{mark}QUICK"] if quick else [])
    quiet = ["/V2", "/WX"] if sys.platform == "win32" else ["-V2", "-WX"]
    need(["makensis", *quiet, *options, _SOURCES / "dynsync.nsi"], "The installer could not be made.")
    return target


def msi(folder: Path, dist: Path, version: str = identity.VERSION) -> Path:
    """The package for managed roll-out (Windows Installer)."""
    target = dist / f"DynSync-{version}.msi"
    names = "".join(f"{path.relative_to(folder).as_posix()}\n" for path in sorted(folder.rglob("*")) if path.is_file())
    listed = WORK / "files.wxs"
    heat = [
        "wixl-heat",
        "--directory-ref",
        "INSTALLDIR",
        "--component-group",
        "Files",
        "--var",
        "var.Source",
        "--win64",
    ]
    done = subprocess.run([*heat, "-p", ""], input=names, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Stop(f"The list of files for the MSI could not be made.\n{done.stderr}")
    listed.write_text(done.stdout, encoding="utf-8")
    terminal = re.search(r'<File Id="(\w+)"[^>]*Source="[^"]*/dynsync\.com"', done.stdout)
    if terminal is None:
        raise Stop("The list of files for the MSI lacks dynsync.com.")
    # wixl takes files by relative names only.
    source, icon = (os.path.relpath(path, ROOT) for path in (folder, WORK / "pictures/dynsync.ico"))
    values = {"Source": source, "Version": version, "Icon": icon, "Terminal": terminal[1], "Win64": "yes"}
    defined = [word for name, value in values.items() for word in ("-D", f"{name}={value}")]
    need(
        ["wixl", "--arch", "x64", *defined, "-o", target, _SOURCES / "dynsync.wxs", listed],
        "The MSI could not be made.",
    )
    return target
