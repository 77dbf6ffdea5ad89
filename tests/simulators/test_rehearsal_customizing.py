"""Columns that are made, published, changed and taken away between two runs."""

import pytest

from dynsync_gui.simulators import customising

LEAD = "EntityDefinitions(LogicalName='lead')"
ATTRIBUTE = "Microsoft.Dynamics.CRM.BooleanAttributeMetadata"


def label(text):
    return {"LocalizedLabels": [{"Label": text, "LanguageCode": 1033}]}


def document(**changes):
    two = {"TrueOption": {"Value": 1, "Label": label("Yes")}, "FalseOption": {"Value": 0, "Label": label("No")}}
    body = {"@odata.type": ATTRIBUTE, "SchemaName": "new_Wanted", "DisplayName": label("Wanted")}
    return body | {"RequiredLevel": {"Value": "None"}, "DefaultValue": True, "OptionSet": two} | changes


def create(dynamics, body=None):
    return dynamics.session.post(dynamics.url(f"{LEAD}/Attributes"), json=body or document())


def publish(dynamics, table="lead"):
    xml = f"<importexportxml><entities><entity>{table}</entity></entities></importexportxml>"
    return dynamics.session.post(dynamics.url("PublishXml"), json={"ParameterXml": xml})


def code(answer):
    return answer.status_code, answer.json()["error"]["code"]


def test_a_column_is_there_once_it_is_published(dynamics):
    answer = create(dynamics)
    assert answer.status_code == 204
    assert "/Attributes(" in answer.headers["OData-EntityId"]
    assert code(dynamics.get("leads?$select=new_wanted")) == (400, "0x80060888")
    assert code(create(dynamics)) == (400, "0x80047013")
    assert publish(dynamics, "contact").status_code == 204
    assert dynamics.get("leads?$select=new_wanted").status_code == 400
    assert publish(dynamics).status_code == 204
    rows = dynamics.get("leads?$select=new_wanted").json()["value"]
    assert {row["new_wanted"] for row in rows} == {None}
    path = f"{LEAD}/Attributes(LogicalName='new_wanted')/{ATTRIBUTE}?$select=DefaultValue,SchemaName&$expand=OptionSet"
    told = dynamics.get(path).json()
    assert (told["DefaultValue"], told["SchemaName"]) == (True, "new_Wanted")
    assert told["OptionSet"]["TrueOption"]["Label"]["UserLocalizedLabel"]["Label"] == "Yes"
    assert code(create(dynamics)) == (400, "0x80047013")
    new = dynamics.session.post(dynamics.url("leads"), json={"lastname": "New"}).headers["OData-EntityId"]
    assert dynamics.get(new).json()["new_wanted"] is True


def test_publishing_everything_and_deleting(dynamics):
    create(dynamics)
    assert dynamics.session.post(dynamics.url("PublishAllXml")).status_code == 204
    assert dynamics.get("leads?$select=new_wanted").status_code == 200
    path = dynamics.url(f"{LEAD}/Attributes(LogicalName='new_wanted')")
    assert dynamics.session.delete(path).status_code == 204
    assert dynamics.get("leads?$select=new_wanted").status_code == 400
    assert dynamics.session.delete(path).status_code == 404
    managed = dynamics.url(f"{LEAD}/Attributes(LogicalName='jobtitle')")
    assert code(dynamics.session.delete(managed)) == (400, "0x8004f026")


@pytest.mark.parametrize(
    ("changes", "number"),
    [
        ({"SchemaName": "SyncToMkto"}, "0x80044366"),
        ({"SchemaName": "other_SyncToMkto"}, "0x80044366"),
        ({"@odata.type": "nothing"}, "0x80060888"),
        ({"DisplayName": label("")}, "0x8004700c"),
        ({"OptionSet": None}, "0x80048403"),
        ({"DefaultValue": 1}, "0x80060888"),
        ({"RequiredLevel": {"Value": "Perhaps"}}, "0x80060888"),
    ],
)
def test_columns_that_dataverse_refuses(dynamics, changes, number):
    assert code(create(dynamics, document(**changes))) == (400, number)


def test_columns_need_a_customiser(dynamics):
    dynamics.sign_in("norights")
    answer = create(dynamics)
    assert code(answer) == (403, "0x80040220")
    assert "prvCreateAttribute" in answer.json()["error"]["message"]
    assert code(publish(dynamics)) == (403, "0x80040220")


def test_a_retyped_column_loses_its_values_and_no_row_changes(dynamics):
    world = dynamics.rehearsal.world
    before = world.version
    assert any(row["new_score"] for row in dynamics.get("contacts?$select=new_score").json()["value"])
    customising.retype_column(world, "contact", "new_score", "String")
    rows = dynamics.get("contacts?$select=new_score").json()["value"]
    assert {row["new_score"] for row in rows} == {None}
    told = dynamics.get("EntityDefinitions(LogicalName='contact')/Attributes(LogicalName='new_score')").json()
    assert told["AttributeType"] == "String"
    assert world.version == before


def test_secured_renamed_and_resized_columns(dynamics):
    world = dynamics.rehearsal.world
    version = world.metadata_version
    customising.secure_column(world, "contact", "jobtitle")
    customising.rename_column(world, "contact", "jobtitle", "Function")
    customising.resize_column(world, "contact", "jobtitle", 20)
    assert world.metadata_version == version + 3
    assert {row["jobtitle"] for row in dynamics.get("contacts?$select=jobtitle").json()["value"]} == {None}
    assert code(dynamics.get("contacts?$select=fullname&$filter=jobtitle ne null")) == (403, "0x8004f506")
    path = "EntityDefinitions(LogicalName='contact')/Attributes(LogicalName='jobtitle')"
    told = dynamics.get(path).json()
    assert told["IsSecured"] is True
    assert told["DisplayName"]["UserLocalizedLabel"]["Label"] == "Function"
    assert told["MaxLength"] == 20
    customising.secure_column(world, "contact", "jobtitle", secured=False)
    assert any(row["jobtitle"] for row in dynamics.get("contacts?$select=jobtitle").json()["value"])


def test_options_change_without_any_row(dynamics):
    world, before = dynamics.rehearsal.world, dynamics.rehearsal.world.version
    customising.set_option(world, "lead", "leadsourcecode", 8, "Website")
    customising.set_option(world, "lead", "leadsourcecode", 77, "Podcast")
    customising.set_option(world, "lead", "leadsourcecode", 7, None)
    path = f"{LEAD}/Attributes/Microsoft.Dynamics.CRM.PicklistAttributeMetadata?$select=LogicalName&$expand=OptionSet"
    told = next(row for row in dynamics.get(path).json()["value"] if row["LogicalName"] == "leadsourcecode")
    labels = {one["Value"]: one["Label"]["UserLocalizedLabel"]["Label"] for one in told["OptionSet"]["Options"]}
    assert (labels[8], labels[77]) == ("Website", "Podcast")
    assert 7 not in labels
    assert any(row.get("leadsourcecode") == 7 for row in world.tables["lead"])
    customising.set_option(world, "lead", "new_loyaltytier", 100000000, "Copper")
    shared = world.tables["contact"].schema.columns["new_loyaltytier"]
    assert shared.choices[0].label == "Copper"
    assert world.version == before


def test_tracking_off_and_a_privilege_withdrawn(dynamics):
    deeds = dynamics.rehearsal.control._actions()
    track = "odata.track-changes"
    deeds["track"]({"table": "opportunity", "on": False})
    assert code(dynamics.get("opportunities?$select=name", track)) == (400, "0x80072491")
    deeds["track"]({"table": "opportunity", "on": True})
    assert dynamics.get("opportunities?$select=name", track).status_code == 200
    deeds["set_privilege"]({"privilege": "prvReadOpportunity", "depth": "Local"})
    assert code(dynamics.get("opportunities?$select=name", track)) == (403, "0x80040220")
    assert dynamics.get("opportunities?$select=name").status_code == 200
    deeds["set_privilege"]({"privilege": "prvReadOpportunity"})
    assert code(dynamics.get("opportunities?$select=name")) == (403, "0x80040220")
