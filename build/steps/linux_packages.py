"""What Linux users download: a Debian package, and a tarball for the others."""

from __future__ import annotations

import email.utils
import gzip
import os
import re
import shutil
import subprocess
import tempfile
import textwrap
import time
from datetime import UTC, datetime
from pathlib import Path

from bundle import identity
from steps.bundling import DIST, LISTS, WORK
from steps.console import ROOT, Stop, need, say

HOME = Path("usr/lib/dynsync")
"""Where the package puts the bundle."""

LINKS = {"dynsync": "dynsync", "dynsync-gui": "DynSync"}
"""What stands in /usr/bin, and the program it leads to."""

MOST_MEGABYTES = 45
_MAINTAINER = f"{identity.PUBLISHER} <dynsync@example.invalid>"
_RECOMMENDED = "gnome-keyring | libkf5wallet-bin | keepassxc, xdg-desktop-portal, fonts-dejavu-core | fonts-noto-core"
_DESCRIPTION = f"""\
{identity.SUMMARY}
 Fill three pages, read in numbers what will happen, and start the sync. Nothing
 is written before the plan was approved; a rehearsal with sample systems needs
 no account anywhere.
"""


def deb(folder: Path, dist: Path = DIST, *, quick: bool = False) -> Path:
    """Make the Debian package of a bundle.

    Args:
        folder: The bundle.
        dist: Where the package goes.
        quick: Compress less, in a sixth of the time; for trying. What is given away is smaller.
    """
    target = dist / f"dynsync_{identity.VERSION}_{_architecture()}.deb"
    with tempfile.TemporaryDirectory(dir=dist, prefix="deb-") as made:
        root = Path(made)
        root.chmod(0o755)
        _lay_out(folder, root)
        (root / "DEBIAN").mkdir(mode=0o755)
        (root / "DEBIAN" / "control").write_text(_control(folder, root), encoding="utf-8")
        shutil.copy(ROOT / "build/linux/prerm", root / "DEBIAN" / "prerm")
        (root / "DEBIAN" / "prerm").chmod(0o755)
        need(
            [
                "env",
                f"SOURCE_DATE_EPOCH={_date()}",
                "dpkg-deb",
                "--root-owner-group",
                "-Zxz",
                f"-z{1 if quick else 6}",
                "--threads-max=2",
                "--build",
                root,
                target,
            ],
            "The Debian package could not be made.",
        )
    return _told(target)


def tarball(folder: Path, dist: Path = DIST) -> Path:
    """Pack a bundle for other distributions: unpack it anywhere and start what is inside."""
    name = f"DynSync-{identity.VERSION}-linux-{_architecture()}"
    target = dist / f"{name}.tar.xz"
    options = [
        *("--owner=0", "--group=0", "--numeric-owner", "--sort=name", f"--mtime=@{_date()}"),
        *("--use-compress-program=xz -T2", f"--transform=s,^{folder.name},{name},S"),
    ]
    need(["tar", "--create", "--file", target, *options, "-C", folder.parent, folder.name], "The tarball was not made.")
    return _told(target)


def dependencies(folder: Path) -> list[str]:
    """The Debian packages of the libraries that a bundle loads and does not have.

    Raises:
        Stop: A library is not installed here, or belongs to no package.
    """
    there = {path.name for path in folder.rglob("*.so*")}
    needed: set[str] = set()
    glibc = (2, 17)
    for path in [*folder.rglob("*.so*"), folder / identity.WINDOW]:
        if path.is_symlink():
            continue
        told = subprocess.run(["objdump", "-p", path], capture_output=True, text=True, check=True).stdout
        needed.update(re.findall(r"NEEDED +(\S+)", told))
        glibc = max([glibc, *(_numbers(found) for found in re.findall(r"\bGLIBC_([\d.]+)", told))])
    packages = {_package_of(library) for library in needed - there if not library.startswith("ld-linux")}
    packages = {f"libc6 (>= {'.'.join(map(str, glibc))})" if name == "libc6" else name for name in packages}
    return sorted({*packages, "ca-certificates"})


def _package_of(library: str) -> str:
    cached = subprocess.run(["/sbin/ldconfig", "-p"], capture_output=True, text=True, check=True).stdout
    paths = re.findall(rf"^\s*{re.escape(library)} .*=> (\S+)$", cached, re.MULTILINE)
    asked = [name for path in paths for name in _places(path)]
    done = subprocess.run(["dpkg-query", "--search", *asked], capture_output=True, text=True, check=False)
    names = sorted({line.split(":")[0] for line in done.stdout.splitlines() if "diversion" not in line})
    if not names:
        raise Stop(f"No installed package has {library}, which the bundle needs.")
    return names[0].removesuffix("t64")


def _places(path: str) -> set[str]:
    """The names under which dpkg may know a file where /lib is a link to /usr/lib."""
    real = os.path.realpath(path)
    return {path, real, path.removeprefix("/usr"), real.removeprefix("/usr")}


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


def _lay_out(folder: Path, root: Path) -> None:
    """Put every file where it belongs on a Debian system."""
    shutil.copytree(folder, root / HOME, symlinks=True)
    for library in (root / HOME).rglob("*.so*"):
        if not library.is_symlink():
            library.chmod(0o644)
    (root / "usr/bin").mkdir(parents=True)
    for link, name in LINKS.items():
        (root / "usr/bin" / link).symlink_to(Path("..") / HOME.relative_to("usr") / name)
    share = root / "usr/share"
    _write(
        share / f"applications/{identity.BUNDLE_ID}.desktop", (ROOT / "build/linux/dynsync.desktop").read_text("utf-8")
    )
    _write(share / f"metainfo/{identity.BUNDLE_ID}.metainfo.xml", metainfo())
    for picture in (WORK / "pictures").glob("dynsync-*.png"):
        size = picture.stem.removeprefix("dynsync-")
        _copy(picture, share / f"icons/hicolor/{size}x{size}/apps/dynsync.png")
    _copy(ROOT / "resources/icons/logo.svg", share / "icons/hicolor/scalable/apps/dynsync.svg")
    _write(share / "doc/dynsync/copyright", _copyright())
    _pack(share / "doc/dynsync/changelog.gz", changelog())
    manual = (ROOT / "build/linux/dynsync.1").read_text("utf-8")
    _pack(share / "man/man1/dynsync.1.gz", manual.replace("@VERSION@", identity.VERSION))
    (share / "man/man1/dynsync-gui.1.gz").symlink_to("dynsync.1.gz")
    _copy(ROOT / "build/linux/lintian-overrides", share / "lintian/overrides/dynsync")


def changelog() -> str:
    """What is new in this version, out of the README, as Debian writes it (deb-changelog)."""
    entry = f"- **{identity.VERSION}** "
    _, found, after = (ROOT / "README.md").read_text("utf-8").partition(entry)
    if not found:
        raise Stop(f"The changelog of the README lacks {identity.VERSION}.")
    news = textwrap.fill(
        " ".join(re.split(r"\n(?!  )", after)[0].split()), 76, initial_indent="  * ", subsequent_indent="    "
    )
    day = email.utils.format_datetime(datetime.fromtimestamp(_date(), UTC))
    return f"dynsync ({identity.VERSION}) stable; urgency=medium\n\n{news}\n\n -- {_MAINTAINER}  {day}\n"


def metainfo() -> str:
    """The AppStream data of this version."""
    text = (ROOT / "build/linux/metainfo.xml").read_text("utf-8")
    day = time.strftime("%Y-%m-%d", time.gmtime(_date()))
    return text.replace("@VERSION@", identity.VERSION).replace("@DATE@", day)


def _control(folder: Path, root: Path) -> str:
    kilobytes = sum(path.lstat().st_size for path in root.rglob("*") if path.is_file()) // 1024
    fields = {
        "Package": "dynsync",
        "Version": identity.VERSION,
        "Architecture": _architecture(),
        "Maintainer": _MAINTAINER,
        "Installed-Size": str(kilobytes),
        "Depends": ", ".join(dependencies(folder)),
        "Recommends": _RECOMMENDED,
        "Section": "net",
        "Priority": "optional",
        "Description": _DESCRIPTION.rstrip("\n"),
    }
    return "".join(f"{name}: {value}\n" for name, value in fields.items())


def _copyright() -> str:
    licence = (ROOT / "LICENSE").read_text("utf-8")
    listed = Path("/") / HOME / LISTS / "parts.json"
    return f"DynSync {identity.VERSION}\n\n{licence}\nIts parts and their licences are listed in {listed}\n"


def _date() -> int:
    """Seconds of the last commit, so that the same source makes the same packages."""
    done = subprocess.run(["git", "log", "-1", "--format=%ct"], cwd=ROOT, capture_output=True, text=True, check=False)
    return int(done.stdout.strip() or os.environ.get("SOURCE_DATE_EPOCH") or time.time())


def _architecture() -> str:
    done = subprocess.run(["dpkg", "--print-architecture"], capture_output=True, text=True, check=False)
    return done.stdout.strip() or os.uname().machine


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(source, target)
    target.chmod(0o644)


def _write(target: Path, text: str) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text, encoding="utf-8")
    target.chmod(0o644)


def _pack(target: Path, text: str) -> None:
    """The same text makes the same file: without a name and a time."""
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(gzip.compress(text.encode(), 9, mtime=0))
    target.chmod(0o644)


def _told(target: Path) -> Path:
    size = target.stat().st_size / 1e6
    say(f"{target.name}: {size:.1f} MB")
    if size > MOST_MEGABYTES:
        raise Stop(f"That is more than {MOST_MEGABYTES} MB.")
    return target
