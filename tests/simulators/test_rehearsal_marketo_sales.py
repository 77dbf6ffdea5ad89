"""Marketo's sales persons, opportunities and roles: what refers to what, and what that forbids."""

import pytest

from dynsync_gui.domain.schema import COMPANY_KEY

SELLER, OPPORTUNITY = "externalSalesPersonId", "externalOpportunityId"


def rows_of(marketo, path, *records, **more):
    answer = marketo.post(path, {"input": list(records), **more})
    assert answer["success"], answer
    assert [row["seq"] for row in answer["result"]] == list(range(len(records)))
    return answer["result"]


def codes(rows):
    return [row["reasons"][0]["code"] if row["status"] == "skipped" else row["status"] for row in rows]


@pytest.fixture
def deal(marketo):
    """A sales person, a company, a person and an opportunity that belong together; gives the person's id."""
    rows_of(marketo, "salespersons.json", {SELLER: "s1", "email": "s1@b.example", "firstName": "Sam"})
    rows_of(marketo, "companies.json", {COMPANY_KEY: "c1", "company": "C", SELLER: "s1"})
    (person,) = marketo.sync({"crmKey": "p1", COMPANY_KEY: "c1", SELLER: "S1"}, lookupField="crmKey")
    rows_of(marketo, "opportunities.json", {OPPORTUNITY: "o1", "name": "Deal", COMPANY_KEY: "c1", SELLER: "s1"})
    return person["id"]


def test_sales_persons(marketo):
    first, second = rows_of(marketo, "salespersons.json", {SELLER: "s1", "email": "s1@b.example"}, {SELLER: "s2"})
    assert (first["status"], second["status"]) == ("created", "created")
    again = rows_of(marketo, "salespersons.json", {SELLER: "S1", "lastName": "Ng"}, {SELLER: "s3"}, action="updateOnly")
    assert codes(again) == ["updated", "1013"]
    assert again[0]["id"] == first["id"]
    assert codes(rows_of(marketo, "salespersons.json", {SELLER: "s1"}, action="createOnly")) == ["1017"]
    by_id = {"action": "updateOnly", "dedupeBy": "idField"}
    renamed = rows_of(marketo, "salespersons.json", {"id": first["id"], SELLER: "other"}, **by_id)
    assert renamed[0]["reasons"] == [{"code": "1003", "message": f"Field '{SELLER}' is not updateable"}]
    found = marketo.get("salespersons.json", filterType="email", filterValues="S1@b.example", fields="lastName")
    assert found["result"] == [{"seq": 0, "id": first["id"], "lastName": "Ng"}]
    wrong = marketo.get("salespersons.json", filterType="lastName", filterValues="Ng")
    assert wrong["errors"][0]["code"] == "1003"
    described = marketo.get("salespersons/describe.json")["result"][0]
    assert (described["idField"], described["dedupeFields"]) == ("id", [SELLER])


def test_a_sales_person_must_exist_to_own_something(marketo):
    unknown = {SELLER: "nobody"}
    assert codes(marketo.sync({"email": "a@b.example"} | unknown)) == ["718"]
    assert codes(rows_of(marketo, "companies.json", {COMPANY_KEY: "c"} | unknown)) == ["718"]
    assert codes(rows_of(marketo, "opportunities.json", {OPPORTUNITY: "o", "name": "O"} | unknown)) == ["718"]


def test_opportunities(marketo, deal):
    rows = rows_of(
        marketo, "opportunities.json",
        {OPPORTUNITY: "o2", "name": "New", "amount": 9.5, "closeDate": "2026-05-01", "isClosed": True, "isWon": True,
         "stage": "Won", "externalCreatedDate": "2026-01-01T10:00:00+02:00"},
        {OPPORTUNITY: "o3"},
        {OPPORTUNITY: "o1", "name": None},
        {OPPORTUNITY: "o1", "stage": "Open"},
        {OPPORTUNITY: "o4", "name": "N", COMPANY_KEY: "unknown"},
        {OPPORTUNITY: "o5", "name": "N", "amount": "much"},
        {OPPORTUNITY: "x" * 51, "name": "N"},
        {OPPORTUNITY: "o6", "name": "N", "colour": "red"},
    )  # fmt: skip
    assert codes(rows) == ["created", "1003", "1036", "1036", "1003", "1003", "1003", "1006"]
    assert codes(rows_of(marketo, "opportunities.json", {OPPORTUNITY: "O1", "stage": "Open"})) == ["updated"]
    guid = rows[0]["marketoGUID"]
    assert len(guid) == 36
    fields = "name,amount,isWon,externalCreatedDate,quantity"
    found = marketo.get("opportunities.json", filterType="idField", filterValues=guid.upper(), fields=fields)["result"]
    assert found == [
        {
            "seq": 0, "marketoGUID": guid, "name": "New", "amount": 9.5, "isWon": True,
            "externalCreatedDate": "2026-01-01T08:00:00Z", "quantity": None,
        }
    ]  # fmt: skip
    assert marketo.post("opportunities/schema/fields.json", {"input": [{}]})["errors"][0]["code"] == "605"


def test_roles_need_both_ends(marketo, deal):
    key = {OPPORTUNITY: "o1", "leadId": deal, "role": "Decides"}
    rows = rows_of(
        marketo, "opportunities/roles.json",
        key | {"isPrimary": True}, key | {"leadId": 99_999_999}, key | {OPPORTUNITY: "o9"}, {OPPORTUNITY: "o1"},
        key | {"role": "Pays"},
    )  # fmt: skip
    assert codes(rows) == ["created", "1004", "1013", "1003", "created"]
    assert codes(rows_of(marketo, "opportunities/roles.json", key | {"isPrimary": False})) == ["updated"]
    compound = {"filterType": "dedupeFields", "fields": ["isPrimary"], "input": [key]}
    found = marketo.post("opportunities/roles.json?_method=GET", compound)["result"]
    assert found == [{"seq": 0, "marketoGUID": rows[0]["marketoGUID"], "isPrimary": False}]
    half = marketo.post("opportunities/roles.json?_method=GET", compound | {"input": [{"leadId": deal}]})
    assert half["errors"][0]["code"] == "1003"
    by_person = marketo.get("opportunities/roles.json", filterType="leadId", filterValues=str(deal))["result"]
    assert [row["role"] for row in by_person] == ["Decides", "Pays"]
    described = marketo.get("opportunities/roles/describe.json")["result"][0]
    assert described["searchableFields"][0] == [OPPORTUNITY, "leadId", "role"]


def test_deletion_goes_from_the_leaves_to_the_root(marketo, deal):
    key = {OPPORTUNITY: "o1", "leadId": deal, "role": "Decides"}
    rows_of(marketo, "opportunities/roles.json", key)
    seller, company, opportunity = {SELLER: "s1"}, {COMPANY_KEY: "c1"}, {OPPORTUNITY: "o1"}

    def deleted(path, record):
        return codes(rows_of(marketo, f"{path}/delete.json", record))[0]

    assert [
        deleted("salespersons", seller), deleted("companies", company), deleted("opportunities", opportunity),
    ] == ["1022"] * 3  # fmt: skip
    assert deleted("opportunities/roles", key) == "deleted"
    assert deleted("opportunities/roles", key) == "1013"
    assert deleted("opportunities", opportunity) == "deleted"
    assert deleted("companies", company) == "1022"
    marketo.post("leads/delete.json", {"input": [{"id": deal}]})
    assert deleted("salespersons", seller) == "1022"
    assert deleted("companies", company) == "deleted"
    assert deleted("salespersons", seller) == "deleted"


@pytest.mark.parametrize("path", ["salespersons.json", "opportunities.json", "opportunities/roles.json"])
def test_limits_and_permissions_hold_for_each_object(rehearsal, marketo, path):
    many = {"input": [{SELLER: str(n)} for n in range(301)]}
    assert marketo.post(path, many)["errors"][0]["code"] == "1003"
    rehearsal.marketo.quota.daily = 0
    assert marketo.post(path, many)["errors"][0]["code"] == "607"
    rehearsal.marketo.quota.daily = 9
    rehearsal.marketo.denied |= {"Read-Write Sales Person", "Read-Write Opportunity"}
    assert marketo.post(path, {"input": [{}]})["errors"][0]["code"] == "603"
    rehearsal.marketo.native_crm = True
    assert marketo.get(path, filterType="idField", filterValues="1")["errors"][0]["code"] == "1018"


def test_the_judge_sees_the_new_objects(rehearsal, marketo, deal):
    held = rehearsal.audit()["marketo"]
    assert [len(held[name]) for name in ("salespersons", "opportunities", "roles")] == [1, 1, 0]
    assert held["opportunities"][0]["name"] == "Deal"
