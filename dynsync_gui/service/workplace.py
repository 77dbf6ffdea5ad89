"""Everything the service is handed by the composition root; it makes none of it itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from dynsync_gui.domain.cancel import CancelToken
from dynsync_gui.domain.errors import Finding
from dynsync_gui.domain.mapping import DefaultTarget
from dynsync_gui.domain.ports.apart import StartApart
from dynsync_gui.domain.ports.connections import Connections
from dynsync_gui.domain.ports.profile import Mailer, Profile, SignInStore
from dynsync_gui.domain.releases import ReleaseSource
from dynsync_gui.domain.schedule import Notes, Scheduler
from dynsync_gui.domain.secrets import Secrets
from dynsync_gui.domain.settings import Settings
from dynsync_gui.domain.storage.store import SyncStore


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """The built-in systems, running in a process of their own.

    Attributes:
        start: Starts them (anew, if they run already) and returns what reaches them.
        stop: Ends them; nothing happens where none run.
    """

    start: Callable[[CancelToken], tuple[Settings, Secrets]]
    stop: Callable[[], None]


@dataclass(frozen=True, slots=True)
class Workplace:
    """What a service works with.

    Attributes:
        connections: Opens both systems; the profile's rate window goes with it.
        open_store: Opens a database; None for one that vanishes when closed.
        profile: The real profile (False) or the rehearsal's (True).
        defaults: The documented default mapping.
        problem_of: Finding and field of a row's reason.
        mailer: Sends mail.
        sign_in: Where people's sign-ins of the real profile (False) or the rehearsal's (True) are kept.
        rehearsal: The built-in systems.
        scheduler: The platform's, for the real profile.
        notes: Small things that the real profile remembers.
        releases: Gives what reads release files.
        start_apart: Starts a process of its own for work on many rows.
        close: Gives back what is held for the whole process.
    """

    connections: Callable[[Profile], Connections]
    open_store: Callable[[Path | None], SyncStore]
    profile: Callable[[bool], Profile]
    defaults: Callable[[], tuple[DefaultTarget, ...]]
    problem_of: Callable[[str, str], tuple[Finding, str]]
    mailer: Mailer
    sign_in: Callable[[bool], SignInStore]
    rehearsal: Rehearsal
    scheduler: Scheduler
    notes: Notes
    releases: Callable[[], ReleaseSource]
    start_apart: StartApart
    close: Callable[[], None]
