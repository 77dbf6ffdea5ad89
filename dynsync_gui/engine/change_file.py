"""Reads back what changed in Marketo while DynSync wrote much: out of one file, in place of a call for 300 changes.

Everything that DynSync writes is a change there. None of it can be left unread, as somebody else's change may stand in
the midst of it. The file is asked for at the end of a run, and read at the next one.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from dynsync_gui.domain.cancel import CancelToken
from dynsync_gui.domain.errors import ConnectionFailed, DynSyncError
from dynsync_gui.domain.ports.marketo import ChangeOrder, MarketoReader
from dynsync_gui.domain.schema import PEOPLE
from dynsync_gui.domain.storage.store import SyncStore

log = logging.getLogger(__name__)

MANY = 1_500
"""People written by a run, from which on a file is cheaper than pages."""

EVERY, LOOKS = 60.0, 2
"""Marketo tells news of a file once in so many seconds; so often a run looks that has something to write."""

_LONGEST = timedelta(hours=1)
_SAFE = timedelta(seconds=5)
_AFTER = timedelta(seconds=5)
"""After the run's end: what follows the file is to begin when the run's own last writes are over."""


class ChangeFile:
    """One run's file of changes.

    Attributes:
        by_hand: Whether somebody was at work in Marketo.

    Args:
        marketo: The reading half of Marketo.
        store: The ledger.
        token: Pauses and stops it.
    """

    def __init__(self, marketo: MarketoReader, store: SyncStore, token: CancelToken) -> None:
        self._marketo = marketo
        self._store = store
        self._token = token
        self.by_hand = False

    def order(self, run: int, since: datetime) -> None:
        """Ask for the file, where a run wrote so much that it pays. Where Marketo makes none pages tell the same.

        Args:
            run: The run's number.
            since: Until when everything is read.
        """
        if not self._store.change_token() or self._store.change_order() is not None:
            return
        if self._store.people_written(run) < MANY:
            return
        try:
            order = self._marketo.order_changes(since - _SAFE, datetime.now(UTC) + _AFTER)
        except DynSyncError as failure:
            log.info("no file of changes: %s", failure.code)
            return
        self._store.keep_order(order)

    def read(self, fields: Sequence[str]) -> bool:
        """Take in what a file tells that was asked for; whether what follows it can be read in pages now.

        A run that has nothing to write leaves a file that is not there yet to the next one, and asks for no news of it
        before Marketo can have any. Any other run waits for a while, as it has to know before it writes; what is not
        there by then is read in pages.
        """
        order = self._store.change_order()
        if order is None:
            return True
        try:
            if not self._taken(order, fields):
                if self._may_wait(order):
                    return False
                self._store.keep_order(None)
        except ConnectionFailed as failure:
            log.info("no file of changes: %s", failure.code)
            self._store.keep_order(None)
        return True

    def _taken(self, order: ChangeOrder, fields: Sequence[str]) -> bool:
        before, may_wait = self._store.change_token(), self._may_wait(order)
        if may_wait and _rest(order.looked or order.until - _AFTER):
            return False
        for _ in range(LOOKS):
            if order.looked is not None:
                self._token.wait(_rest(order.looked))
            order = replace(order, looked=datetime.now(UTC))
            self._store.keep_order(order)
            if (written := self._marketo.ordered_changes(order, fields)) is not None:
                with closing(written.parts) as parts:
                    for part in parts:
                        self._token.checkpoint()
                        self._store.keep_changes(part, before)
                        self.by_hand = self.by_hand or any(change.by_hand is True for change in part)
                with self._store.transaction():
                    self._store.keep_changes((), written.onward)
                    self._store.keep_order(None)
                return True
            if may_wait:
                return False
        return False

    def _may_wait(self, order: ChangeOrder) -> bool:
        """Whether nothing of this run depends on it."""
        waits = any(self._store.count_outgoing(entity) for entity in PEOPLE)
        return not waits and datetime.now(UTC) - order.until < _LONGEST


def _rest(since: datetime) -> float:
    """Seconds until Marketo can have news; none where the clock was put back meanwhile."""
    passed = (datetime.now(UTC) - since).total_seconds()
    return max(0.0, EVERY - passed) if passed >= 0 else 0.0
