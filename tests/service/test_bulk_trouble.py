"""What may befall a file of people on its way to Marketo: the end is the same."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from dynsync_gui.domain.events import JobFailed
from dynsync_gui.domain.settings import BulkUse
from dynsync_gui.simulators.marketo import bulk_calls
from tests.judge import judge
from tests.service.in_files import FILES, QUEUE, again, asked, codes, people, right, whole

if TYPE_CHECKING:
    from werkzeug.wrappers import Request

    from tests.service.conftest import Desk

pytestmark = pytest.mark.usefixtures("in_files")


def test_a_file_that_takes_hours_is_seldom_looked_at(desk: Desk) -> None:
    desk.rehearsal.marketo.imports.rows_per_second = 0.02
    whole(desk.start())
    right(desk)
    assert 10 <= len([one for one in asked(desk, QUEUE) if not one.code]) <= 25  # tokens end meanwhile


def test_a_full_queue_is_waited_for(desk: Desk) -> None:
    queue = desk.rehearsal.marketo.imports
    queue.rows_per_second = 0.01
    with desk.rehearsal.marketo.log.acting(desk.rehearsal.marketo.log.origin):
        for _ in range(10):
            queue.submit("leads", b"email\na@b.example\n", "csv", ("email",), lambda _cells: "")
    queue.rows_per_second = 2_000.0
    whole(desk.start())
    right(desk)
    assert len([one for one in asked(desk, FILES) if one.code == "1016"]) >= 1
    assert len([one for one in asked(desk, FILES) if not one.code]) == 1


def test_a_file_that_marketo_gives_up_goes_by_calls(desk: Desk) -> None:
    desk.rehearsal.marketo.imports.failing = 1
    whole(desk.start())
    assert "files-out" in codes(desk)
    assert judge(desk.rehearsal.audit(), desk.listed()).wrong == []
    lead = next(row for row in desk.rehearsal.world.as_json()["lead"] if row["leadid"] in people(desk))
    desk.rehearsal.world.update("lead", lead["leadid"], {"jobtitle": "Next"})
    again(desk)
    right(desk)


def test_a_refused_file_goes_by_calls(desk: Desk) -> None:
    desk.rehearsal.faults.add("code", system="marketo", code="603", path=r"^/bulk/v1/leads\.json", count=0)
    whole(desk.start())
    assert "files-out" in codes(desk)
    assert judge(desk.rehearsal.audit(), desk.listed()).wrong == []


@pytest.mark.parametrize(
    "path", ["batch/.*json", "export/create", "export/.*/status", "file.json", "leads.json.format"]
)
def test_a_used_up_quota_leaves_everybody_on_the_way(desk: Desk, path: str) -> None:
    desk.rehearsal.faults.add("code", system="marketo", code="607", path=f"/bulk/v1/leads.*{path}|{path}", count=0)
    event = desk.start()
    assert isinstance(event, JobFailed)
    assert event.error.code == "quota"
    (run,) = desk.service.status().runs
    assert run.closes
    assert run.outbox > 200
    desk.rehearsal.faults.clear()
    again(desk)
    right(desk)
    assert len([one for one in asked(desk, FILES) if not one.code]) == 1


def test_what_somebody_changes_of_a_person_that_is_on_the_way_goes_to_dynamics(desk: Desk) -> None:
    """The file is read there long before the run that sent it goes on."""
    whole(desk.start())
    new = {"firstname": "Fresh", "lastname": "Somebody", "emailaddress1": "fresh@contoso.example"}
    id_ = desk.rehearsal.world.insert("contact", new)
    desk.rehearsal.faults.add("code", system="marketo", code="607", path=r"/bulk/v1/leads.*batch/.*json", count=0)
    assert isinstance(desk.service.go_on().wait(60), JobFailed)
    desk.rehearsal.faults.clear()
    (person,) = [one for one in desk.rehearsal.audit()["marketo"]["persons"] if one.get("dynamicsId") == id_]
    desk.rehearsal.marketo.marketer.change(int(person["id"]), {"firstName": "By hand"})
    again(desk)
    assert desk.rehearsal.world.row("contact", id_)["firstname"] == "By hand"
    right(desk)


def test_an_import_that_marketo_has_forgotten_is_sent_again(desk: Desk) -> None:
    desk.rehearsal.faults.add("code", system="marketo", code="607", path="batch/", count=0)
    assert isinstance(desk.start(), JobFailed)
    desk.rehearsal.faults.clear()
    desk.rehearsal.marketo.imports._jobs.clear()
    again(desk)
    right(desk)
    assert len(asked(desk, FILES)) == 2


def test_an_import_that_marketo_never_ends_is_given_up_when_it_can_no_longer_be_known(desk: Desk) -> None:
    desk.rehearsal.marketo.imports.rows_per_second = 1e-9
    desk.rehearsal.faults.add("code", system="marketo", code="607", path="batch/", count=0)
    assert isinstance(desk.start(), JobFailed)
    desk.rehearsal.faults.clear()
    with closing(sqlite3.connect(desk.folder / "dynsync.db")) as database, database:
        database.execute("UPDATE imports SET sent = ?", ((datetime.now(UTC) - timedelta(days=8)).isoformat(),))
    whole(desk.start(limits=replace(desk.settings.limits, bulk=BulkUse.NEVER)))
    right(desk)
    assert len([one for one in asked(desk, QUEUE) if not one.code]) == 1


def test_the_rest_of_an_unfinished_flight_lands_whatever_is_chosen_now(desk: Desk) -> None:
    desk.rehearsal.faults.add("code", system="marketo", code="607", path="batch/", count=0)
    assert isinstance(desk.start(), JobFailed)
    desk.rehearsal.faults.clear()
    whole(desk.start(limits=replace(desk.settings.limits, bulk=BulkUse.NEVER)))
    right(desk)
    assert len(asked(desk, FILES)) == 1


@pytest.mark.parametrize("action", ["reset_after_execution", "reset_before", "html_502", "truncated"])
def test_an_upload_of_which_nobody_heard_is_sent_again(desk: Desk, action: str) -> None:
    desk.rehearsal.faults.add(action, system="marketo", path=r"^/bulk/v1/leads\.json", count=2)
    whole(desk.start())
    right(desk)
    assert len(asked(desk, FILES)) == 3


def apart(desk: Desk) -> list[float]:
    """Seconds between two uploads, each time."""
    begun = [one.started for one in asked(desk, FILES)]
    return [later - sooner for sooner, later in pairwise(begun)]


def test_a_file_that_may_have_arrived_is_not_sent_again_while_marketo_may_read_it(desk: Desk) -> None:
    """Two files of the same new people, read at the same time, would make two of each."""
    desk.rehearsal.faults.add("reset_after_execution", system="marketo", path=r"^/bulk/v1/leads\.json", count=2)
    whole(desk.start())
    assert len(apart(desk)) == 2
    assert min(apart(desk)) >= 300


def test_nor_does_the_next_run_when_one_has_given_up(desk: Desk) -> None:
    desk.rehearsal.faults.add("reset_after_execution", system="marketo", path=r"^/bulk/v1/leads\.json", count=5)
    assert isinstance(desk.start(), JobFailed)
    again(desk)
    right(desk)
    assert len(apart(desk)) == 5
    assert min(apart(desk)) >= 100, "a busy computer may have spent a part of the five minutes itself"


def test_trouble_on_the_way_changes_nothing(desk: Desk) -> None:
    for fault in (
        {"action": "code", "code": "602", "path": FILES},
        {"action": "code", "code": "604", "path": QUEUE},
        {"action": "html_502", "path": QUEUE},
        {"action": "reset_after_execution", "path": "export/create"},
        {"action": "reset_after_execution", "path": "enqueue"},
        {"action": "code", "code": "601", "path": "file.json"},
        {"action": "truncated", "path": "file.json"},
    ):
        desk.rehearsal.faults.add(system="marketo", **fault)
    whole(desk.start())
    right(desk)
    assert len([one for one in desk.rehearsal.log.entries("marketo") if one.fault]) == 7


@pytest.mark.parametrize(("code", "message"), [("603", ""), ("1029", "Export daily quota exceeded"), ("1035", "")])
def test_without_exports_ids_are_asked_for(desk: Desk, code: str, message: str) -> None:
    desk.rehearsal.faults.add("code", system="marketo", code=code, message=message, path="export/", count=0)
    whole(desk.start())
    right(desk)
    assert len(asked(desk, "export/")) == 1
    assert len(asked(desk, FILES)) == 1


def test_a_full_queue_of_exports_is_waited_for(desk: Desk) -> None:
    desk.rehearsal.faults.add("code", system="marketo", code="1029", path="enqueue", message="Too many jobs", count=2)
    whole(desk.start())
    right(desk)
    assert len(asked(desk, "enqueue")) == 3


def test_a_field_that_marketo_loses_while_a_file_is_on_its_way_is_left_out_alone(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = bulk_calls._content

    def losing(request: Request) -> bytes:
        """An administrator hides the field just then."""
        desk.rehearsal.marketo.fields._fields.pop("title", None)
        return content(request)

    monkeypatch.setattr(bulk_calls, "_content", losing)
    whole(desk.start())
    assert {one.detail for one in desk.service.problems() if one.code == "field-out"} == {"title"}
    assert "1006" not in codes(desk)
    wrong = judge(desk.rehearsal.audit(), desk.listed()).wrong
    assert all("title" in line for line in wrong), wrong
    assert len(people(desk)) > 250
