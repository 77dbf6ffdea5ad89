"""Reads Dynamics into the ledger, page by page; page and cursor are one transaction."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Sequence
from contextlib import closing
from dataclasses import replace

from dynsync_gui.domain.cancel import CancelToken
from dynsync_gui.domain.errors import ConnectionFailed, TemporaryFailure
from dynsync_gui.domain.mapping import EntityMapping
from dynsync_gui.domain.ports.apart import StartApart
from dynsync_gui.domain.ports.dynamics import DynamicsReader, Page, SourceRecord, Unread
from dynsync_gui.domain.schema import ENTITIES, Entity, EntitySchema
from dynsync_gui.domain.storage.records import Cursor, Notice, StagedRecord
from dynsync_gui.domain.storage.store import SyncStore
from dynsync_gui.engine import payload
from dynsync_gui.engine.conversion import Conversion
from dynsync_gui.engine.labels import labels_of, relabelled
from dynsync_gui.engine.meanwhile import Meanwhile
from dynsync_gui.engine.pages import PagesAhead, Staging
from dynsync_gui.engine.payload import Rules
from dynsync_gui.engine.staging import gone, stage_all

PAGE_SIZE = 2_500
"""Rows a page: large enough for speed, small enough that decoding one does not hold up the window."""

NOT_TRACKED, DENIED = "0x80072491", "0x80040220"
"""Dataverse: change tracking is off for the table, or needs the right to read all of it."""

PARTLY_VISIBLE = "partly-visible"

OnRead = Callable[[Entity, int], None]

_log = logging.getLogger(__name__)


class Reading:
    """One run's reading.

    Change tracking tells what changed since the moment before its first page. Where its token is too old, or where it
    is not there, the whole table is compared with the ledger by digest, and what is missing was deleted.

    Args:
        dynamics: Where to read.
        store: Where to stage.
        run: The run's number.
        rules: How records are taken in.
        token: Pauses and stops it.
        on_read: Told the number of records read of an entity after each page.
        start: Starts a process of its own for large tables; None for none.
    """

    def __init__(
        self,
        dynamics: DynamicsReader,
        store: SyncStore,
        run: int,
        rules: Rules,
        token: CancelToken,
        on_read: OnRead,
        start: StartApart | None = None,
    ) -> None:
        self._dynamics = dynamics
        self._store = store
        self._run = run
        self._rules = rules
        self._token = token
        self._on_read = on_read
        self._start = start
        self._meanwhile = Meanwhile(dynamics, token)

    def read(self, schema: EntitySchema, mapping: EntityMapping) -> None:
        """Read an entity to its end, from where the run or the last cycle left it.

        A run that stood still after it had read looks for what changed meanwhile, so that a later version takes the
        place of the one that waits.

        Raises:
            ConnectionFailed: Dynamics does not give the table.
        """
        names = payload.columns(mapping, schema, self._rules)
        cursor, asked = self._store.cursor(mapping.entity), payload.asked(mapping, names)
        again = cursor.run == self._run and cursor.complete
        if again and not (cursor.delta_link and cursor.names == asked):
            return
        if cursor.names != asked:
            cursor = Cursor(self._run)
        half = cursor.run == self._run and not again
        link = cursor.next_link if half else cursor.delta_link if cursor.complete else ""
        before = cursor.delta_link if half else ""
        start = Cursor(self._run, asked, delta_link=before, whole=not link or (half and cursor.whole))
        try:
            self._pages(schema, mapping, start, names, link, track=schema.change_tracking)
        except TemporaryFailure:
            raise
        except ConnectionFailed as failure:
            refused = failure.code in {NOT_TRACKED, DENIED}
            if not (link or before) and not (schema.change_tracking and refused):
                raise
            # An old link no longer leads on, or change tracking is not allowed: the whole table tells the same. Who
            # may not read all of it cannot tell what is gone from what is hidden.
            hidden = failure.code == DENIED
            start = Cursor(self._run, asked, whole=not hidden)
            self._pages(schema, mapping, start, names, "", track=schema.change_tracking and not refused)
            if hidden:
                self._store.notice([Notice(mapping.entity, "", PARTLY_VISIBLE, failure.detail)])
        if start.whole and not self._store.cursor(mapping.entity).delta_link:
            self._miss_what_is_not_hidden(mapping.entity)
        self._follow_labels(schema, mapping, names)

    def look_again(self, schema: EntitySchema, mapping: EntityMapping) -> None:
        """Read what changed since this run read the table, where change tracking tells."""
        names = payload.columns(mapping, schema, self._rules)
        if link := self._since(mapping, names):
            start = Cursor(self._run, payload.asked(mapping, names))
            self._pages(schema, mapping, start, names, link, track=True)

    def watch(self, work: Sequence[tuple[EntitySchema, EntityMapping]]) -> Callable[[], Collection[Entity]]:
        """What tells in any thread which tables have changed since this run read them; the ledger stays as it is."""
        asked = []
        for schema, mapping in work:
            names = payload.columns(mapping, schema, self._rules)
            if link := self._since(mapping, names):
                asked.append((schema, names, link, payload.wants_shown(mapping)))

        def ask() -> Collection[Entity]:
            changed = set()
            for schema, names, link, shown in asked:
                self._token.raise_if_cancelled()
                page = self._dynamics.read_page(schema, names, link, track=False, shown=shown, page_size=PAGE_SIZE)
                if page.records or page.next_link:
                    changed.add(schema.entity)
            return changed

        return ask

    def _since(self, mapping: EntityMapping, names: tuple[str, ...]) -> str:
        """The link to what changed since this run read the table; empty where change tracking does not tell."""
        cursor = self._store.cursor(mapping.entity)
        known = cursor.run == self._run and cursor.complete and cursor.names == payload.asked(mapping, names)
        return cursor.delta_link if known else ""

    def _pages(
        self,
        schema: EntitySchema,
        mapping: EntityMapping,
        start: Cursor,
        names: tuple[str, ...],
        link: str,
        *,
        track: bool,
    ) -> None:
        shown = payload.wants_shown(mapping)
        basis = payload.basis(mapping, start.names, self._rules)
        conversion = Conversion(mapping.fields, basis)
        again = start.whole and mapping.entity in ENTITIES and self._store.count_linked(mapping.entity) > 0
        track = track and start.whole
        read = self._store.count_records(self._run, mapping.entity)
        if read and start.whole and not link:
            self._store.forget_seen(self._run, mapping.entity)

        def ask(link: str) -> Page:
            page = self._dynamics.read_page(schema, names, link, track=track, shown=shown, page_size=PAGE_SIZE)
            return self._without_restored(page, schema, names, shown=shown)

        def keep(link: str) -> None:
            with self._store.transaction(lasting=False):
                self._store.move_cursor(mapping.entity, replace(start, delta_link=link))

        only: Page | None = None
        if track and not link:
            since, only = self._meanwhile.before(schema, start.delta_link, lambda: ask(""), keep)
            start = replace(start, delta_link=since)

        def whole(link: str) -> Page:
            return ask(link) if only is None else only

        def unread(link: str) -> Unread:
            return self._dynamics.fetch_page(schema, link, track=track, shown=shown, page_size=PAGE_SIZE)

        def stage(page: Page) -> Sequence[StagedRecord]:
            return () if again else stage_all(page.records, mapping, self._rules, conversion)

        staging = None
        if start.whole and not again:
            staging = Staging(self._dynamics.page_reader(schema, names), mapping, self._rules, basis)
        ahead = PagesAhead(whole, unread, stage, staging, self._start, self._token)
        with closing(ahead.all(link)) as pages:
            for page, staged, number in pages:
                last = start.whole and not page.next_link and bool(page.delta_link or start.delta_link)
                self._keep(page, staged, mapping, start, conversion, ends=not last)
                read += number
                self._on_read(mapping.entity, read)
                if last:  # it ends only when all that is gone or changed is known; before, its last page is read again
                    self._end(page, schema, mapping, start, names, conversion)

    def _end(
        self,
        page: Page,
        schema: EntitySchema,
        mapping: EntityMapping,
        start: Cursor,
        names: tuple[str, ...],
        conversion: Conversion,
    ) -> None:
        if page.delta_link:  # change tracking takes the right to read all of it
            self._miss(mapping.entity)
        known = self._take_in_what_changed(schema, mapping, start.delta_link, names, conversion)
        ended = replace(start, delta_link=page.delta_link if known else "", complete=True)
        with self._store.transaction(lasting=False):
            self._store.move_cursor(mapping.entity, ended)

    def _take_in_what_changed(
        self, schema: EntitySchema, mapping: EntityMapping, link: str, names: tuple[str, ...], conversion: Conversion
    ) -> bool:
        """Take in what changed behind the reader; False where Dynamics no longer tells: the next run reads all anew."""
        try:
            while link:
                self._token.checkpoint()
                changed = self._meanwhile.page(schema, names, link, shown=payload.wants_shown(mapping))
                self._store.stage(self._run, stage_all(changed.records, mapping, self._rules, conversion))
                link = changed.next_link
        except TemporaryFailure:
            raise
        except ConnectionFailed as failure:
            _log.info("%s: no word of what changed meanwhile (%s), read anew next time", schema.entity, failure.code)
            return False
        return True

    def _without_restored(self, page: Page, schema: EntitySchema, names: tuple[str, ...], *, shown: bool) -> Page:
        """A page with the record in place of its removal, where it is there all the same.

        A record that is restored keeps its id, and is told both ways.
        """
        removed = [record.id for record in page.records if record.deleted]
        if not removed:
            return page
        back = self._meanwhile.there(schema, names, removed, shown=shown)
        return replace(page, records=tuple(back.get(one.id, one) if one.deleted else one for one in page.records))

    def _keep(
        self,
        page: Page,
        staged: Sequence[StagedRecord],
        mapping: EntityMapping,
        start: Cursor,
        conversion: Conversion,
        *,
        ends: bool,
    ) -> None:
        """Keep a page with the cursor behind it; not behind the last one where more than that ends the reading."""
        ended = not page.next_link
        delta_link = page.delta_link if ended else start.delta_link
        cursor = replace(start, next_link=page.next_link, delta_link=delta_link, complete=ended)
        with self._store.transaction(lasting=False):  # what is lost with its cursor is read again
            if not staged:
                records = self._strangers(page.records, mapping.entity, conversion)
                staged = stage_all(records, mapping, self._rules, conversion)
            self._store.stage(self._run, staged)
            if ends or not ended:
                self._store.move_cursor(mapping.entity, cursor)

    def _strangers(
        self, records: Sequence[SourceRecord], entity: Entity, conversion: Conversion
    ) -> Sequence[SourceRecord]:
        """The records of a whole reading that are not met as they were."""
        sources = {record.id: source for record in records if (source := conversion.source_of(record))}
        met = self._store.meet(self._run, entity, sources)
        return [record for record in records if record.id not in met]

    def _miss_what_is_not_hidden(self, entity: Entity) -> None:
        """As `_miss`; without change tracking Dynamics leaves out what the user may not read, and does not say so."""
        if not self._store.unseen(self._run, entity, 0, 1):
            return
        if not self._dynamics.reads_all(entity):
            self._store.notice([Notice(entity, "", PARTLY_VISIBLE)])
            return
        self._miss(entity)

    def _miss(self, entity: Entity) -> None:
        """What a whole reading did not meet is gone; there may be as many as people, so that they go in parts."""
        after = 0
        while missing := self._store.unseen(self._run, entity, after, PAGE_SIZE):
            self._token.checkpoint()
            after = missing[-1][0]
            self._store.stage(self._run, [one for _, id_ in missing for one in gone(entity, id_, self._rules)])

    def _follow_labels(self, schema: EntitySchema, mapping: EntityMapping, names: tuple[str, ...]) -> None:
        """Read the rows that carry an option with a new label: Dynamics reports no change of theirs."""
        today = labels_of(mapping)
        before = self._store.labels(mapping.entity)
        if today == before:
            return
        for where in relabelled(mapping, before):
            link = ""
            while True:
                self._token.checkpoint()
                page = self._dynamics.read_page(
                    schema,
                    names,
                    link,
                    track=False,
                    shown=payload.wants_shown(mapping),
                    page_size=PAGE_SIZE,
                    where=where,
                )
                staged = stage_all(page.records, mapping, self._rules)
                self._store.stage(self._run, staged)
                link = page.next_link
                if not link:
                    break
        self._store.remember_labels(mapping.entity, today)
