"""What is known of changes that people made in Marketo: the next sync's business, or what became of them."""

from __future__ import annotations

from collections import defaultdict

from dynsync_gui.domain.errors import ConnectionFailed
from dynsync_gui.domain.findings.records import CHANGES_DENIED
from dynsync_gui.domain.mapping import SyncMapping
from dynsync_gui.domain.place import Place
from dynsync_gui.domain.ports.marketo import MarketoReader
from dynsync_gui.domain.schema import PEOPLE
from dynsync_gui.domain.storage.store import SyncStore
from dynsync_gui.engine.to_dynamics import NO_TOKEN, denied, returning, watched

_MOST_PAGES = 100
_MOST_PEOPLE = 100_000
"""Pages of one look, and people whose changes are held; who has more to read leaves the rest to the next sync."""


class WayBack:
    """Looks ahead at what the next sync will be told, without taking it from it.

    Args:
        marketo: Asked what changed since the last sync.
        store: The ledger.
        mapping: What is synced.

    Attributes:
        unread: Whether there may be more changes than could be told yet.
        denial: The vendor's words where an account may not read changes or not write them; None where it may.
    """

    def __init__(self, marketo: MarketoReader, store: SyncStore, mapping: SyncMapping) -> None:
        self._marketo = marketo
        self._store = store
        people = [mapping.entities[entity] for entity in PEOPLE if entity in mapping.entities]
        used = any(returning(one) for one in people)
        self._fields = sorted({pair.target.name for one in people for pair in watched(one)}) if used else []
        self._token = store.change_token()
        self._fresh: defaultdict[str, set[str]] = defaultdict(set)
        self.unread = store.change_order() is not None
        self.denial = next((one.detail for one in store.problems() if one.code == CHANGES_DENIED), None)

    def look(self) -> None:
        """Read on to what changed last; what was compared before is told apart by it."""
        if not self._fields or not self._token:
            return
        try:
            for _ in range(_MOST_PAGES):
                if len(self._fresh) >= _MOST_PEOPLE:
                    break
                page = self._marketo.read_changes(self._token, self._fields)
                self._token = page.onward
                for change in page.changes:
                    self._fresh[change.person].add(change.field)
                if not page.more:
                    return
        except ConnectionFailed as failure:
            if denied(failure):
                self.denial = f"{failure.code} {failure.detail}".strip()
            elif failure.code != NO_TOKEN:
                raise
        self.unread = True

    def waits(self, place: Place, person: str, field: str) -> bool:
        """Whether the next sync has a change of a person's field before it, or one was held up."""
        waits = field in place.changes and place.changes[field] is None
        return waits or field in self._fresh.get(person, ())

    def denies(self, place: Place, field: str) -> bool:
        """Whether a change that waits does so for a right; one of Dynamics counts once it has held up this one."""
        if self.denial is None:
            return False
        return field in place.changes or not self.denial.startswith("0x")
