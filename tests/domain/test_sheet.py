from __future__ import annotations

from dataclasses import replace

import pytest

from dynsync_gui.domain.choice import FieldChoice, Form, TooLong
from dynsync_gui.domain.edits import RowKey
from dynsync_gui.domain.fit import FitCure, FitReason, FitReport, Misfit
from dynsync_gui.domain.mapping import NewField, offers
from dynsync_gui.domain.schema import (
    Entity,
    EntitySchema,
    FieldType,
    SourceField,
    Target,
    TargetField,
    TargetSchema,
    TargetType,
)
from dynsync_gui.domain.settings import FieldSettings
from dynsync_gui.domain.sheet import FieldSheet

LEAD, DEALER = Entity.LEAD, Entity("new_dealer")
TABLES = {
    entity: EntitySchema(entity, entity.capitalize(), f"{entity}s", f"{entity}id", fields)
    for entity, fields in {
        LEAD: (
            SourceField("firstname", "First Name", FieldType.STRING, 50),
            SourceField("city", "City", FieldType.STRING, 80),
            SourceField("shade", "Shade", FieldType.STRING, 80),
            SourceField("parent", "Parent", FieldType.LOOKUP),
            SourceField("photo", "Photo", FieldType.IMAGE),
        ),
        Entity.ACCOUNT: (SourceField("name", "Name", FieldType.STRING, 160),),
        DEALER: (SourceField("new_name", "Name", FieldType.STRING, 100),),
    }.items()
}
TARGETS = {
    Target.PERSON: TargetSchema(
        Target.PERSON,
        (
            TargetField("firstName", "First Name", TargetType.STRING, 255),
            TargetField("city", "City", TargetType.STRING, 255),
            TargetField("score", "Score", TargetType.INTEGER),
        ),
    ),
    Target.COMPANY: TargetSchema(Target.COMPANY, (TargetField("company", "Company", TargetType.STRING, 255),)),
}
OFFERS = {entity: offers(table, TARGETS, ()) for entity, table in TABLES.items()}


def sheet(*chosen: FieldChoice) -> FieldSheet:
    return FieldSheet(OFFERS, TABLES, TARGETS, FieldSettings({LEAD: chosen}))


def test_people_come_first_and_own_tables_last() -> None:
    assert sheet().entities == (LEAD, Entity.ACCOUNT, DEALER)
    assert sheet().label(DEALER) == "New_dealer"


def test_a_chosen_column_that_dynamics_lost_is_shown_until_it_is_unticked() -> None:
    found = sheet(FieldChoice("firstname"), FieldChoice("gone"))
    assert [row.field.name for row in found.rows(LEAD) if not row.selectable] == ["photo", "gone"]
    (problem,) = (problem for problem in found.problems(LEAD) if problem.field == "gone")
    assert problem.blocking
    found.edits.tick(LEAD, {RowKey("gone")}, on=False)
    assert "gone" not in {row.field.name for row in found.rows(LEAD)}


def test_two_sources_of_one_target_are_a_problem_until_one_goes_elsewhere() -> None:
    found = sheet(FieldChoice("firstname"), FieldChoice("city"))
    found.send(LEAD, RowKey("city"), "firstName")
    assert [problem.field for problem in found.problems(LEAD) if problem.blocking] == ["firstname"]
    assert {option.name for option in found.options(LEAD, RowKey("city")) if not option.reason} == {"city"}
    found.send(LEAD, RowKey("city"), "city")
    assert not [problem for problem in found.problems(LEAD) if problem.blocking]


def test_a_new_field_is_drafted_created_and_counted() -> None:
    found = sheet(FieldChoice("firstname"))
    draft = found.draft(LEAD, RowKey("shade"))
    assert draft is not None
    assert draft.field == NewField("ms_shade", "Shade", TargetType.STRING)
    assert draft.types[0] is TargetType.STRING
    found.create(LEAD, RowKey("shade"), replace(draft.field, name="dealerShade", label="Dealer shade"))
    chosen = found.edits.choices(LEAD)[RowKey("shade")]
    assert (chosen.target, chosen.create, chosen.label) == ("dealerShade", TargetType.STRING, "Dealer shade")
    assert "dealerShade" in {field.name for field in found.new_fields()}
    other = found.draft(LEAD, RowKey("city"))
    assert other is not None
    assert other.field.label == "City Dynamics city"
    assert "dealerShade" in other.taken


@pytest.mark.parametrize("entity", [Entity.ACCOUNT, DEALER])
def test_only_people_get_new_fields(entity: Entity) -> None:
    name = TABLES[entity].fields[0].name
    assert sheet().draft(entity, RowKey(name)) is None


def test_a_lookups_id_goes_to_a_field_of_its_own() -> None:
    found = sheet(FieldChoice("parent"))
    found.also_id(LEAD, RowKey("parent"), wanted=True)
    second = RowKey("parent", second=True)
    assert found.edits.choices(LEAD)[second].form is Form.ID
    draft = found.draft(LEAD, second)
    assert draft is not None
    assert draft.field.name == "ms_parent_id"
    found.also_id(LEAD, RowKey("parent"), wanted=False)
    assert list(found.edits.choices(LEAD)) == [RowKey("parent")]


MISFIT = Misfit(LEAD, "city", "city", FitReason.TOO_LONG, 7, (), tuple(FitCure))


def checked(*chosen: FieldChoice) -> FieldSheet:
    found = sheet(*chosen)
    found.begin_check()
    found.take_report(FitReport({LEAD: 10}, complete=False, misfits=(MISFIT,)))
    return found


def test_a_finding_stands_until_its_field_is_changed_and_again_after_undo() -> None:
    found = checked(FieldChoice("firstname", "firstName"), FieldChoice("city", "city"))
    assert found.misfits() == (MISFIT,)
    found.edits.tick(LEAD, {RowKey("firstname")}, on=False)
    assert found.misfits() == (MISFIT,)
    found.cure(MISFIT, FitCure.TRIM)
    assert found.edits.choices(LEAD)[RowKey("city")].too_long is TooLong.TRIM
    assert found.misfits() == ()
    found.edits.undo()
    assert found.misfits() == (MISFIT,)
    found.cure(MISFIT, FitCure.LEAVE_OUT)
    assert found.edits.choices(LEAD)[RowKey("city")].too_long is TooLong.LEAVE_OUT
    found.edits.undo()
    found.cure(MISFIT, FitCure.SKIP)
    assert RowKey("city") not in found.edits.choices(LEAD)
    assert found.misfits() == ()


def test_a_table_that_dynamics_gives_no_more_can_be_unticked() -> None:
    gone = Entity("new_gone")
    found = FieldSheet(OFFERS, TABLES, TARGETS, FieldSettings({gone: (FieldChoice("new_name"),)}))
    assert found.entities[-1] is gone
    assert [(row.field.name, bool(row.reason)) for row in found.rows(gone)] == [("new_name", True)]
    found.edits.tick(gone, {RowKey("new_name")}, on=False)
    assert found.settings.chosen[gone] == ()
    found.edits.undo()
    assert found.settings.chosen[gone] == (FieldChoice("new_name"),)
