"""The platform's store for texts that are too long for a keychain item of keyring, as msal-extensions takes it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

_LABEL = "DynSync sign-in"


def protected_place(path: Path, profile_id: str) -> Any:
    """A persistence of msal-extensions that encrypts, or None where this computer has none.

    Windows: a file that only this user's account can decrypt (DPAPI). macOS: the login keychain. Linux: the Secret
    Service, over D-Bus; msal-extensions' own way there wants libsecret's bindings, which cannot be installed with pip.

    Args:
        path: The encrypted file, or the file whose date tells other processes of a change.
        profile_id: Makes the item's name unique.
    """
    from msal_extensions import persistence  # noqa: PLC0415  loads msal, which takes long

    if sys.platform == "win32":
        return persistence.FilePersistenceWithDataProtection(str(path))
    if sys.platform == "darwin":
        return persistence.KeychainPersistence(str(path), "DynSync", f"sign-in {profile_id}")
    return _secret_service(persistence, path, profile_id) if _has_service() else None


def _has_service() -> bool:
    import secretstorage  # noqa: PLC0415  only where the platform has it

    try:
        bus = secretstorage.dbus_init()
    except Exception:  # noqa: BLE001  whatever it is, there is no service then
        return False
    try:
        return bool(secretstorage.check_service_availability(bus))
    except Exception:  # noqa: BLE001
        return False
    finally:
        bus.close()


def _secret_service(persistence: Any, path: Path, profile_id: str) -> Any:
    import secretstorage  # noqa: PLC0415  only where the platform has it

    named = {"application": "DynSync", "kind": "sign-in", "profile": profile_id}

    class SecretService(persistence.BasePersistence):  # type: ignore[misc]  # msal-extensions has no types
        """One item of the default collection; a locked one is not asked to open, it counts as not there."""

        is_encrypted = True

        def __init__(self) -> None:
            self._signal = persistence.FilePersistence(str(path))

        def save(self, content: str) -> None:
            bus = secretstorage.dbus_init()
            try:
                collection = secretstorage.get_default_collection(bus)
                if collection.is_locked():
                    raise persistence.PersistenceEncryptionError(message="locked")
                collection.create_item(_LABEL, named, content.encode(), replace=True)
            finally:
                bus.close()
            self._signal.touch()

        def load(self) -> str:
            bus = secretstorage.dbus_init()
            try:
                collection = secretstorage.get_default_collection(bus)
                item = next(iter(collection.search_items(named)), None)
                if item is None or item.is_locked():
                    raise persistence.PersistenceNotFound
                return bytes(item.get_secret()).decode()
            finally:
                bus.close()

        def clear(self) -> None:
            bus = secretstorage.dbus_init()
            try:
                for item in list(secretstorage.get_default_collection(bus).search_items(named)):
                    item.delete()
            finally:
                bus.close()

        def time_last_modified(self) -> float:
            return float(self._signal.time_last_modified())

        def get_location(self) -> str:
            return str(self._signal.get_location())

    return SecretService()
