"""What changes in Dynamics while a table of several pages is read from its beginning.

Microsoft does not say from when on the link at the end of such a reading tells of changes: from its first page on, or
only from its last. So a link is asked for before the first page, and what it tells of is taken in after the last one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from dynsync_gui.domain.cancel import CancelToken
from dynsync_gui.domain.ports.dynamics import DynamicsReader, Page, SourceRecord, Unread
from dynsync_gui.domain.schema import EntitySchema

_ROWS = 5_000
_LOOKED_FOR = 100


class Meanwhile:
    """Asks for what changed since a moment.

    Args:
        dynamics: Where to read.
        token: Pauses and stops it.
    """

    def __init__(self, dynamics: DynamicsReader, token: CancelToken) -> None:
        self._dynamics = dynamics
        self._token = token

    def before(
        self, schema: EntitySchema, link: str, first: Callable[[], Page], keep: Callable[[str], None]
    ) -> tuple[str, Page | None]:
        """What is asked before a reading's pages: such a link, or the page itself where there is only one.

        Args:
            schema: The table.
            link: What was kept of a reading for ids only that broke off; empty where none has begun.
            first: Asks for the first page.
            keep: Keeps where the reading for ids goes on from, or the link it has found.

        Raises:
            ConnectionFailed: Dynamics does not give the table; what was kept may be too old.
        """
        only = None if link else first()
        if only is not None and not only.next_link:
            return "", only
        return self._link(schema, link, keep), None

    def _link(self, schema: EntitySchema, link: str, keep: Callable[[str], None]) -> str:
        """Leads to what changes from now on, or soon before; empty where Dynamics gives none.

        Such a link comes at the end of a tracked reading only: this one is of nothing but ids.
        """
        while True:
            self._token.checkpoint()
            page: Page | Unread
            if link:
                page = self._dynamics.fetch_page(schema, link, track=True, shown=False, page_size=_ROWS)
            else:
                page = self._dynamics.read_page(schema, (), "", track=True, shown=False, page_size=_ROWS)
            link = page.next_link
            keep(link or page.delta_link)
            if not link:
                return page.delta_link

    def page(self, schema: EntitySchema, names: Sequence[str], link: str, *, shown: bool) -> Page:
        """One page of what changed, whole records and removals; a record that is no longer there is left to later ones.

        Raises:
            ConnectionFailed: Dynamics does not give it; the link may be too old.
        """
        page = self._dynamics.read_page(schema, (), link, track=False, shown=False, page_size=_ROWS)
        there = self.there(schema, names, [record.id for record in page.records], shown=shown)
        records = [there.get(one.id, one) for one in page.records if one.deleted or one.id in there]
        return replace(page, records=tuple(records))

    def there(
        self, schema: EntitySchema, names: Sequence[str], ids: Sequence[str], *, shown: bool
    ) -> dict[str, SourceRecord]:
        """Those of these records that are there now."""
        there: dict[str, SourceRecord] = {}
        for start in range(0, len(ids), _LOOKED_FOR):
            self._token.checkpoint()
            found = self._dynamics.read_records(schema, names, ids[start : start + _LOOKED_FOR], shown=shown)
            there |= {record.id: record for record in found}
        return there
