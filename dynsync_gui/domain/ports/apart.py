"""Work in a process of its own, where it has Python's lock for itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol


class ApartFailed(Exception):  # noqa: N818
    """The process could not be started, fell, or took too long; what it was given has to be done here."""


class Apart(Protocol):
    """One process and what it does; one thread may give while another one takes."""

    def give(self, given: bytes) -> None:
        """Give it something to do.

        Raises:
            ApartFailed: It does not take it.
        """

    def take(self) -> Any:
        """What came of the first thing whose outcome was not taken yet.

        Raises:
            ApartFailed: Nothing does.
        """

    def close(self) -> None:
        """End the process."""


StartApart = Callable[[Callable[[bytes], Any]], Apart]
"""Starts a process for work that can be pickled, as can what comes of it; raises `ApartFailed`."""
