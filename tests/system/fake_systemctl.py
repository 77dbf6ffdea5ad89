"""A `systemctl` for tests that must not touch the timers of this computer."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


class FakeSystemctl:
    """A `systemctl` on the path that notes what it is asked and answers from a folder."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.log, self._answers = folder / "asked", folder / "answers"
        self._answers.mkdir(parents=True)
        program = folder / "systemctl"
        program.write_text(
            f'#!/bin/sh\necho "$*" >> "{self.log}"\n'
            f'[ -f "{self._answers}/$2" ] && . "{self._answers}/$2"\n'
            'case "$2" in is-enabled) echo enabled;; is-active) echo active;; esac\n'
        )
        program.chmod(0o700)
        monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")

    def answer(self, verb: str, script: str) -> None:
        (self._answers / verb).write_text(script)

    @property
    def asked(self) -> list[str]:
        return self.log.read_text().splitlines() if self.log.exists() else []
