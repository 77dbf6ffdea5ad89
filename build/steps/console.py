"""Words to the person at the terminal, and programs run for them."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO

ROOT = Path(__file__).resolve().parents[2]


class Stop(Exception):  # noqa: N818  not a fault but a reason to end
    """Ends the command with a plain sentence and an exit status."""

    def __init__(self, reason: str, status: int = 1) -> None:
        super().__init__(reason)
        self.status = status


def say(text: str) -> None:
    """Tell what happens next, on stderr; stdout belongs to the programs that are run."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


def run(
    command: Sequence[str | Path], environment: Mapping[str, str] | None = None, *, output: IO[bytes] | None = None
) -> int:
    """Run a program in the project's root folder and return its exit status.

    Args:
        command: Program and arguments.
        environment: Variables beside the present ones.
        output: Takes all its words; they go to the terminal where None.
    """
    words = [str(word) for word in command]
    errors = None if output is None else subprocess.STDOUT
    variables = {**os.environ, **(environment or {})}
    try:
        return subprocess.run(words, cwd=ROOT, env=variables, stdout=output, stderr=errors, check=False).returncode
    except OSError as error:
        raise Stop(f"{words[0]} could not be started: {error.strerror}.") from error


def run_quietly(command: Sequence[str], environment: Mapping[str, str]) -> int:
    """Run a program whose words matter only when it did not succeed; then they are shown."""
    done = subprocess.run(
        command, cwd=ROOT, env={**os.environ, **environment}, capture_output=True, text=True, check=False
    )
    if done.returncode:
        say(done.stdout + done.stderr)
    return done.returncode


def need(command: Sequence[str | Path], otherwise: str) -> None:
    """Run a program that has to succeed.

    Raises:
        Stop: With `otherwise`, when it did not.
    """
    if run(command):
        raise Stop(f"{otherwise}\n  Tried: {shlex.join(str(word) for word in command)}")
