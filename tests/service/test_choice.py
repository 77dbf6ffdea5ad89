"""Changing the choice of a set-up that runs: only what was touched is sent, and there is a way back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from dynsync_gui.connectors.marketo.writer import MarketoRestReader, MarketoRestWriter
from dynsync_gui.domain.checks import CheckState
from dynsync_gui.domain.choice import FieldChoice, Form, Overwrite
from dynsync_gui.domain.events import (
    ChoiceEstimated,
    ChoiceImported,
    ChoicesRead,
    Described,
    Explained,
    JobFailed,
    Reconciled,
    RunEnded,
)
from dynsync_gui.domain.explain import Cause
from dynsync_gui.domain.plan import BackFill
from dynsync_gui.domain.report import RunReport
from dynsync_gui.domain.schema import Entity, Target
from dynsync_gui.domain.settings import FieldSettings
from dynsync_gui.engine.planner import FIELD_CALLS
from tests.service.conftest import Desk

TIER = "ms_new_loyaltytier"
BASIC = tuple(FieldChoice(name) for name in ("firstname", "lastname", "emailaddress1", "jobtitle"))


def contacts(*choices: FieldChoice) -> FieldSettings:
    """A few fields of contacts and nothing else."""
    return FieldSettings({Entity.CONTACT: (*BASIC, *choices), Entity.LEAD: (), Entity.ACCOUNT: ()}, filter=False)


def cycle(desk: Desk, fields: FieldSettings) -> RunReport:
    """Keep a choice, then make a run with it."""
    settings = replace(desk.settings, fields=fields)
    desk.service.keep(settings, desk.secrets, session_only=True).wait(60)
    ended = desk.service.go_on().wait(120)
    assert isinstance(ended, RunEnded), ended
    assert ended.report.closes
    return ended.report


def persons(desk: Desk) -> dict[str, dict[str, Any]]:
    """Persons that carry a key, by it."""
    return {one["dynamicsId"]: one for one in desk.rehearsal.audit()["marketo"]["persons"] if one.get("dynamicsId")}


def set_in_marketo(desk: Desk, key: str, **values: Any) -> None:
    """What somebody changes in Marketo itself."""
    records = desk.rehearsal.marketo.persons
    (found,) = [row for row in records.all() if row.get("dynamicsId") == key]
    records.update(found["id"], values)


@dataclass
class Calls:
    """What went to Marketo's persons: rows that were sent, and keys that were looked up."""

    sent: list[Mapping[str, Any]] = field(default_factory=list)
    looked_up: list[str] = field(default_factory=list)
    writes: int = 0


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> Calls:
    seen, upsert, find = Calls(), MarketoRestWriter.upsert, MarketoRestReader.find

    def sending(self, target, rows, by, *rest, **more):
        if target is Target.PERSON:
            seen.sent += rows
            seen.writes += 1
        return upsert(self, target, rows, by, *rest, **more)

    def finding(self, target, by, values, *rest, **more):
        if target is Target.PERSON:
            seen.looked_up += values
        return find(self, target, by, values, *rest, **more)

    monkeypatch.setattr(MarketoRestWriter, "upsert", sending)
    monkeypatch.setattr(MarketoRestReader, "find", finding)
    return seen


def forget(calls: Calls) -> None:
    """Count anew from here on."""
    calls.sent, calls.looked_up, calls.writes = [], [], 0


def with_department(desk: Desk, number: int) -> list[str]:
    """Contacts that are in Marketo and get a department in Dynamics."""
    keys = list(persons(desk))[:number]
    for key in keys:
        desk.rehearsal.world.update("contact", key, {"department": "Sales "})
    return keys


def test_a_newly_ticked_field_is_sent_alone_and_without_looking_anybody_up(desk: Desk, calls: Calls) -> None:
    first = desk.start(fields=contacts())
    assert isinstance(first, RunEnded)
    aside = {id_ for _, id_ in desk.listed()}
    key = next(iter(persons(desk)))
    set_in_marketo(desk, key, title="Changed in Marketo")
    count = len(desk.rehearsal.audit()["marketo"]["persons"])
    forget(calls)
    ticked = contacts(FieldChoice("new_loyaltytier"))
    desk.service.describe(desk.settings, desk.secrets).wait(60)
    told = desk.service.estimate_choice(replace(desk.settings, fields=ticked)).wait(60)
    assert isinstance(told, ChoiceEstimated)
    assert told.back_fills == (BackFill(Entity.CONTACT, ("new_loyaltytier",), len(persons(desk)), 1 + FIELD_CALLS),)
    report = cycle(desk, ticked)
    assert report.read == len(desk.rehearsal.world.as_json()["contact"])
    assert {one for one in calls.looked_up if "@" not in one and len(one) == 36} <= aside
    tiers = {
        row["contactid"]: row["new_loyaltytier"]
        for row in desk.rehearsal.world.as_json()["contact"]
        if row.get("new_loyaltytier") is not None
    }
    rows = [row for row in calls.sent if row["dynamicsId"] not in aside]
    assert {row["dynamicsId"] for row in rows} == tiers.keys() - aside
    links = {"externalCompanyId", "externalSalesPersonId"}
    assert {frozenset(row.keys() - links) for row in rows} == {frozenset({"id", "dynamicsId", "ms_new_loyaltytier"})}
    assert calls.writes == -(-len(rows) // 300) + bool(aside)
    after = persons(desk)
    assert after[key]["title"] == "Changed in Marketo"
    assert len(desk.rehearsal.audit()["marketo"]["persons"]) == count
    forget(calls)
    again = cycle(desk, contacts(FieldChoice("new_loyaltytier")))
    assert (again.acknowledged, calls.sent) == (0, [])


def in_range(desk: Desk, day: date) -> set[str]:
    """Contacts that are in Marketo, have a tier, and changed in Dynamics on a day or later."""
    rows = desk.rehearsal.world.as_json()["contact"]
    held, aside = persons(desk), {id_ for _, id_ in desk.listed()}
    found = [row for row in rows if row.get("new_loyaltytier") is not None and row["modifiedon"] >= day.isoformat()]
    return {row["contactid"] for row in found} & held.keys() - aside


def a_day_in_the_middle(desk: Desk) -> date:
    """A day since which about half of the contacts changed."""
    days = sorted(row["modifiedon"][:10] for row in desk.rehearsal.world.as_json()["contact"])
    assert days[0] < days[len(days) // 2] < days[-1]
    return date.fromisoformat(days[len(days) // 2])


def test_a_field_is_filled_for_records_of_a_range_and_for_the_others_with_their_next_change(
    desk: Desk, calls: Calls
) -> None:
    desk.start(fields=contacts())
    day = a_day_in_the_middle(desk)
    ticked = contacts(FieldChoice("new_loyaltytier", since=day))
    wanted = in_range(desk, day)
    desk.service.describe(desk.settings, desk.secrets).wait(60)
    told = desk.service.estimate_choice(replace(desk.settings, fields=ticked), desk.secrets).wait(60)
    assert isinstance(told, ChoiceEstimated)
    (estimated,) = told.back_fills
    changed = [row for row in desk.rehearsal.world.as_json()["contact"] if row["modifiedon"] >= day.isoformat()]
    assert (estimated.records, estimated.since) == (min(len(changed), len(persons(desk))), day)
    assert estimated.records < len(persons(desk))
    forget(calls)
    report = cycle(desk, ticked)
    assert report.read == len(desk.rehearsal.world.as_json()["contact"])
    filled = {key for key, one in persons(desk).items() if one.get("ms_new_loyaltytier") is not None}
    assert filled == wanted
    assert {row["dynamicsId"] for row in calls.sent} - {id_ for _, id_ in desk.listed()} == wanted
    older = next(iter(in_range(desk, date(1990, 1, 1)) - wanted))
    desk.rehearsal.world.update("contact", older, {"jobtitle": "Changed"})
    cycle(desk, ticked)
    assert persons(desk)[older]["ms_new_loyaltytier"]
    desk.rehearsal.world.expire_tokens()  # all is read again
    forget(calls)
    cycle(desk, ticked)
    assert {row["dynamicsId"] for row in calls.sent} <= {id_ for _, id_ in desk.listed()}
    kept = next(iter(in_range(desk, date(1990, 1, 1)) - filled - {older}))
    reconciled = desk.service.records.reconcile().wait(60)
    assert isinstance(reconciled, Reconciled)
    listed = next(one for one in reconciled.certificate.differences if one.id == kept and one.field == TIER)
    told = desk.service.records.why(kept).wait(60)
    assert isinstance(told, Explained)
    (explained,) = told.answer.explanations
    assert explained.cause is Cause.RULE
    assert f"only records changed since {day} get it now" in str(explained.verdict)
    assert (listed.by_rule, str(listed.reason) in str(explained.verdict)) == (True, True)
    cycle(desk, contacts(FieldChoice("new_loyaltytier")))
    filled = {key for key, one in persons(desk).items() if one.get("ms_new_loyaltytier") is not None}
    assert filled == in_range(desk, date(1990, 1, 1)), "a choice for all records fills the rest"


def test_a_person_that_is_new_in_marketo_gets_every_field_whenever_it_changed(desk: Desk) -> None:
    desk.start(fields=contacts(FieldChoice("new_loyaltytier", since=date(2026, 11, 1))))
    filled = {key for key, one in persons(desk).items() if one.get("ms_new_loyaltytier") is not None}
    assert filled == in_range(desk, date(1990, 1, 1))
    assert len(filled) > len(in_range(desk, date(2026, 11, 1)))


def test_an_existing_field_is_looked_at_before_it_is_overwritten(desk: Desk, calls: Calls) -> None:
    desk.start(fields=contacts())
    key = with_department(desk, 1)[0]
    set_in_marketo(desk, key, department="Theirs", title="Changed in Marketo")
    cycle(desk, contacts(FieldChoice("department")))
    assert key in calls.looked_up
    assert persons(desk)[key]["department"] == "Sales"
    assert persons(desk)[key]["title"] == "Changed in Marketo"


def test_a_field_that_is_only_filled_keeps_what_it_holds(desk: Desk) -> None:
    desk.start(fields=contacts())
    theirs, ours = with_department(desk, 2)
    set_in_marketo(desk, theirs, department="Theirs")
    desk.rehearsal.world.update("contact", theirs, {"lastname": "Changed"})
    gentle = contacts(FieldChoice("department", overwrite=Overwrite.ONLY_EMPTY))
    cycle(desk, gentle)
    after = persons(desk)
    assert (after[theirs]["department"], after[theirs]["lastName"]) == ("Theirs", "Changed")
    assert after[ours]["department"] == "Sales"
    desk.rehearsal.world.update("contact", ours, {"department": "Another"})
    cycle(desk, gentle)
    assert persons(desk)[ours]["department"] == "Sales"


def test_an_emptied_field_changes_nothing_where_that_was_chosen(desk: Desk) -> None:
    careful = FieldSettings(
        {Entity.CONTACT: (*BASIC[:3], FieldChoice("jobtitle", overwrite=Overwrite.NOT_BY_EMPTY))}, filter=False
    )
    desk.start(fields=careful)
    titles = {key: one["title"] for key, one in persons(desk).items() if one.get("title")}
    contact = next(row["contactid"] for row in desk.rehearsal.world.as_json()["contact"] if row["contactid"] in titles)
    desk.rehearsal.world.update("contact", contact, {"jobtitle": None})
    cycle(desk, careful)
    assert persons(desk)[contact]["title"] == titles[contact]


def test_unticking_sends_nothing_and_ticking_again_repairs(desk: Desk, calls: Calls) -> None:
    desk.start(fields=contacts(FieldChoice("new_loyaltytier")))
    key = next(key for key, one in persons(desk).items() if one.get("ms_new_loyaltytier") == "Gold")
    forget(calls)
    report = cycle(desk, contacts())
    assert report.acknowledged == 0
    assert {row["dynamicsId"] for row in calls.sent} <= {id_ for _, id_ in desk.listed()}
    set_in_marketo(desk, key, ms_new_loyaltytier="Wrong")
    cycle(desk, contacts(FieldChoice("new_loyaltytier")))
    assert persons(desk)[key]["ms_new_loyaltytier"] == "Gold"


def test_another_form_of_a_field_is_sent_to_everybody(desk: Desk) -> None:
    desk.start(fields=contacts(FieldChoice("new_loyaltytier")))
    gold = {key for key, one in persons(desk).items() if one.get("ms_new_loyaltytier") == "Gold"}
    cycle(desk, contacts(FieldChoice("new_loyaltytier", form=Form.VALUE)))
    assert {persons(desk)[key]["ms_new_loyaltytier"] for key in gold} == {"100000020"}


def test_a_person_that_was_deleted_in_marketo_comes_back_whole(desk: Desk) -> None:
    desk.start(fields=contacts())
    with_tier = {row["contactid"] for row in desk.rehearsal.world.as_json()["contact"] if row.get("new_loyaltytier")}
    key = next(key for key, one in persons(desk).items() if one.get("title") and key in with_tier)
    records = desk.rehearsal.marketo.persons
    records.delete(persons(desk)[key]["id"])
    cycle(desk, contacts(FieldChoice("new_loyaltytier")))
    back = persons(desk)[key]
    contact = next(row for row in desk.rehearsal.world.as_json()["contact"] if row["contactid"] == key)
    assert (back["title"], back["lastName"]) == (contact["jobtitle"].strip(), contact["lastname"].strip())


@pytest.mark.parametrize("chosen", [True, False])
def test_a_lost_column_stops_alone_and_stays_noticed(desk: Desk, chosen: bool) -> None:
    fields = contacts(FieldChoice("department")) if chosen else FieldSettings()
    column = "department" if chosen else "mobilephone"
    desk.start(fields=fields)
    contact = next(iter(persons(desk)))
    table = "contact" if contact in {row["contactid"] for row in desk.rehearsal.world.as_json()["contact"]} else "lead"
    desk.rehearsal.world.drop_column(table, column)
    desk.rehearsal.world.update(table, contact, {"lastname": "Goes On"})
    for _ in range(2):
        cycle(desk, fields)
        assert persons(desk)[contact]["lastName"] == "Goes On"
        notices = [one for one in desk.service.problems() if one.code == "field-gone"]
        assert [(one.entity, one.detail) for one in notices] == [(Entity(table), column)]


def test_a_wrong_choice_is_a_failed_check(desk: Desk) -> None:
    fields = contacts(FieldChoice("department", target="title"))
    checked = desk.service.check(replace(desk.settings, fields=fields), desk.secrets).wait(60)
    (failed,) = [check for check in checked.checks if check.state is CheckState.FAILED]
    assert (failed.id, failed.code, failed.detail) == ("dynamics.chosen.contact", "field-choice", "department")


def test_versions_are_listed_and_taken_back(desk: Desk) -> None:
    for fields in (contacts(), contacts(FieldChoice("department"))):
        desk.service.keep(replace(desk.settings, fields=fields), desk.secrets, session_only=True).wait(60)
    listed = desk.service.choice_history().wait(60)
    assert isinstance(listed, ChoicesRead)
    assert [str(change) for change in listed.versions[1].changes] == [
        "contact: department added. Dynamics and Marketo fill department. If both changed, Dynamics wins."
    ]
    restored = desk.service.restore_choice(1).wait(60)
    assert isinstance(restored, ChoicesRead)
    assert [one.number for one in restored.versions] == [1, 2, 3]
    assert desk.service.read_profile().wait(60).settings.fields == contacts()
    missing = desk.service.restore_choice(9).wait(60)
    assert isinstance(missing, JobFailed)
    assert missing.error.code == "choice-version"


def test_a_choice_goes_to_a_file_and_comes_from_it(desk: Desk, tmp_path: Path) -> None:
    path, fields = tmp_path / "choice.toml", contacts(FieldChoice("department", label="Team"))
    settings = replace(desk.settings, fields=fields)
    assert isinstance(desk.service.export_choice(path, settings).wait(60), ChoiceImported)
    text = path.read_text(encoding="utf-8")
    assert not any(secret in text for secret in desk.secrets.values())
    assert desk.settings.dynamics.url not in text
    unknown = desk.service.import_choice(path).wait(60)
    assert isinstance(unknown, JobFailed)
    assert unknown.error.code == "not-set-up"
    described = desk.service.describe(desk.settings, desk.secrets).wait(60)
    assert isinstance(described, Described)
    assert set(described.languages) == {1031, 1033}
    assert described.tables[Entity.CONTACT].field("new_loyaltytier").option_label(100000020, 1031) == "Gold (de)"
    taken = desk.service.import_choice(path).wait(60)
    assert isinstance(taken, ChoiceImported)
    assert taken.fields == fields
    path.write_text(text.replace('name = "department"', 'name = "departement"'), encoding="utf-8")
    refused = desk.service.import_choice(path).wait(60)
    assert isinstance(refused, JobFailed)
    assert "Line " in str(refused.error.finding.title)
    assert "department" in str(refused.error.finding.cure)
