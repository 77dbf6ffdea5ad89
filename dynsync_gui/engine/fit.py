"""Which of the values on their way to Marketo would be refused there, or say something else."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from dynsync_gui.domain.convert import altered, misfit
from dynsync_gui.domain.fingerprint import entry
from dynsync_gui.domain.fit import (
    AdaptedValues,
    FitCure,
    FitExample,
    FitOutcome,
    FitReason,
    FitReport,
    Misfit,
    shortened,
)
from dynsync_gui.domain.mapping import FieldMapping, SyncMapping
from dynsync_gui.domain.schema import Entity, Target, TargetType, in_cycle_order
from dynsync_gui.domain.storage.records import LedgerRecord
from dynsync_gui.domain.storage.store import SyncStore
from dynsync_gui.engine import outgoing

MOST_EXAMPLES = 5
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


Withheld = Callable[[Entity, Sequence[str]], Mapping[str, Mapping[str, bytes]]]
"""What somebody left out of single records, by id and Marketo field, as `fingerprint.entry`."""


def fit_report(
    store: SyncStore,
    mapping: SyncMapping,
    rows: Mapping[Entity, int],
    *,
    complete: bool,
    withheld: Withheld = lambda _entity, _ids: {},
) -> FitReport:
    """What does not fit of all that waits in a ledger to be sent, and what becomes of it.

    Args:
        store: The ledger.
        mapping: What is synced.
        rows: How many records of each table were read.
        complete: Whether those are all of them.
        withheld: Tells values that the sync will leave out of single records, though the ledger has them.
    """
    misfits: list[Misfit] = []
    for entity in in_cycle_order((*mapping.entities, *(entity for entity in store.entities()))):
        one = mapping.entities.get(entity)
        pairs = {pair.target.name: pair for pair in one.fields} if one is not None else {}
        found: dict[tuple[str, FitOutcome, FitReason], _Found] = {}
        for record, left in _records(store, entity, withheld):
            for name, value in outgoing.values(record, record.coming).items():
                if name in pairs and (judged := _judged(pairs[name], value)) is not None:
                    out = left.get(name) == entry(name, value)
                    key = (name, FitOutcome.LEFT_OUT if out else judged[0], judged[1])
                    found.setdefault(key, _Found()).add(record.id, record.name or record.email, value)
        for values in store.adapted(entity, MOST_EXAMPLES):
            known = found.setdefault((values.target, values.outcome, values.reason), _Found())
            known.take(values)
        for (name, outcome, reason), seen in found.items():
            source = pairs[name].source.name if name in pairs else name
            cures = cures_of(entity, pairs[name], reason, outcome) if name in pairs else ()
            misfits.append(Misfit(entity, source, name, reason, seen.count, tuple(seen.examples), cures, outcome))
    return FitReport(dict(rows), complete, tuple(misfits))


def _records(
    store: SyncStore, entity: Entity, withheld: Withheld
) -> Iterator[tuple[LedgerRecord, Mapping[str, bytes]]]:
    """Records that hold something that does not fit, with what is withheld of them."""
    after = 0
    while records := store.misfits(entity, after, _PAGE):
        after = records[-1].seq
        left = withheld(entity, [record.id for record in records])
        yield from ((record, left.get(record.id, {})) for record in records)


def _judged(pair: FieldMapping, value: Any) -> tuple[FitOutcome, FitReason] | None:
    if (reason := misfit(pair, value)) is not None:
        return FitOutcome.REFUSED, reason
    return (FitOutcome.CHANGED, reason) if (reason := altered(pair, value)) is not None else None


def cures_of(
    entity: Entity, pair: FieldMapping, reason: FitReason, outcome: FitOutcome = FitOutcome.REFUSED
) -> tuple[FitCure, ...]:
    """What can be done about values of a field that do not fit, beside what was chosen already."""
    cures = _CURES.get(reason, (FitCure.SKIP,))
    beside = {FitCure.TRIM} if pair.target.type not in _TRIMMED or outcome is FitOutcome.CUT else set()
    beside |= {FitCure.LEAVE_OUT} if outcome is FitOutcome.LEFT_OUT else set()
    beside |= {FitCure.OTHER_TARGET} if entity.target is Target.CUSTOM_OBJECT else set()
    return tuple(cure for cure in cures if cure not in beside)


@dataclass(slots=True)
class _Found:
    count: int = 0
    examples: list[FitExample] = field(default_factory=list)

    def add(self, id_: str, name: str, value: Any) -> None:
        self.count += 1
        if len(self.examples) < MOST_EXAMPLES:
            self.examples.append(FitExample(id_, name, shortened(str(value))))

    def take(self, values: AdaptedValues) -> None:
        self.count += values.count
        self.examples += values.examples[: MOST_EXAMPLES - len(self.examples)]
