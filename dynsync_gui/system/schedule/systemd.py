"""Linux: a timer of the user's own systemd (systemd.timer, systemd.service, systemctl)."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from pathlib import Path

from dynsync_gui.domain.schedule import INTERVALS, Entry, Registration, offset_of
from dynsync_gui.system.schedule.asking import ask, insist, unavailable
from dynsync_gui.system.schedule.program import Command, of_another_copy

MARK = "# Made by DynSync. To remove it: dynsync background off, or dynsync remove --registration"
_UNIT = re.compile(r"dynsync-[0-9a-f]{12}\.(?:timer|service)")
_PROGRAM = "ConditionPathExists="


class SystemdTimers:
    """A timer and a service of one profile (`domain.schedule.Scheduler`); Persistent catches up a missed run once."""

    def __init__(self, profile_id: str, command: Command) -> None:
        self.offset = offset_of(profile_id)
        self._name = f"dynsync-{profile_id}"
        self._timer = f"{self._name}.timer"
        self._command = command

    def state(self) -> Entry:
        """What is there now."""
        found = {path: _read(path) for path in self._texts(INTERVALS[0])}
        if not any(found.values()):
            return Entry(Registration.OFF if _answers() else Registration.UNAVAILABLE)
        if any(text and not text.startswith(MARK) for text in found.values()):
            return Entry(Registration.FOREIGN)
        every = next((minutes for minutes in INTERVALS if self._texts(minutes) == found), 0)
        if not every or not self._runs():
            return Entry(Registration.DAMAGED)
        return Entry(Registration.ON, every)

    def register(self, every_minutes: int) -> None:
        """Write both units and start the timer; see the protocol."""
        self._see_ours()
        if not _answers():
            raise unavailable("scheduler-missing", "systemctl --user")
        try:
            for path, text in self._texts(every_minutes).items():
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8")
        except OSError as cause:
            raise unavailable("scheduler-refused", f"{_folder()}: {cause.strerror}") from cause
        insist(["systemctl", "--user", "daemon-reload"])
        insist(["systemctl", "--user", "enable", self._timer])
        insist(["systemctl", "--user", "restart", self._timer])

    def unregister(self) -> None:
        """Stop the timer and remove both units; see the protocol."""
        self._see_ours()
        _remove(self._name)

    def unregister_all(self) -> int:
        """Remove the timers of all profiles; see the protocol."""
        paths = [path for path in _folder().glob("dynsync-*") if _UNIT.fullmatch(path.name)]
        names = {path.stem for path in paths if _read(path).startswith(MARK)}
        ours = sorted(name for name in names if not of_another_copy(_program(name), self._command.words[0]))
        for name in ours:
            _remove(name)
        return len(ours)

    def _see_ours(self) -> None:
        for path in self._texts(INTERVALS[0]):
            text = _read(path)
            if text and not text.startswith(MARK):
                raise unavailable("scheduler-foreign", str(path))

    def _texts(self, every: int) -> dict[Path, str]:
        minutes = f"*:{self.offset}/{every}" if every < 60 else f"*:{self.offset}"
        words = [_path_word(self._command.words[0]), *map(_word, self._command.words[1:])]
        service = f"""{MARK}
[Unit]
Description=DynSync: one sync in the background
# A program that was removed without its timers is not missed every few minutes.
{_PROGRAM}{_specifierless(self._command.words[0])}

[Service]
Type=oneshot
WorkingDirectory={_specifierless(self._command.folder)}
ExecStart={" ".join(words)}
# 1: done, with problems to look at
SuccessExitStatus=1
"""
        timer = f"""{MARK}
[Unit]
Description=DynSync: sync in the background

[Timer]
OnCalendar={minutes}
Persistent=true
AccuracySec=10s

[Install]
WantedBy=timers.target
"""
        return {_folder() / f"{self._name}.service": service, _folder() / self._timer: timer}

    def _runs(self) -> bool:
        with suppress(Exception):
            enabled = ask("systemctl", "--user", "is-enabled", self._timer).output.strip() == "enabled"
            return enabled and ask("systemctl", "--user", "is-active", self._timer).output.strip() == "active"
        return False


def _remove(name: str) -> None:
    """Without a systemd to ask, removing the files is enough: it forgets the units with its session."""
    paths = [_folder() / f"{name}.{kind}" for kind in ("timer", "service")]
    if not any(path.exists() for path in paths):
        return
    with_session = _answers()
    if with_session:
        ask("systemctl", "--user", "disable", "--now", f"{name}.timer")
        ask("systemctl", "--user", "clean", "--what=state", f"{name}.timer")
    try:
        for path in (*paths, _folder() / "timers.target.wants" / f"{name}.timer"):
            path.unlink(missing_ok=True)
    except OSError as cause:
        raise unavailable("scheduler-refused", f"{path}: {cause.strerror}") from cause
    if with_session:
        insist(["systemctl", "--user", "daemon-reload"])


def _answers() -> bool:
    """Whether this user has a systemd that can be asked."""
    with suppress(Exception):
        return ask("systemctl", "--user", "show-environment").status == 0
    return False


def _folder() -> Path:
    """Where the user's own units are (systemd.unit, user unit search path)."""
    return Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "systemd" / "user"


def _read(path: Path) -> str:
    """A unit's text; what cannot be read is not ours."""
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return ""
    except OSError:
        return "?"


def _program(name: str) -> str:
    """What a service starts; empty where it does not say."""
    lines = _read(_folder() / f"{name}.service").splitlines()
    return next((line.removeprefix(_PROGRAM).replace("%%", "%") for line in lines if line.startswith(_PROGRAM)), "")


def _specifierless(path: str) -> str:
    """A path as settings that take the rest of their line do."""
    return path.replace("%", "%%")


def _path_word(word: str) -> str:
    """A program's path as ExecStart takes it: quoted, without specifiers."""
    escaped = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%").replace("\n", "\\n")
    return f'"{escaped}"'


def _word(word: str) -> str:
    """An argument as ExecStart takes it: quoted, without specifiers and variables."""
    return _path_word(word).replace("$", "$$")
