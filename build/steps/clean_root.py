"""Tries the Debian package in a Debian that has nothing: install, self-test, the wizard by keyboard, remove."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from steps import debian
from steps.cache import cache
from steps.console import ROOT, Stop, need, say
from steps.testing import KEYCHAIN, screen

SUITE = "bookworm"
"""The oldest Debian that is supported."""

_PROGRAMS = {
    "debootstrap": "debootstrap", "Xvfb": "xvfb", "openbox": "openbox", "xdotool": "xdotool", "import": "imagemagick",
    "dbus-run-session": "dbus", "gnome-keyring-daemon": "gnome-keyring",
    "/usr/libexec/at-spi-bus-launcher": "at-spi2-core", "/usr/lib/python3/dist-packages/gi": "python3-gi",
}  # fmt: skip
_OWN_MOUNTS = (
    *("unshare", "--mount", "bash", "-euc"),
    'mount --bind /proc "$0/proc"; mount --rbind /dev "$0/dev"; exec chroot "$0" "$@"',
)
"""Runs a program in a root, given first. Only it sees the mounts: nothing outside can be removed through them."""


def prove(package: Path, pictures: Path) -> int:
    """Try a package as somebody would who downloaded it.

    Args:
        package: The .deb.
        pictures: Where pictures of the wizard go.

    Raises:
        Stop: Something is not as it has to be.
    """
    if os.geteuid() != 0:
        raise Stop("A clean Debian can be made with the rights of root only.")
    lacking = sorted(
        {name for program, name in _PROGRAMS.items() if not shutil.which(program) and not Path(program).exists()}
    )
    if lacking:
        debian.install(lacking, "The package is tried in a clean Debian.")
    pictures.mkdir(parents=True, exist_ok=True)
    with _clean_root() as root:
        if (root / "usr/bin/python3").exists():
            raise Stop("The Debian for the trial has a Python; it has to do without.")
        before = _names(root)
        _install(root, package)
        with screen() as display:
            _try_installed(root, display, pictures)
        _remove(root, before)
    say("The Debian package does what it has to, in a clean Debian.")
    return 0


def _install(root: Path, package: Path) -> None:
    began = time.monotonic()
    kept = cache() / "debs"
    kept.mkdir(parents=True, exist_ok=True)
    archives = root / "var/cache/apt/archives"
    for one in kept.glob("*.deb"):
        shutil.copy(one, archives)
    shutil.copy(package, root / "package.deb")
    asked = [
        "apt-get",
        "-qq",
        "-o",
        "APT::Keep-Downloaded-Packages=true",
        "install",
        "--yes",
        "--no-install-recommends",
    ]
    for last in (False, True):
        if _inside(root, [*asked, "/package.deb"], quiet=not last) == 0:
            break
        if last:
            raise Stop("The package could not be installed.")
        _inside(root, ["apt-get", "-qq", "update"])
    for one in archives.glob("*.deb"):
        if not (kept / one.name).exists():
            shutil.copy(one, kept)
    (root / "package.deb").unlink()
    say(f"- installed, with what it depends on ({time.monotonic() - began:.0f} s)")


def _try_installed(root: Path, display: str, pictures: Path) -> None:
    say("- self-test of both programs, with a screen and a keychain; then the wizard, by keyboard")
    program = Path(__file__).with_name("in_clean_root.sh")
    walk = Path(__file__).with_name("keyboard_walk.py")
    with tempfile.TemporaryDirectory(prefix="dynsync-session-") as folder:
        variables = {
            "DISPLAY": display,
            "ROOT": str(root),
            "SESSION": folder,
            "WALK": str(walk),
            "PICTURES": str(pictures),
        }
        command = ["unshare", "--mount", "bash", KEYCHAIN, "bash", program]
        done = subprocess.run(command, env={**os.environ, **variables}, check=False, cwd=ROOT)
        if done.returncode:
            raise Stop("The installed DynSync does not work; what it said stands above.")
        for name in ("dynsync", "DynSync"):
            checks = json.loads((Path(folder) / f"{name}.json").read_text("utf-8"))["checks"]
            bad = [f"{check['title']}: {check['finding']}" for check in checks if check["state"] != "passed"]
            if bad:
                raise Stop(f"{name} --self-test: {'; '.join(bad)}")
            say(f"    {name}: {len(checks)} checks passed")


def _remove(root: Path, before: set[str]) -> None:
    if _inside(root, ["apt-get", "-qq", "remove", "--yes", "dynsync"]):
        raise Stop("The package could not be removed.")
    left = {name for name in _names(root) - before if "dynsync" in name.lower()}
    kept = {name for name in left if name.startswith(("root/", "tmp/", "var/cache/apt/", "var/lib/apt/", "var/log/"))}
    if left - kept:
        raise Stop(f"Left behind after removal: {', '.join(sorted(left - kept))}")
    if not any(name.endswith("rehearsal/dynsync.db") for name in kept):
        raise Stop("What the user kept went with the package.")
    say("- removed; left is only what the user kept")


@contextlib.contextmanager
def _clean_root() -> Iterator[Path]:
    """A minimal Debian in a folder that vanishes; the first one is fetched and kept for the next."""
    packed = cache() / f"{SUITE}-minbase.tar"
    if not packed.exists():
        _fetch_root(packed)
    with tempfile.TemporaryDirectory(prefix="dynsync-root-", ignore_cleanup_errors=True) as folder:
        root = Path(folder)
        need(["tar", "--extract", "--numeric-owner", "--file", packed, "-C", root], "The Debian could not be unpacked.")
        _reach_packages(root)
        yield root


def _fetch_root(packed: Path) -> None:
    say("Fetching a minimal Debian, which takes half a minute the first time ...")
    packed.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=packed.parent) as folder:
        root = Path(folder) / "root"
        done = subprocess.run(
            ["debootstrap", "--variant=minbase", SUITE, root], capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise Stop(f"A minimal Debian could not be fetched.\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
        part = packed.with_suffix(".part")
        need(["tar", "--create", "--numeric-owner", "--file", part, "-C", root, "."], "The Debian could not be packed.")
        part.replace(packed)


def _reach_packages(root: Path) -> None:
    """Let apt in there find packages as it does out here."""
    for name in (
        "etc/apt/sources.list",
        "etc/apt/sources.list.d",
        "etc/apt/apt.conf.d",
        "etc/resolv.conf",
        "etc/apt/keyrings",
    ):
        source, target = Path("/") / name, root / name
        if source.is_dir():
            shutil.copytree(source, target, dirs_exist_ok=True)
        elif source.exists():
            shutil.copy(source, target)
    if list((root / "etc/apt/sources.list.d").glob("*.sources")):
        (root / "etc/apt/sources.list").unlink(missing_ok=True)


def _inside(root: Path, words: Sequence[str], *, quiet: bool = True) -> int:
    """Run a program in there and return its exit status."""
    clean = {
        "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
        "DEBIAN_FRONTEND": "noninteractive",
        "HOME": "/root",
        "LANG": "C.UTF-8",
    }
    done = subprocess.run([*_OWN_MOUNTS, root, *words], env=clean, capture_output=True, text=True, check=False)
    if done.returncode and not quiet:
        sys.stderr.write(done.stdout[-3000:] + done.stderr[-3000:])
    return done.returncode


def _names(root: Path) -> set[str]:
    """Every file in there, without what is only lent to it."""
    lent = {"proc", "dev", "tmp", "sys"}
    found: set[str] = set()
    for place in root.iterdir():
        if place.name not in lent:
            found.update(path.relative_to(root).as_posix() for path in [place, *place.rglob("*")])
    return found
