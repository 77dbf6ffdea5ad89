"""Keeps how many calls to Marketo a run has made, so that a run that was killed and went on counts them all."""

from __future__ import annotations

from dynsync_gui.domain.ports.marketo import MarketoReader
from dynsync_gui.domain.storage.store import SyncStore


class CallCount:
    """One run's calls over one connection.

    Args:
        marketo: The connection that makes them.
        store: Where they are kept.
        run: The run's number.
    """

    def __init__(self, marketo: MarketoReader, store: SyncStore, run: int) -> None:
        self._marketo = marketo
        self._store = store
        self._run = run
        self._kept = 0

    def keep(self) -> None:
        """Add what was made since the last time."""
        made = self._marketo.calls_made()
        if made > self._kept:
            self._store.add_calls(self._run, made - self._kept)
            self._kept = made
