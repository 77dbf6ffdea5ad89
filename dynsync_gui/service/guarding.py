"""Stops a run before it writes unusually much at once, and lets a stopped one go on once somebody agreed."""

from __future__ import annotations

from collections.abc import Sequence

from dynsync_gui.domain.canary import canary_id, standing_at
from dynsync_gui.domain.errors import Finding, GuardStop, Retry
from dynsync_gui.domain.mass_change import MassChange, covers, excessive, guard_id, mass_guard
from dynsync_gui.domain.settings import Settings
from dynsync_gui.domain.storage.store import SyncStore
from dynsync_gui.domain.text import msg


def guard_mass_changes(store: SyncStore, settings: Settings, run: int) -> None:
    """Stop a prepared run that nobody agreed to.

    Raises:
        GuardStop: More records than the threshold would change in a way that is hard to take back.
    """
    if stop := _unaccepted(store, run, store.mass_changes(run), settings):
        raise stop


def guard_changes_back(store: SyncStore, settings: Settings, run: int) -> None:
    """Likewise for what Marketo's changes would do to Dynamics.

    Raises:
        GuardStop: As above.
    """
    if stop := _unaccepted(store, run, store.mass_changes_back(), settings):
        raise stop


def standing_guard(store: SyncStore, settings: Settings) -> GuardStop | None:
    """What the unfinished run stands still for until somebody agrees; None for nothing."""
    run = store.unfinished_run()
    if run is None:
        return None
    return _unaccepted(store, run.id, store.mass_changes(run.id), settings) or _unaccepted(
        store, run.id, store.mass_changes_back(), settings
    )


def _unaccepted(store: SyncStore, run: int, changes: Sequence[MassChange], settings: Settings) -> GuardStop | None:
    much = excessive(changes, settings.guards)
    return mass_guard(run, much) if much and not _agreed(store, run, guard_id(run, much)) else None


def _agreed(store: SyncStore, run: int, id_: str) -> bool:
    return any(covers(one, id_) for one in store.accepted_guards(run))


def accept_guard(store: SyncStore, settings: Settings, id_: str) -> None:
    """Agree to what stopped the unfinished run.

    Raises:
        GuardStop: Nothing stands still under that id.
    """
    run = store.unfinished_run()
    rung = standing_at(store.rung(run.id)) if run is not None else 0
    if run is not None and rung and canary_id(run.id, rung) == id_.strip():
        store.keep_rung(run.id, str(rung))
        return
    both = (store.mass_changes(run.id), store.mass_changes_back()) if run else ()
    much = [found for changes in both if (found := excessive(changes, settings.guards))]
    if run is None or id_.strip() not in {guard_id(run.id, found) for found in much}:
        raise GuardStop(
            "mass-change-id",
            Finding(
                msg("No sync waits for this agreement any more."),
                msg("Sync again: if it still is unusually much at once, DynSync stops with what it is now."),
                retry=Retry.DECISION,
            ),
            detail=id_[:200],
        )
    store.accept_guard(run.id, id_.strip())
