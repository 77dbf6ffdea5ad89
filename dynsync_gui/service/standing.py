"""How a profile stands: whether it is set up, what its runs did, what waits in it."""

from __future__ import annotations

from contextlib import closing

from dynsync_gui.domain.errors import StoreFailed, settings_error
from dynsync_gui.domain.ports.profile import Profile
from dynsync_gui.domain.report import Problem, RunState, Status
from dynsync_gui.domain.settings import Settings
from dynsync_gui.domain.text import msg
from dynsync_gui.service.guarding import standing_guard
from dynsync_gui.service.safekeeping import DAMAGED_CODE
from dynsync_gui.service.workplace import Workplace

_RUNS_SHOWN = 50


def set_up(profile: Profile) -> Settings:
    """The stored settings; raises SettingsError where there are none."""
    settings = profile.read_settings()
    if settings is None:
        raise settings_error(
            msg("Nothing is set up in this profile yet."), msg("Set DynSync up first."), code="not-set-up"
        )
    return settings


def status_of(workplace: Workplace, profile: Profile) -> Status:
    """Runs and state of a profile."""
    if not profile.database.exists():
        return Status("new" if profile.read_settings() is None else "ready")
    try:
        with closing(workplace.open_store(profile.database)) as store:
            runs = store.runs(_RUNS_SHOWN)
            first = next(store.problems(), None)
            settings = profile.read_settings()
            guard = standing_guard(store, settings) if settings is not None else None
    except StoreFailed as failure:
        if failure.code != DAMAGED_CODE:
            raise
        return Status("interrupted")  # the next run mends it
    if profile.leased():
        state = "running"
    elif runs and runs[0].state is not RunState.DONE:
        return Status("interrupted", runs, guard=guard)
    else:
        state = "attention" if first is not None and first.aside else "ready"
    return Status(state, runs)


def problems_of(workplace: Workplace, profile: Profile) -> tuple[Problem, ...]:
    """All records set aside, then those worth a look."""
    if not profile.database.exists():
        return ()
    with closing(workplace.open_store(profile.database)) as store:
        return tuple(store.problems())
