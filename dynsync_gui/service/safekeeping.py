"""Keeps a good copy of a profile's database, and takes it where the database turns out to be damaged."""

from __future__ import annotations

import logging
from contextlib import ExitStack, closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from dynsync_gui.domain.cancel import CancelToken
from dynsync_gui.domain.errors import Cancelled, DynSyncError, StoreFailed
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


def open_mended(workplace: Workplace, profile: Profile, token: CancelToken) -> SyncStore:
    """Open the database for a run; whoever calls holds the right to sync.

    A damaged one is kept under another name, and the last good copy taken in its place; what happened since is not in
    it, so that this run compares everything. Where that copy is damaged or missing, too, a new one is begun, and
    everything is found again by its key. A notice says which.

    Raises:
        StoreFailed: It cannot be used for another reason.
        SettingsError: A file cannot be moved or copied.
        Cancelled: The token was, while the copy was looked through.
    """
    try:
        with ExitStack() as held:
            store = held.enter_context(closing(workplace.open_store(profile.database)))
            if store.runs(1) or not profile.has_copy():
                held.pop_all()
                return store
        log.warning("the database is damaged: it is empty")
    except StoreFailed as failure:
        if failure.code != DAMAGED_CODE:
            raise
        log.warning("the database is damaged: %s", failure.detail)
    return _replaced(workplace, profile, token)


def mend(workplace: Workplace, profile: Profile, failure: StoreFailed, token: CancelToken) -> None:
    """Replace the database, as `open_mended` does, where a run met damage that was not seen when it was opened.

    Raises:
        StoreFailed: `failure`, where the database is sound all the same, or that is not what it says.
        SettingsError: A file cannot be moved or copied.
        Cancelled: The token was.
    """
    if failure.code != DAMAGED_CODE or _is_sound(workplace, profile.database, token):
        raise failure
    log.warning("the database is damaged: %s", failure.detail)
    _replaced(workplace, profile, token).close()


def _is_sound(workplace: Workplace, path: Path, token: CancelToken) -> bool:
    try:
        with closing(workplace.open_store(path)) as store:
            return store.is_sound(token)
    except StoreFailed as failure:
        if failure.code != DAMAGED_CODE:
            raise
        return False


def _replaced(workplace: Workplace, profile: Profile, token: CancelToken) -> SyncStore:
    spare = profile.duplicate_copy()
    sound = spare is not None and _doubted(workplace, spare, token)
    kept = profile.put_database_aside(copy_too=not sound)
    if spare is not None and sound:
        profile.take(spare)
    store = workplace.open_store(profile.database)
    _tell(store, DATABASE_RESTORED if sound else DATABASE_REBUILT, kept)
    return store


def keep_copy(profile: Profile, store: SyncStore, token: CancelToken) -> None:
    """Make today's copy after a run that ended well; the one of before stays where there is no room, or no time.

    Raises:
        StoreFailed: What was copied is damaged.
    """
    try:
        path = profile.copy_due()
        if path is None:
            return
        store.copy_to(path, token)
        past = datetime.now(UTC) - _TOLD_FOR
        for code in {one.code for one in store.problems() if one.code in _CODES and one.since < past}:
            store.forget_notices(code)
    except Cancelled:
        log.info("no copy of the database was made: there was no time")
    except DynSyncError as failure:
        if failure.code == DAMAGED_CODE and not store.is_sound(token):
            raise
        log.warning("no copy of the database was made: %s", failure.detail or failure.code)


def _doubted(workplace: Workplace, spare: Path, token: CancelToken) -> bool:
    """Have everything compared that a copy says, before it is anybody's database; False where it is damaged, too."""
    if not _is_sound(workplace, spare, token):
        log.warning("so is its copy")
        return False
    with closing(workplace.open_store(spare)) as store, store.stoppable(token):
        store.compare_anew()
        _tell(store, DATABASE_RESTORED, "")
    return True


def _tell(store: SyncStore, code: str, kept: str) -> None:
    store.notice([Notice(PEOPLE[0], "", code, kept)])
