"""A role that lacks one right on one table: Dynamics and Marketo refuse it there, and the checks say which and why."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from dynsync_gui.composition import Options, open_service
from dynsync_gui.domain.checks import Check, CheckState, Owner
from dynsync_gui.domain.choice import Direction, FieldChoice
from dynsync_gui.domain.events import ChecksEnded, JobCancelled, RunEnded
from dynsync_gui.domain.schema import Entity
from dynsync_gui.domain.settings import FieldSettings, NativeSync, ObjectSettings, Settings
from dynsync_gui.simulators.server import Rehearsal
from dynsync_gui.system.secrets import SecretSource
from tests.service.conftest import Desk, reaching

OWN = "new_subscription"
NAMES = {
    "account": "Account",
    "contact": "Contact",
    "lead": "Lead",
    "systemuser": "User",
    "opportunity": "Opportunity",
    "connection": "Connection",
    OWN: "new_Subscription",
}
NEEDED = ("account", "contact", "lead")
ALONE = ("systemuser", "opportunity", "connection", OWN)
STAYS_OUT = {
    "systemuser": "owners do not become sales persons",
    "opportunity": "opportunities stay out",
    "connection": "stakeholders get no role",
    OWN: f"“{OWN}” stays out",
}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rehearsal]:
    with Rehearsal(60, 5, tmp_path_factory.mktemp("world"), limits=False) as running:
        yield running


@pytest.fixture
def rehearsal(world: Rehearsal) -> Iterator[Rehearsal]:
    """The one world of this module, put back to what it was."""
    member = world.dataverse.members.by_object[world.directory.service.object_id]
    depths, disabled = dict(member.depths), set(world.dataverse.tracker.disabled)
    world.log.clear()
    yield world
    member.depths.clear()
    member.depths.update(depths)
    world.dataverse.tracker.disabled = disabled
    world.dataverse.organisation.names_privileges = True
    world.marketo.denied.clear()
    world.marketo.native_crm = False
    world.faults.clear()


@pytest.fixture
def desk(rehearsal: Rehearsal, tmp_path: Path) -> Iterator[Desk]:
    service = open_service(Options(tmp_path / "profile", SecretSource.SESSION))
    settings, secrets = reaching(rehearsal)
    settings = replace(settings, objects=ObjectSettings(custom=(OWN,)))
    yield Desk(service, rehearsal, settings, secrets, tmp_path / "profile", [])
    service.close()


def depths(desk: Desk) -> dict[str, str]:
    world = desk.rehearsal
    return world.dataverse.members.by_object[world.directory.service.object_id].depths


def checked(desk: Desk, settings: Settings | None = None) -> dict[str, Check]:
    ended = desk.service.check(settings or desk.settings, desk.secrets).wait(60)
    assert isinstance(ended, ChecksEnded)
    return {check.id: check for check in ended.checks}


def open_ones(checks: dict[str, Check]) -> dict[str, str]:
    """What did not pass, but for what rests on something else that did not."""
    return {check.id: str(check.state) for check in checks.values() if check.state is not CheckState.PASSED}


def test_with_every_right_all_is_green_and_each_thing_is_asked_once(desk: Desk) -> None:
    assert open_ones(checked(desk)) == {}
    paths = [entry.path.rpartition("/")[2] for entry in desk.rehearsal.log.entries("dataverse")]
    assert len([path for path in paths if "RetrieveUserPrivileges" in path]) == 1
    assert len([path for path in paths if path == "EntityDefinitions"]) == 1
    assert "privileges" not in paths, "the names of privileges come with the user's own"
    assert len(paths) <= 26
    assert len(desk.rehearsal.log.entries("marketo")) <= 20
    methods = {entry.method for entry in desk.rehearsal.log.entries("dataverse")}
    assert methods == {"GET"}


@pytest.mark.parametrize("table", NEEDED)
def test_a_table_without_which_nothing_begins(desk: Desk, table: str) -> None:
    del depths(desk)[f"prvRead{NAMES[table]}"]
    checks = checked(desk)
    check = checks[f"dynamics.read.{table}"]
    assert check.state is CheckState.FAILED
    assert f"prvRead{NAMES[table]}" in str(check.finding)
    assert [id_ for id_, one in checks.items() if one.state is CheckState.FAILED] == [check.id]


@pytest.mark.parametrize("table", ALONE)
@pytest.mark.parametrize("named", [True, False])
def test_a_table_that_stays_out_alone(desk: Desk, table: str, named: bool) -> None:
    desk.rehearsal.dataverse.organisation.names_privileges = named
    del depths(desk)[f"prvRead{NAMES[table]}"]
    checks = checked(desk)
    check = checks[f"dynamics.read.{table}"]
    assert (check.state, check.code, check.owner) == (CheckState.ATTENTION, "0x80040220", Owner.DYNAMICS_ADMIN)
    assert f"prvRead{NAMES[table]}" in str(check.finding)
    assert f"prvRead{NAMES[table]}" in str(check.cure)
    assert STAYS_OUT[table] in str(check.finding)
    assert "Everything else is synced." in str(check.finding)
    left = open_ones(checks)
    assert left.pop(check.id) == "attention"
    assert set(left.values()) == {"skipped"}
    if table != "systemuser":  # without that right Dynamics tells nothing of the user's roles and rights, either
        assert set(left) == {f"dynamics.reach.{table}", f"dynamics.tracking.{table}"}


@pytest.mark.parametrize("table", [*NEEDED, *ALONE])
@pytest.mark.parametrize("named", [True, False])
def test_a_table_of_which_only_a_part_is_seen(desk: Desk, table: str, named: bool) -> None:
    desk.rehearsal.dataverse.organisation.names_privileges = named
    depths(desk)[f"prvRead{NAMES[table]}"] = "Deep"
    checks = checked(desk)
    check = checks[f"dynamics.reach.{table}"]
    assert open_ones(checks) == {check.id: "attention"}
    assert f"prvRead{NAMES[table]}" in str(check.cure)
    assert check.detail == f"prvRead{NAMES[table]}: deep"


@pytest.mark.parametrize("table", [*NEEDED, *ALONE])
def test_a_table_whose_changes_are_not_told(desk: Desk, table: str) -> None:
    desk.rehearsal.dataverse.tracker.disabled.add(table)
    checks = checked(desk)
    assert open_ones(checks) == {f"dynamics.tracking.{table}": "attention"}
    assert "Nothing is lost." in str(checks[f"dynamics.tracking.{table}"].finding)


@pytest.mark.parametrize("table", ["contact", "lead"])
@pytest.mark.parametrize(("depth", "words"), [("", "does not come back"), ("Local", "only some records")])
def test_people_who_may_not_be_changed(desk: Desk, table: str, depth: str, words: str) -> None:
    privilege = f"prvWrite{NAMES[table]}"
    depths(desk).pop(privilege)
    if depth:
        depths(desk)[privilege] = depth
    checks = checked(desk)
    check = checks[f"dynamics.write.{table}"]
    assert open_ones(checks) == {check.id: "attention"}
    assert words in str(check.finding)
    assert "The way to Marketo is not affected." in str(check.finding)
    assert privilege in str(check.cure)
    assert check.detail == f"{privilege}: {depth.lower() or 'none'}"
    there = FieldChoice("firstname", direction=Direction.TO_MARKETO)
    fixed_by_choice = replace(desk.settings, fields=FieldSettings({Entity(table): (there,)}))
    assert f"dynamics.write.{table}" not in checked(desk, fixed_by_choice)


def test_a_choice_of_what_never_travels_back_needs_no_right(desk: Desk) -> None:
    del depths(desk)["prvWriteContact"]
    only = replace(desk.settings, fields=FieldSettings({Entity.CONTACT: (FieldChoice("ownerid"),)}))
    assert checked(desk, only)["dynamics.write.contact"].state is CheckState.PASSED


def test_a_dynamics_that_does_not_tell_of_rights(desk: Desk) -> None:
    desk.rehearsal.faults.add("code", system="dataverse", path="RetrieveUserPrivileges", code="0x80040220", count=0)
    left = open_ones(checked(desk))
    assert set(left.values()) == {"skipped"}
    assert {"dynamics.write.contact", "dynamics.write.lead", "dynamics.reach.systemuser"} <= set(left)


def test_an_own_table_that_is_not_there(desk: Desk) -> None:
    named = replace(desk.settings, objects=ObjectSettings(custom=("new_missing", OWN)))
    checks = checked(desk, named)
    check = checks["dynamics.read.new_missing"]
    assert (check.state, check.code, check.owner) == (CheckState.ATTENTION, "dynamics.table", Owner.YOU)
    assert "“new_missing”" in str(check.finding)
    assert checks[f"dynamics.read.{OWN}"].state is CheckState.PASSED


def test_what_is_not_synced_is_not_checked(desk: Desk) -> None:
    few = replace(desk.settings, objects=ObjectSettings(owners=False, opportunities=False))
    ids = " ".join(checked(desk, few))
    for word in ("systemuser", "opportunity", "connection", OWN, "sales-persons", "opportunities", "custom-rows"):
        assert word not in ids
    desk.rehearsal.marketo.native_crm = True
    beside = replace(few, enable=replace(few.enable, native_sync=NativeSync.PEOPLE))
    del depths(desk)["prvReadAccount"]
    desk.rehearsal.marketo.denied.add("Read-Only Company")
    checks = checked(desk, beside)
    assert not {"dynamics.read.account", "marketo.companies"} & set(checks)
    assert CheckState.FAILED not in {check.state for check in checks.values()}


@pytest.mark.parametrize(
    ("permission", "id_", "words"),
    [
        ("Read-Write Sales Person", "marketo.sales-persons", "owners do not become sales persons"),
        ("Read-Write Opportunity", "marketo.opportunities", "roles of people in them"),
        ("Read-Only Activity", "marketo.changes", "nothing comes back to Dynamics"),
        ("Read-Write Custom Object", "marketo.custom-rows", "own tables stay out"),
        ("Read-Write Custom Object Type", "marketo.custom-objects", "by hand"),
    ],
)
def test_a_permission_without_which_a_part_stays_out(desk: Desk, permission: str, id_: str, words: str) -> None:
    desk.rehearsal.marketo.denied.update({permission, permission.replace("Read-Write", "Read-Only")})
    checks = checked(desk)
    check = checks[id_]
    assert open_ones(checks) == {id_: "attention"}
    assert (check.code, check.owner) == ("603", Owner.MARKETO_ADMIN)
    assert words in str(check.finding)
    assert f"“{permission}”" in str(check.cure)


def test_definitions_that_are_refused_are_asked_for_once(desk: Desk) -> None:
    desk.rehearsal.faults.add("code", system="dataverse", path=r"EntityDefinitions\?", code="0x80040220", count=0)
    checks = checked(desk)
    assert {checks[f"dynamics.read.{table}"].state for table in NEEDED} == {CheckState.FAILED}
    assert [entry.path.endswith("/EntityDefinitions") for entry in desk.rehearsal.log.entries("dataverse")].count(
        True
    ) == 1


def test_passing_trouble_with_a_part_stops_nothing(desk: Desk) -> None:
    desk.rehearsal.faults.add("html_502", system="dataverse", path=r"/opportunities\?", count=0)
    desk.rehearsal.faults.add("html_502", system="marketo", path="salespersons/describe", count=0)
    checks = checked(desk)
    assert (checks["dynamics.read.opportunity"].state, checks["marketo.sales-persons"].state) == ("skipped", "skipped")
    assert checks["dynamics.read.opportunity"].finding
    assert CheckState.FAILED not in {check.state for check in checks.values()}


def test_cancelling_while_rights_are_asked_for(desk: Desk) -> None:
    reached = threading.Event()
    desk.rehearsal.faults.add("hang", system="dataverse", path=r"EntityDefinitions\?", count=0)
    desk.service.subscribe(lambda event: reached.set() if "dynamics.roles" in str(event) else None)
    job = desk.service.check(desk.settings, desk.secrets)
    assert reached.wait(30)
    job.cancel()
    assert isinstance(job.wait(60), JobCancelled)


@pytest.fixture
def own_desk(tmp_path: Path) -> Iterator[Desk]:
    """A desk over systems of its own, which a sync may change."""
    service = open_service(Options(tmp_path / "profile", SecretSource.SESSION))
    with Rehearsal(60, 5, tmp_path / "world", limits=False) as running:
        yield Desk(service, running, *reaching(running), tmp_path / "profile", [])
        service.close()


def test_a_sync_goes_on_without_what_it_may_not_read(own_desk: Desk) -> None:
    own_desk.settings = replace(own_desk.settings, objects=ObjectSettings(custom=(OWN,)))
    for table in ALONE:
        del depths(own_desk)[f"prvRead{NAMES[table]}"]
    told = {id_ for id_, check in checked(own_desk).items() if check.state is CheckState.ATTENTION}
    assert told == {f"dynamics.read.{table}" for table in ALONE}
    ended = own_desk.start()
    assert isinstance(ended, RunEnded)
    assert ended.report.closes
    out = {problem.entity for problem in own_desk.service.problems() if problem.code == "table-out"}
    assert out == set(ALONE), "what the first page warns of is what the sync leaves out"
    marketo = own_desk.rehearsal.audit()["marketo"]
    assert marketo["persons"]
    assert marketo["companies"]
    assert not marketo["salespersons"]
    assert not marketo["opportunities"]


@pytest.mark.parametrize(("table", "other"), [("contact", "lead"), ("lead", "contact")])
def test_people_who_may_not_be_changed_hold_up_no_others(own_desk: Desk, table: str, other: str) -> None:
    assert isinstance(own_desk.start(), RunEnded)
    del depths(own_desk)[f"prvWrite{NAMES[table]}"]
    rehearsal, chosen = own_desk.rehearsal, {}
    for name in (table, other):
        rows = rehearsal.world.tables[name]
        linked = (row for row in rehearsal.audit()["marketo"]["persons"] if (row.get("dynamicsId") or "") in rows)
        chosen[name] = next(row for row in linked if rows.get(row["dynamicsId"])["statecode"] == 0)
        rehearsal.marketo.marketer.change(chosen[name]["id"], {"phone": "+1 555 0100"})
    assert isinstance(own_desk.service.go_on().wait(60), RunEnded)
    held = {name: rehearsal.world.row(name, row["dynamicsId"]).get("telephone1") for name, row in chosen.items()}
    assert held[other] == "+1 555 0100"
    assert held[table] != "+1 555 0100"
    assert "marketo-changes-denied" in {problem.code for problem in own_desk.service.problems()}
