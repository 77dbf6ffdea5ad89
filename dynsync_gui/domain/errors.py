"""Errors as people meet them: a title, what to do, who can do it; the vendor's words only as detail."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from typing import TYPE_CHECKING

from dynsync_gui.domain.checks import Owner
from dynsync_gui.domain.text import NOTHING, Message, msg

if TYPE_CHECKING:
    from collections.abc import Mapping


class ExitStatus(IntEnum):
    """What the command line answers."""

    DONE = 0
    PROBLEMS = 1
    WRONG_USE = 2
    REFUSED = 3
    GUARD = 4
    FAULT = 5


class Retry(StrEnum):
    """When a problem is tried again."""

    WHEN_CHANGED = "when-changed"
    """Its data has to change first."""
    NEXT_RUN = "next-run"
    """Passing trouble of the vendor."""
    AFTER_PARENT = "after-parent"
    """Another record has to arrive first."""
    DECISION = "decision"
    """A person has to decide."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What a vendor's code means in plain words."""

    title: Message
    cure: Message
    owner: Owner = Owner.YOU
    retry: Retry = Retry.WHEN_CHANGED


@dataclass
class DynSyncError(Exception):
    """An error with a plain title and a cure.

    Attributes:
        code: The vendor's code or ours, for the details.
        finding: Title, cure and owner.
        detail: The vendor's own words or a technical remark; shown in details only, never a secret.
        ids: Request and correlation ids.
    """

    code: str
    finding: Finding
    detail: str = ""
    ids: Mapping[str, str] = field(default_factory=dict)

    exit_status = ExitStatus.FAULT

    def __str__(self) -> str:
        return f"{self.code}: {self.finding.title}"


class SettingsError(DynSyncError):
    """The settings, the answers file or the options cannot be used as they are."""

    exit_status = ExitStatus.WRONG_USE


class ConnectionFailed(DynSyncError):  # noqa: N818  reads as what happened
    """A system did not accept the connection, the sign-in or the request."""

    exit_status = ExitStatus.REFUSED


class TemporaryFailure(ConnectionFailed):
    """The vendor or the network had passing trouble that outlived the retries."""


class GuardStop(DynSyncError):  # noqa: N818
    """DynSync stopped by itself before doing something that a person has to agree to."""

    exit_status = ExitStatus.GUARD


class SecretsUnavailable(DynSyncError):  # noqa: N818
    """The keychain is missing, locked or refused."""

    exit_status = ExitStatus.WRONG_USE


class StoreFailed(DynSyncError):  # noqa: N818
    """The profile's database cannot be used."""


class Cancelled(Exception):  # noqa: N818
    """The work was told to stop; nothing is wrong."""


def settings_error(title: Message, cure: Message = NOTHING, *, code: str = "settings") -> SettingsError:
    """A `SettingsError` from two texts."""
    return SettingsError(code, Finding(title, cure))


UNEXPECTED = Finding(
    msg("DynSync met something that it does not know."),
    msg("Copy the details and send them to the people who look after DynSync."),
    Owner.DYNSYNC,
    Retry.NEXT_RUN,
)


def unexpected(cause: Exception) -> DynSyncError:
    """What DynSync does not know, in our words; `cause` itself belongs in the log."""
    return DynSyncError("unexpected", UNEXPECTED, detail=type(cause).__name__)
