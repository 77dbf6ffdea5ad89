"""Takes what people changed in Marketo to Dynamics: read, compare with Dynamics' value of now, decide who wins, write.

A change whose value Dynamics holds already, converted as it would go to Marketo, is an echo of our own write or of an
earlier visit, and is dropped. Where both sides changed a field, the one that the choice names wins. What Dynamics does
not take is kept aside until either side changes, and so is what a person made of a field that travels to Marketo only.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from dynsync_gui.domain.cancel import CancelToken
from dynsync_gui.domain.choice import Overwrite
from dynsync_gui.domain.convert import NotConvertible, clean, left_out, same, to_dynamics, to_marketo
from dynsync_gui.domain.errors import ConnectionFailed, TemporaryFailure
from dynsync_gui.domain.findings.records import CHANGE_REFUSED, CHANGE_UNFIT
from dynsync_gui.domain.fingerprint import entries, entry
from dynsync_gui.domain.incoming import Incoming, IncomingStore, Kept
from dynsync_gui.domain.mapping import EntityMapping, FieldMapping
from dynsync_gui.domain.ports.dynamics import DynamicsWriter, SourceRecord, Update, UpdateOutcome
from dynsync_gui.domain.ports.marketo import MarketoReader, PersonChange
from dynsync_gui.domain.schema import KEY_FIELD, PEOPLE, UNSUBSCRIBED, EntitySchema, System, Target
from dynsync_gui.domain.storage.records import Notice
from dynsync_gui.domain.storage.store import SyncStore
from dynsync_gui.engine.change_file import ChangeFile

AT_ONCE = 100
"""Records of one look at both sides."""

CHUNK = 300
"""Persons that one question may name (Marketo REST, query limits)."""

NO_TOKEN = "1003"  # noqa: S105  a code
"""Marketo: it does not know the token any more."""

Work = Sequence[tuple[EntitySchema, EntityMapping]]


class _Value(NamedTuple):
    """A value on its way to Dynamics: property, as Dynamics takes it, and as Marketo holds it."""

    column: str
    ours: Any
    theirs: Any


@dataclass
class _News:
    """What of a person's changes goes to Dynamics, and what is kept aside, both by Marketo field."""

    values: dict[str, _Value] = field(default_factory=dict)
    aside: dict[str, Kept] = field(default_factory=dict)
    unfit: list[str] = field(default_factory=list)


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
        self._listen_again()
        fields = sorted({pair.target.name for _, mapping in work for pair in watched(mapping)})
        if not fields or not self._incoming.change_token() or not self._file.read(fields):
            return
        self.by_hand |= self._file.by_hand
        if UNSUBSCRIBED in fields:
            self._hear_survivors()
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

    def alarm(self, work: Work) -> None:
        """Note what the changes that wait would do to many."""
        for _, mapping in work:
            if names := [pair.target.name for pair in returning(mapping)]:
                self._incoming.alarm(mapping.entity, names)

    def _listen_again(self) -> None:
        """Who was to go into another person and is still there has not gone: that one's changes are somebody's."""
        going = self._incoming.about_to_merge()
        persons = list(going)
        gone: set[int] = set()
        for start in range(0, len(persons), CHUNK):
            part = persons[start : start + CHUNK]
            there = {str(row["id"]) for row in self._marketo.find(Target.PERSON, "id", part, ["id"])}
            gone |= {going[person] for person in part if person not in there}
        self._incoming.listen_to(set(going.values()) - gone)

    def _hear_survivors(self) -> None:
        """Who wants no mail since another person went into it does so as if it had unsubscribed by hand.

        Whether Marketo carries that over, and tells of it, is its own matter: the person says so.
        """
        persons = list(self._incoming.survivors())
        for start in range(0, len(persons), CHUNK):
            part = persons[start : start + CHUNK]
            rows = self._marketo.find(Target.PERSON, "id", part, ["id", UNSUBSCRIBED])
            against = [str(row["id"]) for row in rows if row.get(UNSUBSCRIBED)]
            news = [PersonChange(person, UNSUBSCRIBED, "false", "true") for person in against]
            self._incoming.keep_changes(news, self._incoming.change_token())

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
        pairs = watched(mapping)
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
            if record is None or not known:
                self._incoming.settle_incoming([one.seq])
            else:
                self._bring(schema, pairs, one, record, person)

    def _bring(
        self,
        schema: EntitySchema,
        pairs: Sequence[FieldMapping],
        one: Incoming,
        record: SourceRecord,
        person: Mapping[str, Any],
    ) -> None:
        """Write what of one person's changes is news to Dynamics, and keep what became of the rest."""
        news = _News()
        for pair in pairs:
            if pair.target.name in one.before:
                self._weigh(pair, one, record, person.get(pair.target.name), news)
        notices = [Notice(record.entity, one.id, CHANGE_UNFIT, ", ".join(news.unfit))] if news.unfit else []
        told, outcome = news.values, self._tell(schema, record, news.values)
        if outcome.kind is Update.REFUSED:
            notices.append(Notice(record.entity, one.id, CHANGE_REFUSED, f"{outcome.code} {outcome.message}"))
            told = _consents(news.values)
            outcome = self._tell(schema, record, told)
            news.aside |= dict.fromkeys(news.values.keys() - told.keys(), Kept.REFUSED)
        if outcome.kind is Update.CHANGED_MEANWHILE:
            return  # its newest version comes with the next cycle
        if outcome.kind is Update.REFUSED:
            news.aside |= dict.fromkeys(told, Kept.REFUSED)
        written = bool(told) and outcome.kind is Update.DONE
        with self._store.transaction():
            if written:
                theirs = {name: value.theirs for name, value in told.items()}
                self._incoming.keep_held(one.seq, theirs)
                if one.waiting is not None:
                    self._incoming.let_marketo_win(one.seq, theirs)
            self._incoming.keep_aside(one.seq, news.aside)
            self._store.notice(notices)
        if written:
            self.written += 1
            self._on_written(self.written)

    def _tell(self, schema: EntitySchema, record: SourceRecord, values: Mapping[str, _Value]) -> UpdateOutcome:
        """Write to a record that is still as it was read; nothing to write is done."""
        if not values:
            return UpdateOutcome(Update.DONE)
        columns = {value.column: value.ours for value in values.values()}
        return self._dynamics.update(schema, record.id, record.version, columns)

    def _weigh(self, pair: FieldMapping, one: Incoming, record: SourceRecord, theirs: Any, news: _News) -> None:
        """Find out whether a change is an echo, goes to Dynamics, or is kept aside."""
        name, column = pair.target.name, pair.source.column
        ours = to_marketo(pair, record.values.get(column), record.shown.get(column))
        if same(ours, theirs) or entry(name, theirs) in entries(one.agreed) | entries(one.unsure):
            return  # an echo
        if name == UNSUBSCRIBED and not theirs:  # a consent, which no sync gives back
            if pair.direction.writes_marketo:
                self._incoming.insist(one.seq, name, ours, theirs)
        elif not pair.direction.writes_dynamics:
            if self._stays(pair, one, ours, theirs):
                news.aside[name] = Kept.ONE_WAY
        elif pair.winner is System.MARKETO or not _changed_ours(one, name, ours):  # else ours is on its way
            try:
                news.values[name] = _Value(pair.source.name, to_dynamics(pair, theirs), theirs)
            except NotConvertible:
                news.unfit.append(pair.target.label)
                news.aside[name] = Kept.UNFIT

    def _stays(self, pair: FieldMapping, one: Incoming, ours: Any, theirs: Any) -> bool:
        """Whether somebody's value in a field that travels to Marketo only stays until the record changes."""
        name, never_blanks = pair.target.name, ours is None and pair.overwrite is Overwrite.NOT_BY_EMPTY
        if never_blanks or pair.overwrite is Overwrite.ONLY_EMPTY or left_out(pair, ours):
            return False
        if one.waiting is None or name not in one.waiting:
            return True
        self._incoming.insist(one.seq, name, one.waiting[name], theirs)  # it goes to Marketo now
        return False


def _changed_ours(one: Incoming, name: str, ours: Any) -> bool:
    """Whether Dynamics' value is neither the one that both sides agreed on nor one that Marketo held."""
    return entry(name, ours) not in entries(one.agreed) and not any(reads_as(ours, text) for text in one.before[name])


def _consents(values: dict[str, _Value]) -> dict[str, _Value]:
    """What says yes or no among other values, and is told alone where Dynamics refuses them all together."""
    found = {name: value for name, value in values.items() if isinstance(value.ours, bool)}
    return found if len(found) < len(values) else {}


def watched(mapping: EntityMapping) -> tuple[FieldMapping, ...]:
    """The pairs of which a change in Marketo matters; a field that is still to be created holds nothing."""
    if mapping.entity not in PEOPLE:
        return ()
    return tuple(pair for pair in mapping.fields if not pair.new)


def returning(mapping: EntityMapping) -> tuple[FieldMapping, ...]:
    """The pairs whose Marketo value goes to Dynamics."""
    return tuple(pair for pair in watched(mapping) if pair.direction.writes_dynamics)


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
