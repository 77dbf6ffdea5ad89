"""What the service needs of the computer: a place for settings and secrets, and a way to send mail."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

from dynsync_gui.domain.cancel import CancelToken
from dynsync_gui.domain.choice_changes import ChoiceVersion
from dynsync_gui.domain.guards import Confirmed
from dynsync_gui.domain.ports.connections import RateWindow, Shelf
from dynsync_gui.domain.secrets import Secrets
from dynsync_gui.domain.settings import Settings
from dynsync_gui.domain.setup import HalfDone


class SecretStore(Protocol):
    """Where secrets are kept: the keychain, this session only, or the environment."""

    def read(self) -> Secrets:
        """The kept secrets; raises SecretsUnavailable."""

    def write(self, secrets: Secrets) -> None:
        """Keep them; raises SecretsUnavailable."""

    def delete(self) -> None:
        """Forget them; nothing happens where there are none."""


class Mailer(Protocol):
    """Sends a plain text message."""

    def send(self, settings: Settings, secrets: Secrets, to: str, subject: str, body: str) -> None:
        """Hand the message to the mail server; raises DynSyncError with a plain finding."""


class SignInStore(Protocol):
    """Where the sign-in of a person is kept; in memory until `keep` is called."""

    @property
    def protected(self) -> bool:
        """Whether this computer has a protected place for it; without one it ends with the session."""

    def keep(self) -> None:
        """Keep it from now on, where there is a protected place; nothing is ever kept in the clear."""

    def forget(self) -> None:
        """Forget it here and in the protected place; nothing happens where there is none."""


class Profile(Protocol):
    """Where one set-up lives: its settings, its secrets, its database."""

    @property
    def database(self) -> Path:
        """The database file; it may not exist yet."""

    def read_settings(self) -> Settings | None:
        """The stored settings, or None where nothing was set up."""

    def write_settings(self, settings: Settings) -> None:
        """Keep settings, and their choice of fields as a version; the folder is made if need be."""

    def read_choices(self) -> tuple[ChoiceVersion, ...]:
        """The versions of the choice of fields, the newest last; that one is in use."""

    def read_confirmed(self) -> Confirmed | None:
        """The two systems that a person confirmed, or None where nobody did yet."""

    def write_confirmed(self, confirmed: Confirmed | None) -> None:
        """Keep or forget them, beside the settings, which have to be there already."""

    def read_half_done(self) -> HalfDone | None:
        """A set-up that was left half-way, or None where there is none that can be read."""

    def write_half_done(self, left: HalfDone | None) -> None:
        """Keep it, or forget it."""

    def require_room(self) -> None:
        """See that a run has room on the disk.

        Raises:
            StoreFailed: The disk is as good as full; it says how much has to be freed.
        """

    def put_database_aside(self, *, copy_too: bool = True) -> str:
        """Keep the database under another name, so that a new one is begun.

        Args:
            copy_too: Whether its copy is of no use any more either, as it is about other systems.

        Returns:
            That name; empty where there was none.
        """

    def copy_due(self) -> Path | None:
        """Where a copy of the database is to be made now; None where there is one of today, or no room for one."""

    def has_copy(self) -> bool:
        """Whether there is a copy of the database, which is made at the end of a run at the earliest."""

    def duplicate_copy(self) -> Path | None:
        """A file of its own that holds what the copy of the database holds; None where there is no copy."""

    def take(self, spare: Path) -> None:
        """Put such a file in the database's place, which is empty."""

    def secrets(self, *, session_only: bool = False) -> SecretStore:
        """Where its secrets are; with `session_only` they are in memory from now on."""

    @property
    def keeps_secrets(self) -> bool:
        """Whether its secrets outlive this process."""

    def remove(self) -> tuple[str, ...]:
        """Remove it from the disk; returns the names of what DynSync did not make and left. Raises SettingsError."""

    def lease(self, wait: float, token: CancelToken) -> AbstractContextManager[None]:
        """Hold the right to sync; it ends with the process at the latest.

        Raises:
            GuardStop: Another run still held it after `wait` seconds.
        """

    def leased(self) -> bool:
        """Whether some process syncs this profile now."""

    def shelf(self) -> Shelf:
        """Where descriptions of tables are kept from run to run."""

    def rate_window(self) -> RateWindow:
        """The call times of its Marketo instance; kept on disk once the profile's folder exists."""
