"""Records that go before all others: fresh changes, one record on demand, the first few of a careful start."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Protocol

from dynsync_gui.domain.schema import Entity


class UrgentStore(Protocol):
    """Lets matching and sending work on some records only."""

    def urgent(self) -> AbstractContextManager[None]:
        """Inside, what is staged becomes urgent, and only urgent records are matched and sent; afterwards none is."""

    def urgent_waiting(self) -> bool:
        """Whether an urgent record is in the outbox."""

    def hurry(self, number: int) -> Mapping[Entity, tuple[str, ...]]:
        """Make the first so many records of each table in the outbox urgent; returns their ids."""

    def forget_agreement(self, entity: Entity, id_: str) -> None:
        """Let a record be sent whole the next time it is staged, whatever both sides agreed on."""

    def rung(self, run: int) -> str:
        """How far a careful start has come, as `keep_rung` left it; empty for nowhere."""

    def keep_rung(self, run: int, rung: str) -> None:
        """Keep how far it has come."""
