"""The pages of a reading, ahead of whoever takes them in: one is made ready while the next one travels.

Making ready is most of the work, and Python lets only one thread of a process do such work at a time. For a large table
it is therefore done in a process of its own, while this one keeps the ledger and paints the window.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from dynsync_gui.domain.cancel import CancelToken
from dynsync_gui.domain.errors import TemporaryFailure
from dynsync_gui.domain.mapping import EntityMapping
from dynsync_gui.domain.ports.apart import Apart, ApartFailed, StartApart
from dynsync_gui.domain.ports.dynamics import Page, Unread
from dynsync_gui.domain.storage.records import StagedRecord
from dynsync_gui.engine.conversion import Conversion
from dynsync_gui.engine.payload import Rules
from dynsync_gui.engine.staging import stage_all

MANY = 2_500
"""Rows after which a process is started, as there are more: it takes a quarter of a second until it works."""


class Arrived(NamedTuple):
    """A page that is ready.

    Attributes:
        page: Without its records where they were staged elsewhere.
        staged: What the ledger keeps of them; nothing yet where most of them may be met as they were.
        number: How many records Dynamics gave.
    """

    page: Page
    staged: Sequence[StagedRecord]
    number: int


@dataclass(frozen=True)
class Staging:
    """How a page of a table becomes records for the ledger, as a process is told that has done none yet.

    Attributes:
        read: Reads a page's rows.
        mapping: What is synced of the table.
        rules: How records are taken in.
        basis: See `payload.basis`.
    """

    read: Callable[[bytes], Page]
    mapping: EntityMapping
    rules: Rules
    basis: bytes

    @cached_property
    def conversion(self) -> Conversion:
        """How values are converted."""
        return Conversion(self.mapping.fields, self.basis)

    def __call__(self, body: bytes) -> tuple[int, list[StagedRecord]] | None:
        """How many records there are, and what the ledger keeps of them; None for a broken page, or of what is gone."""
        try:
            records = self.read(body).records
        except TemporaryFailure:
            return None
        if any(record.deleted for record in records):
            return None
        return len(records), stage_all(records, self.mapping, self.rules, self.conversion)


class _Fetched(NamedTuple):
    """A page on its way.

    Attributes:
        next_link: Leads to the next one; empty for the last.
        ready: Waits until it is made ready.
        elsewhere: Whether that is done by the other process.
    """

    next_link: str
    ready: Callable[[], Arrived]
    elsewhere: bool = False


class PagesAhead:
    """The pages of one reading.

    Args:
        whole: Asks for a page as records, of a link or the first one.
        unread: Asks for a page that a link leads to and that nobody has looked into.
        stage: What the ledger keeps of a page.
        staging: The same for a process of its own; None where nothing is to be done apart.
        start: Starts such a process.
        token: Pauses and stops it.
    """

    def __init__(
        self,
        whole: Callable[[str], Page],
        unread: Callable[[str], Unread],
        stage: Callable[[Page], Sequence[StagedRecord]],
        staging: Staging | None,
        start: StartApart | None,
        token: CancelToken,
    ) -> None:
        self._whole = whole
        self._unread = unread
        self._stage = stage
        self._staging = staging
        self._start = start
        self._token = token
        self._apart: Apart | None = None
        self._fallen = False
        self._read = 0

    def all(self, link: str) -> Generator[Arrived, None, None]:
        """All of them, from a link or the first one on."""
        try:
            with ThreadPoolExecutor(1, "read-ahead") as reader, ThreadPoolExecutor(1, "stage-ahead") as stager:

                def arrive(travelling: Future[_Fetched]) -> tuple[Arrived, str, Future[_Fetched] | None]:
                    fetched = travelling.result()
                    ahead = fetched.next_link and fetched.elsewhere  # else both would be in memory as rows
                    onward = reader.submit(self._fetch, fetched.next_link) if ahead else None
                    return fetched.ready(), fetched.next_link, onward

                self._token.checkpoint()
                coming = stager.submit(arrive, reader.submit(self._fetch, link))
                while True:
                    arrived, next_link, onward = coming.result()
                    if next_link:
                        self._token.checkpoint()
                        coming = stager.submit(arrive, onward or reader.submit(self._fetch, next_link))
                    yield arrived
                    if not next_link:
                        return
        finally:
            if self._apart is not None:
                self._apart.close()

    def _fetch(self, link: str) -> _Fetched:
        if self._apart is not None and not self._fallen:
            unread = self._unread(link)
            self._give(unread)
            return _Fetched(unread.next_link, lambda: self._elsewhere(link, unread), elsewhere=True)
        page = self._whole(link)
        self._read += len(page.records)
        if self._read >= MANY and page.next_link:
            self._begin()
        arrived = self._made(page)
        return _Fetched(page.next_link, lambda: arrived)

    def _begin(self) -> None:
        if self._start is not None and self._staging is not None and not self._fallen:
            try:
                self._apart = self._start(self._staging)
            except ApartFailed:
                self._fallen = True

    def _give(self, unread: Unread) -> None:
        try:
            if self._apart is not None:
                self._apart.give(unread.body)
        except ApartFailed:
            self._fallen = True

    def _made(self, page: Page) -> Arrived:
        return Arrived(page, self._stage(page), len(page.records))

    def _elsewhere(self, link: str, unread: Unread) -> Arrived:
        """A page that the other process makes ready; where it does not, the page is read anew and made ready here."""
        try:
            made = self._apart.take() if self._apart is not None else None
        except ApartFailed:
            self._fallen, made = True, None
        if made is None:
            return self._made(self._whole(link))
        number, staged = made
        return Arrived(Page((), unread.next_link, unread.delta_link), staged, number)
