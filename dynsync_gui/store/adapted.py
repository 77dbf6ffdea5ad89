"""Values that do not reach Marketo as they are in Dynamics, by a rule that was chosen: counted, with some records."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby, islice
from operator import itemgetter

from dynsync_gui.domain.fit import AdaptedValues, FitExample, FitOutcome, FitReason
from dynsync_gui.domain.schema import Entity
from dynsync_gui.domain.storage.records import StagedRecord

_NAMED = 5
"""Records that a notice names."""


class Adaptations:
    """Statements over the table ``adapted``; the caller holds the transaction.

    A row stands for as long as the record's latest version has such a value. There are few: they are what is looked
    through (SQLite, CROSS JOIN), not the ledger.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection

    def keep(self, records: Sequence[StagedRecord]) -> None:
        """Take over what was read of records, in place of what an earlier version had."""
        if self._db.execute("SELECT EXISTS (SELECT 1 FROM adapted)").fetchone()[0]:
            self._db.executemany(
                "DELETE FROM adapted WHERE entity = ? AND id = ?", [(one.entity.value, one.id) for one in records]
            )
        self._db.executemany(
            "INSERT OR REPLACE INTO adapted (entity, id, field, outcome, reason, value) VALUES (?, ?, ?, ?, ?, ?)",
            [
                (one.entity.value, one.id, each.target, each.outcome.value, each.reason.value, each.value)
                for one in records
                if one.adapted
                for each in one.adapted
            ],
        )

    def waiting(self, entity: Entity, examples: int) -> tuple[AdaptedValues, ...]:
        """Such values of a table's records in the outbox, with so many of the records."""
        rows = self._db.execute(
            """SELECT a.field, a.outcome, a.reason, a.id, coalesce(nullif(r.name, ''), r.email), a.value
                 FROM adapted a CROSS JOIN records r ON r.entity = a.entity AND r.id = a.id
                WHERE a.entity = ? AND r.state = 'outbox' AND r.reason = '' ORDER BY r.seq""",
            (entity.value,),
        )
        counts: dict[tuple[str, str, str], int] = {}
        seen: dict[tuple[str, str, str], list[FitExample]] = {}
        for field, outcome, reason, id_, name, value in rows:
            key = field, outcome, reason
            counts[key] = counts.get(key, 0) + 1
            if len(known := seen.setdefault(key, [])) < examples:
                known.append(FitExample(id_, name, value))
        return tuple(
            AdaptedValues(key[0], FitOutcome(key[1]), FitReason(key[2]), count, tuple(seen[key]))
            for key, count in counts.items()
        )

    def counts(self, run: int) -> Mapping[str, int]:
        """How many such values the records have that a run sent or is to send, by what became of them."""
        rows = self._db.execute(
            """SELECT a.outcome, count(*) FROM adapted a CROSS JOIN records r ON r.entity = a.entity AND r.id = a.id
                WHERE +r.run = ? AND r.state IN ('acknowledged', 'outbox') AND r.reason = '' GROUP BY 1""",
            (run,),
        )
        return dict(rows.fetchall())

    def left_out(self) -> Iterator[tuple[str, str, int, str]]:
        """Table, field and number of values that records go without, and some of the records, by name and id."""
        rows = self._db.execute(
            """SELECT a.entity, a.field, a.id, r.name FROM adapted a
                 JOIN records r ON r.entity = a.entity AND r.id = a.id
                WHERE a.outcome = ? AND r.state <> 'skipped' ORDER BY a.entity, a.field, a.id""",
            (FitOutcome.LEFT_OUT.value,),
        )
        for (entity, field), those in groupby(rows, key=itemgetter(0, 1)):
            named = [f"{name} ({id_})" if name else str(id_) for _, _, id_, name in islice(those, _NAMED)]
            more = sum(1 for _ in those)
            yield entity, field, len(named) + more, ", ".join(named) + (", …" if more else "")
