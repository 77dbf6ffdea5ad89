"""Stops a run before it writes unusually much at once, and lets a stopped one go on once somebody agreed."""

from __future__ import annotations

from dynsync_gui.domain.canary import canary_id, standing_at
from dynsync_gui.domain.errors import Finding, GuardStop, Retry
from dynsync_gui.domain.mass_change import excessive, guard_id, mass_guard
from dynsync_gui.domain.settings import Settings
from dynsync_gui.domain.storage.store import SyncStore
from dynsync_gui.domain.text import msg


def guard_mass_changes(store: SyncStore, settings: Settings, run: int) -> None:
    """Stop a prepared run that nobody agreed to.

    Raises:
        GuardStop: More records than the threshold would change in a way that is hard to take back.
    """
    if (stop := _stop(store, settings, run)) is not None:
        raise stop


def standing_guard(store: SyncStore, settings: Settings) -> GuardStop | None:
    """What the unfinished run stands still for until somebody agrees; None for nothing."""
    run = store.unfinished_run()
    return None if run is None else _stop(store, settings, run.id)


def _stop(store: SyncStore, settings: Settings, run: int) -> GuardStop | None:
    changes = excessive(store.mass_changes(run), settings.guards)
    agreed = not changes or store.accepted_guard(run) == guard_id(run, changes)
    return None if agreed else mass_guard(run, changes)


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
    changes = excessive(store.mass_changes(run.id), settings.guards) if run else ()
    if run is None or not changes or guard_id(run.id, changes) != id_.strip():
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
