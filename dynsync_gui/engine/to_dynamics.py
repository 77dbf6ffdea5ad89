"""Takes what people changed in Marketo to Dynamics: read, compare with Dynamics' value of now, decide who wins, write.

A change whose value Dynamics holds already, converted as it would go to Marketo, is an echo of our own write or of an
earlier visit, and is dropped. Where both sides changed a field, the one that the choice names wins.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from dynsync_gui.domain.cancel import CancelToken
from dynsync_gui.domain.convert import NotConvertible, clean, same, to_dynamics, to_marketo
from dynsync_gui.domain.errors import ConnectionFailed, TemporaryFailure
from dynsync_gui.domain.findings.records import CHANGE_REFUSED, CHANGE_UNFIT
from dynsync_gui.domain.fingerprint import entries, entry
from dynsync_gui.domain.incoming import Incoming, IncomingStore
from dynsync_gui.domain.mapping import EntityMapping, FieldMapping
from dynsync_gui.domain.ports.dynamics import DynamicsWriter, SourceRecord, Update
from dynsync_gui.domain.ports.marketo import MarketoReader
from dynsync_gui.domain.schema import KEY_FIELD, PEOPLE, EntitySchema, System, Target
from dynsync_gui.domain.storage.records import Notice
from dynsync_gui.domain.storage.store import SyncStore
from dynsync_gui.engine.change_file import ChangeFile
from dynsync_gui.engine.outgoing import UNSUBSCRIBED

AT_ONCE = 100
"""Records of one look at both sides."""

NO_TOKEN = "1003"  # noqa: S105  a code
"""Marketo: it does not know the token any more."""

Work = Sequence[tuple[EntitySchema, EntityMapping]]


class ToDynamics:
    """One run's way back.

    Args:
        dynamics: Where to write.
        marketo: The reading half of Marketo.
        store: The ledger.
        incoming: Changes that wait.
        token: Pauses and stops it.
        on_written: Told how many records of Dynamics were changed so far.

    Attributes:
        written: Records of Dynamics that were changed.
        by_hand: Whether a person was at work in Marketo since the last run.
    """

    def __init__(
        self,
        dynamics: DynamicsWriter,
        marketo: MarketoReader,
        store: SyncStore,
        incoming: IncomingStore,
        token: CancelToken,
        on_written: Callable[[int], None] = lambda _: None,
    ) -> None:
        self._dynamics = dynamics
        self._marketo = marketo
        self._store = store
        self._incoming = incoming
        self._token = token
        self._on_written = on_written
        self._file = ChangeFile(marketo, store, token)
        self.written = 0
        self.by_hand = False

    def begin(self, moment: datetime) -> None:
        """Remember where the changes begin; later calls do nothing."""
        if not self._incoming.change_token():
            self._incoming.keep_changes((), self._marketo.changes_from(moment))

    def read(self, work: Work, since: datetime) -> None:
        """Read Marketo's changes to their end; each page and where to go on are one transaction.

        Args:
            work: Tables that are synced.
            since: Where to begin anew if Marketo no longer knows where the last look ended.
        """
        fields = sorted({pair.target.name for _, mapping in work for pair in returning(mapping)})
        if not fields or not self._incoming.change_token() or not self._file.read(fields):
            return
        self.by_hand |= self._file.by_hand
        token, anew = self._incoming.change_token(), False
        while True:
            self._token.checkpoint()
            try:
                page = self._marketo.read_changes(token, fields)
            except ConnectionFailed as failure:
                if failure.code != NO_TOKEN or anew:
                    raise
                token, anew = self._marketo.changes_from(since), True
                continue
            self._incoming.keep_changes(page.changes, page.onward, more=page.more)
            token = page.onward
            self.by_hand |= page.by_hand
            if not page.more:
                return

    def look_back(self, run: int, since: datetime) -> None:
        """At the end of a run that wrote much: have what changed in Marketo meanwhile told at once."""
        self._file.order(run, since)

    def write(self, work: Work) -> None:
        """Deal with every change that waits; a table that may not be changed holds up no other one.

        Raises:
            ConnectionFailed: A table may not be changed; its changes wait.
        """
        refused: ConnectionFailed | None = None
        for schema, mapping in work:
            try:
                self._write(schema, mapping)
            except ConnectionFailed as failure:
                if not denied(failure):
                    raise
                refused = failure
        if refused is not None:
            raise refused

    def _write(self, schema: EntitySchema, mapping: EntityMapping) -> None:
        after = 0
        while changed := self._incoming.incoming(mapping.entity, after, AT_ONCE):
            self._token.checkpoint()
            after = changed[-1].seq
            self._take(schema, mapping, changed)

    def _take(self, schema: EntitySchema, mapping: EntityMapping, changed: Sequence[Incoming]) -> None:
        pairs = returning(mapping)
        names = sorted({pair.source.name for pair in pairs})
        shown = any(pair.source.type.is_lookup for pair in pairs)
        records = {
            record.id: record
            for record in self._dynamics.read_records(schema, names, [one.id for one in changed], shown=shown)
        }
        wanted = ["id", KEY_FIELD, *(pair.target.name for pair in pairs)]
        persons = {
            str(row["id"]): row
            for row in self._marketo.find(Target.PERSON, "id", [one.person for one in changed], wanted)
        }
        for one in changed:
            person = persons.get(one.person, {})
            record = records.get(one.id)
            known = record is not None and str(person.get(KEY_FIELD) or "").lower() == one.id
            if record is None or not known or self._bring(schema, pairs, one, record, person):
                self._incoming.settle_incoming([one.seq])

    def _bring(
        self,
        schema: EntitySchema,
        pairs: Sequence[FieldMapping],
        one: Incoming,
        record: SourceRecord,
        person: Mapping[str, Any],
    ) -> bool:
        """Write what of one person's changes is news to Dynamics; whether they are dealt with."""
        values: dict[str, Any] = {}
        kept: dict[str, Any] = {}
        unfit: list[str] = []
        agreed = entries(one.agreed)
        for pair in pairs:
            if pair.target.name not in one.before:
                continue
            theirs = person.get(pair.target.name)
            column = pair.source.column
            ours = to_marketo(pair, record.values.get(column), record.shown.get(column))
            if same(ours, theirs) or entry(pair.target.name, theirs) in agreed:
                continue  # an echo
            if pair.target.name == UNSUBSCRIBED and not theirs:  # a consent, which no sync gives back
                if pair.direction.writes_marketo:
                    self._incoming.insist(one.seq, UNSUBSCRIBED, ours)
                continue
            both_changed = not any(reads_as(ours, text) for text in one.before[pair.target.name])
            if both_changed and pair.winner is System.DYNAMICS:
                continue
            try:
                values[pair.source.name] = to_dynamics(pair, theirs)
            except NotConvertible:
                unfit.append(pair.target.label)
                continue
            kept[pair.target.name] = theirs
        if unfit:
            self._store.notice([Notice(record.entity, one.id, CHANGE_UNFIT, ", ".join(unfit))])
        if not values:
            return True
        outcome = self._dynamics.update(schema, one.id, record.version, values)
        if outcome.kind is Update.DONE:
            self.written += 1
            self._on_written(self.written)
            if one.waiting is not None:
                self._incoming.let_marketo_win(one.seq, kept)
        elif outcome.kind is Update.REFUSED:
            self._store.notice([Notice(record.entity, one.id, CHANGE_REFUSED, f"{outcome.code} {outcome.message}")])
        return outcome.kind is not Update.CHANGED_MEANWHILE  # then its newest version comes with the next cycle


def returning(mapping: EntityMapping) -> tuple[FieldMapping, ...]:
    """The pairs whose Marketo value goes to Dynamics; a field that is still to be created holds none."""
    if mapping.entity not in PEOPLE:
        return ()
    return tuple(pair for pair in mapping.fields if pair.direction.writes_dynamics and not pair.new)


def reads_as(value: Any, text: str) -> bool:
    """Whether a value is what Marketo wrote into an activity, where everything is text."""
    if value is None or text == "":
        return value in (None, False) and text.casefold() in {"", "false", "0", "null"}
    if isinstance(value, bool):
        return value == (text.casefold() in {"true", "1"})
    if isinstance(value, int | float):
        try:
            return same(value, float(text))
        except ValueError:
            return False
    return same(value, clean(text))


def denied(failure: ConnectionFailed) -> bool:
    """Whether Marketo does not let the account read changes, or Dynamics not write them."""
    return not isinstance(failure, TemporaryFailure) and (failure.code in {"603", "610"} or failure.code[:2] == "0x")
