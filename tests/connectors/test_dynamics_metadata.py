"""What Dataverse says about its tables, with everything that may be missing missing."""

from __future__ import annotations

import gettext
from collections.abc import Iterator

import pytest

from dynsync_gui.connectors.dynamics.labels import option_label, shown_label
from dynsync_gui.connectors.dynamics.metadata import type_of
from dynsync_gui.connectors.dynamics.reader import DataverseReader
from dynsync_gui.connectors.http.retry import brief
from dynsync_gui.domain.checks import Check, CheckState, EnvironmentKind
from dynsync_gui.domain.errors import TemporaryFailure
from dynsync_gui.domain.schema import Entity, FieldType, Option
from dynsync_gui.domain.text import use_language

from .dynamics_script import ROOT, DynamicsScript


def label(user: str | None = None, **by_locale: str) -> dict[str, object]:
    rows = [{"Label": text, "LanguageCode": int(code[1:])} for code, text in by_locale.items()]
    return {"LocalizedLabels": rows, "UserLocalizedLabel": {"Label": user, "LanguageCode": 1030} if user else None}


NAMES = label("Kunde", L1033="Customer", L1036="Client")


@pytest.mark.parametrize(("language", "shown"), [("en", "Customer"), ("fr", "Client")])
def test_names_follow_the_language_of_dynsync(language: str, shown: str) -> None:
    use_language(language, gettext.NullTranslations())
    assert shown_label(NAMES, "Fallback") == shown


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        (label("Kunde", L1031="Kunde!"), "Kunde"),
        (label(None, L1031="Kunde!"), "Kunde!"),
        (label(None, L1036="Client", L1033="Customer"), "Customer"),
        (label(), "Fallback"),
        ({"LocalizedLabels": None, "UserLocalizedLabel": None}, "Fallback"),
        ({"LocalizedLabels": [{"Label": None, "LanguageCode": 1033}]}, "Fallback"),
        (None, "Fallback"),
    ],
)
def test_labels_that_lack_parts(given: object, shown: str) -> None:
    assert shown_label(given, "Fallback") == shown


def test_choices_are_named_as_dynamics_shows_them() -> None:
    assert option_label(NAMES, 7) == "Kunde"
    assert option_label(label(), 7) == "7"


@pytest.mark.parametrize(
    ("row", "kind"),
    [
        ({"AttributeType": "Virtual", "AttributeTypeName": {"Value": "MultiSelectPicklistType"}}, "multiselect"),
        ({"AttributeType": "Virtual", "AttributeTypeName": {"Value": "ImageType"}}, "image"),
        ({"AttributeType": "Virtual", "AttributeTypeName": {"Value": "VirtualType"}}, "virtual"),
        ({"AttributeType": "String", "AttributeTypeName": None}, "string"),
        ({"@odata.type": "#Microsoft.Dynamics.CRM.MemoAttributeMetadata", "AttributeType": "Virtual"}, "memo"),
        ({"AttributeType": "CalendarRules"}, "other"),
    ],
)
def test_types(row: dict, kind: str) -> None:
    assert type_of(row) == FieldType(kind)


def column(name: str, kind: str, **more: object) -> dict[str, object]:
    return {
        "LogicalName": name,
        "SchemaName": name.title(),
        "AttributeType": kind,
        "AttributeTypeName": {"Value": f"{kind}Type"},
        "DisplayName": label(None, L1033=f"The {name}"),
        "RequiredLevel": {"Value": "None"},
        "IsValidForRead": True,
        "IsValidODataAttribute": True,
        "AttributeOf": None,
        **more,
    }


def option(value: int, text: str) -> dict[str, object]:
    return {"Value": value, "Label": label(text)}


COLUMNS = [
    column("contactid", "Uniqueidentifier", RequiredLevel={"Value": "SystemRequired"}),
    column("lastname", "String", RequiredLevel={"Value": "ApplicationRequired"}, IsSecured=True),
    column("notes", "Memo", SourceType=1),
    column("gendercode", "Picklist"),
    column("new_tags", "MultiSelectPicklist", IsCustomAttribute=True),
    column("birthdate", "DateTime"),
    column("createdon", "DateTime"),
    column("new_slot", "DateTime"),
    column("donotemail", "Boolean"),
    column("parentcustomerid", "Customer", IsValidForUpdate=False),
    column("parentcustomeridname", "String", AttributeOf="parentcustomerid"),
    column("entityimage_secret", "String", IsValidODataAttribute=False),
    column("blank", "Integer", DisplayName=None),
]
CASTS = {
    "String": [{"LogicalName": "lastname", "MaxLength": 50, "FormatName": {"Value": "Text"}}],
    "Memo": [{"LogicalName": "notes", "MaxLength": 2000}],
    "Picklist": [{"LogicalName": "gendercode", "OptionSet": {"Options": [option(1, "A"), option(192350000, "B")]}}],
    "MultiSelectPicklist": [
        {"LogicalName": "new_tags", "OptionSet": None, "GlobalOptionSet": {"Options": [option(3, "C")]}}
    ],
    "DateTime": [
        {"LogicalName": "birthdate", "DateTimeBehavior": {"Value": "DateOnly"}, "Format": "DateOnly"},
        {"LogicalName": "createdon", "DateTimeBehavior": {"Value": "UserLocal"}, "Format": "DateOnly"},
        {"LogicalName": "new_slot", "DateTimeBehavior": {"Value": "TimeZoneIndependent"}, "Format": "DateAndTime"},
    ],
    "Boolean": [
        {
            "LogicalName": "donotemail",
            "OptionSet": {
                "TrueOption": {"Value": 1, "Label": label("Nej", L1033="Do Not Allow")},
                "FalseOption": {"Value": 0, "Label": label("Ja", L1033="Allow")},
            },
        }
    ],
    "Lookup": [{"LogicalName": "parentcustomerid", "Targets": ["account", "contact"]}],
}
TABLE = {
    "LogicalName": "contact",
    "EntitySetName": "contacts",
    "PrimaryIdAttribute": "contactid",
    "DisplayName": label(None, L1033="Contact"),
    "ChangeTrackingEnabled": True,
}


@pytest.fixture
def script(forge) -> DynamicsScript:
    made = DynamicsScript(forge)
    for cast, rows in CASTS.items():
        made.answers[f".{cast}AttributeMetadata"] = lambda exchange, rows=rows: exchange.reply({"value": rows})
    made.answers["/Attributes"] = lambda exchange: exchange.reply({"value": COLUMNS})
    made.answers["EntityDefinitions("] = lambda exchange: exchange.reply(TABLE)
    return made


@pytest.fixture
def reader(script: DynamicsScript) -> Iterator[DataverseReader]:
    made = script.reader()
    made.identity()
    yield made
    made.close()


def test_a_table(script: DynamicsScript, reader: DataverseReader) -> None:
    schema = reader.describe(Entity.CONTACT)
    assert (schema.label, schema.entity_set, schema.primary_id) == ("Contact", "contacts", "contactid")
    by_name = {field.name: field for field in schema.fields}
    assert "parentcustomeridname" not in by_name
    lastname = by_name["lastname"]
    assert (lastname.label, lastname.max_length, lastname.format) == ("The lastname", 50, "Text")
    assert lastname.required
    assert lastname.secured
    assert (by_name["notes"].max_length, by_name["notes"].calculated) == (2000, True)
    assert by_name["gendercode"].options == (Option(1, "A"), Option(192350000, "B"))
    assert by_name["new_tags"].options == (Option(3, "C"),)
    assert by_name["new_tags"].custom
    assert (by_name["birthdate"].type, by_name["createdon"].type) == (FieldType.DATE, FieldType.DATETIME)
    assert (by_name["birthdate"].behavior, by_name["createdon"].behavior) == ("DateOnly", "UserLocal")
    assert (by_name["new_slot"].type, by_name["new_slot"].behavior) == (FieldType.DATETIME, "TimeZoneIndependent")
    assert by_name["donotemail"].option_label(1) == "Nej"
    assert by_name["donotemail"].option_label(1, 1033) == "Do Not Allow"
    assert by_name["donotemail"].option_label(0, 1036) == "Ja", "a language that is missing falls back to the user's"
    assert not by_name["parentcustomerid"].writable
    assert by_name["lastname"].writable
    assert by_name["parentcustomerid"].targets == ("account", "contact")
    assert by_name["blank"].label == "Blank"
    assert not by_name["entityimage_secret"].readable
    assert "entityimage_secret" not in reader.columns(Entity.CONTACT)
    assert "lastname" in reader.columns(Entity.CONTACT)
    casts = [request for request in script.server.requests if "AttributeMetadata" in request.target]
    assert len(casts) == len(CASTS), "only the casts that the columns need are asked for"


def test_no_list_is_no_table(script: DynamicsScript, reader: DataverseReader, monkeypatch) -> None:
    monkeypatch.setattr("dynsync_gui.connectors.dynamics.reader.patient", lambda: brief(2.0))
    script.answers[".MemoAttributeMetadata"] = lambda exchange: exchange.reply({"value": None})
    with pytest.raises(TemporaryFailure):
        reader.describe(Entity.CONTACT)


def privileges(depth: str, name: str = "prvReadContact"):
    rows = [{"Depth": depth, "PrivilegeName": name}]
    return lambda exchange: exchange.reply({"RolePrivileges": rows})


def checked(reader: DataverseReader) -> dict[str, Check]:
    seen: list[Check] = []
    checks = reader.check([Entity.CONTACT], seen.append)
    assert tuple(seen[1::2]) == checks
    assert {check.state for check in seen[::2]} == {CheckState.PENDING}
    return {check.id: check for check in checks}


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        (privileges("Global"), "passed"),
        (privileges("Local"), "attention"),
        (privileges("Global", "prvReadLead"), "attention"),
        (lambda exchange: exchange.reply({"error": {"code": "0x80040220", "message": "no"}}, 403), "skipped"),
        (lambda exchange: exchange.reply({"RolePrivileges": [{"Depth": "Global", "PrivilegeId": "x"}]}), "skipped"),
    ],
)
def test_how_far_the_rights_of_the_user_reach(
    script: DynamicsScript, reader: DataverseReader, answer, state: str
) -> None:
    script.answers["RetrieveUserPrivileges"] = answer
    checks = checked(reader)
    assert checks["dynamics.reach.contact"].state == state
    assert list(checks) == [
        "dynamics.address",
        "dynamics.clock",
        "dynamics.sign-in",
        "dynamics.user",
        "dynamics.roles",
        "dynamics.read.contact",
        "dynamics.reach.contact",
        "dynamics.fields.contact",
        "dynamics.tracking.contact",
        "dynamics.column-security",
        "dynamics.language",
        "dynamics.change-history",
        "dynamics.duplicates",
        "dynamics.solution",
    ]
    assert {request.method for request in script.server.requests if "/api/" in request.target} == {"GET"}


def test_tracking_that_is_off(script: DynamicsScript, reader: DataverseReader) -> None:
    script.answers["EntityDefinitions("] = lambda exchange: exchange.reply({**TABLE, "ChangeTrackingEnabled": False})
    assert checked(reader)["dynamics.tracking.contact"].state is CheckState.ATTENTION


def test_a_user_that_is_switched_off(script: DynamicsScript, reader: DataverseReader) -> None:
    script.answers["/systemusers("] = lambda exchange: exchange.reply({"fullname": "Ada", "isdisabled": True})
    checks = checked(reader)
    assert (checks["dynamics.user"].state, checks["dynamics.user"].code) == (CheckState.FAILED, "0x8004a112")
    assert checks["dynamics.read.contact"].state is CheckState.SKIPPED


def test_a_table_that_may_not_be_read(script: DynamicsScript, reader: DataverseReader) -> None:
    words = {"error": {"code": "0x80040220", "message": "missing prvReadContact"}}
    script.answers[f"{ROOT}contacts"] = lambda exchange: exchange.reply(words, 403)
    checks = checked(reader)
    assert checks["dynamics.read.contact"].state is CheckState.FAILED
    assert "prvReadContact" in str(checks["dynamics.read.contact"].finding)
    assert checks["dynamics.tracking.contact"].state is CheckState.SKIPPED


def test_the_identity_card(script: DynamicsScript, reader: DataverseReader) -> None:
    detail = {"FriendlyName": "Contoso Ltd", "OrganizationType": "CustomerTest"}
    counts = {"EntityRecordCountCollection": {"Keys": ["lead", "contact"], "Values": [123456, 7]}}
    names = {"value": [{"fullname": "Ada"}, {"fullname": None}, {"fullname": "Bo"}]}
    script.answers["RetrieveCurrentOrganization"] = lambda exchange: exchange.reply({"Detail": detail})
    script.answers["RetrieveTotalRecordCount"] = lambda exchange: exchange.reply(counts)
    script.answers["accounts/$count"] = lambda exchange: exchange.reply(b"\xef\xbb\xbf5000")
    script.answers[f"{ROOT}contacts"] = lambda exchange: exchange.reply(names)
    card = reader.identity()
    assert (card.name, card.kind, card.named_host) == ("Contoso Ltd", EnvironmentKind.SANDBOX, True)
    assert dict(card.counts) == {"account": 5000, "contact": 7, "lead": 123456}
    assert card.at_least == {"account"}
    assert card.familiar == ("Ada", "Bo")


def test_a_card_of_almost_nothing(script: DynamicsScript, reader: DataverseReader) -> None:
    refuse = lambda exchange: exchange.reply(b"", 501)  # noqa: E731
    for part in ("Retrieve", "organizations", "$count", "/contacts"):
        script.answers[part] = refuse
    card = reader.identity()
    assert (card.name, card.kind, card.familiar) == (script.server.host, EnvironmentKind.UNKNOWN, ())
    assert set(card.counts.values()) == {None}
