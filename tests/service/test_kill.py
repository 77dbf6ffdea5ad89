"""kill -9 at each named step, then a start: nothing lost, nothing doubled."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any
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
    ("decide_new", "before", 1),
    ("decide_new", "after", 1),
    ("decide_rest", "after", 1),
    ("remember_fields", "before", 1),
    ("create_fields", "before", 1),
    ("create_fields", "after", 1),
    ("depart", "before", 1),
    ("depart", "after", 1),
    ("upsert", "before", 1),
    ("upsert", "after", 1),
    ("upsert", "after", 2),
    ("relink", "after", 2),
    *(("part", "after", number) for number in (1, 2, 3, 9, 14, 19, 24)),
    ("await_parents", "before", 1),
    ("await_parents", "after", 1),
    ("upsert", "after", 6),
    ("hear", "before", 1),
    ("hear", "after", 1),
    ("acknowledge", "before", 6),
    ("acknowledge", "before", 2),
    ("acknowledge", "after", 2),
    ("end_run", "before", 1),
    ("mark_mailed", "before", 1),
]


ALL: Mapping[str, Any] = {}
"""The documented fields."""


@pytest.fixture
def rehearsal(tmp_path):
    with Rehearsal(240, 5, tmp_path / "world", limits=False) as running:
        yield running


def run(
    rehearsal: Rehearsal,
    folder: Path,
    step: str,
    when: str,
    number: int,
    fields: Mapping[str, Any] = ALL,
    **how: bool | str,
) -> int:
    accounts = rehearsal.accounts
    urls = (rehearsal.dynamics_url, rehearsal.marketo_url, rehearsal.entra_url)
    given = {
        "dynamics_url": rehearsal.dynamics_url,
        "marketo_url": rehearsal.marketo_url,
        "fields": fields,
        "ca_bundle": str(rehearsal.ca_bundle),
        "hosts": [urlsplit(url).netloc for url in urls],
        **how,
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
    judged(rehearsal, folder)


def judged(rehearsal: Rehearsal, folder: Path) -> None:
    store = SqliteStore(folder / "dynsync.db", finding_of)
    try:
        listed = {(problem.entity.value, problem.id) for problem in store.problems() if problem.code not in NOTICES}
        assert all(report.closes for report in store.runs(10))
    finally:
        store.close()
    verdict = judge(rehearsal.audit(), listed)
    assert verdict.eligible > 200
    assert verdict.wrong == []


CAREFUL = [
    ("hurry", "after", 1),
    ("urgent.upsert", "before", 1),
    ("urgent.upsert", "after", 2),
    ("urgent.acknowledge", "after", 1),
    ("urgent.acknowledge", "before", 3),
    ("keep_rung", "before", 1),
    ("keep_rung", "after", 1),
    ("keep_rung", "after", 2),
]


@pytest.mark.parametrize(("step", "when", "number"), CAREFUL)
def test_a_careful_start_that_was_killed_goes_on_where_it_was(rehearsal, tmp_path, step, when, number):
    folder = tmp_path / "profile"
    assert run(rehearsal, folder, step, when, number, canary=True) == -signal.SIGKILL, "the step was never reached"
    assert run(rehearsal, folder, step, when, 0, canary=True) == 0
    judged(rehearsal, folder)


OVERTAKING = [
    ("urgent.stage", "after", 1),
    ("urgent.urgent_waiting", "after", 1),
    ("urgent.decide_rest", "after", 1),
    ("urgent.upsert", "before", 1),
    ("urgent.upsert", "after", 1),
    ("urgent.acknowledge", "before", 1),
    ("urgent.acknowledge", "after", 1),
]


@pytest.mark.parametrize(("step", "when", "number"), OVERTAKING)
def test_what_overtakes_a_first_sync_that_is_killed_is_neither_lost_nor_doubled(
    rehearsal, tmp_path, step, when, number
):
    folder, world, calls = tmp_path / "profile", rehearsal.world, rehearsal.marketo.person_calls
    sync, come = calls.sync, []

    def watched(request):
        if not come:
            come.append(world.insert("lead", {"lastname": "Overtakes", "emailaddress1": "fast@contoso.example"}))
        return sync(request)

    calls.sync = watched
    assert run(rehearsal, folder, step, when, number, hurry=True) == -signal.SIGKILL, "the step was never reached"
    assert run(rehearsal, folder, step, when, 0, hurry=True) == 0
    assert len([one for one in rehearsal.audit()["marketo"]["persons"] if one.get("dynamicsId") == come[0]]) == 1
    judged(rehearsal, folder)


FOLLOWING = [
    ("read_ends", "after", 1),
    ("bearers", "after", 1),
    ("keep_ends", "before", 1),
    ("keep_ends", "after", 1),
    ("forget_agreement", "after", 1),
    ("keep_ends", "after", 2),
]


@pytest.mark.parametrize(("step", "when", "number"), FOLLOWING)
def test_a_merge_in_marketo_is_followed_however_it_is_killed(rehearsal, tmp_path, step, when, number):
    folder = tmp_path / "profile"
    assert run(rehearsal, folder, step, when, 0) == 0
    held = {one.get("dynamicsId"): one["id"] for one in rehearsal.audit()["marketo"]["persons"]}
    rows = [row["contactid"] for row in rehearsal.world.as_json()["contact"] if row["contactid"] in held]
    winner, loser, other = rows[:3]
    stranger = rehearsal.marketo.persons.create({"email": "stranger@contoso.example"})
    rehearsal.marketo.marketer.merge(held[winner], [held[loser]])
    rehearsal.marketo.marketer.merge(stranger, [held[other]])
    for id_ in (loser, other):
        rehearsal.world.update("contact", id_, {"firstname": "Touched"})
    assert run(rehearsal, folder, step, when, number) == -signal.SIGKILL, "the named step was never reached"
    assert run(rehearsal, folder, step, when, 0) == 0
    now = {one.get("dynamicsId"): one["id"] for one in rehearsal.audit()["marketo"]["persons"]}
    assert (now[winner], now[other], loser in now) == (held[winner], stranger, False)
    judged(rehearsal, folder)


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


BASIC = ("firstname", "lastname", "emailaddress1")


@pytest.mark.parametrize(
    ("step", "when", "number"), [("stage", "after", 2), ("upsert", "after", 1), ("acknowledge", "before", 1)]
)
def test_a_back_fill_of_a_range_that_was_killed_ends_as_one_that_was_not(rehearsal, tmp_path, step, when, number):
    folder = tmp_path / "profile"
    plain = {"contact": [*BASIC], "lead": [], "account": [], "filter": False}
    assert run(rehearsal, folder, step, when, 0, plain) == 0
    rows = rehearsal.world.as_json()["contact"]
    day = sorted(row["modifiedon"][:10] for row in rows)[len(rows) // 2]
    more = {**plain, "contact": [*BASIC, {"name": "new_loyaltytier", "since": day}]}
    assert run(rehearsal, folder, step, when, number, more) == -signal.SIGKILL, "the named step was never reached"
    assert run(rehearsal, folder, step, when, 0, more) == 0
    store = SqliteStore(folder / "dynsync.db", finding_of)
    try:
        listed = {problem.id for problem in store.problems() if problem.aside}
        assert all(report.closes for report in store.runs(10))
    finally:
        store.close()
    held = {one.get("dynamicsId"): one for one in rehearsal.audit()["marketo"]["persons"]}
    tiers = [row for row in rows if row["contactid"] not in listed and row.get("new_loyaltytier") is not None]
    assert {row["contactid"] for row in tiers if held[row["contactid"]].get("ms_new_loyaltytier") is not None} == {
        row["contactid"] for row in tiers if row["modifiedon"] >= day
    }
