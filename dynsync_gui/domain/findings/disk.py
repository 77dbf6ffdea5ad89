"""A disk without room for what a sync remembers."""

from __future__ import annotations

from dynsync_gui.domain.checks import Owner
from dynsync_gui.domain.errors import Finding, Retry, StoreFailed
from dynsync_gui.domain.text import msg

LEAST_ROOM = 50_000_000
"""Bytes that are left free on the disk, and without which no run begins."""
FULL_CODE = "store-full"
_MB = 1_000_000


def full(free: int = 0, detail: str = "") -> StoreFailed:
    """What stops a run whose disk is full.

    Args:
        free: Bytes that are free.
        detail: The system's own words.
    """
    lacking = max(1, -(-(LEAST_ROOM - free) // _MB))
    finding = Finding(
        msg("The disk with DynSync's own record of the sync is full."),
        msg("Make {room} MB of room on it, or more. DynSync goes on by itself then; nothing is lost.", room=lacking),
        Owner.YOU,
        Retry.NEXT_RUN,
    )
    return StoreFailed(FULL_CODE, finding, detail)
