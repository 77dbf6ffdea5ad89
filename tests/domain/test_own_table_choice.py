"""The choice of an own table's columns: what each becomes, what is wrong with it, how it is written down."""

from dataclasses import replace
from datetime import date

import pytest

from dynsync_gui.domain.answers import read_answers, write_answers
from dynsync_gui.domain.choice import Direction, FieldChoice, Form, TooLong
from dynsync_gui.domain.choice_changes import changes
from dynsync_gui.domain.choice_file import own_tables_in, read_choice, write_choice
from dynsync_gui.domain.errors import SettingsError
from dynsync_gui.domain.mapping import build_mapping, own_offers, problems_of
from dynsync_gui.domain.mapping.attributes import MOST_ATTRIBUTES, MOST_LATER
from dynsync_gui.domain.schema import (
    FILTER_FIELD,
    Entity,
    EntitySchema,
    FieldType,
    Option,
    SourceField,
    Target,
    TargetField,
    TargetSchema,
    TargetType,
)
from dynsync_gui.domain.settings import FieldSettings, ObjectSettings, Settings

OWN = Entity("new_ticket")
YES_NO = (Option(0, "No"), Option(1, "Yes"))
FIELDS = (
    SourceField("new_ticketid", "Ticket", FieldType.UNIQUEIDENTIFIER),
    SourceField("new_name", "Name", FieldType.STRING, 100, custom=True),
    SourceField("new_text", "Text", FieldType.STRING, 400, custom=True),
    SourceField("new_notes", "Notes", FieldType.MEMO, 4_000, custom=True),
    SourceField("new_mail", "Mail", FieldType.STRING, 100, "Email", custom=True),
    SourceField("new_site", "Site", FieldType.STRING, 100, "Url", custom=True),
    SourceField("new_open", "Open", FieldType.BOOLEAN, custom=True, options=YES_NO),
    SourceField("new_price", "Price", FieldType.MONEY, custom=True),
    SourceField("new_price_base", "Price (base)", FieldType.MONEY, custom=True),
    SourceField("new_contactid", "Person", FieldType.LOOKUP, custom=True, targets=("contact",)),
    SourceField("new_photo", "Photo", FieldType.IMAGE, custom=True),
    SourceField("new_secret", "Secret", FieldType.STRING, 100, custom=True, secured=True),
    SourceField("createdon", "Created", FieldType.DATETIME),
    SourceField(FILTER_FIELD, "Sync", FieldType.BOOLEAN, custom=True),
)
TABLE = EntitySchema(OWN, "Ticket", "new_tickets", "new_ticketid", FIELDS)
PERSON = {Target.PERSON: TargetSchema(Target.PERSON, ())}
HELD = TargetSchema(
    Target.CUSTOM_OBJECT,
    (
        TargetField("new_name", "Name", TargetType.STRING, 255),
        TargetField("new_text", "Text", TargetType.STRING, 255),
        TargetField("New_Price", "Price", TargetType.DATE),
    ),
)


def rows(held: TargetSchema | None = None):
    return {row.field.name: row for row in own_offers(TABLE, held)}


def pairs(*choices: FieldChoice, held: TargetSchema | None = None):
    offered = {OWN: own_offers(TABLE, held)}
    mapping = build_mapping(offered, {OWN: choices} if choices else {}, PERSON, use_filter=True)
    return {pair.target.name: pair for pair in mapping.entities[OWN].fields}


def test_every_column_is_offered_or_explained():
    got = rows()
    assert got.keys() == {field.name for field in FIELDS}
    assert {name for name, row in got.items() if not row.selectable} == {"new_ticketid", "new_photo", "new_secret"}
    assert all(row.reason for row in got.values() if not row.selectable)
    ticked = {name for name, row in got.items() if row.preselected and not row.is_filter}
    assert ticked == {"new_name", "new_text", "new_notes", "new_mail", "new_site", "new_open", "new_price"}
    assert got[FILTER_FIELD].is_filter


def test_each_attribute_has_the_type_that_its_values_need():
    kinds = {name: pair.target.type for name, pair in pairs().items()}
    assert kinds == {
        "new_name": TargetType.STRING,
        "new_text": TargetType.TEXT,
        "new_notes": TargetType.TEXT,
        "new_mail": TargetType.EMAIL,
        "new_site": TargetType.STRING,
        "new_open": TargetType.BOOLEAN,
        "new_price": TargetType.CURRENCY,
    }
    label = pairs(FieldChoice("new_open", form=Form.LABEL), FieldChoice("new_price", form=Form.BASE))
    assert label["new_open"].target.type is TargetType.STRING
    assert label["new_price"].source.name == "new_price_base"
    lookup = pairs(FieldChoice("new_contactid"), FieldChoice("new_contactid", form=Form.ID))
    assert {name: pair.form for name, pair in lookup.items()} == {
        "new_contactid": Form.NAME,
        "new_contactid_id": Form.ID,
    }
    assert all(pair.direction is Direction.TO_MARKETO for pair in (*label.values(), *lookup.values()))


def test_an_attribute_that_is_there_keeps_its_type_or_refuses_the_column():
    got = pairs(FieldChoice("new_name"), FieldChoice("new_text"), FieldChoice("new_price"), held=HELD)
    assert {name: pair.target.type for name, pair in got.items()} == {
        "new_name": TargetType.STRING,
        "new_text": TargetType.STRING,
    }
    choices = FieldChoice("new_text"), FieldChoice("new_price")
    (problem,) = problems_of(choices, TABLE, PERSON, own_offers(TABLE, HELD))
    assert (problem.field, problem.blocking) == ("new_price", True)
    assert "another kind of value" in str(problem.title)
    assert "Added to the custom object" in str(rows(HELD)["new_mail"].note)


@pytest.mark.parametrize(
    "choice",
    [
        FieldChoice("new_name", target="another"),
        FieldChoice("new_name", create=TargetType.STRING),
        FieldChoice("new_name", label="Called otherwise"),
        FieldChoice("new_name", direction=Direction.BOTH),
        FieldChoice("new_gone"),
        FieldChoice("new_photo"),
    ],
)
def test_what_cannot_be_chosen_is_said_and_left_out(choice: FieldChoice):
    (problem,) = problems_of((choice,), TABLE, PERSON, own_offers(TABLE))
    assert problem.blocking
    assert problem.cure
    assert pairs(choice) == {} or choice.direction is Direction.BOTH


def test_a_custom_object_has_room_for_so_many():
    many = tuple(SourceField(f"new_c{n}", f"C {n}", FieldType.STRING, 50, custom=True) for n in range(60))
    table = replace(TABLE, fields=many)
    offered = own_offers(table)
    assert sum(row.preselected for row in offered) == MOST_ATTRIBUTES
    choices = tuple(FieldChoice(field.name) for field in many)
    assert problems_of(choices[:MOST_ATTRIBUTES], table, PERSON, offered) == ()
    (problem,) = problems_of(choices[: MOST_ATTRIBUTES + 1], table, PERSON, offered)
    assert (problem.field, problem.blocking) == ("", True)
    held = TargetSchema(Target.CUSTOM_OBJECT, (TargetField("new_c0", "C 0", TargetType.STRING, 255),))
    used = own_offers(table, held)
    assert problems_of(choices[: MOST_LATER + 1], table, PERSON, used) == ()
    (problem,) = problems_of(choices[: MOST_LATER + 2], table, PERSON, used)
    assert f"takes {MOST_LATER} more" in str(problem.title)


def test_a_choice_alone_lets_the_table_be_synced_and_an_empty_one_does_not():
    chosen = {OWN: (FieldChoice("new_name"),), Entity("new_other"): (), Entity.LEAD: (FieldChoice("firstname"),)}
    settings = Settings(fields=FieldSettings(chosen), objects=ObjectSettings(custom=("new_plain", "new_other")))
    assert settings.synced_objects.custom == ("new_plain", "new_ticket")


def test_the_answers_name_it_with_a_list_or_as_default():
    fields = {"new_ticket": ["new_name", {"name": "new_open", "form": "label"}], "new_plain": "default"}
    settings = read_answers({"fields": fields, "objects": {"custom": ["new_named"]}})
    assert settings.synced_objects.custom == ("new_named", "new_plain", "new_ticket")
    assert read_answers(write_answers(settings)) == settings


def test_its_choice_travels_in_a_file_by_itself():
    fields = FieldSettings({OWN: (FieldChoice("new_name"), FieldChoice("new_notes", too_long=TooLong.TRIM))})
    text = write_choice(fields, ("new_plain",))
    assert set(own_tables_in(text)) == {"new_plain", "new_ticket"}
    plain = Entity("new_plain")
    tables = {OWN: TABLE, plain: replace(TABLE, entity=plain)}
    offered = {entity: own_offers(table) for entity, table in tables.items()}
    taken = read_choice(text, tables, PERSON, offered)
    assert taken.chosen[OWN] == fields.chosen[OWN]
    ticked = {row.field.name for row in offered[plain] if row.preselected and not row.is_filter}
    assert {choice.name for choice in taken.chosen[plain]} == ticked
    with pytest.raises(SettingsError) as caught:
        read_choice(text.replace('"new_name"', '"new_nam"'), tables, PERSON, offered)
    assert str(caught.value.finding.title).startswith("Line 1")
    with pytest.raises(SettingsError, match="choice-file"):
        read_choice(text, {}, PERSON, {})


def test_a_day_to_come_is_refused_with_its_line():
    fields = FieldSettings({OWN: (FieldChoice("new_name", since=date(2030, 1, 2)),)})
    text, offered = write_choice(fields), {OWN: own_offers(TABLE)}
    assert read_choice(text, {OWN: TABLE}, PERSON, offered, date(2030, 1, 2)) == fields
    with pytest.raises(SettingsError) as caught:
        read_choice(text, {OWN: TABLE}, PERSON, offered, date(2030, 1, 1))
    assert "“new_name” is to be filled" in str(caught.value.finding.title)
    assert str(caught.value.finding.title).startswith("Line ")


def test_the_history_says_that_it_came_and_went():
    none, one = FieldSettings(), FieldSettings({OWN: (FieldChoice("new_name"), FieldChoice("new_open"))})
    less = FieldSettings({OWN: (FieldChoice("new_name"),)})
    assert [str(line) for line in changes(none, one)] == ["new_ticket: synced, with 2 columns."]
    assert [str(line) for line in changes(one, less)] == ["new_ticket: new_open removed."]
    assert [str(line) for line in changes(less, none)] == ["new_ticket: no longer synced."]
    assert [str(line) for line in changes(less, FieldSettings({OWN: ()}))] == ["new_ticket: no longer synced."]


@pytest.mark.parametrize("name", ["new_contact", "crm_account", "x_leads", "new_opportunity", "new_filter"])
def test_an_own_table_may_be_called_almost_as_a_standard_one(name: str) -> None:
    settings = replace(Settings(), fields=FieldSettings({Entity(name): (FieldChoice("new_name"),)}))
    assert read_answers(write_answers(settings)).fields == settings.fields
