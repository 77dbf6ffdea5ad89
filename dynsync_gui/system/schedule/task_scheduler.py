"""Windows: a task of the signed-in user in the Task Scheduler (schtasks; Task Scheduler schema)."""

from __future__ import annotations

import csv
import os
import re
import subprocess
import tempfile
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from xml.etree import ElementTree as ET

from dynsync_gui.domain.schedule import INTERVALS, Entry, Registration, offset_of
from dynsync_gui.system.schedule.asking import ask, insist, unavailable
from dynsync_gui.system.schedule.program import Command, of_another_copy

_NAMESPACE = "http://schemas.microsoft.com/windows/2004/02/mit/task"
_SOURCE = "DynSync"
_TASK = re.compile(r"\\(DynSync background [0-9a-f]{12})")
_SID = re.compile(r"S-1-[0-9-]+")
_LOST = re.compile(r"[^ -~]+|\?+")


class TaskScheduler:
    """The task of one profile (`domain.schedule.Scheduler`); StartWhenAvailable catches up a missed run once."""

    def __init__(self, profile_id: str, command: Command) -> None:
        self.offset = offset_of(profile_id)
        self._name = f"DynSync background {profile_id}"
        self._command = command

    def state(self) -> Entry:
        """What is there now."""
        try:
            told = ask("schtasks", "/query", "/tn", self._name, "/xml", "ONE", encoding=_CONSOLE)
        except Exception:  # noqa: BLE001  whatever it is, there is nothing to ask
            return Entry(Registration.UNAVAILABLE)
        if told.status:
            return Entry(Registration.OFF)
        found = _essentials(told.output)
        if found is None or found["source"] != _SOURCE:
            return Entry(Registration.FOREIGN)
        wanted = ((minutes, _essentials(self.definition(minutes))) for minutes in INTERVALS)
        every = next((minutes for minutes, task in wanted if task == found), 0)
        return Entry(Registration.ON, every) if every else Entry(Registration.DAMAGED)

    def register(self, every_minutes: int) -> None:
        """Create the task out of its definition; see the protocol."""
        self._see_ours()
        with tempfile.TemporaryDirectory(prefix="dynsync-task-") as folder:
            path = Path(folder) / "task.xml"
            path.write_text(self.definition(every_minutes, _user()), encoding="utf-16")
            insist(["schtasks", "/create", "/tn", self._name, "/xml", str(path), "/f"])

    def unregister(self) -> None:
        """Delete the task; see the protocol."""
        self._see_ours()
        if self.state().registration not in {Registration.OFF, Registration.UNAVAILABLE}:
            insist(["schtasks", "/delete", "/tn", self._name, "/f"])

    def unregister_all(self) -> int:
        """Delete the tasks of all profiles; see the protocol."""
        listed = ask("schtasks", "/query", "/fo", "csv", "/nh", encoding=_CONSOLE).output
        names = sorted({found[1] for row in csv.reader(listed.splitlines()) if (found := _TASK.fullmatch(_first(row)))})
        ours = [name for name in names if self._is_of_this_copy(name)]
        for name in ours:
            insist(["schtasks", "/delete", "/tn", name, "/f"])
        return len(ours)

    def definition(self, every: int, user: str = "") -> str:
        """The task's definition.

        Args:
            every: Minutes between two runs.
            user: Security identifier of who it runs for; empty leaves it to the Task Scheduler.
        """
        task = ET.Element("Task", {"version": "1.2", "xmlns": _NAMESPACE})
        _put(task, "RegistrationInfo", [("Source", _SOURCE), ("Description", "One sync of DynSync in the background")])
        trigger = ET.SubElement(ET.SubElement(task, "Triggers"), "TimeTrigger")
        _put(trigger, "Repetition", [("Interval", f"PT{every}M")])
        _fill(trigger, [("StartBoundary", f"2026-01-01T00:{self.offset:02}:00"), ("Enabled", "true")])
        principal = ET.SubElement(ET.SubElement(task, "Principals"), "Principal", {"id": "Author"})
        if user:
            _fill(principal, [("UserId", user)])
        # Only while the user is signed in: without that no keychain opens, and no password has to be kept.
        _fill(principal, [("LogonType", "InteractiveToken"), ("RunLevel", "LeastPrivilege")])
        _put(
            task,
            "Settings",
            [
                ("MultipleInstancesPolicy", "IgnoreNew"),
                ("DisallowStartIfOnBatteries", "false"),
                ("StopIfGoingOnBatteries", "false"),
                ("StartWhenAvailable", "true"),
                ("Enabled", "true"),
                ("ExecutionTimeLimit", "PT0S"),
                ("Priority", "7"),
            ],
        )
        actions = ET.SubElement(task, "Actions", {"Context": "Author"})
        program, *arguments = self._command.words
        _put(
            actions,
            "Exec",
            [
                ("Command", program),
                ("Arguments", subprocess.list2cmdline(arguments)),
                ("WorkingDirectory", self._command.folder),
            ],
        )
        return '<?xml version="1.0" encoding="UTF-16"?>\n' + ET.tostring(task, encoding="unicode")

    def _is_of_this_copy(self, name: str) -> bool:
        """Whether a task is to go with this copy; one whose program was lost on the way through the console is not."""
        found = _essentials(ask("schtasks", "/query", "/tn", name, "/xml", "ONE", encoding=_CONSOLE).output)
        if found is None or found["source"] != _SOURCE:
            return False
        own = self._command.words[0]
        if "?" in found["program"]:
            return found["program"] == _LOST.sub("?", own)
        return not of_another_copy(found["program"], own)

    def _see_ours(self) -> None:
        if self.state().registration is Registration.FOREIGN:
            raise unavailable("scheduler-foreign", self._name)


_CONSOLE = "oem" if os.name == "nt" else "utf-8"
"""What schtasks writes in; letters that the code page lacks come as question marks."""


def _user() -> str:
    """The signed-in user's security identifier, which no renaming or joining of a directory changes."""
    with suppress(Exception):
        if found := _SID.search(ask("whoami", "/user", "/fo", "csv", "/nh", encoding=_CONSOLE).output):
            return found[0]
    return ""


def _essentials(definition: str) -> dict[str, str] | None:
    """What decides whether a task does its work; the Task Scheduler adds and reorders the rest. None: unreadable."""
    try:
        task = ET.fromstring(definition.partition("?>")[2] or definition)  # noqa: S314  of this computer itself
    except ET.ParseError:
        return None

    def text(path: str) -> str:
        return task.findtext("/".join(f"{{{_NAMESPACE}}}{part}" for part in path.split("/")), "").strip()

    found = {
        "source": text("RegistrationInfo/Source"),
        "interval": text("Triggers/TimeTrigger/Repetition/Interval"),
        "start": text("Triggers/TimeTrigger/StartBoundary"),
        "trigger": text("Triggers/TimeTrigger/Enabled") or "true",
        "enabled": text("Settings/Enabled") or "true",
        "late": text("Settings/StartWhenAvailable"),
        "program": text("Actions/Exec/Command"),
        "arguments": text("Actions/Exec/Arguments"),
        "folder": text("Actions/Exec/WorkingDirectory"),
    }
    if found["interval"] == "PT1H":
        found["interval"] = "PT60M"
    return {name: _LOST.sub("?", value) for name, value in found.items()}


def _put(parent: ET.Element, name: str, values: Iterable[tuple[str, str]]) -> None:
    _fill(ET.SubElement(parent, name), values)


def _fill(parent: ET.Element, values: Iterable[tuple[str, str]]) -> None:
    for name, value in values:
        ET.SubElement(parent, name).text = value


def _first(row: list[str]) -> str:
    return row[0] if row else ""
