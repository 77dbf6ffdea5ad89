"""The checks of the self-test, in the order in which they are told."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from uuid import uuid4

from dynsync_gui.domain.errors import DynSyncError, SecretsUnavailable
from dynsync_gui.domain.findings.records import finding_of
from dynsync_gui.domain.ports.apart import ApartFailed
from dynsync_gui.domain.secrets import Secrets
from dynsync_gui.domain.text import Message, language, msg, tr
from dynsync_gui.selftest.footprint import Footprint
from dynsync_gui.selftest.outcome import Failed, Lacking, Outcome, State
from dynsync_gui.selftest.syncing import check_rehearsal
from dynsync_gui.selftest.trust import check_trust
from dynsync_gui.store.sync_store import SqliteStore
from dynsync_gui.system.apart import ProcessApart
from dynsync_gui.system.language import LANGUAGES, speak
from dynsync_gui.system.programs import is_installed
from dynsync_gui.system.resources import read_help
from dynsync_gui.system.secrets import KeychainSecrets

Check = Callable[[Path], str]
"""Does one thing in a folder of its own and says what was seen; raises `Failed` or `Lacking`."""

ONLY_WINDOW = "--only-window"
"""Asks a second copy of this program to open a window: where Qt finds no screen it ends the whole process."""

_WINDOW_SECONDS = 60.0


def check_window(_folder: Path) -> str:
    """Open and paint a window, on the screen where there is one."""
    platform = {"win32": "windows", "darwin": "cocoa"}.get(sys.platform, "xcb")
    screen = sys.platform != "linux" or bool(os.environ.get("DISPLAY"))
    seen = _window(platform if screen else "offscreen")
    if not screen:
        raise Lacking(tr("no screen here; a window was painted without one ({seen})", seen=seen))
    return seen


def _window(platform: str) -> str:
    start = [sys.executable] if is_installed() else [sys.executable, "-m", "dynsync_gui.selftest"]
    flags = getattr(subprocess, "CREATE_NO_WINDOW", 0)
    command = [*start, "--self-test", ONLY_WINDOW, platform]
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_WINDOW_SECONDS,
            check=False,
            creationflags=flags,
        )
    except subprocess.TimeoutExpired:
        raise Failed(tr("No window was painted in time.")) from None
    if done.returncode:
        reason = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise Failed(tr("Qt could not open a window: {reason}", reason=reason[-1] if reason else f"{done.returncode}"))
    told = json.loads(done.stdout)
    _see_no_strays(told["strays"])
    return str(told["seen"])


def check_keychain(_folder: Path) -> str:
    """Keep a secret, read it back and remove it."""
    kept = KeychainSecrets(f"self-test {uuid4().hex[:8]}", patience=30.0)
    secrets = Secrets(marketo_client_secret=f"ü✓{uuid4().hex}")
    try:
        kept.write(secrets)
        same = kept.read() == secrets
        kept.delete()
        gone = kept.read() == Secrets()
    except SecretsUnavailable as missing:
        if missing.code == "keychain-missing":
            raise Lacking(str(missing.finding.title)) from missing
        raise
    if not (same and gone):
        raise Failed(tr("The keychain did not give back what it was given."))
    return tr("kept, read back and removed")


def check_database(folder: Path) -> str:
    """Make a profile's database and open it again."""
    for _ in range(2):
        store = SqliteStore(folder / "check.db", finding_of)
        try:
            store.runs(1)
        finally:
            store.close()
    return f"SQLite {sqlite3.sqlite_version}"


def check_apart(_folder: Path) -> str:
    """Let the process that looks after large tables do something."""
    try:
        process = ProcessApart(len)
        try:
            process.give(b"self-test")
            done = process.take() == len(b"self-test")
        finally:
            process.close()
    except ApartFailed as cause:
        raise Failed(tr("No second process works here: {reason}", reason=repr(cause.__cause__))) from cause
    if not done:
        raise Failed(tr("The second process did not give back what it was asked for."))
    return tr("started, used and ended")


def check_texts(_folder: Path) -> str:
    """Speak every language, and find a help page in it."""
    before = language()
    try:
        for code in LANGUAGES:
            if speak(code) != code or (code != "en" and tr("Cancel") == "Cancel"):
                raise Failed(tr("The texts in “{language}” are not there.", language=code))
            read_help("fields", code)
    finally:
        speak(before)
    return ", ".join(LANGUAGES)


CHECKS: tuple[tuple[str, Message, Check], ...] = (
    ("window", msg("Window"), check_window),
    ("trust", msg("Secure connections"), check_trust),
    ("keychain", msg("Keychain"), check_keychain),
    ("database", msg("Database"), check_database),
    ("apart", msg("Second process"), check_apart),
    ("texts", msg("Languages"), check_texts),
    ("rehearsal", msg("Rehearsal sync"), check_rehearsal),
)
FILES = ("files", msg("Files"))


def outcomes(folder: Path, checks: tuple[tuple[str, Message, Check], ...] = CHECKS) -> Iterator[Outcome]:
    """Make every check, and at the end say whether anything was written outside of a folder.

    Args:
        folder: An empty folder, the only place that may be written.
        checks: Id, title and what to do.
    """
    footprint = Footprint(folder)
    for name, title, check in checks:
        with footprint.watched():
            yield _outcome(name, title, check, folder)
    yield _outcome(*FILES, lambda _: _nothing_strayed(footprint), folder)


def _outcome(name: str, title: Message, check: Check, folder: Path) -> Outcome:
    began = time.monotonic()
    try:
        state, finding = State.PASSED, check(folder)
    except Lacking as lacking:
        state, finding = State.LACKING, str(lacking)
    except Failed as failed:
        state, finding = State.FAILED, str(failed)
    except DynSyncError as error:
        state, finding = State.FAILED, f"{error.finding.title} ({error.code} {error.detail})"
    except Exception as cause:  # noqa: BLE001  whatever is wrong with an installation is its finding
        state, finding = State.FAILED, f"{type(cause).__name__}: {cause}"
    return Outcome(name, title, state, finding, time.monotonic() - began)


def _nothing_strayed(footprint: Footprint) -> str:
    _see_no_strays(footprint.strays)
    return tr("nothing was written outside of its own folders")


def _see_no_strays(strays: Iterable[str]) -> None:
    if files := ", ".join(sorted(strays)):
        raise Failed(tr("Written outside of its folders: {files}", files=files))
