"""Reads Dynamics into the ledger, page by page; page and cursor are one transaction."""

from __future__ import annotations

from collections.abc import Callable

from dynsync_gui.domain.cancel import CancelToken
from dynsync_gui.domain.errors import ConnectionFailed, TemporaryFailure
from dynsync_gui.domain.mapping import EntityMapping
from dynsync_gui.domain.ports import DynamicsReader, Page
from dynsync_gui.domain.schema import Entity, EntitySchema
from dynsync_gui.domain.storage import Cursor, SyncStore
from dynsync_gui.engine import payload

PAGE_SIZE = 1_000
"""Rows a page: large enough for speed, small enough that decoding one does not hold up the window."""

EXPIRED = "0x80044352"
"""Dataverse: the change token is too old; everything has to be read again."""

OnRead = Callable[[Entity, int], None]


class Reading:
    """One run's reading.

    Args:
        dynamics: Where to read.
        store: Where to stage.
        run: The run's number.
        token: Pauses and stops it.
        on_read: Told the number of records read of an entity after each page.
    """

    def __init__(
        self, dynamics: DynamicsReader, store: SyncStore, run: int, token: CancelToken, on_read: OnRead
    ) -> None:
        self._dynamics = dynamics
        self._store = store
        self._run = run
        self._token = token
        self._on_read = on_read

    def read(self, schema: EntitySchema, mapping: EntityMapping) -> None:
        """Read an entity to its end, from where the run or the last cycle left it."""
        names = payload.columns(mapping, schema)
        cursor = self._store.cursor(mapping.entity)
        if cursor.run == self._run and cursor.complete:
            return
        if cursor.names != payload.asked(mapping, names):
            cursor = Cursor(self._run)
        link = cursor.next_link if cursor.run == self._run else cursor.delta_link
        try:
            self._pages(schema, mapping, names, link, track=schema.change_tracking)
        except TemporaryFailure:
            raise
        except ConnectionFailed as failure:
            if not link and not (schema.change_tracking and _tracking_refused(failure)):
                raise
            # An old link no longer leads on, or change tracking is not allowed: the whole table tells the same.
            track = schema.change_tracking and not _tracking_refused(failure)
            self._pages(schema, mapping, names, "", track=track)

    def _pages(
        self, schema: EntitySchema, mapping: EntityMapping, names: tuple[str, ...], link: str, *, track: bool
    ) -> None:
        shown = payload.wants_shown(mapping)
        read = self._store.count_records(self._run, mapping.entity)
        while True:
            self._token.checkpoint()
            page = self._dynamics.read_page(
                schema, names, link, track=track and not link, shown=shown, page_size=PAGE_SIZE
            )
            self._keep(page, mapping, payload.asked(mapping, names))
            read += len(page.records)
            self._on_read(mapping.entity, read)
            if not page.next_link:
                return
            link = page.next_link

    def _keep(self, page: Page, mapping: EntityMapping, asked: tuple[str, ...]) -> None:
        staged = [payload.stage(record, mapping) for record in page.records]
        cursor = Cursor(self._run, asked, page.next_link, page.delta_link, complete=not page.next_link)
        with self._store.transaction():
            self._store.stage(self._run, staged)
            self._store.move_cursor(mapping.entity, cursor)


def _tracking_refused(failure: ConnectionFailed) -> bool:
    return failure.code in {"0x80072491", "0x80040220"}
