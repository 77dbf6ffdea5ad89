"""The versions of the choice of fields on disk, beside the settings."""

from __future__ import annotations

import getpass
import tomllib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import tomli_w

from dynsync_gui.domain.choice_changes import ChoiceVersion, changes
from dynsync_gui.domain.errors import SettingsError
from dynsync_gui.domain.field_answers import read_fields, write_fields
from dynsync_gui.domain.settings import FieldSettings
from dynsync_gui.system.whole_file import write_whole

KEPT = 100
"""Versions that are kept; older ones go."""


def read_versions(path: Path) -> tuple[ChoiceVersion, ...]:
    """The versions, the oldest first; a file that cannot be read is as good as none, since the settings count."""
    try:
        rows = tomllib.loads(path.read_text(encoding="utf-8"))["versions"]
        return tuple(_version(row, earlier) for row, earlier in zip(rows, [None, *rows], strict=False))
    except (OSError, ValueError, KeyError, TypeError, SettingsError):
        return ()


def add_version(path: Path, fields: FieldSettings) -> None:
    """Keep a choice as the newest version, unless it is that already.

    Raises:
        SettingsError: The file cannot be written.
    """
    versions = read_versions(path)
    if versions and versions[-1].fields == fields:
        return
    number = versions[-1].number + 1 if versions else 1
    added = ChoiceVersion(number, datetime.now(UTC).replace(microsecond=0), _user(), fields)
    rows = [
        {"number": one.number, "at": one.at, "who": one.who, "fields": write_fields(one.fields)}
        for one in (*versions, added)[-KEPT:]
    ]
    write_whole(path, tomli_w.dumps({"versions": rows}).encode())


def _version(row: dict[str, Any], earlier: dict[str, Any] | None) -> ChoiceVersion:
    fields = read_fields(row["fields"])
    changed = changes(read_fields(earlier["fields"]), fields) if earlier else ()
    return ChoiceVersion(int(row["number"]), row["at"], str(row["who"]), fields, changed)


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):  # no name in the environment, and none known for the number
        return ""
