"""macOS: a LaunchAgent of the signed-in user (launchd.plist, launchctl)."""

from __future__ import annotations

import os
import plistlib
import re
from contextlib import suppress
from pathlib import Path
from typing import Any

from dynsync_gui.domain.schedule import INTERVALS, Entry, Registration, minutes_of, offset_of
from dynsync_gui.system.schedule.asking import ask, insist, unavailable
from dynsync_gui.system.schedule.program import Command, of_another_copy

MARK = "Made by DynSync. To remove it: dynsync background off, or dynsync remove --registration"
_FILE = re.compile(r"dynsync\.background\.[0-9a-f]{12}\.plist")


class LaunchAgents:
    """The agent of one profile (`domain.schedule.Scheduler`).

    launchd starts a calendar interval that was slept through once on waking; it does not do that for StartInterval.
    """

    def __init__(self, profile_id: str, command: Command) -> None:
        self.offset = offset_of(profile_id)
        self._label = f"dynsync.background.{profile_id}"
        self._path = _folder() / f"{self._label}.plist"
        self._command = command

    def state(self) -> Entry:
        """What is there now."""
        if not self._path.exists():
            return Entry(Registration.OFF if _answers() else Registration.UNAVAILABLE)
        found = _read(self._path)
        if found.get("ServiceDescription") != MARK:
            return Entry(Registration.FOREIGN)
        every = next((minutes for minutes in INTERVALS if self.agent(minutes) == found), 0)
        if not every or not self._loaded():
            return Entry(Registration.DAMAGED)
        return Entry(Registration.ON, every)

    def register(self, every_minutes: int) -> None:
        """Write the agent and load it; see the protocol."""
        self._see_ours()
        if not _answers():
            raise unavailable("scheduler-missing", "launchctl")
        if self._loaded():
            insist(["launchctl", "bootout", f"{_domain()}/{self._label}"])
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._path.write_bytes(plistlib.dumps(self.agent(every_minutes)))
        except OSError as cause:
            raise unavailable("scheduler-refused", f"{self._path}: {cause.strerror}") from cause
        insist(["launchctl", "enable", f"{_domain()}/{self._label}"])
        insist(["launchctl", "bootstrap", _domain(), str(self._path)])

    def unregister(self) -> None:
        """Unload the agent and remove it; see the protocol."""
        self._see_ours()
        _remove(self._path)

    def unregister_all(self) -> int:
        """Remove the agents of all profiles; see the protocol."""
        paths = [path for path in _folder().glob("dynsync.background.*") if _FILE.fullmatch(path.name)]
        found = {path: agent for path in paths if (agent := _read(path)).get("ServiceDescription") == MARK}
        own = self._command.words[0]
        ours = sorted(path for path, agent in found.items() if not of_another_copy(_program(agent), own))
        for path in ours:
            _remove(path)
        return len(ours)

    def agent(self, every: int) -> dict[str, Any]:
        """The agent's property list."""
        return {
            "Label": self._label,
            "ServiceDescription": MARK,
            "ProgramArguments": list(self._command.words),
            "WorkingDirectory": self._command.folder,
            "StartCalendarInterval": [{"Minute": minute} for minute in minutes_of(every, self.offset)],
            "ProcessType": "Background",
        }

    def _see_ours(self) -> None:
        if self._path.exists() and _read(self._path).get("ServiceDescription") != MARK:
            raise unavailable("scheduler-foreign", str(self._path))

    def _loaded(self) -> bool:
        with suppress(Exception):
            return ask("launchctl", "print", f"{_domain()}/{self._label}").status == 0
        return False


def _remove(path: Path) -> None:
    if not path.exists():
        return
    with suppress(Exception):  # one that is not loaded cannot be unloaded, and a missing launchctl starts nothing
        ask("launchctl", "bootout", f"{_domain()}/{path.stem}")
    try:
        path.unlink(missing_ok=True)
    except OSError as cause:
        raise unavailable("scheduler-refused", f"{path}: {cause.strerror}") from cause


def _answers() -> bool:
    """Whether this user is signed in at the screen, so that there is a place for agents."""
    with suppress(Exception):
        return ask("launchctl", "print", _domain()).status == 0
    return False


def _domain() -> str:
    return f"gui/{os.getuid()}"


def _folder() -> Path:
    return Path.home() / "Library" / "LaunchAgents"


def _program(agent: dict[str, Any]) -> str:
    """What an agent starts; empty where it does not say."""
    return next(iter(agent.get("ProgramArguments", ())), "")


def _read(path: Path) -> dict[str, Any]:
    """The property list; empty where it cannot be understood."""
    try:
        found = plistlib.loads(path.read_bytes())
    except Exception:  # noqa: BLE001  its two readers have errors of their own
        return {}
    return found if isinstance(found, dict) else {}
