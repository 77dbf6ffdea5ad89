"""What stands in the way of syncing while the window is closed, in plain words."""

from __future__ import annotations

from dynsync_gui.domain.checks import Owner
from dynsync_gui.domain.errors import Finding
from dynsync_gui.domain.text import msg

BACKGROUND: dict[str, Finding] = {
    "scheduler-missing": Finding(
        msg("This computer has nothing that could start DynSync while its window is closed."),
        msg("Leave the window open and sync there, or have your IT department run “dynsync sync --once” regularly."),
    ),
    "scheduler-refused": Finding(
        msg("This computer did not let DynSync plan its syncs."),
        msg("Ask your IT department whether a rule forbids scheduled tasks, and show them the details."),
        Owner.NETWORK,
    ),
    "scheduler-foreign": Finding(
        msg("There is a scheduled task with DynSync's name that DynSync did not make."),
        msg("Remove it, or have your IT department remove it, and try again. The details name it."),
    ),
    "background-rehearsal": Finding(
        msg("A rehearsal is not kept in step: its sample systems end with DynSync."),
        msg("Connect your own systems first."),
    ),
    "background-secrets": Finding(
        msg("The secrets of this set-up are not kept on this computer, so a sync in the background cannot sign in."),
        msg("Set DynSync up again and keep them in the keychain."),
    ),
    "background-syncing": Finding(
        msg("DynSync is syncing right now."),
        msg("Wait until it is done, or stop it, and try again."),
    ),
}
"""By DynSync's own code."""
