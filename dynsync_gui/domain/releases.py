"""What a signed release file says. Its signature is seen by whoever reads it from the network."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol

from dynsync_gui.domain.cancel import CancelToken
from dynsync_gui.domain.errors import ConnectionFailed
from dynsync_gui.domain.findings import filled
from dynsync_gui.domain.findings.updates import UPDATES
from dynsync_gui.domain.secrets import Secrets
from dynsync_gui.domain.settings import Settings

FORMAT = 1
PRODUCT = "DynSync"
MOST_BYTES = 400 * 1024 * 1024
"""No installer of DynSync is larger."""

_VERSION = re.compile(r"\d{1,6}(?:\.\d{1,6}){1,3}")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,119}")
_DIGEST = re.compile(r"[0-9a-f]{64}")
_PLATFORM = re.compile(r"(?:windows|macos|linux)-[a-z0-9]{1,12}")
_MOST_NOTES = 20_000


@dataclass(frozen=True, slots=True)
class Artefact:
    """One file to download.

    Attributes:
        platform: What it is for, such as ``windows-x64``.
        name: Of the file, without a folder.
        address: Where it is, by https.
        sha256: Its digest, in hexadecimal.
        size: Bytes.
    """

    platform: str
    name: str
    address: str
    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class Release:
    """One version of DynSync.

    Attributes:
        version: Numbers with points between.
        published: When it was released.
        expires: When its release file has to be renewed, so that an old one cannot be played back for ever.
        notes: What is new, by language.
        artefacts: Its files.
    """

    version: str
    published: datetime
    expires: datetime
    notes: Mapping[str, str] = field(hash=False)
    artefacts: tuple[Artefact, ...]

    def notes_in(self, language: str) -> str:
        """What is new, in a language, else in English."""
        return self.notes.get(language) or self.notes.get("en", "")

    def artefact(self, platform: str) -> Artefact:
        """The first file for a platform; raises ConnectionFailed where there is none."""
        found = next((each for each in self.artefacts if each.platform == platform), None)
        if found is None:
            raise refused("update-platform", f"{platform} of {', '.join(a.platform for a in self.artefacts)}")
        return found


class UpdateKind(StrEnum):
    """What a look for updates found."""

    OFF = "off"
    """No address is set."""
    CURRENT = "current"
    NEWER = "newer"


@dataclass(frozen=True, slots=True)
class UpdateState:
    """What there is, for a person.

    Attributes:
        kind: Whether there is something newer.
        installed: The version that runs.
        release: What was found; None where nothing was looked at.
        artefact: Its file for this computer, where it is newer.
    """

    kind: UpdateKind
    installed: str
    release: Release | None = None
    artefact: Artefact | None = None


class ReleaseSource(Protocol):
    """Reads release files and what they name."""

    def read(self, settings: Settings, secrets: Secrets, token: CancelToken) -> Release:
        """The release that stands at the settings' address.

        Raises:
            ConnectionFailed: It cannot be reached, is not signed by the right key, or is not what it should be.
        """

    def download(
        self, artefact: Artefact, folder: Path, settings: Settings, secrets: Secrets, token: CancelToken
    ) -> Path:
        """Put a release's file into a folder, whole and proved; raises ConnectionFailed or SettingsError."""


def read_release(document: Any) -> Release:
    """A release out of the signed document.

    Raises:
        ConnectionFailed: It is not one that this DynSync understands.
    """
    try:
        if document["format"] != FORMAT or document["product"] != PRODUCT:
            raise refused("update-unreadable", "another format or product")
        artefacts = tuple(_artefact(each) for each in document["artefacts"])
        notes = {str(language): str(text)[:_MOST_NOTES] for language, text in document["notes"].items()}
        release = Release(
            _matching(_VERSION, document["version"]),
            _moment(document["published"]),
            _moment(document["expires"]),
            notes,
            artefacts,
        )
    except (KeyError, TypeError, ValueError, AttributeError) as cause:
        raise refused("update-unreadable", type(cause).__name__) from cause
    return release


def judge(release: Release, installed: str, seen: datetime | None, now: datetime) -> UpdateKind:
    """Whether a release is newer than what is installed.

    Args:
        release: Its signature has been seen.
        installed: The version that runs.
        seen: When the newest release that was ever seen here was published.
        now: The time.

    Raises:
        ConnectionFailed: It is out of date, so that somebody may be playing back an old one.
    """
    if release.expires < now:
        raise refused("update-expired", f"{release.version} until {release.expires.isoformat()}")
    if seen is not None and release.published < seen:
        raise refused("update-replayed", f"{release.published.isoformat()} before {seen.isoformat()}")
    if _numbers(release.version) < _numbers(installed):
        raise refused("update-older", f"{release.version} before {installed}", version=release.version)
    return UpdateKind.NEWER if _numbers(release.version) > _numbers(installed) else UpdateKind.CURRENT


def refused(code: str, detail: str = "", **values: object) -> ConnectionFailed:
    """Why a release is not taken, as an error."""
    return ConnectionFailed(code, filled(UPDATES[code], **values), detail)


def _artefact(found: Any) -> Artefact:
    size = found["size"]
    if isinstance(size, bool) or not isinstance(size, int) or not 0 < size <= MOST_BYTES:
        raise refused("update-too-big", f"{size} bytes")
    address = str(found["url"])
    if not address.startswith("https://"):
        raise ValueError(address)
    return Artefact(
        _matching(_PLATFORM, found["platform"]),
        _matching(_NAME, found["name"]),
        address,
        _matching(_DIGEST, found["sha256"]),
        size,
    )


def _matching(pattern: re.Pattern[str], value: Any) -> str:
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise ValueError(str(value)[:60])
    return value


def _moment(value: Any) -> datetime:
    moment = datetime.fromisoformat(value)
    if moment.tzinfo is None:
        raise ValueError(value)
    return moment


def _numbers(version: str) -> tuple[int, ...]:
    """Comparable: 1.10 comes after 1.9, and 1.0 is 1.0.0; letters of a build in the making are left out."""
    found = [int(part) for part in re.findall(r"\d+", version)[:4]]
    return tuple(found + [0] * (4 - len(found)))
