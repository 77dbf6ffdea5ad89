"""Both sides compared at one moment, and every difference with its reason."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from dynsync_gui.domain.report import Difference
from dynsync_gui.domain.schema import Entity


@dataclass(frozen=True, slots=True)
class EntityCount:
    """One table in numbers; looked at = equal + kept + different + skipped.

    Attributes:
        entity: The table.
        looked_at: Records of Dynamics that were compared.
        equal: In Marketo once, with equal values in every synced field.
        different: Anything else that belongs there.
        unexplained: Of those, without a reason that the sync knows.
        skipped: Left out by a rule.
        kept: In Marketo once, and equal but for values that differ by a rule.
    """

    entity: Entity
    looked_at: int
    equal: int
    different: int
    unexplained: int
    skipped: int
    kept: int = 0


@dataclass(frozen=True, slots=True)
class Certificate:
    """What was compared, and what came of it.

    Attributes:
        at: UTC.
        dynamics: Name and address of the Dynamics organisation.
        marketo: Marketo's id or host.
        sample: Most records of a table that were looked at; 0 for all.
        counts: Per table.
        differences: Each with its reason, some of a kind at most.
        unlisted: Differences beyond those; the kept certificate lists them all.
    """

    at: datetime
    dynamics: str
    marketo: str
    sample: int
    counts: tuple[EntityCount, ...]
    differences: tuple[Difference, ...]
    unlisted: int = 0

    @property
    def holds(self) -> bool:
        """Whether no difference is left without a reason."""
        return not any(count.unexplained for count in self.counts)
