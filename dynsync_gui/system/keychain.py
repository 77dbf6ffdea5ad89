"""Which keychain is used: the platform's own, chosen by name here and never by configuration.

keyring would take a backend from ``PYTHON_KEYRING_BACKEND``, from ``keyringrc.cfg`` or from any installed package,
among them some that keep plain text or nothing at all; none of that is asked.
"""

from __future__ import annotations

import sys
from typing import Any, Protocol


class Keychain(Protocol):
    """What is used of a keyring backend."""

    def get_password(self, service: str, username: str) -> str | None:
        """The secret, or None where there is none."""

    def set_password(self, service: str, username: str, password: str) -> None:
        """Keep the secret."""

    def delete_password(self, service: str, username: str) -> None:
        """Forget the secret; raises PasswordDeleteError where there is none."""


def platform_keychain() -> Keychain | None:
    """The keychain of this platform, or None where none is running."""
    return next((backend() for backend in _candidates() if backend.viable), None)


def _candidates() -> tuple[Any, ...]:
    if sys.platform == "win32":
        from keyring.backends.Windows import WinVaultKeyring  # noqa: PLC0415  only there

        return (WinVaultKeyring,)
    if sys.platform == "darwin":
        from keyring.backends.macOS import Keyring as MacKeyring  # noqa: PLC0415  only there

        return (MacKeyring,)
    from keyring.backends.kwallet import DBusKeyring  # noqa: PLC0415  slow to import, seldom needed

    return (_secret_service(), DBusKeyring)


def _secret_service() -> Any:
    import secretstorage  # noqa: PLC0415  only where the platform has it
    from keyring.backends.SecretService import Keyring  # noqa: PLC0415
    from keyring.errors import InitError, KeyringLocked  # noqa: PLC0415

    class SecretService(Keyring):
        """keyring's own, but it gives the connection back when the keychain stays locked."""

        def get_preferred_collection(self) -> Any:
            bus = secretstorage.dbus_init()
            try:
                collection = secretstorage.get_default_collection(bus)
                if not collection.is_locked():
                    return collection
                collection.unlock()
                if not collection.is_locked():
                    return collection
            except secretstorage.exceptions.SecretStorageException as cause:
                bus.close()
                raise InitError from cause
            except BaseException:
                bus.close()
                raise
            bus.close()
            raise KeyringLocked

    return SecretService
