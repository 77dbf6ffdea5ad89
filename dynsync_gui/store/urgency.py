"""Which records of the outbox count now: shared by the rooms that find what is to be matched and sent."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class Urgency:
    """The switches.

    Attributes:
        only: Whether only urgent records count.
        away: Whether records are on their way in a file; those do not count until it has arrived.
    """

    only: bool = False
    away: bool = False

    @property
    def where(self) -> str:
        """The condition to add to a statement over ``records``."""
        urgent = " AND urgent = 1" if self.only else ""
        return f"{urgent} AND seq NOT IN (SELECT seq FROM in_flight)" if self.away else urgent
