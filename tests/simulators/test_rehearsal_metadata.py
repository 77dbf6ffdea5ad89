"""Metadata, and what the organisation tells about itself and its users."""

import json
from urllib.parse import quote

import pytest

from dynsync_gui.simulators import customising

CRM = "Microsoft.Dynamics.CRM"


def attributes(dynamics, table="lead", cast="", query=""):
    path = f"EntityDefinitions(LogicalName='{table}')/Attributes{cast and f'/{CRM}.{cast}AttributeMetadata'}{query}"
    answer = dynamics.get(path)
    assert answer.status_code == 200, answer.text
    return {row["LogicalName"]: row for row in answer.json()["value"]}


def test_tables_describe_themselves(dynamics):
    wanted = "$select=LogicalName,EntitySetName,PrimaryIdAttribute,ChangeTrackingEnabled"
    tables = dynamics.get(
        f"EntityDefinitions?{wanted}&$filter=LogicalName eq 'lead' or LogicalName eq 'account'"
    ).json()
    assert {row["LogicalName"]: row["EntitySetName"] for row in tables["value"]} == {
        "lead": "leads",
        "account": "accounts",
    }
    one = dynamics.get(f"EntityDefinitions(LogicalName='contact')?{wanted}").json()
    assert one["PrimaryIdAttribute"] == "contactid"
    assert one["ChangeTrackingEnabled"] is True


@pytest.mark.parametrize("table", ["lead", "contact", "account"])
def test_every_selectable_column_can_be_selected_and_no_other(dynamics, table):
    columns = attributes(dynamics, table)
    usable = [c for c in columns.values() if c["IsValidForRead"] and c["IsValidODataAttribute"]]
    assert 60 <= len(usable) <= 130
    lookups = {"Lookup", "Customer", "Owner"}
    names = [f"_{c['LogicalName']}_value" if c["AttributeType"] in lookups else c["LogicalName"] for c in usable]
    assert dynamics.get(f"{table}s?$select={','.join(names)}&$top=2").status_code == 200
    for column in columns.values():
        if not column["IsValidODataAttribute"]:
            assert dynamics.get(f"{table}s?$select={column['LogicalName']}&$top=1").status_code == 400


def test_kinds_that_mislead(dynamics):
    columns = attributes(dynamics, "contact")
    multi = columns["new_interests"]
    assert (multi["AttributeType"], multi["AttributeTypeName"]["Value"]) == ("Virtual", "MultiSelectPicklistType")
    assert multi["@odata.type"] == f"#{CRM}.MultiSelectPicklistAttributeMetadata"
    assert columns["entityimage"]["AttributeTypeName"]["Value"] == "ImageType"
    assert columns["new_nolabel"]["DisplayName"] == {"LocalizedLabels": [], "UserLocalizedLabel": None}
    german = columns["new_onlygerman"]["DisplayName"]
    assert german["UserLocalizedLabel"] is None
    assert german["LocalizedLabels"][0]["LanguageCode"] == 1031
    assert columns["new_secretnote"]["IsSecured"] is True
    assert any(column["AttributeOf"] for column in columns.values())


def test_derived_properties_need_a_cast(dynamics):
    path = "EntityDefinitions(LogicalName='lead')/Attributes?$select=LogicalName,MaxLength"
    assert dynamics.get(path).status_code == 400
    strings = attributes(dynamics, "lead", "String", "?$select=LogicalName,MaxLength,FormatName")
    assert strings["emailaddress1"]["MaxLength"] == 100
    assert strings["emailaddress1"]["FormatName"] == {"Value": "Email"}
    dates = attributes(dynamics, "contact", "DateTime", "?$select=LogicalName,DateTimeBehavior,Format")
    behaviors = {name: row["DateTimeBehavior"]["Value"] for name, row in dates.items()}
    assert behaviors["birthdate"] == "DateOnly"
    assert behaviors["createdon"] == "UserLocal"
    assert behaviors["new_nextreview"] == "TimeZoneIndependent"
    lookups = attributes(dynamics, "contact", "Lookup", "?$select=LogicalName,Targets")
    assert lookups["parentcustomerid"]["Targets"] == ["account", "contact"]


def test_option_sets(dynamics):
    query = "?$select=LogicalName&$expand=OptionSet($select=Options),GlobalOptionSet($select=Options)"
    picklists = attributes(dynamics, "lead", "Picklist", query)
    values = [option["Value"] for option in picklists["leadsourcecode"]["OptionSet"]["Options"]]
    assert 192350000 in values
    assert picklists["leadsourcecode"]["GlobalOptionSet"] is None
    assert picklists["new_loyaltytier"]["OptionSet"] is None
    assert picklists["new_loyaltytier"]["GlobalOptionSet"]["IsGlobal"] is True
    status = attributes(dynamics, "lead", "Status", "?$select=LogicalName&$expand=OptionSet")["statuscode"]
    assert {(o["Value"], o["State"]) for o in status["OptionSet"]["Options"]} >= {(1, 0), (3, 1), (4, 2)}
    two = attributes(dynamics, "lead", "Boolean", "?$select=LogicalName&$expand=OptionSet")["donotbulkemail"]
    assert two["OptionSet"]["TrueOption"]["Label"]["UserLocalizedLabel"]["Label"] == "Do Not Allow"


@pytest.mark.parametrize(
    ("query", "number"),
    [
        ("?$top=1", "0x80060888"),
        ("?$orderby=LogicalName", "0x80060888"),
        ("?$skip=1", "0x80060888"),
        ("?$filter=contains(LogicalName,'lea')", "0x8006088a"),
        ("(LogicalName='lead')/Attributes?$filter=AttributeType eq 'Picklist'", "0x80060888"),
        ("(LogicalName='lead')/Attributes?$filter=DisplayName eq 'x'", "0x80060888"),
        ("(LogicalName='lead')/Attributes?$expand=OptionSet", "0x80060888"),
    ],
)
def test_metadata_refusals(dynamics, query, number):
    answer = dynamics.get(f"EntityDefinitions{query}")
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, number)


def test_a_qualified_enum_filters(dynamics):
    query = f"?$select=LogicalName&$filter=AttributeType eq {CRM}.AttributeTypeCode'Picklist'"
    assert "leadsourcecode" in attributes(dynamics, "lead", "", query)


def test_a_column_may_vanish(dynamics):
    before = dynamics.rehearsal.world.metadata_version
    dynamics.rehearsal.world.drop_column("lead", "jobtitle")
    assert dynamics.get("leads?$select=jobtitle&$top=1").status_code == 400
    assert "jobtitle" not in attributes(dynamics)
    assert dynamics.rehearsal.world.metadata_version > before


def test_relationships_name_navigation_properties(dynamics):
    path = "EntityDefinitions(LogicalName='contact')/ManyToOneRelationships"
    select = "?$select=ReferencingAttribute,ReferencedEntity,ReferencingEntityNavigationPropertyName"
    rows = dynamics.get(path + select).json()["value"]
    names = {
        row["ReferencingEntityNavigationPropertyName"]
        for row in rows
        if row["ReferencingAttribute"] == "parentcustomerid"
    }
    assert names == {"parentcustomerid_account", "parentcustomerid_contact"}


def test_who_am_i_and_what_may_i(dynamics):
    me = dynamics.get("WhoAmI").json()
    user = dynamics.get(f"systemusers({me['UserId']})?$select=fullname,isdisabled,applicationid,accessmode").json()
    assert user["applicationid"] == dynamics.rehearsal.accounts["client_id"]
    roles = dynamics.get(f"systemusers({me['UserId']})/systemuserroles_association?$select=name").json()["value"]
    assert [role["name"] for role in roles] == ["Marketo Sync User"]
    rights = dynamics.get(f"systemusers({me['UserId']})/{CRM}.RetrieveUserPrivileges").json()["RolePrivileges"]
    assert {"prvReadLead", "prvWriteContact"} <= {right["PrivilegeName"] for right in rights}
    teams = f"systemusers({me['UserId']})/teammembership_association?$select=name"
    teams += "&$expand=teamroles_association($select=name)"
    assert dynamics.get(teams).json()["value"][0]["teamroles_association"]


def test_the_organisation_tells_about_itself(dynamics):
    assert dynamics.get("RetrieveVersion()").json()["Version"].startswith("9.2.")
    detail = dynamics.get("RetrieveCurrentOrganization(AccessType='Default')").json()["Detail"]
    assert detail["TenantId"] == dynamics.rehearsal.accounts["tenant"]
    row = dynamics.get("organizations?$select=name,expirechangetrackingindays,languagecode").json()["value"][0]
    assert row["expirechangetrackingindays"] == 7
    query = "$filter=contains(uniquename,'marketo') or contains(friendlyname,'marketo')"
    assert dynamics.get(f"solutions?$select=uniquename,version&{query}").json()["value"] == []
    assert {"leads", "contacts", "accounts"} <= {row["name"] for row in dynamics.get("").json()["value"]}


def test_tables_come_with_the_relationships_that_are_asked_for(dynamics):
    query = "EntityDefinitions?$select=LogicalName&$filter=IsCustomEntity eq true and IsIntersect eq false"
    links = "&$expand=ManyToOneRelationships($select=ReferencedEntity,ReferencingAttribute)"
    rows = {row["LogicalName"]: row for row in dynamics.get(query + links).json()["value"]}
    assert rows.keys() == {"new_subscription", "new_delivery"}
    named = {
        link["ReferencingAttribute"]: link["ReferencedEntity"]
        for link in rows["new_delivery"]["ManyToOneRelationships"]
    }
    assert named["new_subscriptionid"] == "new_subscription"
    assert all(
        set(link) >= {"ReferencedEntity"} and "SchemaName" not in link
        for row in rows.values()
        for link in row["ManyToOneRelationships"]
    )
    assert "ManyToOneRelationships" not in dynamics.get(query).json()["value"][0]
    assert dynamics.get(query + "&$expand=Nothing($select=X)").status_code == 404
    assert dynamics.get(query + "&$expand=ManyToOneRelationships($select=Nothing)").status_code == 400


def changes(dynamics, query, stamp=None, status=200):
    call, given = "Query=@q", f"&@q={quote(json.dumps(query))}"
    if stamp is not None:
        call += ",ClientVersionStamp=@s,DeletedMetadataFilters=@d"
        given += f"&@s='{quote(stamp)}'&@d={CRM}.DeletedMetadataFilters'All'"
    answer = dynamics.get(f"RetrieveMetadataChanges({call})?{given[1:]}")
    assert answer.status_code == status, answer.text
    return answer.json()


def test_what_changed_since_a_stamp(dynamics):
    columns = {"Properties": {"PropertyNames": ["Attributes"]}, "AttributeQuery": {"Properties": {}}}
    one = {"PropertyName": "LogicalName", "ConditionOperator": "Equals", "Value": {"Type": "System.String"}}
    lead = {"Criteria": {"FilterOperator": "And", "Conditions": [one | {"Value": {"Value": "lead"}}]}, **columns}
    (table,) = (first := changes(dynamics, lead))["EntityMetadata"]
    assert "jobtitle" in {column["LogicalName"] for column in table["Attributes"]}
    stamp, world = first["ServerVersionStamp"], dynamics.rehearsal.world
    assert changes(dynamics, columns, stamp)["EntityMetadata"] == []
    customising.rename_column(world, "lead", "jobtitle", "Post")
    world.drop_column("contact", "jobtitle")
    told = changes(dynamics, columns, stamp)
    assert [row["LogicalName"] for row in told["EntityMetadata"]] == ["contact", "lead"]
    assert [column["LogicalName"] for column in told["EntityMetadata"][1]["Attributes"]] == ["jobtitle"]
    assert told["DeletedMetadata"]["Count"] == 1
    assert changes(dynamics, columns, told["ServerVersionStamp"])["DeletedMetadata"]["Count"] == 0
    dynamics.rehearsal.dataverse.definition_changes.oldest = world.metadata_version
    assert changes(dynamics, columns, stamp, 400)["error"]["code"] == "0x80044352"


def test_columns_come_only_where_the_tables_properties_name_them(dynamics):
    changes(dynamics, {"Properties": {"PropertyNames": ["LogicalName"]}, "AttributeQuery": {}}, status=400)
    changes(dynamics, {"Attributes": []}, status=400)
    changes(dynamics, {}, "yesterday", 400)
