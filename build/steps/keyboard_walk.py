"""Walks an installed DynSync through the rehearsal by keyboard alone; run by the system's Python, which has GLib.

It sees the window as a screen reader does (AT-SPI) and presses the keys that the window names for each thing. Usage:
keyboard_walk.py PICTURES. Ends with status 0 when the sync is done, else says what the window showed.
"""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gi.repository import Gio, GLib

SECONDS_A_STEP = 90
LOOK_EVERY = 0.3

STEPS = (
    ("choose", "radio button", "Rehearse with sample data"),
    ("press", "push button", "Test the connections"),
    ("choose", "check box", "These are the right two systems"),
    ("press", "push button", "Next"),
    ("see", "label", "Choose the fields to sync"),
    ("press", "push button", "Next"),
    ("choose", "check box", "I have read this"),
    ("press", "push button", "Start sync"),
    ("see", "label", r"[\d,]+ records are in step\..*"),
)
_ENABLED, _CHECKED, _SHOWING = 8, 4, 25
"""Numbers of states (AT-SPI, AtspiStateType)."""


@dataclass(frozen=True)
class Thing:
    """Something in the window."""

    place: tuple[str, str]
    role: str
    name: str
    states: int

    def has(self, state: int) -> bool:
        """Whether it is in a state now."""
        return bool(self.states >> state & 1)


class Screen:
    """What assistive programs are told about the windows."""

    def __init__(self) -> None:
        session = Gio.bus_get_sync(Gio.BusType.SESSION)
        answer = session.call_sync(
            "org.a11y.Bus", "/org/a11y/bus", "org.a11y.Bus", "GetAddress", None, None, Gio.DBusCallFlags.NONE, -1, None
        )
        flags = Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT | Gio.DBusConnectionFlags.MESSAGE_BUS_CONNECTION
        self._bus = Gio.DBusConnection.new_for_address_sync(answer.unpack()[0], flags, None, None)

    def things(self) -> list[Thing]:
        """Everything that DynSync shows now; less where it changed meanwhile."""
        try:
            return list(self._below(("org.a11y.atspi.Registry", "/org/a11y/atspi/accessible/root"), depth=0))
        except GLib.Error:
            return []

    def keys(self, thing: Thing) -> str:
        """What to press for it, such as ``alt+t``; empty where it has no keys."""
        actions = range(len(self._ask(thing.place, "Action", "GetActions")[0]))
        given = [self._ask(thing.place, "Action", "GetKeyBinding", GLib.Variant("(i)", (each,)))[0] for each in actions]
        return next((keys.lower() for keys in given if re.fullmatch(r"Alt\+\w", keys)), "")

    def _below(self, place: tuple[str, str], depth: int) -> Iterator[Thing]:
        # All children in one answer: Qt ends the program where a child is asked for that has just gone (6.11).
        for child in self._ask(place, "Accessible", "GetChildren")[0]:
            thing = self._read(tuple(child))
            if depth == 0 and thing.name != "DynSync":
                continue
            if depth < 2 or thing.has(_SHOWING):
                yield thing
                yield from self._below(thing.place, depth + 1)

    def _read(self, place: Any) -> Thing:
        low, high = self._ask(place, "Accessible", "GetState")[0]
        named = GLib.Variant("(ss)", ("org.a11y.atspi.Accessible", "Name"))
        name = self._call(place, "org.freedesktop.DBus.Properties", "Get", named)[0]
        return Thing(place, self._ask(place, "Accessible", "GetRoleName")[0], name, low | high << 32)

    def _ask(self, place: tuple[str, str], interface: str, method: str, values: Any = None) -> Any:
        return self._call(place, f"org.a11y.atspi.{interface}", method, values)

    def _call(self, place: tuple[str, str], interface: str, method: str, values: Any) -> Any:
        name, path = place
        return self._bus.call_sync(
            name, path, interface, method, values, None, Gio.DBusCallFlags.NONE, 5_000, None
        ).unpack()


def main(pictures: str) -> int:
    """Take all steps, with a picture of each."""
    screen = Screen()
    for number, (what, role, name) in enumerate(STEPS, 1):
        done = _take(screen, what, role, name)
        picture = Path(pictures) / f"{number:02}.png"
        subprocess.run(["import", "-window", "root", str(picture)], check=False)
        if not done:
            print(f"Step {number} was not possible: {what} “{name}”. The window shows:")
            print("\n".join(f"  {thing.role}: {thing.name}" for thing in screen.things() if thing.name))
            return 1
        print(f"  {number}. {what}: {name}")
    return 0


def _take(screen: Screen, what: str, role: str, name: str) -> bool:
    """Do one step as soon as it can be done."""
    end = time.monotonic() + SECONDS_A_STEP
    while time.monotonic() < end:
        before = screen.things()
        found = next((one for one in before if one.role == role and re.fullmatch(name, one.name)), None)
        if found and (what == "see" or (what == "choose" and found.has(_CHECKED))):
            return True
        if found and found.has(_ENABLED) and (keys := screen.keys(found)):
            subprocess.run(["xdotool", "key", "--clearmodifiers", keys], check=True)
            time.sleep(LOOK_EVERY)
            if what == "press" and _changed(screen, before):
                return True
        time.sleep(LOOK_EVERY)
    return False


def _changed(screen: Screen, before: list[Thing]) -> bool:
    """Whether the window answered a pressed button: within three seconds it shows something else."""
    shown = {(thing.role, thing.name) for thing in before}
    for _ in range(10):
        now = {(thing.role, thing.name) for thing in screen.things()}
        if now and now != shown:
            return True
        time.sleep(LOOK_EVERY)
    return False


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
