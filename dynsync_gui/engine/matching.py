"""Finds the Marketo record of every outgoing record: by Dynamics id, then, once, by e-mail.

The outcome is kept before anything is sent, so that a batch that is sent twice after a crash is the same batch.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from dynsync_gui.domain.cancel import CancelToken
from dynsync_gui.domain.convert import email_of
from dynsync_gui.domain.mapping import SyncMapping
from dynsync_gui.domain.ports import MarketoReader, TooManyMatches
from dynsync_gui.domain.schema import COMPANY_KEY, KEY_FIELD, PEOPLE, Entity, Target, TargetSchema
from dynsync_gui.domain.storage import Decision, LedgerRecord, Match, Notice, SharedEmail, SyncStore
from dynsync_gui.engine import outgoing

CHUNK = 300
"""Values a query may hold (Marketo REST, query limits)."""

LISTABLE = 1_000
"""Persons that one filter may match (Marketo REST); so many are fetched at once in place of look-ups."""

Held = Mapping[str, Any]
OnMatched = Callable[[int], None]


class Matching:
    """One run's matching. It has no way to write to Marketo.

    Args:
        marketo: The reading half of Marketo.
        store: The ledger.
        mapping: What is synced.
        persons: Marketo's person fields today.
        companies: Marketo's company fields today.
        token: Pauses and stops it.
        on_matched: Told how many records were looked at.
    """

    def __init__(
        self,
        marketo: MarketoReader,
        store: SyncStore,
        mapping: SyncMapping,
        persons: TargetSchema,
        companies: TargetSchema,
        token: CancelToken,
        on_matched: OnMatched,
    ) -> None:
        self._marketo = marketo
        self._store = store
        self._token = token
        self._on_matched = on_matched
        self._matched = 0
        self._everyone: tuple[Held, ...] | None = None
        self._key_known = persons.field(KEY_FIELD) is not None and KEY_FIELD in persons.searchable
        self._company_fields = _known_fields(mapping, companies, {COMPANY_KEY, "id"})
        wanted = {"id", "email", "updatedAt", COMPANY_KEY} | ({KEY_FIELD} if self._key_known else set())
        self._person_fields = _known_fields(mapping, persons, wanted)

    def match(self) -> None:
        """Decide on every undecided record of the outbox."""
        self._store.fold_leads()
        self._store.inherit_persons()
        self._by_key((Entity.ACCOUNT,), Target.COMPANY, COMPANY_KEY, self._company_fields)
        if len(self._store.undecided(PEOPLE, 0, LISTABLE)) == LISTABLE:
            self._token.checkpoint()
            self._everyone = self._marketo.all_persons(self._person_fields, LISTABLE)
        if self._key_known:
            self._by_key(PEOPLE, Target.PERSON, KEY_FIELD, self._person_fields)
        self._by_email()
        self._store.decide_rest()

    def _by_key(self, entities: Sequence[Entity], target: Target, key: str, fields: Sequence[str]) -> None:
        after = 0
        while records := self._store.undecided(entities, after, CHUNK):
            self._token.checkpoint()
            after = records[-1].seq
            held = self._held(target, key, [record.id for record in records], fields)
            found = {str(row.get(key) or "").lower(): row for row in reversed(held)}
            self._store.decide([_known(record, found[record.id]) for record in records if record.id in found])
            self._step(len(records))

    def _by_email(self) -> None:
        after = ""
        while shared := self._store.undecided_emails(after, CHUNK):
            self._token.checkpoint()
            after = shared[-1].email
            emails = [one.email for one in shared if "," not in one.email]
            persons: dict[str, list[Held]] = {}
            for row in self._held(Target.PERSON, "email", emails, self._person_fields):
                persons.setdefault(email_of(row.get("email")), []).append(row)
            self._adopt([one for one in shared if one.email in persons], persons)
            self._step(sum(len(one.seqs) for one in shared))

    def _adopt(self, shared: Sequence[SharedEmail], persons: Mapping[str, Sequence[Held]]) -> None:
        first = {record.seq: record for record in self._store.records_at([one.seqs[0] for one in shared])}
        decisions, notices = [], []
        for one in shared:
            free = [row for row in persons[one.email] if not row.get(KEY_FIELD)]
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
        with self._store.transaction():
            self._store.decide(decisions)
            self._store.notice(notices)

    def _held(self, target: Target, by: str, values: Sequence[str], fields: Sequence[str]) -> tuple[Held, ...]:
        if not values:
            return ()
        if target is Target.PERSON and self._everyone is not None:
            wanted = set(values)
            return tuple(row for row in self._everyone if email_of(row.get(by)) in wanted)
        try:
            return self._marketo.find(target, by, values, fields)
        except TooManyMatches:
            if len(values) == 1:
                return ()
            half = len(values) // 2
            return self._held(target, by, values[:half], fields) + self._held(target, by, values[half:], fields)

    def _step(self, records: int) -> None:
        self._matched += records
        self._on_matched(self._matched)


def _known(record: LedgerRecord, held: Held) -> Decision:
    """A record whose key Marketo holds: nothing to send where the values are equal."""
    before = outgoing.changes(record, held)
    person = str(held.get("id") or "")
    if not before:
        filled = outgoing.filled(record, linked=record.company_coming)
        return Decision(record.seq, Match.UPDATE, person, unchanged=True, filled=filled)
    return Decision(record.seq, Match.UPDATE, person, before)


def _known_fields(mapping: SyncMapping, schema: TargetSchema, always: set[str]) -> tuple[str, ...]:
    """Names of mapped fields that Marketo has today."""
    mapped = {
        pair.target.name
        for entity in mapping.entities.values()
        if entity.entity.target is schema.target
        for pair in entity.fields
    }
    return tuple(sorted(always | {name for name in mapped if schema.field(name) is not None}))
