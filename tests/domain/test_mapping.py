from dynsync_gui.domain.choice import FieldChoice, TooLong
from dynsync_gui.domain.mapping import DefaultTarget, build_mapping, offers, unknown_choices
from dynsync_gui.domain.schema import (
    KEY_FIELD,
    Entity,
    EntitySchema,
    FieldType,
    SourceField,
    Target,
    TargetField,
    TargetSchema,
    TargetType,
)

PERSONS = TargetSchema(
    Target.PERSON,
    (
        TargetField("firstName", "First Name", TargetType.STRING, 255),
        TargetField("email", "Email", TargetType.EMAIL, 255),
        TargetField("priority", "Priority", TargetType.INTEGER, updateable=False),
    ),
)
COMPANIES = TargetSchema(
    Target.COMPANY,
    (
        TargetField("company", "Company Name", TargetType.STRING, 255),
        TargetField("annualRevenue", "Annual Revenue", TargetType.CURRENCY),
    ),
)
TARGETS = {Target.PERSON: PERSONS, Target.COMPANY: COMPANIES}
DEFAULTS = (
    DefaultTarget(Entity.LEAD, "firstname", "firstName", "First"),
    DefaultTarget(Entity.LEAD, "companyname", "company", "Company"),
    DefaultTarget(Entity.LEAD, "subject", "microsoftTopic", "Microsoft Topic"),
    DefaultTarget(Entity.ACCOUNT, "name", "company", "Company"),
    DefaultTarget(Entity.ACCOUNT, "accountnumber", "microsoftAccountNumber", "Microsoft Account Number"),
)


def table(entity: Entity, *fields: SourceField) -> EntitySchema:
    return EntitySchema(entity, entity.value, f"{entity.value}s", f"{entity.value}id", fields)


def rows(entity: Entity, *fields: SourceField):
    return {row.field.name: row for row in offers(table(entity, *fields), TARGETS, DEFAULTS)}


def test_documented_fields_are_ticked_and_others_are_offered():
    got = rows(
        Entity.LEAD,
        SourceField("new_region", "Region", FieldType.PICKLIST),
        SourceField("firstname", "First Name", FieldType.STRING, 50),
        SourceField("subject", "Topic", FieldType.STRING, 300),
    )
    assert got["firstname"].preselected
    assert got["firstname"].target == "firstName"
    assert got["firstname"].new is None
    assert not got["new_region"].preselected
    assert got["new_region"].new.name == "ms_new_region"
    assert not got["subject"].preselected
    assert got["subject"].suggested == FieldChoice("subject", too_long=TooLong.TRIM)
    assert got["subject"].note


def test_company_fields_never_travel_on_a_person():
    got = rows(Entity.LEAD, SourceField("companyname", "Company", FieldType.STRING, 100))
    assert got["companyname"].preselected
    assert got["companyname"].target not in {field.name for field in COMPANIES.fields}
    assert got["companyname"].note


def test_what_cannot_be_synced_says_why():
    got = rows(
        Entity.LEAD,
        SourceField("photo", "Photo", FieldType.IMAGE),
        SourceField("hidden", "Hidden", FieldType.STRING, readable=False),
        SourceField("secret", "Secret", FieldType.STRING, secured=True),
        SourceField("leadid", "Id", FieldType.UNIQUEIDENTIFIER),
    )
    assert all(row.reason and not row.selectable for row in got.values())


def test_accounts_take_only_existing_company_fields():
    got = rows(
        Entity.ACCOUNT,
        SourceField("name", "Name", FieldType.STRING, 160),
        SourceField("accountnumber", "Number", FieldType.STRING, 20),
    )
    assert got["name"].target == "company"
    assert (got["accountnumber"].target, got["accountnumber"].preselected) == ("", False)
    assert got["accountnumber"].note


def test_the_filter_field_is_read_and_never_sent():
    fields = (
        SourceField("new_synctomkto", "Sync", FieldType.BOOLEAN),
        SourceField("firstname", "First", FieldType.STRING),
    )
    offered = {Entity.LEAD: tuple(rows(Entity.LEAD, *fields).values())}
    mapping = build_mapping(offered, {}, TARGETS, use_filter=True)
    assert mapping.entities[Entity.LEAD].filter
    assert [pair.target.name for pair in mapping.entities[Entity.LEAD].fields] == ["firstName"]
    assert not build_mapping(offered, {}, TARGETS, use_filter=False).entities[Entity.LEAD].filter


def test_the_key_field_is_made_once_and_new_fields_are_shared_by_lead_and_contact():
    region = SourceField("new_region", "Region", FieldType.STRING, 20)
    offered = {entity: tuple(rows(entity, region).values()) for entity in (Entity.LEAD, Entity.CONTACT)}
    chosen = dict.fromkeys(offered, (FieldChoice("new_region"),))
    mapping = build_mapping(offered, chosen, TARGETS, use_filter=True)
    assert [field.name for field in mapping.new_fields] == [KEY_FIELD, "ms_new_region"]
    known = TargetSchema(
        Target.PERSON, (*PERSONS.fields, TargetField(KEY_FIELD, "Dynamics Id", TargetType.STRING, 255))
    )
    assert KEY_FIELD not in {
        field.name for field in build_mapping(offered, {}, TARGETS | {Target.PERSON: known}, use_filter=True).new_fields
    }


def test_no_marketo_field_is_filled_from_two_columns():
    fields = [SourceField(f"c{n}", "Same", FieldType.STRING, 20) for n in range(5)]
    targets = [row.target for row in rows(Entity.LEAD, *fields).values()]
    assert len(set(targets)) == 5


def test_new_fields_have_a_display_name_each_even_where_columns_share_theirs():
    columns = [SourceField(f"new_{n}", "Region", FieldType.STRING, 20) for n in range(3)]
    offered = {Entity.LEAD: tuple(rows(Entity.LEAD, *columns).values())}
    chosen = {Entity.LEAD: tuple(FieldChoice(column.name) for column in columns)}
    labels = [field.label.casefold() for field in build_mapping(offered, chosen, TARGETS, use_filter=True).new_fields]
    assert len(set(labels)) == len(labels) == 4


def test_the_key_field_gives_way_to_a_display_name_that_is_taken():
    taken = TargetSchema(Target.PERSON, (*PERSONS.fields, TargetField("zz9", "dynamics id", TargetType.STRING, 255)))
    offered = {Entity.LEAD: tuple(rows(Entity.LEAD, SourceField("firstname", "First", FieldType.STRING)).values())}
    (key,) = build_mapping(offered, {}, TARGETS | {Target.PERSON: taken}, use_filter=True).new_fields
    assert key.name == KEY_FIELD
    assert key.label.casefold() != "dynamics id"


def test_a_field_that_differs_in_case_only_is_used_and_not_made_again():
    known = TargetSchema(Target.PERSON, (*PERSONS.fields, TargetField("MicrosoftTopic", "Else", TargetType.STRING, 20)))
    (row,) = offers(
        table(Entity.LEAD, SourceField("subject", "Topic", FieldType.STRING, 50)),
        TARGETS | {Target.PERSON: known},
        DEFAULTS,
    )
    assert (row.target, row.new) == ("MicrosoftTopic", None)


def test_names_that_a_table_does_not_have_come_with_the_nearest_one():
    tables = {Entity.LEAD: table(Entity.LEAD, SourceField("emailaddress1", "E-mail", FieldType.STRING))}
    assert unknown_choices(
        tables, {Entity.LEAD: tuple(map(FieldChoice, ("emailaddress9", "zzz", "emailaddress1")))}
    ) == {Entity.LEAD: (("emailaddress9", "emailaddress1"), ("zzz", ""))}
    assert unknown_choices(tables, {Entity.LEAD: (FieldChoice("emailaddress1"),)}) == {}
