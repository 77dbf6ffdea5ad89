"""What the parts of a memory have in common: one database, and the statements over it."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path

from dynsync_gui.domain.cancel import CancelToken
from dynsync_gui.domain.errors import Finding
from dynsync_gui.store.adapted import Adaptations
from dynsync_gui.store.database import Database, storage_errors, telling_storage_errors
from dynsync_gui.store.decisions import Decisions
from dynsync_gui.store.departures import Departures
from dynsync_gui.store.ends import PersonEnds
from dynsync_gui.store.imports import Imports
from dynsync_gui.store.incoming import IncomingChanges
from dynsync_gui.store.ledger import Ledger
from dynsync_gui.store.lifecycle import Lifecycle
from dynsync_gui.store.links import LinkFinder
from dynsync_gui.store.meeting import Meetings
from dynsync_gui.store.places import Places
from dynsync_gui.store.refused import Refused
from dynsync_gui.store.reports import Reports
from dynsync_gui.store.urgency import Urgency
from dynsync_gui.store.withheld import Withheld

FindingOf = Callable[[str, str], Finding]
AT_ONCE = 20_000
"""Rows that one transaction changes of many: some twenty megabytes in the write-ahead log."""


@telling_storage_errors
class Desk:
    """One database, opened.

    Args:
        path: The database; None for one that lives only as long as this object.
        finding_of: Title and cure of a problem's code and the vendor's words.
        clock: Tells the time, UTC.

    Raises:
        StoreFailed: The file cannot be used.
    """

    def __init__(
        self, path: Path | None, finding_of: FindingOf, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._database = Database(path)
        self._db = self._database.connection
        self._links = LinkFinder(self._db)
        self._urgency = Urgency()
        self._withheld = Withheld(self._db)
        self._adapted = Adaptations(self._db)
        self._ledger = Ledger(self._db, self._links, self._urgency, self._withheld, self._adapted)
        self._decisions = Decisions(self._db, self._urgency)
        self._departures = Departures(self._db, self._urgency)
        self._refused = Refused(self._db)
        self._lifecycle = Lifecycle(self._db, self._links, self._urgency)
        with storage_errors():
            self.imports = Imports(self._db, self.transaction, self._ledger, self._lifecycle, self._urgency)
        self._meetings = Meetings(self._db)
        self._reports = Reports(self._db, self._meetings, self._adapted)
        self._incoming = IncomingChanges(self._db)
        self._ends = PersonEnds(self._db)
        self._places = Places(self._db, finding_of, self._withheld)
        self._finding_of = finding_of
        self._clock = clock

    def transaction(self, *, lasting: bool = True) -> AbstractContextManager[None]:
        """All or nothing of what is done inside; see `Database.transaction`."""
        return self._database.transaction(lasting=lasting)

    def stoppable(self, token: CancelToken) -> AbstractContextManager[None]:
        """Whatever takes long inside ends soon after the token was cancelled; see `Database.stoppable`."""
        return self._database.stoppable(token)

    def _in_parts(self, steps: Generator[int, None, int]) -> int:
        """Do what may touch everybody, some steps in a transaction: the log stays small, and little is ever undone.

        Args:
            steps: Each is told by how many rows it looked at; whoever makes them sees to it that what is left of them
                after a kill is found again.

        Returns:
            What they return.
        """
        while True:
            with self.transaction():
                rows = 0
                while rows < AT_ONCE:
                    try:
                        rows += next(steps)
                    except StopIteration as end:
                        return int(end.value)
