"""Finds the Marketo record of every outgoing record: by Dynamics id, then, a person once, by e-mail.

The outcome is kept before anything is sent, so that a batch that is sent twice after a crash is the same batch.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

from dynsync_gui.domain.cancel import CancelToken
from dynsync_gui.domain.convert import email_of
from dynsync_gui.domain.errors import ConnectionFailed
from dynsync_gui.domain.findings.records import STAYS_UNSUBSCRIBED
from dynsync_gui.domain.mapping import SyncMapping
from dynsync_gui.domain.ports.marketo import MarketoReader, TooManyMatches
from dynsync_gui.domain.schema import (
    COMPANY_KEY,
    DELETED_FIELD,
    KEY_FIELD,
    MARKS,
    OPPORTUNITY_KEY,
    OWNER_KEY,
    PEOPLE,
    UNSUBSCRIBED,
    Entity,
    Target,
    TargetSchema,
    id_of,
    key_of,
)
from dynsync_gui.domain.storage.records import Decision, LedgerRecord, Match, Notice, SharedEmail
from dynsync_gui.domain.storage.store import SyncStore
from dynsync_gui.engine import outgoing
from dynsync_gui.engine.own_types import OwnType
from dynsync_gui.engine.quarantine import quarantines
from dynsync_gui.engine.workload import Schemas

CHUNK = 300
"""Values a query may hold (Marketo REST, query limits)."""

LISTABLE = 1_000
"""Persons that one filter may match (Marketo REST); so many are fetched at once in place of look-ups."""

NO_FIELD = "1006"
"""Marketo: it has no such field (yet)."""

_COMPUTED = ("isClosed", "isWon")
_ROLES = (Entity.CUSTOMER, Entity.CONNECTION)
_ROLE_FIELDS = ("marketoGUID", OPPORTUNITY_KEY, "leadId", "role", "isPrimary")

Held = Mapping[str, Any]
_Chunk = TypeVar("_Chunk")
OnMatched = Callable[[int], None]


class Matching:
    """One run's matching. It has no way to write to Marketo.

    Args:
        marketo: The reading half of Marketo.
        store: The ledger.
        run: The run's number.
        schemas: Marketo's fields today, and the custom objects.
        mapping: What is synced.
        in_flight: Calls at the same time.
        token: Pauses and stops it.
        on_matched: Told how many records were looked at.
        look: Finds out what became of persons that are missing.
    """

    def __init__(
        self,
        marketo: MarketoReader,
        store: SyncStore,
        run: int,
        schemas: Schemas,
        mapping: SyncMapping,
        in_flight: int,
        token: CancelToken,
        on_matched: OnMatched,
        *,
        look: Callable[[], None],
    ) -> None:
        self._marketo = marketo
        self._store = store
        self._run = run
        self._own = schemas.own
        self._mapping = mapping
        self._in_flight = in_flight
        self._token = token
        self._on_matched = on_matched
        self._look = look
        self._matched = 0
        self._looked = False
        self._everyone: tuple[Held, ...] | None = None
        persons = schemas.persons
        self._key_known = persons.field(KEY_FIELD) is not None and KEY_FIELD in persons.searchable
        wanted = {"id", "email", "updatedAt", COMPANY_KEY} | ({KEY_FIELD} if self._key_known else set())
        self._person_fields = _known_fields(mapping, persons, wanted)
        self._fields = {
            target: _known_fields(mapping, schema, {key_of(target), id_of(target)})
            for target, schema in schemas.targets.items()
        }

    def match(self) -> None:
        """Decide on every undecided record of the outbox."""
        with self._store.stoppable(self._token):
            self._match()

    def _match(self) -> None:
        self._store.follow_life(self._run)
        self._store.judge_owners(self._run)
        self._store.relink(self._run)
        self._store.leave_out((*_ROLES, *self._own))
        self._by_key((Entity.USER,), Target.SALES_PERSON)
        self._by_key((Entity.ACCOUNT,), Target.COMPANY)
        few = sum(self._store.count_linked(entity) for entity in PEOPLE) < LISTABLE
        if few and len(self._store.undecided(PEOPLE, 0, LISTABLE)) == LISTABLE:
            self._token.checkpoint()
            self._everyone = self._marketo.all_persons(self._person_fields, LISTABLE)
        if self._key_known:
            self._by_key(PEOPLE, Target.PERSON)
        self._by_email()
        self._by_key((Entity.OPPORTUNITY,), Target.OPPORTUNITY)
        self._roles()
        for entity, own in self._own.items():
            if own.held is not None:  # else nothing of it can be there
                self._by_key((entity,), Target.CUSTOM_OBJECT, own)
        self._store.decide_rest()

    def _by_key(self, entities: Sequence[Entity], target: Target, own: OwnType | None = None) -> None:
        """Records whose Dynamics id Marketo holds; an object that it does not let be read is written by key alone."""
        key = key_of(target)
        fields = self._person_fields if target is Target.PERSON else self._fields.get(target, ())
        company_by = COMPANY_KEY
        if own is not None:
            company_by = own.company_by
            fields = (key, id_of(target), *own.links, *self._attributes(own))

        def ask(records: Sequence[LedgerRecord]) -> tuple[Held, ...]:
            was_marked = any(DELETED_FIELD in record.filled for record in records)
            asked = (*fields, DELETED_FIELD) if was_marked and own is not None else fields
            return self._held(target, key, [one.id for one in records], asked, own.name if own else "")

        try:
            for records, held in self._side_by_side(self._undecided(entities), ask):
                found = {str(row.get(key) or "").lower(): row for row in reversed(held)}
                moved = self._moved(records, found) if target is Target.PERSON else frozenset()
                known = [record for record in records if record.id in found and record.seq not in moved]
                with self._store.transaction():
                    if target is Target.PERSON:
                        self._note_consents(known, found)
                    self._store.decide([_known(record, found[record.id], company_by) for record in known])
                self._step(len(records))
        except ConnectionFailed as failure:
            if target is Target.PERSON or not (quarantines(failure) or (own is not None and failure.code == NO_FIELD)):
                raise

    def _note_consents(self, known: Sequence[LedgerRecord], found: Mapping[str, Held]) -> None:
        """Tell of people whom Dynamics allows mail again and who stay unsubscribed, and no longer of the others."""
        new, settled = [], []
        for record in known:
            if UNSUBSCRIBED not in record.payload:
                continue
            if record.payload[UNSUBSCRIBED] or not found[record.id].get(UNSUBSCRIBED):
                settled.append((record.entity, record.id))
            elif UNSUBSCRIBED in record.filled:  # both sides held it
                new.append(Notice(record.entity, record.id, STAYS_UNSUBSCRIBED))
        self._store.notice(new)
        self._store.forget_notices(STAYS_UNSUBSCRIBED, settled)

    def _attributes(self, own: OwnType) -> Sequence[str]:
        """Names of mapped attributes that the custom object has today."""
        mapping = self._mapping.entities.get(own.entity)
        names = [pair.target.name for pair in mapping.fields] if mapping is not None else []
        return [name for name in names if own.held is None or own.held.field(name) is not None]

    def _moved(self, records: Sequence[LedgerRecord], found: Mapping[str, Held]) -> frozenset[int]:
        """Places of records whose person is not where it was, because it went into another one.

        A look may tell of persons whose own look-up was answered before, so that from then on the ledger is asked, too.
        """
        moved = self._elsewhere(records) if self._looked else frozenset()
        if any(
            record.marketo_id and str(found.get(record.id, {}).get("id") or "") != record.marketo_id
            for record in records
            if record.seq not in moved
        ):
            self._look()
            self._looked = True
            moved = self._elsewhere(records)
        return moved

    def _elsewhere(self, records: Sequence[LedgerRecord]) -> frozenset[int]:
        """Places of records that have another person in the ledger now."""
        before = {record.seq: record.marketo_id for record in records}
        now = self._store.records_at(list(before))
        return frozenset(record.seq for record in now if record.marketo_id != before[record.seq])

    def _roles(self) -> None:
        """Roles whose two ends Marketo has already; those of anything new are new themselves."""
        try:
            for records, held in self._side_by_side(self._undecided(_ROLES), self._roles_of):
                found = {_role_key(row): row for row in held}
                rows = [(record, found.get(_role_key(outgoing.values(record, record.coming)))) for record in records]
                self._store.decide([_known(record, row) for record, row in rows if row is not None])
                self._step(len(records))
        except ConnectionFailed as failure:
            if not quarantines(failure):
                raise

    def _roles_of(self, records: Sequence[LedgerRecord]) -> tuple[Held, ...]:
        """Roles of the opportunities that records name."""
        ends = {record.coming.opportunity for record in records if record.coming.person} - {""}
        return self._held(Target.ROLE, OPPORTUNITY_KEY, sorted(ends), _ROLE_FIELDS)

    def _by_email(self) -> None:
        """People by their address; each answer is kept at once, so that nobody is looked up again after a kill."""
        for shared, held in self._side_by_side(self._emails(), self._persons_of):
            persons: dict[str, list[Held]] = {}
            for row in held:
                persons.setdefault(email_of(row.get("email")), []).append(row)
            with self._store.transaction(lasting=False):  # what a loss of power takes is looked up again
                self._adopt([one for one in shared if one.email in persons], persons)
                self._store.decide_new([seq for one in shared if one.email not in persons for seq in one.seqs])
            self._step(sum(len(one.seqs) for one in shared))

    def _persons_of(self, shared: Sequence[SharedEmail]) -> tuple[Held, ...]:
        emails = [one.email for one in shared if "," not in one.email]
        return self._held(Target.PERSON, "email", emails, self._person_fields)

    def _undecided(self, entities: Sequence[Entity]) -> Iterator[tuple[LedgerRecord, ...]]:
        after = 0
        while records := self._store.undecided(entities, after, CHUNK):
            after = records[-1].seq
            yield records

    def _emails(self) -> Iterator[tuple[SharedEmail, ...]]:
        """In ledger order, as what is decided on one after the other lies side by side there."""
        asked: set[int] = set()
        for entity in PEOPLE:
            after = 0
            while shared := self._store.undecided_emails(entity, after, CHUNK):
                after = shared[-1].met
                yield tuple(one for one in shared if one.met not in asked)
                asked.update(seq for one in shared if len(one.seqs) > 1 for seq in one.seqs)

    def _side_by_side(
        self, chunks: Iterator[_Chunk], ask: Callable[[_Chunk], tuple[Held, ...]]
    ) -> Iterator[tuple[_Chunk, tuple[Held, ...]]]:
        """Chunks with what Marketo holds of them, in their order; while one is decided on, the next ones are asked."""
        asked: deque[tuple[_Chunk, Future[tuple[Held, ...]]]] = deque()
        with ThreadPoolExecutor(self._in_flight, "look-up") as pool:
            for chunk in chunks:
                self._token.checkpoint()
                asked.append((chunk, pool.submit(ask, chunk)))
                if len(asked) > self._in_flight:
                    first, answer = asked.popleft()
                    yield first, answer.result()
            for chunk, answer in asked:
                yield chunk, answer.result()

    def _adopt(self, shared: Sequence[SharedEmail], persons: Mapping[str, Sequence[Held]]) -> None:
        claimed = self._store.claimed([str(row["id"]) for rows in persons.values() for row in rows])
        first = {record.seq: record for record in self._store.records_at([one.seqs[0] for one in shared])}
        decisions, notices = [], []
        for one in shared:
            free = [row for row in persons[one.email] if not row.get(KEY_FIELD) and str(row["id"]) not in claimed]
            free.sort(key=lambda row: (str(row.get("updatedAt") or ""), int(row["id"])), reverse=True)
            winner = first[one.seqs[0]]
            if free:
                person = str(free[0]["id"])
                before = outgoing.changes(winner, free[0])
                decisions.append(Decision(winner.seq, Match.ADOPT, person, before or None))
            if len(persons[one.email]) > 1:
                others = ", ".join(str(row["id"]) for row in persons[one.email] if row not in free[:1])
                notices.append(Notice(winner.entity, winner.id, "several-persons", others))
            decisions += [Decision(seq, Match.CREATE) for seq in one.seqs[1 if free else 0 :]]
        self._store.decide(decisions)
        self._store.notice(notices)

    def _held(
        self, target: Target, by: str, values: Sequence[str], fields: Sequence[str], kind: str = ""
    ) -> tuple[Held, ...]:
        if not values:
            return ()
        if target is Target.PERSON and self._everyone is not None:
            wanted = set(values)
            return tuple(row for row in self._everyone if email_of(row.get(by)) in wanted)
        try:
            return self._marketo.find(target, by, values, fields, kind)
        except TooManyMatches:
            if len(values) == 1:
                return ()
            half = len(values) // 2
            first, second = (self._held(target, by, part, fields, kind) for part in (values[:half], values[half:]))
            return first + second

    def _step(self, records: int) -> None:
        self._matched += records
        self._on_matched(self._matched)


def _known(record: LedgerRecord, held: Held, company_by: str = COMPANY_KEY) -> Decision:
    """A record whose key Marketo holds: nothing to send where the values are equal."""
    false = frozenset(mark for mark in MARKS if held.get(mark)) if not record.reason else frozenset()
    record = record._replace(filled=record.filled | false)  # a mark of somebody else's is taken back like one of ours
    before = outgoing.changes(record, held, company_by)
    there = str(held.get(id_of(record.entity.target)) or "")
    if not before:
        filled = outgoing.filled(record, record.coming)
        return Decision(record.seq, Match.UPDATE, there, unchanged=True, filled=filled, linked=record.coming.text)
    return Decision(record.seq, Match.UPDATE, there, before, filled=record.filled if false else frozenset())


def _role_key(row: Mapping[str, Any]) -> tuple[str, str, str]:
    return str(row.get(OPPORTUNITY_KEY) or "").lower(), str(row.get("leadId") or ""), str(row.get("role") or "").lower()


def _known_fields(mapping: SyncMapping, schema: TargetSchema, always: set[str]) -> tuple[str, ...]:
    """Names of mapped fields that Marketo has today."""
    mapped = {
        pair.target.name
        for entity in mapping.entities.values()
        if entity.entity.target is schema.target
        for pair in entity.fields
    }
    linked = {name for name in (COMPANY_KEY, OWNER_KEY, *MARKS, *_COMPUTED) if schema.field(name) is not None}
    return tuple(sorted(always | linked | {name for name in mapped if schema.field(name) is not None}))
