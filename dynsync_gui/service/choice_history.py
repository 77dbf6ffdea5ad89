"""The choice of fields over time, and on its way to another profile."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from dynsync_gui.domain.choice_file import read_choice, write_choice
from dynsync_gui.domain.errors import settings_error
from dynsync_gui.domain.events import ChoiceImported, ChoicesRead
from dynsync_gui.domain.ports import Profile
from dynsync_gui.domain.settings import FieldSettings, Settings
from dynsync_gui.domain.text import msg
from dynsync_gui.engine.workload import Schemas
from dynsync_gui.service.jobs import BackgroundJob
from dynsync_gui.system.whole_file import read_text, write_whole


def read_history(profile: Profile, job: BackgroundJob) -> ChoicesRead:
    """All versions that are kept."""
    return ChoicesRead(job.number, profile.read_choices())


def save(profile: Profile, fields: FieldSettings, job: BackgroundJob) -> ChoicesRead:
    """Keep another choice as a new version; a run that is under way goes on with the choice that it began with.

    Raises:
        SettingsError: Nothing is set up yet.
    """
    settings = profile.read_settings()
    if settings is None:
        raise settings_error(
            msg("Nothing is set up in this profile yet."), msg("Set DynSync up first."), code="not-set-up"
        )
    profile.write_settings(replace(settings, fields=fields))
    return read_history(profile, job)


def restore(profile: Profile, number: int, job: BackgroundJob) -> ChoicesRead:
    """Take a version again, as a new one; a run that is under way goes on with the choice that it began with.

    Raises:
        SettingsError: There is no such version.
    """
    settings = profile.read_settings()
    version = next((one for one in profile.read_choices() if one.number == number), None)
    if settings is None or version is None:
        raise settings_error(
            msg("There is no version {number} of the choice.", number=str(number)),
            msg("Take one that “dynsync fields history” lists."),
            code="choice-version",
        )
    profile.write_settings(replace(settings, fields=version.fields))
    return read_history(profile, job)


def export(path: Path, settings: Settings, job: BackgroundJob) -> ChoiceImported:
    """Write a choice to a file.

    Raises:
        SettingsError: It cannot be written.
    """
    write_whole(path, write_choice(settings.fields).encode())
    return ChoiceImported(job.number, settings.fields)


def take_in(path: Path, schemas: Callable[[], Schemas], job: BackgroundJob) -> ChoiceImported:
    """Read a choice from a file and hold it against the schemas; nothing is kept.

    Raises:
        SettingsError: It cannot be read, is wrong, or does not fit; with line and cure.
    """
    text = read_text(path, msg("Take a file that DynSync exported."))
    today = schemas()
    return ChoiceImported(job.number, read_choice(text, today.tables, today.targets, today.offers))
