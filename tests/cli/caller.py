"""A way to call the command line with a scripted service."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from dynsync_gui.cli import main
from dynsync_gui.cli.options import Options
from dynsync_gui.cli.workshop import Workshop
from dynsync_gui.system.secrets import SessionSecrets
from tests.cli.scripted_service import ScriptedService
from tests.cli.world import SECRETS


@dataclass
class Answer:
    """What a call gave back."""

    status: int
    out: str
    err: str
    opened: list[Options]

    @property
    def document(self) -> dict[str, Any]:
        found = json.loads(self.out)
        assert isinstance(found, dict)
        return found


@dataclass
class Caller:
    """Calls the command line as a function."""

    service: ScriptedService
    store: Any
    profile: Path
    capsys: pytest.CaptureFixture[str]
    ask: Callable[[str], str] | None = None
    confirm: Callable[[str], str] | None = None

    def __call__(self, *arguments: str) -> Answer:
        opened: list[Options] = []

        def open_service(options: Options) -> ScriptedService:
            opened.append(options)
            return self.service

        workshop = Workshop(open_service, lambda _: self.store, self.ask, self.confirm)
        status = main(["--profile", str(self.profile), *arguments], workshop)
        out, err = self.capsys.readouterr()
        assert self.service.listeners == []
        assert self.service.closed == len(opened)
        self.service.closed = 0
        return Answer(status, out, err, opened)


def caller(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Caller:
    """A caller whose store holds the secrets of the settings."""
    store = SessionSecrets()
    store.write(SECRETS)
    return Caller(ScriptedService(), store, tmp_path / "profile", capsys)
