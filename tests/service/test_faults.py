"""Both vendors misbehave; the end state is that of a quiet run."""

from dataclasses import replace

import pytest

from dynsync_gui.connectors.http import retry
from dynsync_gui.domain.errors import ExitStatus, Retry, TemporaryFailure
from dynsync_gui.domain.events import JobFailed, ProblemsRead, RunEnded
from dynsync_gui.engine import lanes, reading
from dynsync_gui.simulators.marketo.errors import MarketoError
from tests.judge import judge

STORMS = {
    "throttled": [
        {"action": "status", "system": "dataverse", "status": 429, "retry_after": "0", "count": 10, "skip": 12},
        {"action": "code", "system": "marketo", "code": "606", "path": "leads.json", "count": 1, "skip": 1},
        {"action": "code", "system": "marketo", "code": "615", "path": "companies.json", "count": 2},
    ],
    "gateway": [
        {"action": "html_502", "system": "dataverse", "path": "contacts", "count": 1, "skip": 1},
        {"action": "html_502", "system": "marketo", "path": "leads.json", "count": 1, "skip": 1},
        {"action": "html_200", "system": "dataverse", "path": "leads", "count": 1, "skip": 1},
    ],
    "cut": [
        {"action": "reset_before", "system": "marketo", "path": "leads.json", "count": 1},
        {"action": "reset_after_execution", "system": "marketo", "path": "leads.json", "verb": "POST", "count": 2},
        {"action": "reset_after_execution", "system": "marketo", "path": "companies.json", "verb": "POST", "count": 1},
        {"action": "truncated", "system": "dataverse", "path": "leads", "count": 1, "skip": 1},
        {"action": "truncated", "system": "marketo", "path": "leads.json", "count": 1, "skip": 2},
    ],
    "endless": [
        {"action": "endless", "system": "dataverse", "path": "contacts", "count": 1, "skip": 1},
        {"action": "endless", "system": "marketo", "path": "leads.json", "verb": "POST", "count": 1},
    ],
    "tokens": [
        {"action": "code", "system": "marketo", "code": "602", "path": "leads.json", "count": 1, "skip": 1},
        {"action": "code", "system": "marketo", "code": "601", "path": "companies.json", "count": 1, "skip": 1},
        {"action": "code", "system": "marketo", "code": "604", "path": "leads.json", "count": 1, "skip": 2},
        {"action": "code", "system": "marketo", "code": "611", "path": "leads.json", "count": 1, "skip": 3},
    ],
}


@pytest.fixture
def small_pages(monkeypatch):
    """Several pages of every larger table."""
    monkeypatch.setattr(reading, "PAGE_SIZE", 50)


@pytest.mark.usefixtures("small_pages")
@pytest.mark.parametrize("storm", STORMS)
def test_passing_trouble_changes_nothing(desk, storm):
    rules = [desk.rehearsal.faults.add(**rule) for rule in STORMS[storm]]
    ended = desk.start()
    assert isinstance(ended, RunEnded), ended
    assert [rule for rule in rules if rule.played != rule.count] == [], "not every fault was played"
    assert ended.report.closes
    assert ended.report.outbox == 0
    verdict = judge(desk.rehearsal.audit(), desk.listed())
    assert verdict.wrong == []
    assert verdict.eligible > 300


def test_several_tokens_that_are_refused_as_soon_as_they_are_new_change_nothing(desk, monkeypatch):
    monkeypatch.setattr(retry, "_FIRST_DELAY", 0.01)
    for code, path in (("602", "leads.json"), ("601", "companies.json")):
        desk.rehearsal.faults.add("code", system="marketo", code=code, path=path, count=4)
    ended = desk.start()
    assert isinstance(ended, RunEnded), ended
    assert sum(bool(entry.fault) for entry in desk.rehearsal.log.entries()) == 8
    assert judge(desk.rehearsal.audit(), desk.listed()).wrong == []


def test_a_sign_in_that_marketo_never_takes_ends_the_run_soon(desk, monkeypatch):
    monkeypatch.setattr(retry, "_FIRST_DELAY", 0.01)
    desk.rehearsal.faults.add("code", system="marketo", code="601", path="leads.json", count=0)
    event = desk.start()
    assert isinstance(event, JobFailed)
    assert (event.error.code, event.error.exit_status) == ("601", ExitStatus.REFUSED)
    assert not isinstance(event.error, TemporaryFailure)
    played = [entry for entry in desk.rehearsal.log.entries("marketo") if entry.fault]
    assert 6 <= len(played) <= 60, "ten calls at once at most"
    desk.rehearsal.faults.clear()
    assert isinstance(desk.service.go_on().wait(60), RunEnded)
    assert judge(desk.rehearsal.audit(), desk.listed()).wrong == []


def test_a_used_up_quota_stops_and_keeps_the_outbox(desk):
    desk.rehearsal.faults.add("code", system="marketo", code="607", path="leads.json", count=0)
    event = desk.start()
    assert isinstance(event, JobFailed)
    assert event.error.exit_status is ExitStatus.GUARD
    (run,) = desk.service.status().runs
    assert run.closes
    assert run.outbox > 0
    desk.rehearsal.faults.clear()
    ended = desk.service.go_on().wait(60)
    assert isinstance(ended, RunEnded)
    assert judge(desk.rehearsal.audit(), desk.listed()).wrong == []


def test_the_own_daily_share_stops_too(desk):
    event = desk.start(limits=replace(desk.settings.limits, daily_calls=9))
    assert isinstance(event, JobFailed)
    assert event.error.code == "quota"
    marketo = [entry for entry in desk.rehearsal.log.entries("marketo") if "identity" not in entry.path]
    assert len(marketo) <= 9


@pytest.mark.parametrize("link", ["https://elsewhere.invalid", "http://127.0.0.1:1", "https://127.0.0.1:1"])
def test_a_next_link_to_another_host_stops_the_run(desk, link):
    desk.rehearsal.world.page_ceiling = 50
    desk.rehearsal.faults.add("bad_next_link", system="dataverse", path="contacts", link=link)
    event = desk.start()
    played = [entry for entry in desk.rehearsal.log.entries() if entry.fault]
    if not played:
        pytest.fail("no next link was played")
    assert isinstance(event, JobFailed)
    assert desk.service.status().state == "interrupted"


def test_a_record_that_marketo_refuses_is_a_problem_and_the_rest_arrives(desk):
    world = desk.rehearsal.world
    contact = next(row for row in world.as_json()["contact"] if row.get("new_synctomkto") is not False)
    world.update("contact", contact["contactid"], {"emailaddress1": "not an address"})
    ended = desk.start()
    assert isinstance(ended, RunEnded)
    problem = next(one for one in desk.service.problems() if one.id == contact["contactid"] and one.aside)
    assert problem.code == "1003"
    assert problem.field == "email"
    assert str(problem.title)
    assert str(problem.cure)
    assert judge(desk.rehearsal.audit(), desk.listed()).wrong == []
    world.update("contact", contact["contactid"], {"emailaddress1": "now@contoso.example"})
    desk.service.go_on().wait(60)
    assert ("contact", contact["contactid"]) not in desk.listed()
    assert judge(desk.rehearsal.audit(), desk.listed()).wrong == []


def test_a_record_that_marketo_breaks_off_at_is_found_with_few_calls(desk):
    """Adobe on 611: malformed content provokes it, too; so it lasts, and its tries have to be capped."""
    contact = next(row for row in desk.rehearsal.world.as_json()["contact"] if row.get("new_synctomkto") is not False)
    desk.rehearsal.world.update("contact", contact["contactid"], {"lastname": "POISON"})
    sync = desk.rehearsal.marketo.person_calls.sync

    def poisoned(request):
        if b"POISON" in request.get_data():
            raise MarketoError("611", "System error")
        return sync(request)

    desk.rehearsal.marketo.person_calls.sync = poisoned
    ended = desk.start()
    assert isinstance(ended, RunEnded), ended
    assert desk.listed() >= {("contact", contact["contactid"])}
    (problem,) = [one for one in desk.service.problems() if one.code == "611"]
    assert "breaks off" in str(problem.title)
    assert judge(desk.rehearsal.audit(), desk.listed()).wrong == []
    refused = [entry for entry in desk.rehearsal.log.entries("marketo") if entry.code == "611"]
    assert 0 < len(refused) <= 3 + 9


def test_what_is_not_found_within_the_bound_waits_and_arrives_later(desk, monkeypatch):
    """So many refused batches are no matter of single records; nobody is given up for that."""
    monkeypatch.setattr(lanes, "MOST_CUTS", 3)
    desk.rehearsal.faults.add("code", system="marketo", code="611", path="leads.json", verb="POST", count=0, skip=3)
    refused = lambda: [entry for entry in desk.rehearsal.log.entries("marketo") if entry.code == "611"]  # noqa: E731
    ended = desk.start()
    assert isinstance(ended, RunEnded), ended
    assert ended.report.closes
    aside = [one for one in desk.service.problems() if one.aside and one.code == "611"]
    assert len(aside) > 20
    assert {one.retry for one in aside} == {Retry.NEXT_RUN}
    assert len(refused()) <= 60
    desk.rehearsal.faults.clear()
    assert isinstance(desk.service.records.retry([one.id for one in aside]).wait(60), ProblemsRead)
    assert isinstance(desk.service.go_on().wait(60), RunEnded)
    assert judge(desk.rehearsal.audit(), desk.listed()).wrong == []
    assert "611" not in {one.code for one in desk.service.problems()}
