"""The filter assistant over the rehearsal Dynamics: what is there, what it says, and making it."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from dynsync_gui.domain.events import FilterRead, FitChecked, JobFailed, Sampled
from dynsync_gui.domain.filter_state import FilterColumn, FilterState
from dynsync_gui.domain.schema import ENTITIES, FILTER_FIELD, Entity
from dynsync_gui.simulators.customising import add_column, new_column, retype_column, secure_column
from dynsync_gui.simulators.dataverse import aggregation
from tests.service.test_flow import writes

if TYPE_CHECKING:
    from tests.service.conftest import Desk

LEAD = Entity.LEAD


def states(desk: Desk) -> dict[Entity, FilterState]:
    event = desk.service.read_filter(desk.settings, desk.secrets).wait(60)
    assert isinstance(event, FilterRead), event
    assert set(event.states) == {*ENTITIES, Entity.OPPORTUNITY}
    return dict(event.states)


def create(desk: Desk, *, default: bool = False, entity: Entity = LEAD) -> FilterState:
    event = desk.service.create_filter(desk.settings, desk.secrets, entity, default=default).wait(60)
    assert isinstance(event, FilterRead), event
    return event.states[entity]


def says(desk: Desk, table: str) -> Counter[bool | None]:
    return Counter(row.get(FILTER_FIELD) for row in desk.rehearsal.world.as_json()[table])


def counted(state: FilterState) -> tuple[int | None, int | None, int | None]:
    return state.yes, state.no, state.blank


def drop(desk: Desk, table: str = "lead") -> None:
    desk.rehearsal.world.drop_column(table, FILTER_FIELD)


def test_counts_are_those_of_now(desk: Desk) -> None:
    for entity, state in states(desk).items():
        told = says(desk, entity)
        assert state.column is FilterColumn.PRESENT
        assert state.found == FILTER_FIELD
        assert counted(state) == (told[True], told[False], told[None])
        assert not state.may_create
        assert state.reason
    assert writes(desk.rehearsal) == []


@pytest.mark.parametrize("at_once", [7, 60])
def test_tables_of_any_size_are_counted_exactly(desk: Desk, monkeypatch: pytest.MonkeyPatch, at_once: int) -> None:
    monkeypatch.setattr(aggregation, "MOST_AGGREGATED", at_once)
    world = desk.rehearsal.world
    for row in world.as_json()["lead"][:20]:  # more in one second than are grouped at once: a migration
        world.update("lead", row["leadid"], {"createdon": "2024-02-29T12:00:00Z"})
    for entity, state in states(desk).items():
        told = says(desk, entity)
        assert counted(state) == (told[True], told[False], told[None])


@pytest.mark.parametrize("default", [True, False])
def test_a_missing_column_is_made_published_and_counted(desk: Desk, default: bool) -> None:
    drop(desk)
    before = states(desk)[LEAD]
    assert (before.column, before.found, counted(before)) == (FilterColumn.MISSING, "", (None, None, None))
    assert (before.may_create, bool(before.reason)) == (True, False)
    assert writes(desk.rehearsal) == []
    made = create(desk, default=default)
    leads = len(desk.rehearsal.world.tables["lead"])
    assert (made.column, made.default, counted(made)) == (FilterColumn.PRESENT, default, (0, 0, leads))
    assert any("workflow" in warning.text for warning in made.warnings) is default
    column = desk.rehearsal.world.tables["lead"].schema.columns[FILTER_FIELD]
    assert (column.schema, column.kind, column.default) == (FILTER_FIELD, "Boolean", default)
    assert [line.rsplit("/", 1)[1] for line in writes(desk.rehearsal)] == ["Attributes", "PublishXml"]
    create(desk, default=not default)  # it is there: nothing is written
    assert len(writes(desk.rehearsal)) == 2


def test_a_column_that_was_made_but_never_published_is_published(desk: Desk) -> None:
    drop(desk)
    desk.rehearsal.faults.add("code", system="dataverse", path="PublishXml", code="0x80040203", count=0)
    event = desk.service.create_filter(desk.settings, desk.secrets, LEAD, default=False).wait(60)
    assert isinstance(event, JobFailed)
    desk.rehearsal.faults.clear()
    assert create(desk).column is FilterColumn.PRESENT


def test_another_prefix_is_named_and_does_not_stand_in_the_way(desk: Desk) -> None:
    drop(desk)
    add_column(desk.rehearsal.world, "lead", new_column("cr123_synctomkto", "Boolean", {1033: "Sync to Marketo"}))
    state = states(desk)[LEAD]
    assert (state.column, state.found, state.may_create) == (FilterColumn.OTHER_PREFIX, "cr123_synctomkto", True)
    assert "cr123_synctomkto" in str(state.warnings[0])
    assert create(desk).column is FilterColumn.PRESENT


def test_another_type_is_never_overwritten(desk: Desk) -> None:
    retype_column(desk.rehearsal.world, "lead", FILTER_FIELD, "String")
    state = states(desk)[LEAD]
    assert (state.column, state.may_create, bool(state.reason)) == (FilterColumn.OTHER_TYPE, False, True)
    event = desk.service.create_filter(desk.settings, desk.secrets, LEAD, default=False).wait(60)
    assert isinstance(event, JobFailed)
    assert event.error.code == "filter-type"
    assert writes(desk.rehearsal) == []


@pytest.mark.parametrize("named", [True, False])
def test_who_may_not_customise_is_told_which_right_is_missing(desk: Desk, named: bool) -> None:
    drop(desk)
    desk.rehearsal.dataverse.organisation.names_privileges = named
    assert states(desk)[LEAD].may_create
    for member in desk.rehearsal.dataverse.members.by_object.values():
        member.depths.pop("prvCreateAttribute", None)
    state = states(desk)[LEAD]
    assert (state.column, state.may_create) == (FilterColumn.MISSING, False)
    assert "prvCreateAttribute" in str(state.reason)
    event = desk.service.create_filter(desk.settings, desk.secrets, LEAD, default=False).wait(60)
    assert isinstance(event, JobFailed)
    assert "prvCreateAttribute" in str(event.error.finding.title)


def test_an_organisation_without_the_publisher_is_told_what_to_add(desk: Desk) -> None:
    drop(desk)
    desk.rehearsal.dataverse.customization.prefixes = {"cr123"}
    event = desk.service.create_filter(desk.settings, desk.secrets, LEAD, default=False).wait(60)
    assert isinstance(event, JobFailed)
    assert "prefix" in str(event.error.finding.cure)


def test_a_protected_column_and_one_that_keeps_everybody_out_are_warned_of(desk: Desk) -> None:
    secure_column(desk.rehearsal.world, "lead", FILTER_FIELD)
    for row in desk.rehearsal.world.as_json()["account"]:
        desk.rehearsal.world.update("account", row["accountid"], {FILTER_FIELD: False})
    found = states(desk)
    assert counted(found[LEAD]) == (None, None, None)
    assert any("protected" in str(warning) for warning in found[LEAD].warnings)
    assert any("Every record says No" in str(warning) for warning in found[Entity.ACCOUNT].warnings)


def test_labels_are_in_the_language_of_the_organisation(desk: Desk) -> None:
    drop(desk)
    create(desk)
    column = desk.rehearsal.world.tables["lead"].schema.columns[FILTER_FIELD]
    assert column.labels == {1033: "Sync to Marketo"}
    assert json.dumps([choice.label for choice in column.choices]) == '["No", "Yes"]'


def test_own_tables_are_looked_at_and_one_that_is_not_there_is_left_out(desk: Desk) -> None:
    own = next(name for name in desk.rehearsal.world.tables if name.startswith("new_"))
    objects = replace(desk.settings.objects, custom=(own, "new_nowhere"))
    desk.settings = replace(desk.settings, objects=objects)
    event = desk.service.read_filter(desk.settings, desk.secrets).wait(60)
    assert isinstance(event, FilterRead), event
    assert set(event.states) == {*ENTITIES, Entity.OPPORTUNITY, Entity(own)}
    sampled = desk.service.sample(desk.settings, desk.secrets).wait(60)
    assert isinstance(sampled, Sampled), sampled
    assert set(sampled.samples) == set(event.states)
    checked = desk.service.check_fit(desk.settings, desk.secrets, everything=True).wait(60)
    assert isinstance(checked, FitChecked), checked
    assert Entity(own) in checked.report.rows
