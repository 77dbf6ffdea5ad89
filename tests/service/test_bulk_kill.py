"""kill -9 while people travel in files, then a start: nothing lost, nothing doubled."""

from __future__ import annotations

import signal
import sys
from typing import TYPE_CHECKING

import pytest

from dynsync_gui.domain.findings.records import finding_of
from dynsync_gui.simulators.marketo import extracts
from dynsync_gui.simulators.server import Rehearsal
from dynsync_gui.store.sync_store import SqliteStore
from tests.judge import judge
from tests.service.test_kill import run

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL is not there on Windows")
STEPS = [
    ("begin", "before", 1),
    ("begin", "after", 1),
    ("send_people", "after", 1),
    ("keep_batch", "after", 1),
    ("send_people", "before", 2),
    ("keep_batch", "before", 2),
    ("import_status", "before", 1),
    ("import_status", "after", 1),
    ("begin_keys", "after", 1),
    ("keys", "after", 1),
    ("travellers", "after", 1),
    ("land", "before", 1),
    ("land", "after", 1),
    ("land", "before", 2),
]


@pytest.fixture
def rehearsal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Rehearsal]:
    monkeypatch.setattr(extracts, "_REFRESHED_SECONDS", 1)
    with Rehearsal(240, 5, tmp_path / "world", limits=False) as running:
        running.marketo.imports.start_seconds = 0.0
        running.marketo.extracts.seconds = 0.0
        yield running


@pytest.mark.parametrize(("step", "when", "number"), STEPS)
def test_the_end_state_is_that_of_an_undisturbed_run(
    rehearsal: Rehearsal, tmp_path: Path, step: str, when: str, number: int
) -> None:
    folder = tmp_path / "profile"
    killed = run(rehearsal, folder, step, when, number, by_file=True)
    assert killed == -signal.SIGKILL, "the named step was never reached"
    assert run(rehearsal, folder, step, when, 0, by_file=True) == 0
    store = SqliteStore(folder / "dynsync.db", finding_of)
    try:
        listed = {(problem.entity.value, problem.id) for problem in store.problems() if problem.aside}
        assert all(report.closes for report in store.runs(10))
        assert store.imports.open() == ()
    finally:
        store.close()
    uploads = rehearsal.log.entries("marketo", "/bulk/v1/leads.json")
    assert len(uploads) >= 2
    verdict = judge(rehearsal.audit(), listed)
    assert verdict.eligible > 200
    assert verdict.wrong == []
