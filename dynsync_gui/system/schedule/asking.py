"""Asks a scheduler's own program, and tells its refusals in plain words."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from dataclasses import dataclass

from dynsync_gui.domain.errors import SettingsError
from dynsync_gui.domain.findings.background import BACKGROUND

_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class Told:
    """What the program answered."""

    status: int
    output: str
    complaint: str


def ask(*words: str, encoding: str = "utf-8") -> Told:
    """Run the program to its end.

    Raises:
        SettingsError: It is not there, or does not end.
    """
    try:
        done = subprocess.run(
            words,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_SECONDS,
            check=False,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
    except (OSError, subprocess.TimeoutExpired) as cause:
        raise unavailable("scheduler-missing", f"{words[0]}: {type(cause).__name__}") from cause
    return Told(done.returncode, done.stdout.decode(encoding, "replace"), done.stderr.decode(encoding, "replace"))


def insist(words: Sequence[str], code: str = "scheduler-refused") -> Told:
    """Run the program, which has to agree.

    Raises:
        SettingsError: It is not there, or does not agree.
    """
    told = ask(*words)
    if told.status:
        complaint = " ".join((told.complaint or told.output).split())[:300]
        raise unavailable(code, f"{' '.join(words[:3])}: {told.status}, {complaint}")
    return told


def unavailable(code: str, detail: str = "") -> SettingsError:
    """What stands in the way, as an error."""
    return SettingsError(code, BACKGROUND[code], detail)
