"""Starts the built-in rehearsal systems in a process of their own and ends them with the program."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import threading
from typing import Any
from urllib.parse import urlsplit

from dynsync_gui.domain.cancel import CancelToken
from dynsync_gui.domain.checks import Owner
from dynsync_gui.domain.errors import DynSyncError, Finding, Retry
from dynsync_gui.domain.secrets import Secrets
from dynsync_gui.domain.settings import (
    DynamicsSettings,
    EnableSettings,
    MarketoSettings,
    NetworkSettings,
    Settings,
    SignIn,
)
from dynsync_gui.domain.text import msg
from dynsync_gui.system.programs import console_program, is_installed

_STOP_SECONDS = 5.0

NOT_STARTED = Finding(
    msg("The rehearsal systems did not start."),
    msg("Close other programs and try again. If it stays so, install DynSync again."),
    Owner.DYNSYNC,
    Retry.NEXT_RUN,
)


class RehearsalProcess:
    """The rehearsal systems.

    Args:
        records: Dynamics records in all.
        seed: Decides which ones.
    """

    def __init__(self, records: int = 2_000, seed: int = 1) -> None:
        self.records = records
        self.seed = seed
        self._lock = threading.Lock()
        self._process: subprocess.Popen[str] | None = None
        self._folder: tempfile.TemporaryDirectory[str] | None = None

    def start(self, token: CancelToken) -> tuple[Settings, Secrets]:
        """Start them, anew if they run already.

        Raises:
            DynSyncError: They did not start.
            Cancelled: It was told to stop.
        """
        self.stop()
        with self._lock:
            self._folder = tempfile.TemporaryDirectory(prefix="dynsync-rehearsal-")
            command = [
                *_program(),
                *("--records", str(self.records), "--seed", str(self.seed), "--folder", self._folder.name),
            ]
            flags = getattr(subprocess, "CREATE_NO_WINDOW", 0)
            process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8", creationflags=flags
            )
            self._process = process
        forget = token.on_cancel(process.kill)
        try:
            line = process.stdout.readline() if process.stdout else ""
        finally:
            forget()
        token.raise_if_cancelled()
        if not line:
            self.stop()
            raise DynSyncError("rehearsal", NOT_STARTED)
        return reached_by(json.loads(line))

    def stop(self) -> None:
        """End them and remove what they wrote; nothing happens where none run."""
        with self._lock:
            process, self._process = self._process, None
            folder, self._folder = self._folder, None
        if process is not None:
            for pipe in (process.stdin, process.stdout):
                if pipe is not None:
                    pipe.close()
            try:
                process.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        if folder is not None:
            folder.cleanup()


def _program() -> list[str]:
    """How the simulators are started: by Python, or by the console program of an installed DynSync."""
    if is_installed():
        return [str(console_program()), "simulate", "--until-parent-ends"]
    return [sys.executable, "-m", "dynsync_gui.simulators"]


def reached_by(ready: dict[str, Any]) -> tuple[Settings, Secrets]:
    """Settings and secrets that lead to rehearsal systems, out of the line that they print when they are ready."""
    dynamics, marketo = ready["dynamics"], ready["marketo"]
    hosts = tuple(urlsplit(url).netloc for url in (dynamics["url"], marketo["endpoint"], ready["entra"]["url"]))
    settings = Settings(
        dynamics=DynamicsSettings(dynamics["url"], SignIn.APPLICATION, client_id=dynamics["client_id"]),
        marketo=MarketoSettings(marketo["endpoint"], marketo["client_id"]),
        network=NetworkSettings(ready["ca_bundle"], hosts),
        enable=EnableSettings("admin@contoso.example"),
        rehearsal=True,
    )
    secrets = Secrets(dynamics_client_secret=dynamics["client_secret"], marketo_client_secret=marketo["client_secret"])
    return settings, secrets
