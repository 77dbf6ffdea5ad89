"""Logs: on stderr and in a file of the profile that only its owner reads; without secrets and forged lines."""

from __future__ import annotations

import faulthandler
import logging
import re
import sys
import threading
import time
from logging.handlers import RotatingFileHandler
from pathlib import Path
from types import TracebackType
from typing import IO, Any, TextIO

from dynsync_gui.system.paths import PRIVATE_FOLDER, open_private
from dynsync_gui.system.redaction import redact

_log = logging.getLogger(__name__)

_CHATTY = ("urllib3", "msal", "requests", "keyring", "asyncio", "werkzeug")
_BYTES_A_FILE = 2_000_000
_FILES = 4
_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


class SafeFormatter(logging.Formatter):
    """One line a record: secrets removed, control characters escaped, tracebacks indented below."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s.%(msecs)03dZ %(levelname)s %(name)s: %(message)s", "%Y-%m-%dT%H:%M:%S")
        self.converter = time.gmtime

    def format(self, record: logging.LogRecord) -> str:
        """The record as it is written."""
        message = redact(record.getMessage())
        plain = logging.makeLogRecord({**record.__dict__, "msg": escape(message), "args": None})
        plain.exc_info = plain.exc_text = plain.stack_info = None
        line = super().format(plain)
        details = self.formatException(record.exc_info) if record.exc_info else record.exc_text or ""
        if record.stack_info:
            details = f"{details}\n{record.stack_info}".strip()
        if details:
            line += "".join(f"\n    {escape(part)}" for part in redact(details).splitlines())
        return line


def escape(text: str) -> str:
    """Characters that could forge a line or steer a terminal, written out."""
    return _UNSEEN.sub(lambda found: found[0].encode("unicode_escape").decode(), text)


class _PrivateFile(RotatingFileHandler):
    """A rotating file that is made with 0600."""

    def _open(self) -> Any:
        return open(self.baseFilename, self.mode, encoding=self.encoding, errors="replace", opener=open_private)


class Logs:
    """The process's logs, from `start_logging` until `stop`."""

    def __init__(self, handlers: list[logging.Handler], before: list[tuple[logging.Logger, int]]) -> None:
        self._handlers = handlers
        self._before = before
        self._hooks = (sys.excepthook, threading.excepthook)
        self._crash: IO[str] | None = None
        self._watches_crashes = False

    def to_folder(self, folder: Path, *, verbose: bool = False) -> None:
        """Write to files of a folder, too, from now on; a folder that cannot be written is left alone."""
        try:
            folder.mkdir(mode=PRIVATE_FOLDER, exist_ok=True)
            handler = _PrivateFile(folder / "dynsync.log", maxBytes=_BYTES_A_FILE, backupCount=_FILES, encoding="utf-8")
            self._crash = open(folder / "crash.log", "a", encoding="utf-8", opener=open_private)  # noqa: SIM115  open until `stop`
        except OSError as cause:
            _log.warning("Logs are not kept in a file: %s", cause.strerror)
            return
        if not faulthandler.is_enabled():
            faulthandler.enable(self._crash)  # native crashes: stacks without values
            self._watches_crashes = True
        self._add(handler, logging.DEBUG if verbose else logging.INFO)

    def catch_crashes(self) -> None:
        """Log what no one caught, in any thread, without local variables; nothing of it reaches the screen raw."""
        sys.excepthook = _uncaught
        threading.excepthook = _uncaught_in_thread

    def stop(self) -> None:
        """Close files and put logging back as it was."""
        sys.excepthook, threading.excepthook = self._hooks
        for handler in self._handlers:
            logging.getLogger().removeHandler(handler)
            handler.close()
        for logger, level in self._before:
            logger.setLevel(level)
        if self._watches_crashes:
            faulthandler.disable()
        if self._crash is not None:
            self._crash.close()

    def _add(self, handler: logging.Handler, level: int) -> None:
        handler.setLevel(level)
        handler.setFormatter(SafeFormatter())
        logging.getLogger().addHandler(handler)
        self._handlers.append(handler)


def start_logging(stream: TextIO | None = None, *, verbose: bool = False) -> Logs:
    """Log to a stream: warnings, or everything of ours with `verbose`.

    Args:
        stream: stderr where it is None; a windowed program may have neither.
        verbose: Whether details are wanted.
    """
    root, ours = logging.getLogger(), logging.getLogger("dynsync_gui")
    before = [(logger, logger.level) for logger in (root, ours, *map(logging.getLogger, _CHATTY))]
    root.setLevel(logging.INFO)
    ours.setLevel(logging.DEBUG if verbose else logging.INFO)
    for name in _CHATTY:  # their debug lines hold addresses with parameters, and headers
        logging.getLogger(name).setLevel(logging.WARNING)
    logs = Logs([], before)
    where = stream or sys.stderr
    if where is not None:
        logs._add(logging.StreamHandler(where), logging.DEBUG if verbose else logging.WARNING)  # noqa: SLF001  its maker
    return logs


def _uncaught(kind: type[BaseException], value: BaseException, trace: TracebackType | None) -> None:
    _log.critical("DynSync met something that it does not know.", exc_info=(kind, value, trace))


def _uncaught_in_thread(caught: threading.ExceptHookArgs) -> None:
    if caught.exc_value is not None:
        _log.critical(
            "A thread ended with something that DynSync does not know.",
            exc_info=(caught.exc_type, caught.exc_value, caught.exc_traceback),
        )
