"""The kinds of calls that settle a batch: upserts by a key, roles, merges and removals."""

from __future__ import annotations

from typing import Any, Protocol

from dynsync_gui.domain.ports import BatchRefused, MarketoWriter, RowOutcome
from dynsync_gui.domain.schema import COMPANY_KEY, Target, id_of, key_of
from dynsync_gui.domain.storage import LedgerRecord, Match
from dynsync_gui.engine import outgoing

Batch = tuple[LedgerRecord, ...]
GONE = {"1004", "1013"}
"""Marketo: the person, the record is not there."""


class Sending(Protocol):
    """One kind of call."""

    @property
    def target(self) -> Target:
        """What the records are in Marketo."""

    @property
    def at_once(self) -> int:
        """Records a call may hold."""

    def row(self, record: LedgerRecord) -> dict[str, Any]:
        """What a record's row will hold."""

    def send(self, batch: Batch, dropped: frozenset[str], *, suspected: bool) -> tuple[RowOutcome, ...]:
        """Make the call.

        Args:
            batch: The records.
            dropped: Fields that Marketo no longer has.
            suspected: Whether they are part of a call that was refused as a whole.
        """


class ByKey:
    """Creates and updates by our key, or updates persons by Marketo's id."""

    at_once = 300

    def __init__(self, marketo: MarketoWriter, target: Target, *, by: str = "", kind: str = "") -> None:
        self._marketo, self.target, self._by, self._kind = marketo, target, by or key_of(target), kind

    def row(self, record: LedgerRecord) -> dict[str, Any]:
        """The row that is sent."""
        return outgoing.row(record)

    def send(self, batch: Batch, dropped: frozenset[str], *, suspected: bool) -> tuple[RowOutcome, ...]:
        """Upsert the batch."""
        rows = [without(self.row(record), dropped) for record in batch]
        return self._marketo.upsert(self.target, rows, self._by, suspected=suspected, kind=self._kind)


class Roles(ByKey):
    """Creates roles; one whose person or name has changed is another one in Marketo, and the old one goes first."""

    def __init__(self, marketo: MarketoWriter) -> None:
        super().__init__(marketo, Target.ROLE)

    def send(self, batch: Batch, dropped: frozenset[str], *, suspected: bool) -> tuple[RowOutcome, ...]:
        """Remove what they were before, then upsert the batch."""
        old = [record.marketo_id for record in batch if record.marketo_id and record.match is Match.CREATE]
        self._marketo.delete(Target.ROLE, old, "marketoGUID")
        return super().send(batch, dropped, suspected=suspected)


class Merging:
    """Lets one person go into another, a call each; a person that is gone already has gone there.

    Marketo fills what the one that stays lacks. What came from Dynamics is emptied before, as the record that stays is
    empty there; a withdrawn consent is kept.
    """

    target = Target.PERSON
    at_once = 1

    def __init__(self, marketo: MarketoWriter) -> None:
        self._marketo = marketo

    def row(self, record: LedgerRecord) -> dict[str, Any]:
        """Nothing but the two ids."""
        return {"id": record.marketo_id}

    def send(self, batch: Batch, dropped: frozenset[str], *, suspected: bool) -> tuple[RowOutcome, ...]:  # noqa: ARG002
        """Merge the one of the batch."""
        (record,) = batch
        foreign = record.filled - record.kept - {outgoing.UNSUBSCRIBED, COMPANY_KEY}
        try:
            if foreign:
                emptied = dict.fromkeys(sorted(foreign - dropped)) | {"id": int(record.marketo_id)}
                self._marketo.upsert(self.target, [emptied], "id")
            self._marketo.merge(record.carrier, [record.marketo_id])
        except BatchRefused as refused:
            if refused.code not in GONE:
                return (RowOutcome("skipped", "", refused.code, refused.message),)
        return (RowOutcome("deleted"),)


class Removing:
    """Removes records by Marketo's id."""

    at_once = 300

    def __init__(self, marketo: MarketoWriter, target: Target, *, kind: str = "") -> None:
        self._marketo, self.target, self._kind = marketo, target, kind

    def row(self, record: LedgerRecord) -> dict[str, Any]:
        """Nothing but the id."""
        return {"id": record.marketo_id}

    def send(self, batch: Batch, dropped: frozenset[str], *, suspected: bool) -> tuple[RowOutcome, ...]:  # noqa: ARG002
        """Remove the batch; what is not there any more is removed."""
        persons = [record.marketo_id for record in batch]
        outcomes = self._marketo.delete(self.target, persons, id_of(self.target), self._kind)
        return tuple(RowOutcome("deleted") if outcome.code in GONE else outcome for outcome in outcomes)


class Unlisting:
    """Takes people out of a static list; where there is no such list, nobody is in it.

    Attributes:
        missing: Whether there turned out to be no such list.
    """

    target = Target.PERSON
    at_once = 300

    def __init__(self, marketo: MarketoWriter, name: str) -> None:
        self._marketo, self._name, self.missing = marketo, name, False

    def row(self, record: LedgerRecord) -> dict[str, Any]:
        """Nothing but the id."""
        return {"id": record.marketo_id}

    def send(self, batch: Batch, dropped: frozenset[str], *, suspected: bool) -> tuple[RowOutcome, ...]:  # noqa: ARG002
        """Take the batch out."""
        found = self._marketo.list_id(self._name) if self._name else ""
        if not found:
            self.missing = True
            return tuple(RowOutcome("removed") for _ in batch)
        return self._marketo.remove_from_list(found, [record.marketo_id for record in batch])


def without(row: dict[str, Any], dropped: frozenset[str]) -> dict[str, Any]:
    """A row without some fields."""
    return {name: value for name, value in row.items() if name not in dropped} if dropped else row
