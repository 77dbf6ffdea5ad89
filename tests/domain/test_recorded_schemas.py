"""Whole tables of real organisations: every column is offered or explained, and the default choice is Adobe's table."""

from __future__ import annotations

import csv
import json
import os
from dataclasses import replace
from pathlib import Path

import pytest

from dynsync_gui.connectors.dynamics.metadata import read_schema
from dynsync_gui.domain.choice import FieldChoice, TooLong
from dynsync_gui.domain.mapping import accepts, build_mapping, offers, own_offers, problems_of, target_options
from dynsync_gui.domain.mapping.attributes import MOST_ATTRIBUTES
from dynsync_gui.domain.mapping.fitting import is_long
from dynsync_gui.domain.schema import Entity, EntitySchema, Target, TargetField, TargetSchema, TargetType
from dynsync_gui.system.resources import default_targets

_ROOT = Path(__file__).resolve().parents[2]
DATA = Path(os.environ.get("DYNSYNC_SHARED") or _ROOT.parent / "shared") / "data"
RECORDED = DATA / "dataverse" / "entitydefinitions"
FILES = {"lead": "lead.json", "contact": "contact.json", "account": "account.json"}
MORE = {"opportunity": "opportunity.derived.json"}
COMPANY = {
    "company", "site", "website", "mainPhone", "annualRevenue", "numberOfEmployees", "industry", "sicCode",
    "billingStreet", "billingCity", "billingState", "billingCountry", "billingPostalCode", "mktoCompanyNotes",
    "externalCompanyId",
}  # fmt: skip

PERSONS = {Target.PERSON: TargetSchema(Target.PERSON, ())}

pytestmark = [
    pytest.mark.reference,
    pytest.mark.skipif(not RECORDED.is_dir(), reason="the recorded schemas are not at hand"),
]


@pytest.fixture(scope="module", params=FILES)
def table(request) -> EntitySchema:
    return recorded(request.param)


def recorded(name: str) -> EntitySchema:
    document = json.loads((RECORDED / (FILES | MORE)[name]).read_text(encoding="utf-8"))

    def read(path: str) -> dict:
        if "/Attributes" not in path:
            return document
        rows = document["Attributes"]
        if "Microsoft.Dynamics.CRM." in path:
            cast = path.split("Microsoft.Dynamics.CRM.")[1].split("?", maxsplit=1)[0]
            rows = [row for row in rows if row["@odata.type"].endswith(f".{cast}")]
        return {"value": rows}

    return read_schema(Entity(name), read)


@pytest.fixture(scope="module")
def targets() -> dict[Target, TargetSchema]:
    rows = json.loads((DATA / "marketo" / "leads-describe.recorded.json").read_text(encoding="utf-8"))["result"]
    kinds = set(TargetType)
    fields = tuple(
        TargetField(
            row["rest"]["name"],
            row["displayName"],
            TargetType(row["dataType"]) if row["dataType"] in kinds else TargetType.OTHER,
            row.get("length"),
            not row["rest"]["readOnly"],
        )
        for row in rows
        if "rest" in row
    )
    companies = tuple(field for field in fields if field.name in COMPANY)
    return {Target.PERSON: TargetSchema(Target.PERSON, fields), Target.COMPANY: TargetSchema(Target.COMPANY, companies)}


def documented(entity: str) -> set[str]:
    path = DATA / "dataverse" / "marketo-native-default-mapping.csv"
    with path.open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    internal = ("(internal", "Account (a)")
    return {
        row["dynamics_column"]
        for row in rows
        if row["dynamics_table"] == entity and not row["marketo_field_label"].startswith(internal)
    }


def test_every_column_is_offered_or_explained(table, targets):
    rows = offers(table, targets, default_targets())
    assert {row.field.name for row in rows} == {field.name for field in table.fields}
    assert sum(row.selectable for row in rows) >= 120
    for row in rows:
        assert row.target or row.is_filter or row.reason or row.note, row.field.name
        assert not (row.preselected and row.reason)


def test_the_default_choice_is_the_documented_table(table, targets):
    rows = {row.field.name: row for row in offers(table, targets, default_targets())}
    wanted = documented(table.entity) & rows.keys()
    ticked = {name for name, row in rows.items() if row.preselected}
    assert ticked <= wanted
    company = table.entity.target is Target.COMPANY
    without_place = {name for name in wanted - ticked if company and not rows[name].target}
    assert wanted - ticked == without_place, "only companies lack places, since none can be added"


def test_a_long_topic_goes_to_a_text_area_only(table, targets):
    if table.entity is not Entity.LEAD:
        return
    long = tuple(replace(one, max_length=300) if one.name == "subject" else one for one in table.fields)
    longer = replace(table, fields=long)
    row = next(row for row in offers(longer, targets, default_targets()) if row.field.name == "subject")
    assert (row.preselected, row.suggested.too_long, bool(row.note)) == (False, TooLong.TRIM, True)
    persons = targets[Target.PERSON]
    area = TargetField("microsoftTopic", "Microsoft Topic", TargetType.TEXT)
    with_area = targets | {Target.PERSON: replace(persons, fields=(*persons.fields, area))}
    row = next(row for row in offers(longer, with_area, default_targets()) if row.field.name == "subject")
    assert (row.target, row.preselected, row.trim) == ("microsoftTopic", True, False)


def test_no_target_is_of_a_wrong_type(table, targets):
    rows = offers(table, targets, default_targets())
    everything = tuple(row.suggested for row in rows if row.selectable and row.target)
    mapping = build_mapping({table.entity: rows}, {table.entity: everything}, targets, use_filter=True)
    pairs = mapping.entities[table.entity].fields
    assert len(pairs) == len(everything)
    for pair in pairs:
        assert accepts(pair.source, pair.target.type, pair.form), pair.source.name
    assert len({pair.target.name for pair in pairs}) == len(pairs)
    blocking = [one for one in problems_of(everything, table, targets, rows) if one.blocking and one.field]
    assert blocking == []


def test_every_target_that_may_be_taken_can_be_built(table, targets):
    for row in offers(table, targets, default_targets())[::7]:
        if not row.selectable or row.is_filter:
            continue
        for option in target_options(row, table, targets, ()):
            choice = FieldChoice(row.field.name, target=option.name, too_long=row.suggested.too_long)
            built = build_mapping({table.entity: (row,)}, {table.entity: (choice,)}, targets, use_filter=True)
            assert bool(built.entities[table.entity].fields) == (not option.reason), (row.field.name, option)


def test_as_an_own_table_every_column_is_offered_or_explained_and_has_room(table):
    own = replace(table, entity=Entity("new_recorded"))
    rows = own_offers(own)
    assert {row.field.name for row in rows} == {field.name for field in own.fields}
    assert all(row.target or row.is_filter or row.reason for row in rows)
    chosen = tuple(row.suggested for row in rows if row.preselected and not row.is_filter)
    assert len(chosen) == MOST_ATTRIBUTES
    assert problems_of(chosen, own, {}, rows) == ()
    everything = tuple(row.suggested for row in rows if row.selectable and not row.is_filter)
    mapping = build_mapping({own.entity: rows}, {own.entity: everything}, PERSONS, use_filter=True)
    pairs = mapping.entities[own.entity].fields
    assert len(pairs) == len(everything) > MOST_ATTRIBUTES
    for pair in pairs:
        assert accepts(pair.source, pair.target.type, pair.form), pair.source.name
        assert not (is_long(pair.source) and pair.target.type is TargetType.STRING), pair.source.name


def test_opportunities_are_offered_or_explained_and_ticked_as_documented():
    table, entity = recorded("opportunity"), Entity.OPPORTUNITY
    with (_ROOT / "resources" / "rehearsal" / "marketo_fields.csv").open(encoding="utf-8", newline="") as stream:
        fields = tuple(
            TargetField(
                row["name"],
                row["label"],
                TargetType(row["type"]),
                int(row["length"]) if row["length"] else None,
                "readonly" not in row["flags"],
            )
            for row in csv.DictReader(stream)
            if row["object"] == "opportunity"
        )
    targets = {Target.OPPORTUNITY: TargetSchema(Target.OPPORTUNITY, fields)}
    rows = offers(table, targets, default_targets())
    assert {row.field.name for row in rows} == {field.name for field in table.fields}
    for row in rows:
        assert row.target or row.is_filter or row.reason or row.note, row.field.name
    ticked = {row.field.name for row in rows if row.preselected}
    assert ticked == (documented("opportunity") | {"createdon"}) & {field.name for field in table.fields}
    assert any("opportunity field of this meaning, and none can be added" in str(row.note) for row in rows)
    choices = tuple(row.suggested for row in rows if row.selectable and row.target)
    pairs = build_mapping({entity: rows}, {entity: choices}, {**targets, **PERSONS}, use_filter=True).entities[entity]
    assert len(pairs.fields) == len(choices)
    assert all(accepts(pair.source, pair.target.type, pair.form) for pair in pairs.fields)
    assert [one for one in problems_of(choices, table, targets, rows) if one.blocking] == []
