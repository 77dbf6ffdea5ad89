"""Why a newer DynSync is not taken, in plain words."""

from __future__ import annotations

from dynsync_gui.domain.checks import Owner
from dynsync_gui.domain.errors import Finding, Retry
from dynsync_gui.domain.text import msg

_TELL = msg("Do not install anything from there, and tell whoever looks after DynSync.")
_LATER = msg("Try again in a few hours. If it stays like this, tell whoever looks after DynSync.")
_ADDRESS = msg("Check the address of the updates, or ask whoever looks after DynSync for it.")

UPDATES: dict[str, Finding] = {
    "update-missing": Finding(msg("There are no updates at the address that is set."), _ADDRESS, Owner.YOU),
    "update-no-key": Finding(
        msg("Updates cannot be verified: this DynSync knows no public key of those who make it."),
        msg("Ask whoever looks after DynSync for the public key, and set it beside the address."),
        Owner.DYNSYNC,
    ),
    "update-unsigned": Finding(msg("What stands at the address is no signed update of DynSync."), _ADDRESS),
    "update-forged": Finding(
        msg("The update is not signed by the people who make DynSync."), _TELL, Owner.DYNSYNC, Retry.DECISION
    ),
    "update-unreadable": Finding(
        msg("The update is described in a way that this DynSync does not understand."),
        msg("Get the newest DynSync from where you got this one."),
        Owner.DYNSYNC,
    ),
    "update-expired": Finding(
        msg("The description of the update is out of date; somebody may be showing you an old one."), _LATER
    ),
    "update-replayed": Finding(
        msg("An older update came than one that was there before; somebody may be showing you an old one."), _LATER
    ),
    "update-older": Finding(msg("The update, {version}, is older than this DynSync."), _LATER),
    "update-platform": Finding(
        msg("There is a newer DynSync, but not for this kind of computer."),
        msg("Ask whoever looks after DynSync whether one is to come."),
        Owner.DYNSYNC,
    ),
    "update-too-big": Finding(msg("The update is larger than any DynSync can be."), _TELL, Owner.DYNSYNC),
    "update-incomplete": Finding(
        msg("The download is not as long as it should be."), msg("Try again in a few minutes."), retry=Retry.NEXT_RUN
    ),
    "update-digest": Finding(
        msg("The download is not the file that the people who make DynSync signed. It was not kept."), _TELL
    ),
    "update-folder": Finding(
        msg("The download cannot be kept in “{folder}”."),
        msg("Make room on the disk, or choose another folder."),
    ),
}
"""By DynSync's own code."""
