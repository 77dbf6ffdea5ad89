"""The command line with a scripted service."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.caller import Caller, caller


@pytest.fixture
def call(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Caller:
    """Calls ``dynsync``."""
    return caller(tmp_path, capsys)
