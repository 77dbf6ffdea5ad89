"""kill -9 at each named step, then a start: nothing lost, nothing doubled."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from dynsync_gui.domain.findings.records import finding_of
from dynsync_gui.simulators import events
from dynsync_gui.simulators.server import Rehearsal
from dynsync_gui.store.sync_store import SqliteStore
from tests.judge import History, judge

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL is not there on Windows")

SCRIPT = Path(__file__).with_name("interrupted.py")
ROOT = Path(__file__).parents[2]
STEPS = [
    ("secrets", "after", 1),
    ("write_settings", "before", 1),
    ("write_settings", "after", 1),
    ("begin_run", "after", 1),
    ("read_page", "after", 1),
    ("stage", "after", 2),
    ("move_cursor", "after", 3),
    ("commit", "before", 4),
    ("commit", "after", 5),
    ("follow_life", "after", 1),
    ("leave_out", "after", 1),
    ("find", "after", 1),
    ("decide", "after", 1),
    ("decide_rest", "after", 1),
    ("remember_fields", "before", 1),
    ("create_fields", "before", 1),
    ("create_fields", "after", 1),
    ("upsert", "before", 1),
    ("upsert", "after", 1),
    ("upsert", "after", 2),
    ("relink", "after", 2),
    ("await_parents", "before", 1),
    ("await_parents", "after", 1),
    ("upsert", "after", 6),
    ("acknowledge", "before", 6),
    ("acknowledge", "before", 2),
    ("acknowledge", "after", 2),
    ("end_run", "before", 1),
    ("mark_mailed", "before", 1),
]


@pytest.fixture
def rehearsal(tmp_path):
    with Rehearsal(240, 5, tmp_path / "world", limits=False) as running:
        yield running


def run(rehearsal: Rehearsal, folder: Path, step: str, when: str, number: int, *, by_file: bool = False) -> int:
    accounts = rehearsal.accounts
    urls = (rehearsal.dynamics_url, rehearsal.marketo_url, rehearsal.entra_url)
    given = {
        "dynamics_url": rehearsal.dynamics_url,
        "marketo_url": rehearsal.marketo_url,
        "ca_bundle": str(rehearsal.ca_bundle),
        "by_file": by_file,
        "hosts": [urlsplit(url).netloc for url in urls],
        **{key: accounts[key] for key in ("client_id", "client_secret", "marketo_client_id", "marketo_client_secret")},
    }
    done = subprocess.run(
        [sys.executable, str(SCRIPT), str(folder), step, when, str(number)],
        input=json.dumps(given),
        text=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        timeout=90,
        check=False,
    )
    return done.returncode


@pytest.mark.parametrize(("step", "when", "number"), STEPS)
def test_the_end_state_is_that_of_an_undisturbed_run(rehearsal, tmp_path, step, when, number):
    folder = tmp_path / "profile"
    assert run(rehearsal, folder, step, when, number) == -signal.SIGKILL, "the named step was never reached"
    assert run(rehearsal, folder, step, when, 0) == 0
    store = SqliteStore(folder / "dynsync.db", finding_of)
    try:
        listed = {(problem.entity.value, problem.id) for problem in store.problems() if problem.code not in NOTICES}
        assert all(report.closes for report in store.runs(10))
    finally:
        store.close()
    verdict = judge(rehearsal.audit(), listed)
    assert verdict.eligible > 200
    assert verdict.wrong == []


NOTICES = {"shared-email", "several-persons", "company-missing", "team-owner"}


LATER = [
    ("stage", "after", 1),
    ("unseen", "after", 1),
    ("follow_life", "after", 1),
    ("relink", "after", 1),
    ("upsert", "after", 1),
    ("merge", "before", 1),
    ("merge", "after", 1),
    ("merge", "after", 2),
    ("follow_life", "after", 2),
    ("delete", "before", 1),
    ("delete", "after", 1),
    ("acknowledge", "before", 3),
    ("acknowledge", "after", 4),
]


def change(rehearsal: Rehearsal) -> History:
    """A deletion, two merges, a qualified lead, a role less, and every token expired."""
    world = rehearsal.world
    held = {person.get("dynamicsId") for person in rehearsal.audit()["marketo"]["persons"]}
    contacts, leads = (
        [row[f"{table}id"] for row in world.as_json()[table] if row["statecode"] == 0 and row[f"{table}id"] in held]
        for table in ("contact", "lead")
    )
    events.merge(world, "contact", contacts[0], contacts[1])
    events.merge(world, "lead", leads[0], leads[1])
    events.qualify(world, leads[2], account=True)
    world.delete("contact", contacts[2])
    named = [row for row in world.as_json()["connection"] if not row.get("statecode")]
    for row in (named[0], *(one for one in named if one["connectionid"] == named[0]["_relatedconnectionid_value"])):
        world.update("connection", row["connectionid"], {"statecode": 1, "statuscode": 2})
    world.expire_tokens()
    return History(marked=frozenset({("contact", contacts[2])}))


@pytest.mark.parametrize(("step", "when", "number"), LATER)
def test_a_later_cycle_that_was_killed_ends_as_one_that_was_not(rehearsal, tmp_path, step, when, number):
    folder = tmp_path / "profile"
    assert run(rehearsal, folder, step, when, 0) == 0
    history = change(rehearsal)
    assert run(rehearsal, folder, step, when, number) == -signal.SIGKILL, "the named step was never reached"
    assert run(rehearsal, folder, step, when, 0) == 0
    store = SqliteStore(folder / "dynsync.db", finding_of)
    try:
        listed = {(problem.entity.value, problem.id) for problem in store.problems() if problem.aside}
        assert all(report.closes for report in store.runs(10))
    finally:
        store.close()
    verdict = judge(rehearsal.audit(), listed, history)
    assert verdict.eligible > 200
    assert verdict.wrong == []
