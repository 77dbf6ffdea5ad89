"""The way back of one run: what people changed in Marketo, and which persons they merged or deleted there."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from dynsync_gui.domain.cancel import CancelToken
from dynsync_gui.domain.errors import ConnectionFailed
from dynsync_gui.domain.findings.records import CHANGES_DENIED
from dynsync_gui.domain.ports.connections import Connection
from dynsync_gui.domain.report import RunKind, RunReport, RunState
from dynsync_gui.domain.schema import PEOPLE
from dynsync_gui.domain.storage.records import Notice
from dynsync_gui.domain.storage.store import SyncStore
from dynsync_gui.engine.ends import Ends
from dynsync_gui.engine.to_dynamics import ToDynamics, Work, denied, returning

_RECENT = 50
"""Runs among which there is one that was finished."""


class BringingBack:
    """Brings back once per run, before anything is written to Marketo.

    Args:
        connection: Both systems.
        store: The profile's memory.
        ends: Finds out which persons were merged or deleted.
        guard: Raises where Marketo's changes would do unusually much to Dynamics at once.
        token: Pauses and stops it.
    """

    def __init__(
        self,
        connection: Connection,
        store: SyncStore,
        ends: Ends,
        guard: Callable[[], None],
        token: CancelToken,
    ) -> None:
        self._store = store
        self._ends = ends
        self._guard = guard
        self._way = ToDynamics(connection.dynamics, connection.marketo, store, store, token)
        self._read_at = datetime.now(UTC)

    def bring(self, run: RunReport, work: Work) -> None:
        """Take to Dynamics what changed in Marketo since the last run; in the first sync Dynamics speaks alone.

        What changes in Marketo meanwhile is the next run's business. So it is where nobody knows any more how far the
        changes were read: what DynSync wrote itself could not be told from what people did.

        An account that may not read activities in Marketo, or not write in Dynamics, leaves the way to Marketo as it
        is: a notice says so.
        """
        self._store.forget_notices(CHANGES_DENIED)
        wanted = any(returning(mapping) for _, mapping in work)
        if run.kind is RunKind.FIRST:
            if wanted:
                self._read_at = run.started  # it may have been broken off after it had begun to write
                self._try(lambda: self._way.begin(datetime.now(UTC)))
            return
        self._read_at = datetime.now(UTC)
        if wanted and self._store.change_token():
            self._try(lambda: self._bring(run.started, work))
        elif wanted:
            self._try(lambda: self._way.begin(datetime.now(UTC)))
        if self._way.by_hand or self._ends.due:
            self._ends.look()

    def remember(self, run: RunReport, work: Work) -> None:
        """Prepare at the end of a run what the next one reads."""
        if any(returning(mapping) for _, mapping in work):
            self._try(lambda: self._way.begin(datetime.now(UTC)))
            self._way.look_back(run.id, self._read_at)
        self._ends.begin()

    def _bring(self, moment: datetime, work: Work) -> None:
        before = (run.started for run in self._store.runs(_RECENT) if run.state is RunState.DONE)
        self._way.read(work, next(before, moment))
        self._way.alarm(work)
        self._guard()
        self._way.write(work)

    def _try(self, act: Callable[[], None]) -> None:
        try:
            act()
        except ConnectionFailed as failure:
            if not denied(failure):
                raise
            self._store.notice([Notice(PEOPLE[0], "", CHANGES_DENIED, f"{failure.code} {failure.detail}")])
