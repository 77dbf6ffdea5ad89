"""Where single records stand in the ledger, for whoever asks about one of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from dynsync_gui.domain.incoming import Kept
from dynsync_gui.domain.report import Problem
from dynsync_gui.domain.schema import Entity


@dataclass(frozen=True, slots=True)
class Place:
    """Everything that the ledger knows of one record.

    Attributes:
        seq: Its place in the ledger.
        entity: Its table.
        id: Its Dynamics id.
        name: How people call it.
        email: As it is compared.
        version: The version that was read last.
        run: The run that read it.
        state: ``outbox``, ``acknowledged``, ``unchanged``, ``problem`` or ``skipped``.
        reason: The rule (`storage.Skip`) that leaves it out; empty for none.
        marketo_id: Marketo's id where known.
        linked: What Marketo has it linked to, as `storage.records.Links.text`.
        filled: Marketo fields that hold a value of ours.
        agreed: Fingerprint of what both sides agreed on.
        payload: Values that wait to be sent; None where none do.
        sent: When Marketo took it last, UTC; None where it never did, or where nothing had to be sent.
        sent_run: The run of that time; 0 for none.
        parent_entity: Table of what it belongs to.
        parent: Id of what it belongs to; empty for none.
        deal: A role's opportunity; empty for none.
        owner: The user who owns it; empty for none or a team.
        team: The team that owns it; empty for none.
        carrier: Table, id and name of the record that carries its person on; None for none.
        problem: Why it was set aside; None where it was not.
        due: When it is tried again, UTC; None where that has no date.
        withheld: Values that somebody chose to leave out, by Marketo field, as `fingerprint.entry`.
        changes: What changed in Marketo and is not in Dynamics, by Marketo field: why not, or None where it waits.
        notices: What is worth a look about it: details by code.
        leaves_list: Whether its person is still to be taken out of a static list.
    """

    seq: int
    entity: Entity
    id: str
    name: str
    email: str
    version: str
    run: int
    state: str
    reason: str
    marketo_id: str
    linked: str
    filled: frozenset[str]
    agreed: bytes
    payload: Mapping[str, Any] | None
    sent: datetime | None
    sent_run: int
    parent_entity: Entity
    parent: str
    deal: str = ""
    owner: str = ""
    team: str = ""
    carrier: tuple[Entity, str, str] | None = None
    problem: Problem | None = field(default=None, hash=False)
    due: datetime | None = None
    withheld: Mapping[str, bytes] = field(default_factory=dict, hash=False)
    changes: Mapping[str, Kept | None] = field(default_factory=dict, hash=False)
    notices: Mapping[str, str] = field(default_factory=dict, hash=False)
    leaves_list: bool = False


class PlaceStore(Protocol):
    """Finds records in the ledger, and puts some of them back in line."""

    def places(self, ids: Sequence[str]) -> tuple[Place, ...]:
        """Where the records of these ids stand, whatever their tables; in ledger order."""

    def sample(self, entity: Entity, number: int) -> tuple[str, ...]:
        """Ids of so many records of a table, chosen at random; deleted ones are left out."""

    def in_marketo(self, entity: Entity, after: int, limit: int) -> tuple[tuple[int, str], ...]:
        """Place and id of records of a table that Marketo has, in ledger order; deleted ones are left out."""

    def marked(self, entity: Entity, after: int, limit: int) -> tuple[tuple[int, str], ...]:
        """Place and id of records of a table that are deleted in Dynamics and marked so in Marketo, in ledger order."""

    def try_again(self, ids: Sequence[str] = ()) -> int:
        """Put records that were set aside back in line; returns how many.

        Args:
            ids: Which; where none is named all but those that went into another one by a merge in Marketo.
        """

    def withhold(self, ids: Sequence[str] = ()) -> int:
        """Put records that were set aside back in line without the value that their problem names, until that changes.

        Args:
            ids: These, or all where none is named.

        Returns:
            How many; a problem that names no value of a record counts for nothing.
        """

    def withheld(self, entity: Entity, ids: Sequence[str]) -> Mapping[str, Mapping[str, bytes]]:
        """What is withheld of records, by id and Marketo field, as `fingerprint.entry`."""

    def places_of_email(self, email: str) -> tuple[Place, ...]:
        """Where the people of an e-mail address stand."""
