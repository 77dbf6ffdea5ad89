"""What a scheduler starts, from a source checkout as well as from a frozen bundle.

On Windows that is the window's program, which hands a run in the background on without opening a console.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

from dynsync_gui.system.programs import console_program, is_installed, window_program

_PACKAGE = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Command:
    """A program with its arguments, none of them a secret.

    Attributes:
        words: Program and arguments.
        folder: Where it is started.
    """

    words: tuple[str, ...]
    folder: str


def background_command(profile: Path) -> Command:
    """One sync of a profile, as nobody watches it.

    Args:
        profile: The profile's folder, absolute.
    """
    arguments = ("--profile", str(profile), "sync", "--once", "--background")
    if is_installed():
        program = console_program() if sys.platform != "win32" else window_program()
        return Command((str(program), *arguments), str(program.parent))
    return Command((_python(), "-m", f"{_PACKAGE.name}.cli", *arguments), str(_PACKAGE.parent))


def of_another_copy(program: str, own: str) -> bool:
    """Whether an entry belongs to another copy of DynSync on this computer, which goes on with it.

    Args:
        program: What the entry starts.
        own: What an entry of this copy would start.
    """
    theirs = Path(program)
    return theirs.exists() and not (Path(own).exists() and theirs.samefile(own))


def _python() -> str:
    """Python; on Windows the one that opens no console window every few minutes."""
    windowless = Path(sys.executable).with_name("pythonw.exe")
    return str(windowless) if sys.platform == "win32" and windowless.exists() else sys.executable
