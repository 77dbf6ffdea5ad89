"""Settings on disk, and answers files, as TOML."""

from __future__ import annotations

import re
import tomllib
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import tomli_w

from dynsync_gui.domain.answers import read_answers, write_answers
from dynsync_gui.domain.checks import EnvironmentKind
from dynsync_gui.domain.errors import SettingsError, settings_error
from dynsync_gui.domain.guards import Confirmed
from dynsync_gui.domain.settings import Settings
from dynsync_gui.domain.text import Message, msg
from dynsync_gui.system.whole_file import write_whole

_AT_LINE = re.compile(r"\(at line (\d+), column \d+\)")
_MOST_BYTES = 1_000_000
_CONFIRMED = "confirmed"


def read_settings(path: Path) -> Settings | None:
    """The stored settings, or None where there are none.

    Raises:
        SettingsError: The file cannot be read or does not hold settings.
    """
    if not path.exists():
        return None
    document = _document(path)
    document.pop(_CONFIRMED, None)
    return read_answers(document, stored=True)


def read_confirmed(path: Path) -> Confirmed | None:
    """The two systems that a person confirmed; they stand beside the settings and are no answers.

    Raises:
        SettingsError: The file cannot be read.
    """
    if not path.exists():
        return None
    found = _document(path).get(_CONFIRMED)
    if not isinstance(found, dict) or not all(isinstance(found.get(part.name), str) for part in fields(Confirmed)):
        return None
    kind = found["kind"] if found["kind"] in set(EnvironmentKind) else EnvironmentKind.UNKNOWN
    return Confirmed(found["organisation"], found["name"], found["url"], EnvironmentKind(kind), found["munchkin"])


def write_settings(path: Path, settings: Settings, confirmed: Confirmed | None = None) -> None:
    """Keep the settings: after a crash at any moment the old file or the new one is there, whole.

    Args:
        path: The file.
        settings: What to keep.
        confirmed: The two systems that a person confirmed, to stand beside them.

    Raises:
        SettingsError: The file cannot be written.
    """
    document = write_answers(settings)
    if confirmed is not None:
        document[_CONFIRMED] = {part.name: str(getattr(confirmed, part.name)) for part in fields(Confirmed)}
    text = tomli_w.dumps(document)
    write_whole(path, text.encode())


def read_answers_file(path: Path) -> Settings:
    """The settings that an answers file asks for; a relative ``ca_bundle`` is looked for beside the file.

    Raises:
        SettingsError: The file cannot be read, or is not as it should be.
    """
    if not path.is_file():
        raise _unreadable(path, msg("There is no file “{file}”.", file=str(path)))
    settings = read_answers(_document(path))
    if not settings.network.ca_bundle:
        return settings
    bundle = (path.absolute().parent / Path(settings.network.ca_bundle).expanduser()).resolve()
    if not bundle.is_file():
        raise _unreadable(path, msg("“network.ca_bundle”: there is no file “{file}”.", file=str(bundle)))
    return replace(settings, network=replace(settings.network, ca_bundle=str(bundle)))


def _document(path: Path) -> dict[str, Any]:
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise _unreadable(path, msg("“{file}” is too long for a settings file.", file=str(path)))
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise _unreadable(path, msg("“{file}” is not text in UTF-8.", file=str(path))) from None
    except OSError as cause:
        error = _unreadable(path, msg("“{file}” cannot be read.", file=str(path)))
        error.detail = cause.strerror or ""
        raise error from cause
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as cause:
        found = _AT_LINE.search(str(cause))
        line = int(found[1]) if found else text.count("\n") + 1
        # What TOML's reader says may quote the file, and a misplaced secret with it: it is not passed on.
        raise _unreadable(
            path, msg("“{file}” cannot be understood in line {line}.", file=str(path), line=line)
        ) from None


def _unreadable(path: Path, title: Message) -> SettingsError:
    cure = msg('Mend the file: keys and values stand as name = "value" below a table such as [dynamics].')
    if path.suffix != ".toml":
        cure = msg("Name a settings file in TOML.")
    return settings_error(title, cure, code="settings-file")
