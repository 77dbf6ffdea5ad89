"""Syncs that the platform's scheduler starts while no window is open: what there is to know about them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Protocol

INTERVALS = (5, 10, 15, 20, 30, 60)
"""Minutes between two runs that may be chosen. All divide an hour, so that every scheduler can be told the minutes of
the clock: only such runs are caught up after a sleep (Apple, launchd.plist; systemd.timer, Persistent)."""


def interval_of(minutes: int) -> int:
    """The interval that a scheduler is told for a wanted one: the same, or the next longer one."""
    return next((every for every in INTERVALS if every >= minutes), INTERVALS[-1])


class Registration(StrEnum):
    """What stands in the scheduler for a profile."""

    ON = "on"
    OFF = "off"
    DAMAGED = "damaged"
    """An entry of ours that would not do what it should: DynSync moved, or it was edited or switched off."""
    FOREIGN = "foreign"
    """An entry under our name that is not ours."""
    UNAVAILABLE = "unavailable"
    """This computer has no scheduler that DynSync can use."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What the scheduler holds.

    Attributes:
        registration: Whether it starts DynSync.
        every_minutes: How often; 0 unless it is `Registration.ON`.
    """

    registration: Registration
    every_minutes: int = 0


class Scheduler(Protocol):
    """The platform's scheduler for the signed-in user, and one profile's entry in it. May take seconds to answer."""

    @property
    def offset(self) -> int:
        """Minute of the hour at which the entry's count begins, below every interval."""

    def state(self) -> Entry:
        """What is there now; never raises."""

    def register(self, every_minutes: int) -> None:
        """Put the entry there, in place of an own one.

        Raises:
            SettingsError: There is no scheduler, it refuses, or the name is taken by an entry that is not ours.
        """

    def unregister(self) -> None:
        """Take the entry away; nothing happens where there is none. Raises as `register`."""

    def unregister_all(self) -> int:
        """Take away the entries of all profiles of this user; returns how many there were. Raises as `register`.

        Those that start another copy of DynSync are that copy's and stay, as long as it is there.
        """


class Notes(Protocol):
    """Small things to remember beside the settings, by name. Losing them does no harm."""

    def read(self, name: str) -> Mapping[str, str]:
        """What was noted last; empty where nothing was, or where it cannot be read."""

    def write(self, name: str, values: Mapping[str, str]) -> None:
        """Note it; nothing happens where it cannot be written."""


@dataclass(frozen=True, slots=True)
class BackgroundRun:
    """How the last run of the scheduler ended.

    Attributes:
        started: When it began.
        status: Exit status of the program (`domain.errors.ExitStatus`).
        title: What stopped it, in words; empty where nothing did.
        cure: What to do about that.
    """

    started: datetime
    status: int
    title: str = ""
    cure: str = ""

    def to_note(self) -> dict[str, str]:
        """As `Notes` keep it."""
        return {
            "started": self.started.isoformat(),
            "status": str(self.status),
            "title": self.title,
            "cure": self.cure,
        }

    @classmethod
    def from_note(cls, note: Mapping[str, str]) -> BackgroundRun | None:
        """Out of a note; None where there is none that can be understood."""
        try:
            started = datetime.fromisoformat(note["started"])
            run = cls(started, int(note["status"]), note.get("title", ""), note.get("cure", ""))
        except (KeyError, ValueError):
            return None
        return run if started.tzinfo else None


@dataclass(frozen=True, slots=True)
class BackgroundState:
    """All that a person is told about it.

    Attributes:
        entry: What the scheduler holds.
        wanted: Whether the settings ask for it.
        next_run: When the next run is due; None where none is.
        last: The last run of the scheduler; None before the first.
        syncing: Whether another process syncs this profile now.
        explained: Whether the user was told what closing the window does.
    """

    entry: Entry
    wanted: bool = False
    next_run: datetime | None = None
    last: BackgroundRun | None = None
    syncing: bool = False
    explained: bool = False


def offset_of(profile_id: str) -> int:
    """The minute at which a profile's runs begin to count.

    Profiles differ in it, so that not all of DynSync asks the vendors at the full hour.

    Args:
        profile_id: Hexadecimal, as the profile has it.
    """
    return int(profile_id, 16) % INTERVALS[0]


def minutes_of(every: int, offset: int) -> tuple[int, ...]:
    """The minutes of each hour at which runs are due."""
    return tuple(range(offset, 60, every))


def next_run(now: datetime, every: int, offset: int) -> datetime:
    """The next moment at which a run is due, by the clock of this computer."""
    local = now.astimezone()
    ahead = (offset - local.minute) % every or every
    return (local.replace(second=0, microsecond=0) + timedelta(minutes=ahead)).astimezone(UTC)
