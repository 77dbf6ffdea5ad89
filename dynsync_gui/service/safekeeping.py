"""Keeps a good copy of a profile's database, and takes it where the database turns out to be damaged."""

from __future__ import annotations

import logging
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from dynsync_gui.domain.errors import DynSyncError, StoreFailed
from dynsync_gui.domain.findings.records import DATABASE_REBUILT, DATABASE_RESTORED
from dynsync_gui.domain.ports.profile import Profile
from dynsync_gui.domain.schema import PEOPLE
from dynsync_gui.domain.storage.records import Notice
from dynsync_gui.domain.storage.store import SyncStore
from dynsync_gui.service.workplace import Workplace

log = logging.getLogger(__name__)

DAMAGED_CODE = "store-damaged"
_CODES = {DATABASE_RESTORED, DATABASE_REBUILT}
_TOLD_FOR = timedelta(days=1)
"""How long it is listed at least that the database was mended."""


def open_mended(workplace: Workplace, profile: Profile) -> SyncStore:
    """Open the database for a run; whoever calls holds the right to sync.

    A damaged one is kept under another name, and the last good copy taken in its place; what happened since is not in
    it, so that this run compares everything. Where that copy is damaged or missing, too, a new one is begun, and
    everything is found again by its key. A notice says which.

    Raises:
        StoreFailed: It cannot be used for another reason.
        SettingsError: A file cannot be moved or copied.
    """
    try:
        store = workplace.open_store(profile.database)
        if store.runs(1) or not profile.has_copy():
            return store
        store.close()
        log.warning("the database is damaged: it is empty")
    except StoreFailed as failure:
        if failure.code != DAMAGED_CODE:
            raise
        log.warning("the database is damaged: %s", failure.detail)
    spare = profile.duplicate_copy()
    sound = spare is not None and _doubted(workplace, spare)
    kept = profile.put_database_aside(copy_too=not sound)
    if spare is not None and sound:
        profile.take(spare)
    store = workplace.open_store(profile.database)
    _tell(store, DATABASE_RESTORED if sound else DATABASE_REBUILT, kept)
    return store


def keep_copy(profile: Profile, store: SyncStore) -> None:
    """Make today's copy after a run that ended well; without room for it the one of before stays."""
    try:
        path = profile.copy_due()
        if path is None:
            return
        store.copy_to(path)
        past = datetime.now(UTC) - _TOLD_FOR
        for code in {one.code for one in store.problems() if one.code in _CODES and one.since < past}:
            store.forget_notices(code)
    except DynSyncError as failure:
        log.warning("no copy of the database was made: %s", failure.detail or failure.code)


def _doubted(workplace: Workplace, spare: Path) -> bool:
    """Have everything compared that a copy says, before it is anybody's database; False where it is damaged, too."""
    try:
        with closing(workplace.open_store(spare)) as store:
            store.compare_anew()
            _tell(store, DATABASE_RESTORED, "")
    except StoreFailed as failure:
        if failure.code != DAMAGED_CODE:
            raise
        log.warning("so is its copy: %s", failure.detail)
        return False
    return True


def _tell(store: SyncStore, code: str, kept: str) -> None:
    store.notice([Notice(PEOPLE[0], "", code, kept)])
