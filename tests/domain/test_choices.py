"""Choosing targets, forms and directions, and what is said about a wrong choice."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dynsync_gui.domain.choice import Direction, FieldChoice, Form, Overwrite, TooLong
from dynsync_gui.domain.choice_changes import changes
from dynsync_gui.domain.mapping import (
    DefaultTarget,
    accepts,
    build_mapping,
    directions,
    forms,
    new_field_options,
    offers,
    problems_of,
    sentence,
    target_options,
)
from dynsync_gui.domain.schema import (
    PEOPLE,
    Entity,
    EntitySchema,
    FieldType,
    Option,
    SourceField,
    System,
    Target,
    TargetField,
    TargetSchema,
    TargetType,
)
from dynsync_gui.domain.settings import FieldSettings

PERSONS = TargetSchema(
    Target.PERSON,
    (
        TargetField("firstName", "First Name", TargetType.STRING, 255),
        TargetField("email", "Email", TargetType.EMAIL, 255),
        TargetField("mktoPersonNotes", "Person Notes", TargetType.TEXT),
        TargetField("leadScore", "Score", TargetType.INTEGER),
        TargetField("unsubscribed", "Unsubscribed", TargetType.BOOLEAN),
        TargetField("company", "Company Name", TargetType.STRING, 255),
        TargetField("department", "Department", TargetType.STRING, 255),
        TargetField("createdAt", "Created At", TargetType.DATETIME, updateable=False),
        TargetField("dynamicsId", "Dynamics Id", TargetType.STRING, 255),
    ),
)
COMPANIES = TargetSchema(Target.COMPANY, (TargetField("company", "Company Name", TargetType.STRING, 255),))
DEALS = TargetSchema(
    Target.OPPORTUNITY,
    (TargetField("name", "Name", TargetType.STRING, 255), TargetField("amount", "Amount", TargetType.CURRENCY)),
)
TARGETS = {Target.PERSON: PERSONS, Target.COMPANY: COMPANIES, Target.OPPORTUNITY: DEALS}
SIZES = (Option(1, "Small", {1033: "Small", 1031: "Klein"}), Option(2, "Big", {1033: "Big", 1031: "Groß"}))
LEAD = EntitySchema(
    Entity.LEAD,
    "Lead",
    "leads",
    "leadid",
    (
        SourceField("leadid", "Lead", FieldType.UNIQUEIDENTIFIER),
        SourceField("firstname", "First", FieldType.STRING, 50, required=True),
        SourceField("emailaddress1", "E-mail", FieldType.STRING, 100, "Email"),
        SourceField("department", "Department", FieldType.STRING, 100),
        SourceField("description", "Notes", FieldType.MEMO, 4000),
        SourceField("new_size", "Size", FieldType.PICKLIST, options=SIZES),
        SourceField("donotbulkemail", "No mail", FieldType.BOOLEAN, options=(Option(1, "Nein"), Option(0, "Ja"))),
        SourceField("revenue", "Revenue", FieldType.MONEY),
        SourceField("revenue_base", "Revenue (Base)", FieldType.MONEY, writable=False),
        SourceField("budget", "Budget", FieldType.MONEY),
        SourceField("ownerid", "Owner", FieldType.OWNER, required=True, targets=("systemuser", "team")),
        SourceField("statecode", "State", FieldType.STATE, required=True, options=SIZES),
        SourceField("createdon", "Created", FieldType.DATETIME, writable=False),
        SourceField("entityimage", "Picture", FieldType.IMAGE),
        SourceField("new_synctomkto", "Sync", FieldType.BOOLEAN),
    ),
)
DEFAULTS = (
    DefaultTarget(Entity.LEAD, "firstname", "firstName", "First"),
    DefaultTarget(Entity.LEAD, "emailaddress1", "email", "Email"),
    DefaultTarget(Entity.LEAD, "donotbulkemail", "unsubscribed", "Unsubscribed"),
)
ROWS = offers(LEAD, TARGETS, DEFAULTS)


def built(*choices: FieldChoice, language: int = 0):
    mapping = build_mapping({Entity.LEAD: ROWS}, {Entity.LEAD: choices}, TARGETS, use_filter=True, language=language)
    return {pair.target.name: pair for pair in mapping.entities[Entity.LEAD].fields}, mapping.new_fields


def told(*choices: FieldChoice) -> list[str]:
    return [str(one.title) for one in problems_of(choices, LEAD, TARGETS, ROWS) if one.blocking]


def options(name: str, choice: FieldChoice | None = None) -> dict[str, str]:
    row = next(row for row in ROWS if row.field.name == name)
    return {one.name: str(one.reason) for one in target_options(row, LEAD, TARGETS, {"firstName"}, choice)}


def test_a_field_of_the_same_name_is_suggested_and_not_ticked():
    row = next(row for row in ROWS if row.field.name == "department")
    assert (row.target, row.new, row.preselected) == ("department", None, False)


def test_targets_that_cannot_be_taken_say_why():
    got = options("department")
    assert got["department"] == got["mktoPersonNotes"] == got["email"] == ""
    assert "Another field" in got["firstName"]
    assert "on the company" in got["company"]
    assert "other programs" in got["createdAt"]
    assert "another kind" in got["leadScore"]
    assert "itself" in got["dynamicsId"]
    assert next(iter(got)) in {"department", "email", "mktoPersonNotes"}, "what can be taken comes first"


def test_long_text_goes_to_text_areas_unless_it_is_cut_or_left_out():
    assert options("description")["mktoPersonNotes"] == ""
    cut = options("description", FieldChoice("description", too_long=TooLong.TRIM))
    refused = options("description", FieldChoice("description"))
    assert (cut["department"], "255" in refused["department"]) == ("", True)
    assert told(FieldChoice("description", target="department"))
    for rule in (TooLong.TRIM, TooLong.LEAVE_OUT):
        assert not told(FieldChoice("description", target="department", too_long=rule))


def test_who_asks_for_a_new_field_gets_one_whatever_is_suggested():
    pairs, new = built(FieldChoice("description", create=TargetType.STRING, label="Short", too_long=TooLong.TRIM))
    assert [(one.name, one.label) for one in new] == [("ms_description", "Short")]
    assert list(pairs) == ["ms_description"]


def test_the_form_decides_what_takes_a_value():
    value = FieldChoice("new_size", form=Form.VALUE)
    assert options("new_size", value)["leadScore"] == ""
    assert options("new_size")["leadScore"] != ""
    label = FieldChoice("donotbulkemail", form=Form.LABEL)
    assert (options("donotbulkemail", label)["unsubscribed"] != "", options("donotbulkemail", label)["department"]) == (
        True,
        "",
    )


def test_a_lookup_may_be_chosen_as_name_and_as_id():
    pairs, new = built(FieldChoice("ownerid"), FieldChoice("ownerid", form=Form.ID))
    assert {name: pair.form for name, pair in pairs.items()} == {"ms_ownerid": Form.NAME, "ms_ownerid_id": Form.ID}
    assert [one.name for one in new] == ["ms_ownerid", "ms_ownerid_id"]


def test_money_is_taken_as_entered_or_from_its_base_column():
    pairs, _ = built(FieldChoice("revenue"), FieldChoice("revenue", target="ms_base", create=TargetType.CURRENCY))
    assert {pair.source.name for pair in pairs.values()} == {"revenue"}
    pairs, _ = built(FieldChoice("revenue", form=Form.BASE))
    assert [pair.source.name for pair in pairs.values()] == ["revenue_base"]
    assert built(FieldChoice("budget", form=Form.BASE))[0] == {}
    assert told(FieldChoice("budget", form=Form.BASE))


def test_labels_are_of_the_chosen_language():
    pairs, _ = built(FieldChoice("new_size"), language=1031)
    (pair,) = pairs.values()
    assert pair.source.option_label(2, pair.language) == "Groß"


@given(st.sampled_from([field for field in LEAD.fields if field.type is not FieldType.IMAGE]), st.sampled_from(Form))
def test_a_field_that_can_be_created_takes_the_values(source, form):
    for kind in new_field_options(source, form):
        assert accepts(source, kind, form)
        choice = FieldChoice(source.name, "mine", kind, form=form, too_long=TooLong.TRIM)
        pairs, new = built(choice)
        row = next(row for row in ROWS if row.field is source)
        base = form is Form.BASE and source.name != "revenue"
        if row.selectable and not row.is_filter and not base:
            assert pairs["mine"].target.type is kind
            assert pairs["mine"].new
            assert [one.type for one in new if one.name == "mine"] == [kind]


def test_the_suggested_type_of_a_new_field_comes_first():
    email, size, revenue = LEAD.fields[2], LEAD.fields[5], LEAD.fields[7]
    assert new_field_options(email)[0] is TargetType.EMAIL
    assert new_field_options(size) == (TargetType.STRING,)
    assert new_field_options(revenue)[0] is TargetType.CURRENCY
    assert TargetType.TEXT not in new_field_options(LEAD.fields[4])
    assert forms(size) == (Form.LABEL, Form.VALUE)


def test_direction_and_winner_are_the_documented_ones_unless_chosen():
    pairs, _ = built(FieldChoice("firstname"), FieldChoice("department", direction=Direction.BOTH))
    assert (pairs["firstName"].direction, pairs["firstName"].winner) == (Direction.BOTH, System.MARKETO)
    assert pairs["department"].direction is Direction.BOTH
    contact = EntitySchema(Entity.CONTACT, "Contact", "contacts", "contactid", LEAD.fields)
    rows = offers(contact, TARGETS, DEFAULTS)
    choice = {Entity.CONTACT: (FieldChoice("department"),)}
    mapping = build_mapping({Entity.CONTACT: rows}, choice, TARGETS, use_filter=True)
    assert mapping.entities[Entity.CONTACT].fields[0].winner is System.DYNAMICS


def test_people_travel_both_ways_by_default_once_the_engine_can(monkeypatch):
    monkeypatch.setattr("dynsync_gui.domain.mapping.ways.TWO_WAY", frozenset(PEOPLE))
    pairs, _ = built(FieldChoice("firstname"), FieldChoice("createdon"), FieldChoice("ownerid"))
    assert {name: pair.direction for name, pair in pairs.items()} == {
        "firstName": Direction.BOTH,
        "ms_createdon": Direction.TO_MARKETO,
        "ms_ownerid": Direction.TO_MARKETO,
    }


@pytest.mark.parametrize("name", ["ownerid", "statecode", "createdon"])
def test_what_cannot_come_back_travels_one_way(name):
    source = next(field for field in LEAD.fields if field.name == name)
    kind = TargetType.DATETIME if name == "createdon" else TargetType.STRING
    target = TargetField("x", "X", kind, 255)
    assert directions(Entity.LEAD, source, target, FieldChoice(name)) == (Direction.TO_MARKETO,)
    both = FieldChoice(name, "x", kind, direction=Direction.BOTH)
    assert "cannot travel" in told(both)[0]


def test_accounts_travel_one_way_and_read_only_fields_the_other():
    text, target = SourceField("name", "Name", FieldType.STRING, 100), TargetField("x", "X", TargetType.STRING, 255)
    assert directions(Entity.ACCOUNT, text, target, FieldChoice("name")) == (Direction.TO_MARKETO,)
    score = TargetField("score", "Score", TargetType.SCORE, updateable=False)
    number = SourceField("new_score", "Score", FieldType.INTEGER)
    assert directions(Entity.LEAD, number, score, FieldChoice("new_score")) == (Direction.TO_DYNAMICS,)


@pytest.mark.parametrize(
    ("choice", "words"),
    [
        (FieldChoice("firstnam"), "no field “firstnam”"),
        (FieldChoice("entityimage"), "Pictures"),
        (FieldChoice("department", target="departmnt"), "no field “departmnt”"),
        (FieldChoice("department", target="leadScore"), "another kind"),
        (FieldChoice("revenue", form=Form.LABEL), "no target yet"),
    ],
)
def test_wrong_choices_are_named_and_not_built(choice, words):
    (title,) = told(choice)
    assert words in title
    assert built(choice)[0] == {}


def test_two_fields_do_not_go_to_one_target():
    choices = (FieldChoice("firstname"), FieldChoice("department", target="firstName"))
    assert "goes to “First Name” already" in told(*choices)[0]
    assert list(built(*choices)[0]) == ["firstName"]


def test_gaps_are_told():
    deal = EntitySchema(
        Entity.OPPORTUNITY, "Deal", "opportunities", "opportunityid", (SourceField("value", "V", FieldType.MONEY),)
    )
    found = problems_of((FieldChoice("value", "amount"),), deal, TARGETS)
    assert [(one.field, one.blocking) for one in found] == [("", True)]
    back = problems_of((FieldChoice("department", direction=Direction.TO_DYNAMICS),), LEAD, TARGETS, ROWS)
    assert {one.field: one.blocking for one in back} == {"": False, "firstname": False}


def test_an_opportunity_field_cannot_be_added():
    deal = EntitySchema(
        Entity.OPPORTUNITY, "Deal", "opportunities", "opportunityid", (SourceField("day", "Day", FieldType.DATE),)
    )
    (row,) = offers(deal, TARGETS, ())
    assert not row.selectable
    assert "opportunity" in str(row.reason)


def test_more_new_fields_than_marketo_allows_are_told():
    fields = tuple(SourceField(f"new_{n}", f"N {n}", FieldType.STRING, 20) for n in range(101))
    many = EntitySchema(Entity.LEAD, "Lead", "leads", "leadid", fields)
    choices = tuple(FieldChoice(field.name) for field in fields)
    assert [one.field for one in problems_of(choices, many, TARGETS) if one.blocking] == [""]
    assert not [one for one in problems_of(choices[:100], many, TARGETS) if one.blocking]


@pytest.mark.parametrize(
    ("entity", "choice", "text"),
    [
        (
            Entity.LEAD,
            FieldChoice("jobtitle"),
            "Dynamics and Marketo fill Job Title. If both changed, Marketo wins.",
        ),
        (Entity.LEAD, FieldChoice("jobtitle", direction=Direction.TO_MARKETO), "Dynamics fills Job Title."),
        (
            Entity.LEAD,
            FieldChoice("jobtitle", direction=Direction.BOTH),
            "Dynamics and Marketo fill Job Title. If both changed, Marketo wins.",
        ),
        (
            Entity.CONTACT,
            FieldChoice("jobtitle", direction=Direction.BOTH, overwrite=Overwrite.NOT_BY_EMPTY),
            "Dynamics and Marketo fill Job Title. If both changed, Dynamics wins. An empty value changes nothing.",
        ),
        (
            Entity.LEAD,
            FieldChoice("jobtitle", direction=Direction.TO_DYNAMICS, overwrite=Overwrite.ONLY_EMPTY),
            "Marketo's Job Title fills Dynamics. Only an empty field is filled.",
        ),
    ],
)
def test_a_choice_is_a_sentence(entity, choice, text):
    assert str(sentence(entity, choice, "Job Title")) == text


def test_what_changed_between_two_choices_is_said():
    first, ids = FieldChoice("firstname"), FieldChoice("ownerid", form=Form.ID)
    was = FieldSettings({Entity.LEAD: (first, ids)})
    now = FieldSettings({Entity.LEAD: (FieldChoice("firstname", target="department"), FieldChoice("ownerid"))})
    assert [str(one).split(".")[0] for one in changes(was, now)] == [
        "lead: firstname changed",
        "lead: ownerid added",
        "lead: ownerid removed",
    ]
    assert changes(was, was) == ()
    assert len(changes(was, FieldSettings(filter=False, language=1031, filtered_list="x"))) == 4
