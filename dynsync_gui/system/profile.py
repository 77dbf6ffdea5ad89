"""One profile on this computer; implements `domain.ports.Profile`."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path

from dynsync_gui.domain.cancel import CancelToken
from dynsync_gui.domain.choice_changes import ChoiceVersion
from dynsync_gui.domain.guards import Confirmed
from dynsync_gui.domain.ports.connections import RateWindow, Shelf
from dynsync_gui.domain.ports.profile import SecretStore
from dynsync_gui.domain.settings import Settings
from dynsync_gui.domain.setup import HalfDone
from dynsync_gui.system.choice_versions import add_version, read_versions
from dynsync_gui.system.lease import held, lease
from dynsync_gui.system.paths import Profile as Folder
from dynsync_gui.system.removal import remove_profile
from dynsync_gui.system.safe_copy import copy_due, copy_of, duplicate, put_aside, require_room, take
from dynsync_gui.system.secrets import SessionSecrets
from dynsync_gui.system.settings_file import (
    read_confirmed,
    read_half_done,
    read_settings,
    write_half_done,
    write_settings,
)
from dynsync_gui.system.shelf import FolderShelf
from dynsync_gui.system.whole_file import telling_file_errors


class StoredProfile:
    """A profile in a folder.

    Args:
        folder: Where; it is made when something is first kept.
        secrets: Where its secrets are kept.
        window: Call times of its Marketo.
        attach: Moves the call times into a file, once the folder exists.
        rehearsal: Whether it belongs to the built-in rehearsal systems.
    """

    def __init__(
        self,
        folder: Folder,
        secrets: SecretStore,
        window: RateWindow,
        attach: Callable[[Path], None],
        *,
        rehearsal: bool = False,
    ) -> None:
        self._folder = folder
        self._kept_secrets = secrets
        self._session_secrets: SecretStore | None = None
        self._window = window
        self._attach = attach
        self._rehearsal = rehearsal

    @property
    def database(self) -> Path:
        """The database file; it may not exist yet."""
        return self._folder.database

    def read_settings(self) -> Settings | None:
        """The stored settings, or None where nothing was set up."""
        settings = read_settings(self._folder.settings_file)
        return replace(settings, rehearsal=self._rehearsal) if settings else None

    def write_settings(self, settings: Settings) -> None:
        """Keep settings, and their choice of fields as a version; the folder is made if need be."""
        self._folder.make()
        write_settings(self._folder.settings_file, settings, self.read_confirmed())
        add_version(self._folder.choices_file, settings.fields)

    def read_choices(self) -> tuple[ChoiceVersion, ...]:
        """The versions of the choice of fields, the newest last."""
        return read_versions(self._folder.choices_file)

    def read_confirmed(self) -> Confirmed | None:
        """The two systems that a person confirmed, or None where nobody did yet."""
        return read_confirmed(self._folder.settings_file)

    def write_confirmed(self, confirmed: Confirmed | None) -> None:
        """Keep or forget them, beside the settings."""
        settings = read_settings(self._folder.settings_file)
        if settings is not None:
            write_settings(self._folder.settings_file, settings, confirmed)

    def read_half_done(self) -> HalfDone | None:
        """A set-up that was left half-way, or None."""
        return read_half_done(self._half_done_file)

    def write_half_done(self, left: HalfDone | None) -> None:
        """Keep it, or forget it."""
        if left is None:
            with telling_file_errors(self._half_done_file):
                self._half_done_file.unlink(missing_ok=True)
        else:
            self._folder.make()
            write_half_done(self._half_done_file, left)

    @property
    def _half_done_file(self) -> Path:
        return self._folder.folder / "setup.toml"

    def require_room(self) -> None:
        """Raise StoreFailed where its disk is as good as full."""
        require_room(self._folder.folder)

    def put_database_aside(self, *, copy_too: bool = True) -> str:
        """Keep the database under another name, so that a new one is begun; returns that name."""
        return put_aside(self.database, copy_too=copy_too)

    def copy_due(self) -> Path | None:
        """Where a copy of the database is to be made now; None where none is due."""
        return copy_due(self.database)

    def has_copy(self) -> bool:
        """Whether there is a copy of the database."""
        return copy_of(self.database).exists()

    def duplicate_copy(self) -> Path | None:
        """A file of its own that holds what the copy holds."""
        return duplicate(self.database)

    def take(self, spare: Path) -> None:
        """Put such a file in the database's place."""
        take(self.database, spare)

    def secrets(self, *, session_only: bool = False) -> SecretStore:
        """Where its secrets are; with `session_only` they are in memory from now on."""
        if session_only and self._session_secrets is None:
            self._session_secrets = SessionSecrets()
        return self._session_secrets or self._kept_secrets

    @property
    def keeps_secrets(self) -> bool:
        """Whether its secrets outlive this process."""
        return not isinstance(self.secrets(), SessionSecrets)

    def remove(self) -> tuple[str, ...]:
        """Remove it from the disk; returns the names of what DynSync did not make and left."""
        return remove_profile(self._folder.folder)

    def lease(self, wait: float, token: CancelToken) -> AbstractContextManager[None]:
        """Hold the right to sync; raises GuardStop when another run still held it."""
        self._folder.make()
        return lease(self._folder.folder / "sync.lock", wait, token)

    def leased(self) -> bool:
        """Whether some process syncs this profile now."""
        return held(self._folder.folder / "sync.lock")

    def shelf(self) -> Shelf:
        """Where descriptions of tables are kept from run to run."""
        return FolderShelf(self._folder.folder)

    def rate_window(self) -> RateWindow:
        """The call times of its Marketo instance; on disk once the profile's folder exists."""
        if self._folder.settings_file.exists():
            self._attach(self._folder.folder / "calls.db")
        return self._window
