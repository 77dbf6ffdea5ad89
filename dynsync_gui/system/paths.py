"""The profile: one folder that holds everything DynSync keeps, but for the secrets."""

from __future__ import annotations

import hashlib
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from dynsync_gui.domain.errors import SettingsError, settings_error
from dynsync_gui.domain.text import Message, msg
from dynsync_gui.system.shared_places import in_cloud_folder, on_network_drive

PRIVATE_FILE = 0o600
PRIVATE_FOLDER = 0o700


@dataclass(frozen=True, slots=True)
class Profile:
    """Where things of one profile are; nothing exists before `make`.

    Attributes:
        folder: An absolute path.
    """

    folder: Path

    @property
    def settings_file(self) -> Path:
        """Settings without secrets."""
        return self.folder / "settings.toml"

    @property
    def choices_file(self) -> Path:
        """Versions of the choice of fields."""
        return self.folder / "choices.toml"

    @property
    def database(self) -> Path:
        """Links, cursors, outbox, problems, journal and runs."""
        return self.folder / "dynsync.db"

    @property
    def log_folder(self) -> Path:
        """Logs of the last days."""
        return self.folder / "log"

    @property
    def id(self) -> str:
        """A short name for this folder on this computer; names the profile's keychain item."""
        return hashlib.sha256(os.path.normcase(self.folder).encode("utf-8", "surrogateescape")).hexdigest()[:12]

    def make(self) -> None:
        """Make the folder, for its owner alone, and see that it can be written.

        Raises:
            SettingsError: It is a file, it cannot be made or written, or it is no place for a database.
        """
        self._refuse_shared()
        if self.folder.exists() and not self.folder.is_dir():
            raise _unusable(self.folder, msg("“{folder}” is a file, not a folder.", folder=str(self.folder)))
        try:
            for folder in (self.folder.parent, self.folder):  # a rehearsal's folder stands inside a profile's
                folder.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=self.folder):
                pass
        except OSError as cause:
            title = msg("DynSync cannot write in “{folder}”.", folder=str(self.folder))
            raise _unusable(self.folder, title, cause) from cause

    def _refuse_shared(self) -> None:
        """Nobody chose the platform's own place, which is taken as it is."""
        if self.folder.is_relative_to(os.path.realpath(default_folder())):
            return
        if in_cloud_folder(self.folder):
            raise _unusable(self.folder, msg("“{folder}” is copied to a cloud.", folder=str(self.folder)))
        if on_network_drive(self.folder):
            raise _unusable(self.folder, msg("“{folder}” is on a network drive.", folder=str(self.folder)))


def profile_of(folder: Path | None) -> Profile:
    """The profile in a folder, or the platform's own place for it.

    Raises:
        SettingsError: What was named is a file.
    """
    chosen = (folder or default_folder()).expanduser().absolute()
    if chosen.exists() and not chosen.is_dir():
        raise _unusable(chosen, msg("“{folder}” is a file, not a folder.", folder=str(chosen)))
    return Profile(Path(os.path.realpath(chosen)))


def default_folder() -> Path:
    """Where the platform keeps a program's data for one user."""
    return Path(platformdirs.user_data_dir("DynSync", appauthor=False))


def downloads_folder() -> Path:
    """Where this user's downloads go."""
    return Path(platformdirs.user_downloads_dir())


def open_private(path: str | os.PathLike[str], flags: int) -> int:
    """An opener for `open` that makes files readable by their owner alone."""
    return os.open(path, flags, PRIVATE_FILE)


def _unusable(folder: Path, title: Message, cause: OSError | None = None) -> SettingsError:
    error = settings_error(title, msg("Choose another folder with --profile."), code="profile-folder")
    error.detail = f"{folder}: {cause.strerror}" if cause else ""
    return error
