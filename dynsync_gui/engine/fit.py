"""Which of the values on their way to Marketo would be refused there, or say something else."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from dynsync_gui.domain.convert import altered, misfit
from dynsync_gui.domain.fit import FitCure, FitExample, FitReason, FitReport, Misfit
from dynsync_gui.domain.mapping import FieldMapping, SyncMapping
from dynsync_gui.domain.schema import Entity, TargetType, in_cycle_order
from dynsync_gui.domain.storage.records import Fit
from dynsync_gui.domain.storage.store import SyncStore
from dynsync_gui.engine import outgoing

MOST_EXAMPLES = 5
_LONGEST_EXAMPLE = 80
_PAGE = 1_000
_VALUES = (FitCure.LEAVE_OUT, FitCure.SKIP)
_CURES: Mapping[FitReason, tuple[FitCure, ...]] = {
    FitReason.TOO_LONG: (FitCure.OTHER_TARGET, FitCure.TRIM, *_VALUES),
    FitReason.TOO_MANY_BYTES: (FitCure.TRIM, *_VALUES),
    FitReason.NO_EMAIL: (FitCure.OTHER_TARGET, *_VALUES),
    FitReason.NOT_ASCII: (FitCure.OTHER_TARGET, *_VALUES),
    FitReason.NUMBER_RANGE: (FitCure.OTHER_TARGET, *_VALUES),
    FitReason.DATE_RANGE: _VALUES,
    FitReason.LINE_BREAKS: (FitCure.OTHER_TARGET, FitCure.SKIP),
}
_TRIMMED = {TargetType.STRING, TargetType.TEXT}
"""Half an address or half a number is another one."""


def judged(fields: Iterable[FieldMapping], sent: Mapping[str, Any]) -> Fit:
    """How the values of one record fit."""
    values = [(pair, sent.get(pair.target.name)) for pair in fields]
    if any(misfit(pair, value) for pair, value in values):
        return Fit.REFUSED
    return Fit.ALTERED if any(altered(pair, value) for pair, value in values) else Fit.WHOLE


def fit_report(store: SyncStore, mapping: SyncMapping, rows: Mapping[Entity, int], *, complete: bool) -> FitReport:
    """What does not fit of all that waits in a ledger to be sent.

    Args:
        store: The ledger.
        mapping: What is synced.
        rows: How many records of each table were read.
        complete: Whether those are all of them.
    """
    found: dict[tuple[Entity, str, FitReason], _Found] = {}
    for entity in in_cycle_order(mapping.entities):
        pairs = {pair.target.name: pair for pair in mapping.entities[entity].fields}
        after = 0
        while records := store.misfits(entity, after, _PAGE):
            after = records[-1].seq
            for record in records:
                for name, value in outgoing.values(record, record.coming).items():
                    reason = (misfit(pairs[name], value) or altered(pairs[name], value)) if name in pairs else None
                    if reason is not None:
                        one = found.setdefault((entity, name, reason), _Found(pairs[name]))
                        one.add(record.id, record.name or record.email, value)
    misfits = tuple(
        Misfit(entity, one.pair.source.name, name, reason, one.count, tuple(one.examples), cures_of(one.pair, reason))
        for (entity, name, reason), one in found.items()
    )
    return FitReport(dict(rows), complete, misfits)


def cures_of(pair: FieldMapping, reason: FitReason) -> tuple[FitCure, ...]:
    """What can be done about values of a field that do not fit."""
    cures = _CURES.get(reason, (FitCure.SKIP,))
    return tuple(cure for cure in cures if cure is not FitCure.TRIM or pair.target.type in _TRIMMED)


@dataclass(slots=True)
class _Found:
    pair: FieldMapping
    count: int = 0
    examples: list[FitExample] = field(default_factory=list)

    def add(self, id_: str, name: str, value: Any) -> None:
        self.count += 1
        if len(self.examples) < MOST_EXAMPLES:
            self.examples.append(FitExample(id_, name, shortened(str(value), _LONGEST_EXAMPLE)))


def shortened(text: str, most: int) -> str:
    """The text on one line, cut with an ellipsis."""
    line = " ".join(text.split())
    return line if len(line) <= most else f"{line[: most - 1]}…"
