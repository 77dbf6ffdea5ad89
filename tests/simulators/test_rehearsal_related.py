"""Users, opportunities, connections and custom tables: what they look like and how nasty they are."""

from collections import Counter

import pytest

from dynsync_gui.simulators.generate import new_world

TRACK = "odata.track-changes,odata.maxpagesize=500"
ALL = 'odata.include-annotations="*"'


@pytest.fixture(scope="module")
def world():
    return new_world(6_000, seed=4)


def test_users_are_enabled_disabled_and_own_rows(world):
    users = {row["systemuserid"]: row for row in world.tables["systemuser"]}
    disabled = {row_id for row_id, row in users.items() if row["isdisabled"]}
    owners = Counter(row["_ownerid_value"] for row in world.tables["contact"])
    assert disabled & owners.keys()
    assert owners.keys() & {row["teamid"] for row in world.tables["team"]}
    emails = [row.get("internalemailaddress") for row in users.values()]
    assert None in emails
    assert len(set(emails)) < len(emails) - 1


def test_opportunities_are_tangled(world):
    rows = list(world.tables["opportunity"])
    tables = [world.target_of(row.get("_customerid_value", "")) for row in rows]
    assert {"account", "contact", None} == set(tables)
    contacts, misfits, both, homeless = world.tables["contact"], 0, 0, 0
    for row in rows:
        contact = contacts.get(row.get("_parentcontactid_value", "")) or {}
        account = row.get("_parentaccountid_value")
        both += bool(contact and account)
        misfits += bool(contact and account and contact.get("_parentcustomerid_value") != account)
        homeless += bool(contact and not account and "_parentcustomerid_value" not in contact)
    assert min(both, misfits, homeless) > 10
    assert {(row["statecode"], row["statuscode"]) for row in rows} == {(0, 1), (0, 2), (1, 3), (2, 4), (2, 5)}
    assert any(row["statecode"] == 1 and "actualvalue" not in row for row in rows)
    assert any("estimatedvalue" not in row for row in rows)
    assert any(row.get("estimatedvalue", 0) < 0 for row in rows)
    assert len({row["_transactioncurrencyid_value"] for row in rows if "estimatedvalue" in row}) >= 4
    foreign = next(r for r in rows if r.get("exchangerate", 1) > 100 and r.get("estimatedvalue", 0) > 0)
    assert foreign["estimatedvalue_base"] == pytest.approx(foreign["estimatedvalue"] / foreign["exchangerate"], abs=1)


def test_stakeholders_stand_on_both_sides_and_some_twice(world):
    rows = {row["connectionid"]: row for row in world.tables["connection"]}
    masters = [row for row in rows.values() if row["ismaster"]]
    assert len(masters) * 2 == len(rows)
    for row in masters:
        mate = rows[row["_relatedconnectionid_value"]]
        assert mate["_record1id_value"] == row["_record2id_value"]
        assert mate.get("_record1roleid_value") == row.get("_record2roleid_value")
    assert any("_record2roleid_value" not in row for row in masters)
    pairs = Counter((row["_record1id_value"], row["_record2id_value"]) for row in masters)
    assert max(pairs.values()) > 1
    assert {row["record2objecttypecode"] for row in masters} == {1, 2, 4}


def test_custom_rows_hang_two_levels_deep(world):
    subscriptions = world.tables["new_subscription"]
    parents = {world.target_of(row[key]) for row in subscriptions for key in
               ("_new_contactid_value", "_new_accountid_value", "_new_leadid_value") if key in row}  # fmt: skip
    assert parents == {"contact", "account", "lead"}
    assert any({"_new_contactid_value", "_new_accountid_value"} <= row.keys() for row in subscriptions)
    named = [row.get("_new_subscriptionid_value") for row in world.tables["new_delivery"]]
    assert None in named
    assert all(row_id is None or row_id in subscriptions for row_id in named)


def test_custom_tables_are_found_by_their_relationships(dynamics):
    below = set()
    for table in ("lead", "contact", "account"):
        path = f"EntityDefinitions(LogicalName='{table}')/OneToManyRelationships"
        rows = dynamics.get(f"{path}?$select=ReferencingEntity,ReferencingAttribute").json()["value"]
        below |= {(row["ReferencingEntity"], row["ReferencingAttribute"]) for row in rows}
    assert ("new_subscription", "new_contactid") in below
    path = "EntityDefinitions(LogicalName='new_subscription')/OneToManyRelationships"
    second = dynamics.get(f"{path}?$select=ReferencingEntity").json()["value"]
    assert [row["ReferencingEntity"] for row in second] == ["new_delivery"]
    custom = dynamics.get("EntityDefinitions?$select=LogicalName,EntitySetName&$filter=IsCustomEntity eq true").json()
    assert {row["EntitySetName"] for row in custom["value"]} == {"new_subscriptions", "new_deliveries"}


def test_lookups_name_their_tables_and_rows(dynamics):
    rows = dynamics.get("opportunities?$select=name,_customerid_value,_ownerid_value,estimatedvalue", ALL).json()
    kinds = {row.get("_customerid_value@Microsoft.Dynamics.CRM.lookuplogicalname") for row in rows["value"]}
    assert {"account", "contact"} <= kinds
    owners = {row["_ownerid_value@Microsoft.Dynamics.CRM.lookuplogicalname"] for row in rows["value"]}
    assert owners == {"systemuser", "team"}
    customer = next(row for row in rows["value"] if row["_customerid_value"])
    assert customer["_customerid_value@Microsoft.Dynamics.CRM.associatednavigationproperty"].startswith("customerid_")
    assert "_transactioncurrencyid_value@OData.Community.Display.V1.FormattedValue" in next(
        row for row in rows["value"] if row["estimatedvalue"]
    )


def test_every_tracked_table_has_deltas_and_the_others_refuse(dynamics):
    world = dynamics.rehearsal.world
    for name in ("opportunity", "systemuser", "team", "connection", "transactioncurrency", "new_subscription"):
        table = world.tables[name].schema
        rows, last, _ = dynamics.read(f"{table.entity_set}?$select={table.primary_name}", TRACK)
        assert len(rows) == len(world.tables[name])
        world.update(name, rows[0][table.primary_id], {})
        changed = dynamics.get(last["@odata.deltaLink"]).json()["value"]
        assert [row[table.primary_id] for row in changed] == [rows[0][table.primary_id]]
    answer = dynamics.get("new_deliveries?$select=new_name", TRACK)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "0x80072491")
    told = dynamics.get("EntityDefinitions(LogicalName='new_delivery')?$select=ChangeTrackingEnabled").json()
    assert told["ChangeTrackingEnabled"] is False


def test_a_member_is_a_user_row_that_follows_its_rights(dynamics):
    member = dynamics.rehearsal.dataverse.members.by_object[dynamics.rehearsal.directory.service.object_id]
    path = f"systemusers({member.id})?$select=accessmode,applicationid"
    assert dynamics.get(path).json()["applicationid"] == dynamics.rehearsal.accounts["client_id"]
    member.access_mode = 0
    assert dynamics.get(path).json()["accessmode"] == 0


def test_deleting_an_opportunity_takes_its_connections_along(dynamics):
    world = dynamics.rehearsal.world
    connection = next(row for row in world.tables["connection"] if row["ismaster"])
    world.delete("opportunity", connection["_record1id_value"])
    assert connection["connectionid"] not in world.tables["connection"]
    assert connection["_relatedconnectionid_value"] not in world.tables["connection"]
