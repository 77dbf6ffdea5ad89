"""What Marketo told of its own accord: changed values, persons merged and deleted."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from dynsync_gui.domain.ends import Feed, PersonEnd
from dynsync_gui.domain.incoming import Incoming, Kept
from dynsync_gui.domain.mass_change import MassChange, alarms_of
from dynsync_gui.domain.ports.marketo import ChangeOrder, PersonChange
from dynsync_gui.domain.schema import Entity
from dynsync_gui.store.alarms import held
from dynsync_gui.store.database import telling_storage_errors
from dynsync_gui.store.desk import Desk
from dynsync_gui.store.tables import OF_PEOPLE


@telling_storage_errors
class FeedStore(Desk):
    """What came from Marketo."""

    def change_token(self) -> str:
        """Where the next look at Marketo's changes begins."""
        return self._incoming.token()

    def keep_changes(self, changes: Sequence[PersonChange], token: str, *, more: bool = True) -> None:
        """Keep changes of Marketo's persons, and where to go on."""
        with self.transaction():
            self._incoming.keep(changes, token, more=more)

    def change_order(self) -> ChangeOrder | None:
        """The file of changes that Marketo was asked to write."""
        return self._incoming.order()

    def keep_order(self, order: ChangeOrder | None) -> None:
        """Remember such a file, or forget it."""
        with self.transaction():
            self._incoming.keep_order(order)

    def mute_survivors(self) -> None:
        """Take what persons hold after merges of our own for no change that somebody made."""
        with self.transaction():
            self._incoming.mute_survivors()

    def survivors(self) -> Collection[str]:
        """The persons that were muted so."""
        return self._incoming.survivors()

    def about_to_merge(self) -> Mapping[str, int]:
        """Persons that were about to go into others when those were muted, with the places of these."""
        return self._incoming.about_to_merge()

    def listen_to(self, seqs: Collection[int]) -> None:
        """Mute these no longer."""
        with self.transaction():
            self._incoming.listen_to(seqs)

    def people_written(self, run: int) -> int:
        """How many people Marketo took in a run."""
        return self._reports.count(f"run = ? AND entity IN {OF_PEOPLE} AND state = 'acknowledged'", run)

    def incoming(self, entity: Entity, after: int, limit: int) -> tuple[Incoming, ...]:
        """Changes of an entity's persons, in ledger order."""
        return self._incoming.waiting(entity, after, limit)

    def alarm(self, entity: Entity, fields: Sequence[str]) -> None:
        """Note what changes would do to records; see the protocol."""
        with self.transaction():
            self._incoming.alarm(entity, fields)

    def mass_changes_back(self) -> tuple[MassChange, ...]:
        """What changes that wait would do to Dynamics in ways worth asking about."""
        counts = self._incoming.alarms()
        return alarms_of(counts, held(self._db)) if counts else ()

    def settle_incoming(self, seqs: Sequence[int]) -> None:
        """Forget changes that are dealt with."""
        with self.transaction():
            self._incoming.settle(seqs)

    def keep_aside(self, seq: int, kept: Mapping[str, Kept]) -> None:
        """See `IncomingStore.keep_aside`."""
        with self.transaction():
            self._incoming.keep_aside(seq, kept)

    def insist(self, seq: int, name: str, value: Any, held: Any) -> None:
        """See `IncomingStore.insist`."""
        with self.transaction():
            self._incoming.insist(seq, name, value, held)

    def keep_held(self, seq: int, values: Mapping[str, Any]) -> None:
        """Keep what Marketo holds of a record; see the protocol."""
        with self.transaction():
            self._incoming.keep_held(seq, values)

    def let_marketo_win(self, seq: int, values: Mapping[str, Any]) -> None:
        """Put Marketo's values in place of those that a record has on their way there."""
        with self.transaction():
            self._incoming.let_marketo_win(seq, values)

    def feed_token(self, feed: Feed) -> str:
        """Where the next look at a feed begins."""
        return self._ends.token(feed)

    def looked_at(self) -> datetime | None:
        """When the feeds were looked at last."""
        return self._ends.looked_at()

    def first_run(self) -> datetime:
        """When the first run began."""
        return self._ends.first_run()

    def roll(self) -> str:
        """The number of the list of who is still there that Marketo was asked to write."""
        return self._ends.roll()

    def keep_roll(self, number: str) -> None:
        """Remember such a list, or forget it."""
        with self.transaction():
            self._ends.keep_roll(number)

    def absent(self, there: Iterable[Sequence[str]], limit: int) -> tuple[str, ...]:
        """Persons of records that a list does not name."""
        with self.transaction():
            return self._ends.absent(there, limit)

    def bearers(self, ends: Sequence[PersonEnd]) -> Mapping[Entity, tuple[str, ...]]:
        """Ids of records that have one of these persons."""
        return self._ends.bearers(ends)

    def keep_ends(self, ends: Sequence[PersonEnd], feed: Feed, token: str) -> None:
        """Let records follow their persons, and keep where to go on."""
        with self.transaction():
            self._ends.keep(ends, feed, token)
