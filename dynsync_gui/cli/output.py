"""What the command line says: one answer on stdout, everything else on stderr."""

from __future__ import annotations

import io
import json
import os
import shutil
import sys
from pathlib import Path
from typing import Any, TextIO

from dynsync_gui.cli.tables import shortened, width


class Output:
    """Says the answer as people's text or as one JSON document."""

    def __init__(self, stdout: TextIO, stderr: TextIO, *, as_json: bool = False) -> None:
        self._stdout, self._stderr = stdout, stderr
        self.as_json = as_json
        self._shown = 0

    def answer(self, document: dict[str, Any], text: str) -> None:
        """The one answer of a verb."""
        self._end_line()
        # Plain ASCII, so that no console and no pipe can break the document.
        said = json.dumps(document, indent=2) if self.as_json else text.rstrip("\n")
        print(said, file=self._stdout, flush=True)

    def note(self, text: str) -> None:
        """A remark that is no part of the answer."""
        self._end_line()
        print(text, file=self._stderr, flush=True)

    def progress(self, text: str) -> None:
        """A line that replaces itself at a terminal; elsewhere one more line."""
        if not self.has_terminal:
            self.note(text)
            return
        line = shortened(text, shutil.get_terminal_size().columns - 1)
        blanks = " " * (self._shown - width(line))
        print(f"\r{line}{blanks}", end="", file=self._stderr, flush=True)
        self._shown = width(line)

    @property
    def has_terminal(self) -> bool:
        """Whether a person watches stderr."""
        return self._stderr.isatty()

    def _end_line(self) -> None:
        """Wipe a progress line, so that nothing is written over or behind it."""
        if self._shown:
            print(f"\r{' ' * self._shown}\r", end="", file=self._stderr, flush=True)
            self._shown = 0


def survive_narrow_consoles() -> None:
    """Show what a console's code page lacks as a question mark, and nothing at all where there is no console."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:  # started without a console, by a scheduler
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115  as long as the process
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
