"""What people do in Dynamics between two runs: merges, qualifications, owners, states, recreated rows."""

import pytest
import requests

from dynsync_gui.domain.schema import FILTER_FIELD
from dynsync_gui.simulators import events

TRACK = "odata.track-changes,odata.maxpagesize=500"
EMPTY = "00000000-0000-0000-0000-000000000000"


def code(answer):
    return answer.status_code, answer.json()["error"]["code"]


def link_of(dynamics, path):
    return dynamics.read(path, TRACK)[1]["@odata.deltaLink"]


def active(world, table, count=2):
    key = world.tables[table].schema.primary_id
    return [row[key] for row in world.tables[table] if row["statecode"] == 0][:count]


def reference(table, row_id):
    return {"@odata.type": f"Microsoft.Dynamics.CRM.{table}", f"{table}id": row_id}


@pytest.fixture
def do(rehearsal):
    def ask(path, body, expected=200):
        headers = {"X-Rehearsal-Key": rehearsal.control.key}
        answer = requests.post(f"{rehearsal.control_url}/{path}", json=body, headers=headers, timeout=10)
        assert answer.status_code == expected, answer.text
        return answer.json()

    return ask


def test_a_merge_keeps_the_winner_and_points_the_loser_to_it(dynamics):
    world = dynamics.rehearsal.world
    winner, loser = active(world, "account")
    child = next(iter(world.tables["contact"]))["contactid"]
    world.update("contact", child, {"parentcustomerid": loser})
    link = link_of(dynamics, "accounts?$select=name,statecode,merged,_masterid_value")
    body = {"Target": reference("account", winner), "Subordinate": reference("account", loser)}
    body |= {"UpdateContent": {**reference("account", EMPTY), "name": "Both"}, "PerformParentingChecks": False}
    assert dynamics.session.post(dynamics.url("Merge"), json=body).status_code == 204
    changed = {row["accountid"]: row for row in dynamics.get(link).json()["value"]}
    assert changed[winner]["name"] == "Both"
    assert (changed[loser]["statecode"], changed[loser]["merged"], changed[loser]["_masterid_value"]) == (
        1, True, winner,
    )  # fmt: skip
    assert world.row("contact", child)["_parentcustomerid_value"] == winner
    assert code(dynamics.session.post(dynamics.url("Merge"), json=body)) == (400, "0x80045304")


def test_merges_that_dataverse_refuses(dynamics):
    world = dynamics.rehearsal.world
    one, two = active(world, "contact")
    base = {"Target": reference("contact", one), "PerformParentingChecks": False}
    ask = lambda body: code(dynamics.session.post(dynamics.url("Merge"), json=body))  # noqa: E731
    assert ask({**base, "Subordinate": reference("contact", one)}) == (400, "0x80045305")
    assert ask({**base, "Subordinate": reference("contact", EMPTY)}) == (404, "0x80040217")
    assert ask({**base, "Subordinate": reference("account", two)}) == (400, "0x80040203")
    assert ask({"Target": base["Target"], "Subordinate": reference("contact", two)}) == (400, "0x80060888")
    member = dynamics.rehearsal.dataverse.members.by_object[dynamics.rehearsal.directory.service.object_id]
    del member.depths["prvMerge"]
    assert ask({**base, "Subordinate": reference("contact", two)}) == (403, "0x80045301")


def test_a_qualified_lead_becomes_contact_account_and_opportunity(dynamics):
    world = dynamics.rehearsal.world
    lead = next(row for row in world.tables["lead"] if row["statecode"] == 0 and row.get("emailaddress1"))
    path = dynamics.url(f"leads({lead['leadid']})/Microsoft.Dynamics.CRM.QualifyLead")
    body = {"CreateAccount": True, "CreateContact": True, "CreateOpportunity": True, "Status": 3}
    answer = dynamics.session.post(path, json=body)
    assert answer.status_code == 200
    ids = {row["@odata.type"].rpartition(".")[2]: row for row in answer.json()["value"]}
    contact = world.row("contact", ids["contact"]["contactid"])
    assert contact["emailaddress1"] == lead["emailaddress1"]
    assert contact["_originatingleadid_value"] == lead["leadid"]
    assert contact["_parentcustomerid_value"] == ids["account"]["accountid"]
    assert FILTER_FIELD not in contact
    after = world.row("lead", lead["leadid"])
    assert (after["statecode"], after["statuscode"]) == (1, 3)
    assert after["_parentcontactid_value"] == contact["contactid"]
    opportunity = world.row("opportunity", ids["opportunity"]["opportunityid"])
    assert opportunity["_customerid_value"] == ids["account"]["accountid"]
    assert code(dynamics.session.post(path, json=body)) == (400, "0x80040519")


def test_qualifying_needs_its_parameters_and_a_status_of_the_state(dynamics):
    lead = active(dynamics.rehearsal.world, "lead")[0]
    path = dynamics.url(f"leads({lead})/Microsoft.Dynamics.CRM.QualifyLead")
    assert code(dynamics.session.post(path, json={"CreateContact": True})) == (400, "0x80060888")
    body = {"CreateAccount": False, "CreateContact": True, "CreateOpportunity": False, "Status": 1}
    assert code(dynamics.session.post(path, json=body)) == (400, "0x80048d19")


def test_a_row_made_again_with_its_id_is_told_both_ways(dynamics, do):
    world = dynamics.rehearsal.world
    row_id = active(world, "contact")[0]
    link = link_of(dynamics, "contacts?$select=lastname")
    do("row", {"table": "contact", "id": row_id, "delete": True})
    gone = dynamics.get(link).json()["value"]
    assert (row_id, "deleted") in [(row.get("id"), row.get("reason")) for row in gone]
    do("row", {"table": "contact", "id": row_id, "values": {"lastname": "Again"}})
    back = dynamics.get(link).json()["value"]
    assert [row["lastname"] for row in back if row.get("contactid") == row_id] == ["Again"]
    assert (row_id, "deleted") in [(row.get("id"), row.get("reason")) for row in back]


def test_what_the_control_endpoint_does_to_rows(dynamics, do):
    world = dynamics.rehearsal.world
    one, two = active(world, "contact")
    account = active(world, "account")[0]
    team = next(row["teamid"] for row in world.tables["team"])
    do("do", {"action": "deactivate", "table": "contact", "id": one})
    assert world.row("contact", one)["statecode"] == 1
    do("do", {"action": "reactivate", "table": "contact", "id": one})
    assert world.row("contact", one)["statecode"] == 0
    do("do", {"action": "assign", "table": "contact", "id": one, "owner": team})
    assert world.row("contact", one)["_owningteam_value"] == team
    assert "_owninguser_value" not in world.row("contact", one)
    do("do", {"action": "move", "table": "contact", "id": one, "account": account})
    assert world.row("contact", one)["_parentcustomerid_value"] == account
    do("row", {"table": "contact", "id": one, "values": {FILTER_FIELD: False}})
    assert world.row("contact", one)[FILTER_FIELD] is False
    do("do", {"action": "merge", "table": "contact", "winner": one, "loser": two})
    assert world.row("contact", two)["_masterid_value"] == one
    lead = active(world, "lead")[0]
    made = do("do", {"action": "qualify", "lead": lead, "values": {FILTER_FIELD: True}})
    assert world.row("contact", made["contact"])[FILTER_FIELD] is True
    assert "error" in do("do", {"action": "qualify", "lead": lead}, expected=400)


def test_a_refused_event_changes_nothing(rehearsal):
    world = rehearsal.world
    one = active(world, "contact")[0]
    before = world.version
    with pytest.raises(ValueError, match="same"):
        events.merge(world, "contact", one, one.upper())
    with pytest.raises(KeyError):
        events.merge(world, "contact", one, EMPTY)
    assert world.version == before
