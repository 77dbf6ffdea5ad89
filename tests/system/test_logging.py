"""Logs on stderr and in a private file: no secrets, no forged lines, no locals."""

from __future__ import annotations

import io
import logging
import os
import stat
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from dynsync_gui.system import logging as module
from dynsync_gui.system import redaction
from dynsync_gui.system.logging import Logs, start_logging
from dynsync_gui.system.redaction import keep_out

CANARY = "CANARY-of-the-log-1234"
ours = logging.getLogger("dynsync_gui.test")


@pytest.fixture
def screen() -> io.StringIO:
    return io.StringIO()


@pytest.fixture
def logs(screen: io.StringIO, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> Iterator[Logs]:
    """Started logs; `caplog` says that the warnings in these tests are meant."""
    monkeypatch.setattr(redaction, "_forms", frozenset())
    monkeypatch.setattr(redaction, "_pattern", None)
    started = start_logging(screen)
    yield started
    started.stop()


def test_warnings_go_to_the_screen_and_details_to_the_file(logs: Logs, screen: io.StringIO, tmp_path: Path) -> None:
    logs.to_folder(tmp_path / "log")
    ours.debug("too small")
    ours.info("a detail")
    ours.warning("a warning %d", 7)
    assert "a warning 7" in screen.getvalue()
    assert "a detail" not in screen.getvalue()
    kept = (tmp_path / "log" / "dynsync.log").read_text()
    assert "INFO dynsync_gui.test: a detail" in kept
    assert "too small" not in kept


@pytest.mark.skipif(os.name != "posix", reason="Windows keeps files private by their folder, not by their mode")
def test_files_are_private_even_after_they_rotate(logs: Logs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_BYTES_A_FILE", 300)
    logs.to_folder(tmp_path / "log")
    for number in range(20):
        ours.info("line %d, long enough to fill a file", number)
    files = list((tmp_path / "log").iterdir())
    assert len(files) == module._FILES + 2  # the current one, older ones, and the one for crashes
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
    assert stat.S_IMODE((tmp_path / "log").stat().st_mode) == 0o700


def test_a_folder_that_cannot_be_written_stops_nothing(logs: Logs, screen: io.StringIO, tmp_path: Path) -> None:
    (tmp_path / "log").write_text("a file")
    logs.to_folder(tmp_path / "log")
    assert "not kept in a file" in screen.getvalue()


def test_libraries_keep_their_details_to_themselves(logs: Logs, tmp_path: Path) -> None:
    logs.to_folder(tmp_path / "log", verbose=True)
    for name in ("urllib3.connectionpool", "msal.oauth2cli", "requests"):
        logging.getLogger(name).debug("GET /?client_secret=%s", CANARY)
        logging.getLogger(name).info("GET /?client_secret=%s", CANARY)
    assert (tmp_path / "log" / "dynsync.log").read_text() == ""


def test_no_secret_in_message_arguments_or_traceback(logs: Logs, screen: io.StringIO, tmp_path: Path) -> None:
    keep_out([CANARY])
    logs.to_folder(tmp_path / "log")
    ours.warning("the value %s", CANARY)
    ours.warning("headers %s", {"Authorization": f"Bearer {CANARY}"})
    try:
        int(f"bad {CANARY}")
    except ValueError:
        ours.exception("it stopped")
    written = screen.getvalue() + (tmp_path / "log" / "dynsync.log").read_text()
    assert written.count("'bad [removed]'") == 2
    assert CANARY not in written


def test_a_value_forges_no_line(logs: Logs, screen: io.StringIO) -> None:
    evil = "a\r\n2026-01-01T00:00:00.000Z CRITICAL forged: x\x1b[2J\u2028\u202e"
    ours.warning("name %s", evil)
    ours.error("stopped", exc_info=ValueError(evil))
    lines = screen.getvalue().splitlines()
    assert not any(line.startswith("2026-01-01") for line in lines)
    assert not set("\r\x1b\u2028\u202e") & set(screen.getvalue())
    assert r"a\r\n2026-01-01" in lines[0]


def test_crashes_are_logged_without_locals(logs: Logs, screen: io.StringIO) -> None:
    logs.catch_crashes()

    def crash() -> None:
        held = CANARY
        raise RuntimeError(f"{len(held)} characters")

    thread = threading.Thread(target=crash)
    thread.start()
    thread.join()
    try:
        crash()
    except RuntimeError as caught:
        sys.excepthook(RuntimeError, caught, caught.__traceback__)
    written = screen.getvalue()
    assert written.count("CRITICAL") == 2
    assert written.count("RuntimeError: 22 characters") == 2
    assert CANARY not in written


def test_stopping_puts_everything_back(tmp_path: Path) -> None:
    root = logging.getLogger()
    before = (list(root.handlers), root.level, sys.excepthook, threading.excepthook)
    logs = start_logging(io.StringIO())
    logs.to_folder(tmp_path / "log")
    logs.catch_crashes()
    logs.stop()
    assert (list(root.handlers), root.level, sys.excepthook, threading.excepthook) == before
