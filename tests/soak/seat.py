"""A process that has loaded the product and does nothing but fork: each child is one life of the product.

Loading takes a second and forking a few milliseconds; a child that is killed leaves nothing behind but its files, and
the simulators, in the process that asks, do not notice more than a broken connection.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from tests.soak.trip import Fault, Seam

LIFE_SECONDS = 60.0
"""A child that lives longer waits for something without a limit."""
_ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Task:
    """One life: a start where nothing is set up, else the next cycle.

    Attributes:
        folder: The profile.
        keychain: File that plays the keychain.
        given: Settings and secrets, pickled: only who lives it needs to understand them.
        fault: What fails in it.
        in_files: Whether people travel in files.
    """

    folder: Path
    keychain: Path
    given: bytes
    fault: Fault | None = None
    in_files: bool = False


@dataclass(frozen=True)
class Life:
    """How one life ended.

    Attributes:
        ended: ``done``, ``killed``, ``late`` for one that would not end, else the code of what stopped it.
        acknowledged: Versions of records that Marketo took.
        read: Versions that were read.
        outbox: What is still to be sent.
        closes: Whether the numbers of every run so far close.
        problems: Table, id and code of everything listed.
        met: Points passed, by seam.
        reached: Whether the fault was met.
        detail: For who looks into it.
    """

    ended: str
    acknowledged: int = 0
    read: int = 0
    outbox: int = 0
    closes: bool = True
    problems: frozenset[tuple[str, str, str, bool]] = frozenset()
    met: tuple[tuple[Seam, int], ...] = ()
    reached: bool = False
    detail: str = ""


class Seat:
    """Lives, one after the other; a ``with`` statement starts and ends the process that forks them."""

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.soak.forks"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=_ROOT,
            env={**_quiet_environment(), "PYTHONPATH": str(_ROOT)},
        )
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(timeout=LIFE_SECONDS)
        self._process.stdout.close()

    def live(self, task: Task) -> Life:
        """One life, to its end."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        pickle.dump(task, self._process.stdin)
        self._process.stdin.flush()
        life = pickle.load(self._process.stdout)
        assert isinstance(life, Life)
        return life


def _quiet_environment() -> dict[str, str]:
    """This process's own, without what leads a call away from loopback."""
    return {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
