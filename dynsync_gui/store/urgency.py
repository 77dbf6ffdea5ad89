"""Whether only urgent records count now: shared by the rooms that find what is to be matched and sent."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class Urgency:
    """The switch.

    Attributes:
        only: Whether only urgent records count.
    """

    only: bool = False

    @property
    def where(self) -> str:
        """The condition to add to a statement over ``records``."""
        return " AND urgent = 1" if self.only else ""
