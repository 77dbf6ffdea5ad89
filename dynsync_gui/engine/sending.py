"""The kinds of calls that settle a batch: upserts by a key, roles, merges and removals."""

from __future__ import annotations

from typing import Any, Protocol

from dynsync_gui.domain.ports.marketo import BatchRefused, MarketoWriter, RowOutcome
from dynsync_gui.domain.schema import COMPANY_KEY, UNSUBSCRIBED, Target, id_of, key_of
from dynsync_gui.domain.storage.records import LedgerRecord, Match
from dynsync_gui.engine import outgoing
from dynsync_gui.engine.own_types import OwnType

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

    @property
    def creates_people(self) -> bool:
        """Whether a call that is made twice at once may make a person twice."""

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
        self.creates_people = target is Target.PERSON and not by

    def row(self, record: LedgerRecord) -> dict[str, Any]:
        """The row that is sent."""
        return outgoing.row(record)

    def send(self, batch: Batch, dropped: frozenset[str], *, suspected: bool) -> tuple[RowOutcome, ...]:
        """Upsert the batch."""
        rows = [without(self.row(record), dropped) for record in batch]
        return self._marketo.upsert(self.target, rows, self._by, suspected=suspected, kind=self._kind)


class OwnRows(ByKey):
    """Creates and updates rows of an organisation's own table, linked as their custom object is."""

    def __init__(self, marketo: MarketoWriter, own: OwnType, *, by: str = "") -> None:
        super().__init__(marketo, Target.CUSTOM_OBJECT, by=by, kind=own.name)
        self._company_by = own.company_by

    def row(self, record: LedgerRecord) -> dict[str, Any]:
        """The row that is sent."""
        return outgoing.row(record, self._company_by)


class Known(ByKey):
    """Updates persons that were found by our key, by Marketo's id: by the key one that has gone would be made anew."""

    def __init__(self, marketo: MarketoWriter) -> None:
        super().__init__(marketo, Target.PERSON, by="id")

    def row(self, record: LedgerRecord) -> dict[str, Any]:
        """The row that is sent."""
        return super().row(record) | {"id": int(record.marketo_id)}


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
    """Lets persons go into others, a call for each one that stays; a person that is gone already has gone there.

    Marketo fills what the one that stays lacks. What came from Dynamics is emptied before, as the record that stays is
    empty there; a withdrawn consent is kept.
    """

    target = Target.PERSON
    at_once = 25
    """Persons that one call may let go (Adobe, merge leads)."""
    creates_people = False

    def __init__(self, marketo: MarketoWriter) -> None:
        self._marketo = marketo

    def row(self, record: LedgerRecord) -> dict[str, Any]:
        """Nothing but the two ids."""
        return {"id": record.marketo_id}

    def send(self, batch: Batch, dropped: frozenset[str], *, suspected: bool) -> tuple[RowOutcome, ...]:  # noqa: ARG002
        """Empty them, then merge those of the batch that go into one person together."""
        emptied = []
        for record in batch:
            foreign = record.filled - record.kept - {UNSUBSCRIBED, COMPANY_KEY} - dropped
            if foreign:
                emptied.append(dict.fromkeys(sorted(foreign)) | {"id": int(record.marketo_id)})
        if emptied:
            self._marketo.upsert(self.target, emptied, "id")
        outcomes: dict[int, RowOutcome] = {}
        for carrier in dict.fromkeys(record.carrier for record in batch):
            going = [record for record in batch if record.carrier == carrier]
            told = self._merge(carrier, [record.marketo_id for record in going])
            outcomes |= {record.seq: outcome for record, outcome in zip(going, told, strict=True)}
        return tuple(outcomes[record.seq] for record in batch)

    def _merge(self, winner: str, losers: list[str]) -> list[RowOutcome]:
        """What came of each; where Marketo refuses them together, they are tried one by one."""
        try:
            self._marketo.merge(winner, losers)
        except BatchRefused as refused:
            if len(losers) > 1:
                return [outcome for loser in losers for outcome in self._merge(winner, [loser])]
            if refused.code not in GONE:
                return [RowOutcome("skipped", "", refused.code, refused.message)]
        return [RowOutcome("deleted") for _ in losers]


class Removing:
    """Removes records by Marketo's id."""

    at_once = 300
    creates_people = False

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
    """Takes people out of a static list; who is not in it is out of it."""

    target = Target.PERSON
    at_once = 300
    creates_people = False

    def __init__(self, marketo: MarketoWriter, list_: str) -> None:
        self._marketo, self._list = marketo, list_

    def row(self, record: LedgerRecord) -> dict[str, Any]:
        """Nothing but the id."""
        return {"id": record.marketo_id}

    def send(self, batch: Batch, dropped: frozenset[str], *, suspected: bool) -> tuple[RowOutcome, ...]:  # noqa: ARG002
        """Take the batch out."""
        return self._marketo.remove_from_list(self._list, [record.marketo_id for record in batch])


def without(row: dict[str, Any], dropped: frozenset[str]) -> dict[str, Any]:
    """A row without some fields."""
    return {name: value for name, value in row.items() if name not in dropped} if dropped else row
