"""Changes that people made in Marketo and that go back to Dynamics."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from dynsync_gui.domain.ports.marketo import ChangeOrder, PersonChange
from dynsync_gui.domain.schema import Entity


class Kept(StrEnum):
    """Why a change is not in Dynamics though it was looked at; it is looked at again once either side changes."""

    REFUSED = "refused"
    """Dynamics did not take it."""
    UNFIT = "unfit"
    """It means nothing to Dynamics."""
    ONE_WAY = "one-way"
    """Its field travels to Marketo only, where Dynamics' value is sent again with the record's next change."""


@dataclass(frozen=True, slots=True)
class Incoming:
    """What changed of one person since it was last looked at.

    Attributes:
        seq: Place in the ledger of the Dynamics record that the person belongs to.
        id: That record's Dynamics id.
        person: Marketo's id.
        before: Per Marketo field: every value that it held meanwhile and holds no more, as Marketo writes it. Where
            Dynamics' value of now is among them, Dynamics did not change it.
        waiting: The record's own values on their way to Marketo; None where none are.
        agreed: Fingerprint of what both sides held when they last agreed.
        unsure: Fingerprint of what may have been sent since without an answer; a person that holds it did not change
            by itself either.
    """

    seq: int
    id: str
    person: str
    before: Mapping[str, tuple[str, ...]]
    waiting: Mapping[str, Any] | None
    agreed: bytes = b""
    unsure: bytes = b""


class IncomingStore(Protocol):
    """Remembers changes until they are dealt with."""

    def change_token(self) -> str:
        """Where the next look at Marketo's changes begins; empty where none was made yet."""

    def keep_changes(self, changes: Sequence[PersonChange], token: str, *, more: bool = True) -> None:
        """Keep changes of persons that belong to records of the ledger, and where to go on, in one transaction.

        A change to a value that both sides agreed on is none: what DynSync wrote itself comes back so. What was kept
        aside of a person that changed is looked at again.

        Args:
            changes: What changed; of persons that others went into since the last look nothing is kept but that
                somebody wants no mail.
            token: Where to go on.
            more: Whether this look goes on.
        """

    def change_order(self) -> ChangeOrder | None:
        """The file of changes that Marketo was asked to write; what it holds is not read yet."""

    def keep_order(self, order: ChangeOrder | None) -> None:
        """Remember such a file, or forget it."""

    def mute_survivors(self) -> None:
        """Take what the persons into which others are about to be merged hold afterwards for nobody's change.

        It is kept before the first merge is asked for, as nobody may hear of its answer; until the next look is over.
        """

    def survivors(self) -> Collection[str]:
        """The persons that were muted so."""

    def about_to_merge(self) -> Mapping[str, int]:
        """Persons that were about to go into others when those were muted, with the ledger's places of the others."""

    def listen_to(self, seqs: Collection[int]) -> None:
        """Mute these no longer: nobody went into them."""

    def people_written(self, run: int) -> int:
        """How many people Marketo took in a run."""

    def incoming(self, entity: Entity, after: int, limit: int) -> tuple[Incoming, ...]:
        """Changes of an entity's persons, in ledger order; those of a record without a person wait for one."""

    def alarm(self, entity: Entity, fields: Sequence[str]) -> None:
        """Note what changes that wait would do to an entity's records, as `Alarm` names it.

        Args:
            entity: The table.
            fields: Marketo fields whose values go to Dynamics.
        """

    def settle_incoming(self, seqs: Sequence[int]) -> None:
        """Forget changes that are dealt with, and that any of them was not taken."""

    def keep_aside(self, seq: int, kept: Mapping[str, Kept]) -> None:
        """Keep some fields' changes of a record until either side changes; the others are dealt with."""

    def insist(self, seq: int, name: str, value: Any, held: Any) -> None:
        """Send a value to Marketo again, though both sides had agreed on it.

        Args:
            seq: The record's place in the ledger.
            name: REST name of the field.
            value: What is sent.
            held: What Marketo holds instead, for the journal.
        """

    def keep_held(self, seq: int, values: Mapping[str, Any]) -> None:
        """Keep what Marketo holds and Dynamics has by now: both agree on it.

        Its way back is nobody's clearing or opting out, and what was agreed on before is news if it comes again.
        """

    def let_marketo_win(self, seq: int, values: Mapping[str, Any]) -> None:
        """Put Marketo's values in place of those that a record has on their way there."""
