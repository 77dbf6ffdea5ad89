"""The third door: whether an installed DynSync works on this computer. Touches no profile and no real system."""

from __future__ import annotations

import argparse
import io
import json
import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from dynsync_gui.domain.text import msg
from dynsync_gui.system.language import LANGUAGES, choose_language, speak
from dynsync_gui.system.logging import start_logging

FLAG = "--self-test"
"""What opens this door in the built programs."""

TITLE = msg("Self-test of DynSync")


def main(arguments: Sequence[str] | None = None) -> int:
    """Make every check, tell the result, and return the exit status: 0 works, 1 works but lacks something, 5 does not.

    Args:
        arguments: As after the program's name; the process's own where None.
    """
    options = _parser().parse_args(sys.argv[1:] if arguments is None else arguments)
    sys.dont_write_bytecode = True
    if options.only_window:
        return _paint(options.only_window)
    speak(options.language or choose_language())
    logs = start_logging()
    try:
        with tempfile.TemporaryDirectory(prefix="dynsync-self-test-", ignore_cleanup_errors=True) as folder:
            _use_for_temporary_files(folder)
            # Only now: SQLite asks for the place of its temporary files once, when it is loaded.
            from dynsync_gui.selftest.checks import outcomes  # noqa: PLC0415

            found = list(outcomes(Path(folder)))
    finally:
        logs.stop()
    from dynsync_gui.selftest.outcome import document, status_of, text  # noqa: PLC0415  not needed to show help

    # Plain ASCII, so that no console and no pipe can break the document.
    told = json.dumps(document(found), indent=2) if options.json else text(found)
    if sys.stdout is not None:
        if isinstance(sys.stdout, io.TextIOWrapper):
            sys.stdout.reconfigure(errors="replace")  # a narrow console shows what it can
        sys.stdout.write(told + "\n")
    else:  # a program of Windows that was started without a console
        from dynsync_gui.ui.trial import show  # noqa: PLC0415

        show(str(TITLE), told)
    return status_of(found)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=FLAG, allow_abbrev=False)
    parser.add_argument(FLAG, action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--json", action="store_true", help="one JSON document on stdout")
    parser.add_argument("--language", choices=LANGUAGES, default="", help="language of the result")
    parser.add_argument("--only-window", metavar="PLATFORM", default="", help=argparse.SUPPRESS)
    return parser


def _paint(platform: str) -> int:
    from dynsync_gui.selftest.footprint import Footprint  # noqa: PLC0415  not needed to show help
    from dynsync_gui.ui.trial import paint  # noqa: PLC0415  Qt is for this process alone

    footprint = Footprint(Path(tempfile.gettempdir()))
    with footprint.watched():
        seen = paint(platform)
    sys.stdout.write(json.dumps({"seen": seen, "strays": sorted(footprint.strays)}))
    return 0


def _use_for_temporary_files(folder: str) -> None:
    """Let this process and those that it starts write their temporary files into one folder."""
    tempfile.tempdir = folder
    for name in ("TMPDIR", "TEMP", "TMP", "SQLITE_TMPDIR"):
        os.environ[name] = folder
