"""The versions of the choice of fields on disk, beside the settings."""

from __future__ import annotations

import tomllib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import tomli_w

from dynsync_gui.domain.choice_changes import ChoiceVersion, changes
from dynsync_gui.domain.errors import SettingsError
from dynsync_gui.domain.field_answers import read_fields, write_fields
from dynsync_gui.domain.settings import FieldSettings
from dynsync_gui.system.machine import user_name
from dynsync_gui.system.whole_file import telling_file_errors, write_whole

KEPT = 100
"""Versions that are kept; older ones go."""


def read_versions(path: Path) -> tuple[ChoiceVersion, ...]:
    """The versions, the oldest first; a file that cannot be read is as good as none, since the settings count."""
    try:
        return _versions(path.read_bytes())
    except (OSError, ValueError, KeyError, TypeError, SettingsError):
        return ()


def add_version(path: Path, fields: FieldSettings) -> None:
    """Keep a choice as the newest version, unless it is that already.

    A history that cannot be understood is kept under another name, and a new one begun.

    Raises:
        SettingsError: The file cannot be read now, so that it is left as it is; or it cannot be written.
    """
    with telling_file_errors(path):
        content = path.read_bytes() if path.exists() else b""
    try:
        versions = _versions(content) if content else ()
    except (ValueError, KeyError, TypeError, SettingsError):
        versions = ()
        write_whole(path.with_name(f"choices-{datetime.now(UTC):%Y%m%d-%H%M%S}.toml"), content)
    if versions and versions[-1].fields == fields:
        return
    number = versions[-1].number + 1 if versions else 1
    added = ChoiceVersion(number, datetime.now(UTC).replace(microsecond=0), user_name(), fields)
    rows = [
        {"number": one.number, "at": one.at, "who": one.who, "fields": write_fields(one.fields)}
        for one in (*versions, added)[-KEPT:]
    ]
    write_whole(path, tomli_w.dumps({"versions": rows}).encode())


def _versions(content: bytes) -> tuple[ChoiceVersion, ...]:
    rows = tomllib.loads(content.decode())["versions"]
    return tuple(_version(row, earlier) for row, earlier in zip(rows, [None, *rows], strict=False))


def _version(row: dict[str, Any], earlier: dict[str, Any] | None) -> ChoiceVersion:
    fields = read_fields(row["fields"])
    changed = changes(read_fields(earlier["fields"]), fields) if earlier else ()
    return ChoiceVersion(int(row["number"]), row["at"], str(row["who"]), fields, changed)
