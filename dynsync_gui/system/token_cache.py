"""Where the sign-ins of people are kept: the platform's protected store, or nowhere beyond this session.

Never in keyring, whose items on Windows are too small, and never in the clear: what cannot be protected is not kept.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from dynsync_gui.system.protected_store import protected_place

_log = logging.getLogger(__name__)
_NAME = "sign-in"

Place = Callable[[Path, str], Any]
"""Gives msal-extensions' persistence at a path for a profile's id, or None where this computer has none."""


class KeptSignIn:
    """The tokens of people of one profile (`domain.ports.SignInStore`).

    Until `keep` is called they are in memory; from then on every process of this profile shares them.
    """

    def __init__(self, folder: Path, profile_id: str, place: Place = protected_place) -> None:
        """Nothing is opened yet.

        Args:
            folder: Of the profile; a file in it marks that something is kept.
            profile_id: As `Profile.id` has it.
            place: Where to keep it; another one in tests.
        """
        self._mark = folder / _NAME
        self._id, self._place = profile_id, place
        self._lock = threading.Lock()
        self._cache: Any = None
        self._found: Any = None
        self._looked = False

    @property
    def protected(self) -> bool:
        """Whether this computer has a protected place for it."""
        with self._lock:
            return self._persistence() is not None

    def cache(self) -> Any:
        """The cache for msal; every connection of this process gets the same one."""
        import msal  # noqa: PLC0415  takes long to load, and only people's sign-in needs it

        with self._lock:
            if self._cache is None:
                place = self._persistence() if self._mark.exists() else None
                self._cache = msal.SerializableTokenCache() if place is None else self._shared(place)
            return self._cache

    def keep(self) -> None:
        """Keep what was signed in to so far, and whatever comes; without a protected place nothing happens."""
        with self._lock:
            place = self._persistence()
            if place is None or hasattr(self._cache, "is_encrypted"):
                return
            if self._cache is None:
                self._cache = self._shared(place)
                return
            text = self._cache.serialize()
            place.save(text)
            if place.failed:
                return
            self._cache = self._shared(place)
            self._cache.deserialize(text)

    def forget(self) -> None:
        """Forget it in this process and in the protected place."""
        with self._lock:
            self._cache = None
            place = self._persistence() if self._mark.exists() else None
            if place is not None:
                place.save("{}")
                place.clear()
            for path in (self._mark, self._mark.with_name(f"{_NAME}.lockfile")):
                with suppress(OSError):
                    path.unlink(missing_ok=True)

    def _shared(self, place: Any) -> Any:
        from msal_extensions import PersistedTokenCache  # noqa: PLC0415  as msal itself

        return PersistedTokenCache(place, str(self._mark.with_name(f"{_NAME}.lockfile")))

    def _persistence(self) -> Any:
        if not self._looked:
            self._looked = True
            found = self._place(self._mark, self._id)
            self._found = _careful(found) if found is not None and found.is_encrypted else None
        return self._found


def _careful(inner: Any) -> Any:
    """The same persistence, but trouble with the store never ends a sign-in: it only lasts for the session then."""
    from msal_extensions.persistence import BasePersistence, PersistenceNotFound  # noqa: PLC0415

    class Careful(BasePersistence):  # type: ignore[misc]  # msal-extensions has no types
        is_encrypted = True
        failed = False

        def save(self, content: str) -> None:
            try:
                inner.save(content)
            except Exception as trouble:  # noqa: BLE001  each platform raises its own
                if not self.failed:
                    _log.warning("The sign-in cannot be kept on this computer: %s", type(trouble).__name__)
                self.failed = True

        def load(self) -> str:
            try:
                return str(inner.load())
            except Exception as trouble:
                raise PersistenceNotFound from trouble

        def time_last_modified(self) -> float:
            try:
                return float(inner.time_last_modified())
            except Exception as trouble:
                raise PersistenceNotFound from trouble

        def get_location(self) -> str:
            return str(inner.get_location())

        def clear(self) -> None:
            if hasattr(inner, "clear"):
                with suppress(Exception):
                    inner.clear()

    return Careful()
