"""What fails, when and how; counts the operations of a process until it is their turn."""

from __future__ import annotations

import os
import signal
import threading
from collections import Counter
from dataclasses import dataclass
from enum import StrEnum


class Seam(StrEnum):
    """Where the product meets the world.

    Every operation but a statement has two points: before it is done, and when it is done but its answer is lost.
    """

    DATABASE = "database"
    CALL = "call"
    FILE = "file"
    KEYCHAIN = "keychain"


class Way(StrEnum):
    """How an operation fails."""

    EXCEPTION = "exception"
    """Once, with the error that the real thing raises."""
    OUTAGE = "outage"
    """Likewise, and so does every later one until the process ends."""
    KILL = "kill"
    """The process dies on the spot, as by kill -9."""
    HANG = "hang"
    """It does not come back: a lock that another program holds, a server that never answers, a keychain's prompt."""


@dataclass(frozen=True)
class Fault:
    """The operation that is to fail.

    Attributes:
        seam: Of what kind it is.
        way: How it fails.
        number: Which one of its kind, from 0.
    """

    seam: Seam
    way: Way
    number: int


class Trip:
    """Counts the operations of every seam; safe from several threads.

    Args:
        fault: What fails; None for a process that is only counted.
    """

    def __init__(self, fault: Fault | None) -> None:
        self.fault = fault
        self.met: Counter[Seam] = Counter()
        self.reached = False
        self._lock = threading.Lock()

    def point(self, seam: Seam) -> Way | None:
        """One more point is passed; returns how it fails, if it does. A kill does not return."""
        with self._lock:
            number = self.met[seam]
            self.met[seam] += 1
            fault = self.fault
            if fault is None or fault.seam is not seam:
                return None
            if number != fault.number and not (fault.way is Way.OUTAGE and number > fault.number):
                return None
            self.reached = True
        if fault.way is Way.KILL:
            os.kill(os.getpid(), signal.SIGKILL)
        return fault.way
