"""Lets records follow persons that were merged or deleted in Marketo.

Marketo is asked only where it is likely to have something to tell: a person of ours is missing, somebody was at work
there, or an hour has passed. So a quiet cycle asks nothing.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta

from dynsync_gui.domain.cancel import CancelToken
from dynsync_gui.domain.ends import EndPage, Feed
from dynsync_gui.domain.errors import ConnectionFailed, DynSyncError
from dynsync_gui.domain.findings.records import CHANGES_DENIED
from dynsync_gui.domain.ports.dynamics import DynamicsReader
from dynsync_gui.domain.ports.marketo import MarketoReader
from dynsync_gui.domain.schema import PEOPLE, Target
from dynsync_gui.domain.storage.records import Decision, Match, Notice, StagedRecord
from dynsync_gui.domain.storage.store import SyncStore
from dynsync_gui.engine import outgoing, payload
from dynsync_gui.engine.change_file import MANY
from dynsync_gui.engine.matching import CHUNK
from dynsync_gui.engine.payload import Rules
from dynsync_gui.engine.staging import stage
from dynsync_gui.engine.to_dynamics import NO_TOKEN, Work, denied

log = logging.getLogger(__name__)

EVERY = timedelta(hours=1)
"""Between two looks without any sign."""

_AT_ONCE = 100
_MOST_ABSENT = 10 * CHUNK
"""Persons whom the list does not name and who are asked for one by one; beyond that pages tell."""
_NO_FIELD = "1006"
"""Marketo: it has no such field (yet)."""


class Ends:
    """One run's looks.

    Args:
        dynamics: Where to read the records anew, as what a person holds after a merge is not known.
        marketo: The reading half of Marketo.
        store: The ledger.
        run: The run's number.
        work: Tables that are synced.
        rules: How records are taken in.
        token: Pauses and stops it.
    """

    def __init__(
        self,
        dynamics: DynamicsReader,
        marketo: MarketoReader,
        store: SyncStore,
        run: int,
        work: Work,
        rules: Rules,
        token: CancelToken,
    ) -> None:
        self._dynamics = dynamics
        self._marketo = marketo
        self._store = store
        self._run = run
        self._work = work
        self._rules = rules
        self._token = token

    @property
    def due(self) -> bool:
        """Whether it is time to look without any sign."""
        last = self._store.looked_at()
        return last is None or not timedelta(0) <= datetime.now(UTC) - last < EVERY

    def begin(self) -> None:
        """Remember where both feeds begin, if nothing is remembered yet.

        What a large first sync wrote stands in the feeds, too, and would be paged through twice to find the few persons
        who came to an end meanwhile: a list of who is still there spares that where nobody did.
        """
        first = not self._store.feed_token(Feed.DELETED)
        try:
            self._begin()
        except ConnectionFailed as failure:
            self._say(failure)
            return
        if not first or self._store.people_written(self._run) < MANY:
            return
        try:
            self._store.keep_roll(self._marketo.order_roll(self._store.first_run()))
        except DynSyncError as failure:
            log.info("no list of who is still there: %s", failure.code)

    def look(self) -> None:
        """Read both feeds to their ends; a notice says so where Marketo does not allow it."""
        try:
            self._begin()
            self._call_roll()
            for feed in Feed:
                for page in self._pages(feed):
                    self._keep(feed, page)
        except ConnectionFailed as failure:
            self._say(failure)

    def _call_roll(self) -> None:
        """Go on from the end of the first sync, where everybody is still there; else pages tell of it."""
        if not (number := self._store.roll()):
            return
        onward = ""
        try:
            if (roll := self._marketo.called(number)) is not None:
                with closing(roll.there) as there:
                    absent = self._store.absent(there, _MOST_ABSENT + 1)
                if len(absent) <= _MOST_ABSENT and self._are_there(absent):
                    onward = roll.onward
        except ConnectionFailed as failure:
            log.info("no list of who is still there: %s", failure.code)
        with self._store.transaction():
            self._store.keep_roll("")
            for feed in Feed if onward else ():
                self._store.keep_ends((), feed, onward)

    def _are_there(self, persons: Sequence[str]) -> bool:
        """Whether Marketo has them all the same: who was equal on both sides was not touched."""
        for start in range(0, len(persons), CHUNK):
            part = persons[start : start + CHUNK]
            if len(self._marketo.find(Target.PERSON, "id", part, ["id"])) < len(part):
                return False
        return True

    def _begin(self) -> None:
        if not self._store.feed_token(Feed.DELETED):
            token = self._marketo.changes_from(self._store.first_run())
            for feed in Feed:
                self._store.keep_ends((), feed, token)

    def _pages(self, feed: Feed) -> Iterator[EndPage]:
        token, anew = self._store.feed_token(feed), False
        while True:
            self._token.checkpoint()
            try:
                page = self._marketo.read_ends(feed, token)
            except ConnectionFailed as failure:
                if failure.code != NO_TOKEN or anew:
                    raise
                token, anew = self._marketo.changes_from(self._store.first_run()), True
                continue
            yield page
            token = page.onward
            if not page.more:
                return

    def _keep(self, feed: Feed, page: EndPage) -> None:
        """Keep a page; who has another person now is taken in whole, as if it had just been read."""
        staged = self._read(page)
        with self._store.transaction():
            self._store.keep_ends(page.ends, feed, page.onward)
            for record in staged:
                self._store.forget_agreement(record.entity, record.id)
            self._store.stage(self._run, staged)
        self._journal({end.into for end in page.ends} - {""})

    def _journal(self, persons: set[str]) -> None:
        """Keep what persons that others went into hold now, where it is about to be overwritten."""
        after = 0
        while persons and (records := self._store.outgoing(PEOPLE, (Match.TAKE,), after, _AT_ONCE)):
            after = records[-1].seq
            told = {record.marketo_id: record for record in records if record.marketo_id in persons}
            if not told:
                continue
            names = {name for record in told.values() for name in outgoing.values(record, record.coming)}
            try:
                held = self._marketo.find(Target.PERSON, "id", list(told), sorted(names | {"id"}))
            except ConnectionFailed as failure:
                if failure.code != _NO_FIELD:
                    raise
                return  # one that is still to be created: what it is about to hold was never anything else
            changed = {str(row["id"]): outgoing.changes(told[str(row["id"])], row) for row in held}
            self._store.decide(
                [Decision(told[id_].seq, Match.TAKE, id_, before) for id_, before in changed.items() if before]
            )

    def _read(self, page: EndPage) -> list[StagedRecord]:
        bearers = self._store.bearers([end for end in page.ends if end.into])
        staged: list[StagedRecord] = []
        for schema, mapping in self._work:
            ids = bearers.get(mapping.entity, ())
            names, shown = payload.columns(mapping, schema, self._rules), payload.wants_shown(mapping)
            for start in range(0, len(ids), _AT_ONCE):
                part = ids[start : start + _AT_ONCE]
                for record in self._dynamics.read_records(schema, names, part, shown=shown):
                    staged += stage(record, mapping, self._rules)
        return staged

    def _say(self, failure: ConnectionFailed) -> None:
        if not denied(failure):
            raise failure
        self._store.notice([Notice(PEOPLE[0], "", CHANGES_DENIED, f"{failure.code} {failure.detail}")])
