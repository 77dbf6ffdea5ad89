"""The whole job through the service, against the rehearsal systems over TLS."""

import threading
from dataclasses import replace
from urllib.parse import parse_qs

from dynsync_gui.domain.cancel import CancelToken
from dynsync_gui.domain.checks import CheckState
from dynsync_gui.domain.choice import FieldChoice
from dynsync_gui.domain.events import (
    CheckChanged,
    ChecksEnded,
    Described,
    JobCancelled,
    JobFailed,
    PlanReady,
    ProfileRead,
    Progress,
    RunEnded,
)
from dynsync_gui.domain.report import RunKind, RunState
from dynsync_gui.domain.schema import ENTITIES, PEOPLE, Entity
from dynsync_gui.domain.settings import FieldSettings
from dynsync_gui.simulators.server import Rehearsal
from dynsync_gui.system.lease import lease
from tests.judge import judge
from tests.service.conftest import reaching


def writes(rehearsal) -> list[str]:
    """Requests that change something in either system."""
    reads = {"/identity/oauth/token"}
    found = []
    for entry in rehearsal.log.entries():
        looks_up = parse_qs(entry.query).get("_method") == ["GET"] or entry.received < 0
        if entry.system != "entra" and entry.method != "GET" and entry.path not in reads and not looks_up:
            found.append(f"{entry.method} {entry.path}")
    return found


def untouched(rehearsal) -> tuple[int, int, int]:
    marketo = rehearsal.audit()["marketo"]
    return len(marketo["persons"]), len(marketo["companies"]), len(rehearsal.marketo.fields.all())


def test_checks_describe_and_plan_write_nothing_anywhere(desk):
    before = untouched(desk.rehearsal)
    checked = desk.service.check(desk.settings, desk.secrets).wait(60)
    assert isinstance(checked, ChecksEnded)
    assert checked.card is not None
    assert all(check.state is CheckState.PASSED for check in checked.checks)
    assert {event.check.id for event in desk.heard if isinstance(event, CheckChanged)} == {
        check.id for check in checked.checks
    }
    described = desk.service.describe(desk.settings, desk.secrets).wait(60)
    assert isinstance(described, Described)
    assert set(described.offers) == {*ENTITIES, Entity.OPPORTUNITY}
    planned = desk.service.plan(desk.settings, desk.secrets).wait(60)
    assert isinstance(planned, PlanReady)
    assert untouched(desk.rehearsal) == before
    assert not desk.folder.exists()


def test_the_plan_is_what_happens(desk):
    plan = desk.service.plan(desk.settings, desk.secrets).wait(60).plan
    ended = desk.start()
    assert isinstance(ended, RunEnded)
    report = ended.report
    assert report.closes
    assert (report.kind, report.state, report.outbox) == (RunKind.FIRST, RunState.DONE, 0)
    assert report.read == plan.total("read") > 400
    assert report.skipped == plan.total("filtered") + plan.total("folded")
    assert report.problems == plan.total("attention")
    assert report.acknowledged == plan.total("create") + plan.total("update")
    assert judge(desk.rehearsal.audit(), desk.listed()).wrong == []
    audit = desk.rehearsal.audit()["marketo"]["persons"]
    created = sum(1 for person in audit if person.get("dynamicsId"))
    updated = [entity for entity in plan.entities if entity.entity in PEOPLE]
    assert created == sum(entity.create + entity.update for entity in updated)


def test_people_that_marketo_has_are_adopted_once(desk):
    known = {person["id"]: person["email"].strip().lower() for person in desk.rehearsal.audit()["marketo"]["persons"]}
    desk.start()
    persons = desk.rehearsal.audit()["marketo"]["persons"]
    contacts = desk.rehearsal.world.as_json()["contact"]
    wanted = {
        str(row.get("emailaddress1") or "").strip().lower()
        for row in contacts
        if row.get("new_synctomkto") is not False
    }
    adopted = [person for person in persons if person["id"] in known and person.get("dynamicsId")]
    assert adopted
    for email in wanted & set(known.values()):
        assert sum(known.get(person["id"]) == email and bool(person.get("dynamicsId")) for person in persons) == 1


def test_a_person_whose_key_somebody_emptied_is_not_adopted_by_another_record(desk):
    desk.start()
    persons = desk.rehearsal.audit()["marketo"]["persons"]
    contacts = {row["contactid"] for row in desk.rehearsal.world.as_json()["contact"]}
    emails = [person["email"] for person in persons if person.get("email")]
    person = next(one for one in persons if one.get("dynamicsId") in contacts and emails.count(one.get("email")) == 1)
    desk.rehearsal.marketo.marketer.change(person["id"], {"dynamicsId": None})
    lead = desk.rehearsal.world.insert("lead", {"lastname": "Same Address", "emailaddress1": person["email"]})
    assert isinstance(desk.service.go_on().wait(60), RunEnded)
    held = {one["id"]: one for one in desk.rehearsal.audit()["marketo"]["persons"]}
    assert held[person["id"]]["lastName"] == person["lastName"]
    (other,) = [one for one in held.values() if one.get("dynamicsId") == lead]
    assert other["id"] != person["id"]


def test_adopting_never_blanks_and_never_turns_unsubscribed_back(desk):
    contact = next(
        row
        for row in desk.rehearsal.world.as_json()["contact"]
        if row.get("new_synctomkto") is not False and "@company" in str(row.get("emailaddress1")) and not row.get("fax")
    )
    email = contact["emailaddress1"].strip()
    desk.rehearsal.world.update("contact", contact["contactid"], {"mobilephone": None, "donotbulkemail": False})
    desk.rehearsal.marketo.persons.create(
        {"email": email, "mobilePhone": "+1 555 0100", "unsubscribed": True, "firstName": "Other"}
    )
    desk.start()
    held = [
        person
        for person in desk.rehearsal.audit()["marketo"]["persons"]
        if person.get("dynamicsId") == contact["contactid"]
    ]
    assert len(held) == 1
    assert held[0]["mobilePhone"] == "+1 555 0100"
    assert held[0]["unsubscribed"] is True
    assert held[0]["firstName"] == contact["firstname"].strip()


def test_a_quiet_second_cycle_writes_nothing(desk):
    desk.start()
    before = desk.rehearsal.audit()
    ended = desk.service.go_on().wait(60)
    assert isinstance(ended, RunEnded)
    assert (ended.report.kind, ended.report.read, ended.report.outbox) == (RunKind.CYCLE, 0, 0)
    assert desk.rehearsal.audit() == before


def test_a_change_in_dynamics_arrives_and_a_cleared_value_is_cleared(desk):
    desk.start()
    contact = next(
        row
        for row in desk.rehearsal.world.as_json()["contact"]
        if row.get("new_synctomkto") is not False
        and row.get("jobtitle")
        and ("contact", row["contactid"]) not in desk.listed()
    )
    desk.rehearsal.world.update("contact", contact["contactid"], {"lastname": "Changed", "jobtitle": None})
    ended = desk.service.go_on().wait(60)
    assert (ended.report.read, ended.report.acknowledged) == (1, 1)
    held = [
        person
        for person in desk.rehearsal.audit()["marketo"]["persons"]
        if person.get("dynamicsId") == contact["contactid"]
    ]
    assert [(person["lastName"], person.get("title")) for person in held] == [("Changed", None)]


def test_a_lost_database_doubles_and_blanks_nobody(desk):
    desk.start()
    before = len(desk.rehearsal.audit()["marketo"]["persons"])
    for file in desk.folder.glob("dynsync.db*"):
        file.unlink()
    ended = desk.start()
    assert isinstance(ended, RunEnded)
    assert len(desk.rehearsal.audit()["marketo"]["persons"]) == before
    assert ended.report.acknowledged == 0
    assert judge(desk.rehearsal.audit(), desk.listed()).wrong == []


def test_another_pair_of_systems_never_shares_a_ledger(desk, tmp_path):

    desk.start()
    with Rehearsal(60, 9, tmp_path / "other", limits=False) as other:
        settings, secrets = reaching(other)
        ended = desk.service.start(settings, secrets).wait(60)
        assert isinstance(ended, RunEnded)
        assert ended.report.id == 1
        assert judge(other.audit(), desk.listed()).wrong == []
    assert len(list(desk.folder.glob("dynsync-*.db"))) == 1


def test_stopping_keeps_what_is_done_and_going_on_does_the_rest(desk):
    planned = threading.Event()
    desk.rehearsal.faults.add("hang", system="marketo", path="companies.json", verb="POST", skip=1, count=1)

    def on_event(event):
        if isinstance(event, PlanReady):
            planned.set()

    desk.service.subscribe(on_event)
    job = desk.service.start(desk.settings, desk.secrets)
    assert planned.wait(60)
    job.cancel()
    assert isinstance(job.wait(60), JobCancelled)
    assert desk.service.status().state == "interrupted"
    desk.rehearsal.faults.clear()
    ended = desk.service.go_on().wait(60)
    assert isinstance(ended, RunEnded)
    assert ended.report.id == 1
    assert judge(desk.rehearsal.audit(), desk.listed()).wrong == []


def test_pausing_stands_still_and_resuming_goes_on(desk):
    paused = threading.Event()

    def on_event(event):
        if isinstance(event, PlanReady) and not paused.is_set():
            desk.service.pause()
            paused.set()

    desk.service.subscribe(on_event)
    job = desk.service.start(desk.settings, desk.secrets)
    assert paused.wait(60)
    assert desk.service.paused
    assert job.wait(1.0) is None
    assert writes_of_people(desk.rehearsal) == 0
    desk.service.resume()
    assert isinstance(job.wait(60), RunEnded)


def writes_of_people(rehearsal) -> int:
    return sum(1 for person in rehearsal.audit()["marketo"]["persons"] if person.get("dynamicsId"))


def test_two_runs_of_one_profile_do_not_overlap(desk, tmp_path):

    desk.folder.mkdir()
    with lease(desk.folder / "sync.lock", 0, CancelToken()):
        assert desk.service._profile().leased()
        job = desk.service.start(desk.settings, desk.secrets)
        job.cancel()
        assert isinstance(job.wait(60), JobCancelled)
    assert isinstance(desk.start(), RunEnded)


def test_progress_tells_every_phase_with_totals(desk):
    desk.start()
    snapshots = [event for event in desk.heard if isinstance(event, Progress)]
    assert {event.phase for event in snapshots} == {RunState.READING, RunState.MATCHING, RunState.WRITING}
    last = snapshots[-1]
    assert all(progress.done == progress.total for progress in last.entities.values())
    assert last.calls > 0


def test_going_on_without_a_set_up_is_told(desk):
    event = desk.service.go_on().wait(60)
    assert isinstance(event, JobFailed)
    assert event.error.code == "not-set-up"


def test_what_is_kept_holds_no_secret_and_is_read_back(desk):
    desk.service.keep(desk.settings, desk.secrets).wait(60)
    read = desk.service.read_profile().wait(60)
    assert isinstance(read, ProfileRead)
    assert replace(read.settings, rehearsal=False) == desk.settings
    text = (desk.folder / "settings.toml").read_text(encoding="utf-8")
    assert all(secret not in text for secret in desk.secrets.values())


def test_a_field_that_dynamics_does_not_have_is_never_ignored(desk):
    fields = FieldSettings({Entity.LEAD: (FieldChoice("emailaddress9"), FieldChoice("lastname"))})
    settings = replace(desk.settings, fields=fields)
    checked = desk.service.check(settings, desk.secrets).wait(60)
    (failed,) = [check for check in checked.checks if check.state is CheckState.FAILED]
    assert failed.id == "dynamics.chosen.lead"
    assert "emailaddress9" in str(failed.finding)
    assert "emailaddress1" in str(failed.cure) or "emailaddress3" in str(failed.cure)
    assert checked.card is None
    ended = desk.service.start(settings, desk.secrets).wait(60)
    assert isinstance(ended, RunEnded)
    (notice,) = [problem for problem in desk.service.problems() if problem.code == "field-gone"]
    assert not notice.aside
    assert notice.detail == "emailaddress9"


def test_calls_of_a_run_that_was_broken_off_while_matching_are_counted(desk):
    desk.rehearsal.faults.add("code", system="marketo", code="607", path="leads.json", skip=1, count=1)
    assert isinstance(desk.start(), JobFailed)
    (run,) = desk.service.status().runs
    assert run.calls > 0
