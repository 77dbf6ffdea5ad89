"""Marketo's answers against Adobe's own definition, where it is at hand."""

import pytest

CAR_FIELDS = [
    {"name": "vin", "displayName": "VIN", "dataType": "string", "isDedupeField": True},
    {"name": "owner", "displayName": "Owner", "dataType": "link", "relatedTo": {"name": "lead", "field": "id"}},
]

pytestmark = pytest.mark.reference


def test_what_happened_keeps_to_the_definition(rehearsal, marketo, contract):
    side, first = rehearsal.marketo, marketo.rehearsal.marketo.persons.all()[0]["id"]
    number = side.lists.create("Sync")
    side.marketer.change(first, {"title": "Chief", "leadScore": 3})
    side.marketer.unsubscribe(first)
    kept = side.marketer.fill_form({"email": "form@b.example"})
    gone = side.marketer.fill_form({"email": "gone@b.example"})
    token = marketo.get("activities/pagingtoken.json", sinceDatetime="2020-01-01T00:00:00Z")
    after = {"nextPageToken": token["nextPageToken"]}
    calls = [
        ("POST", f"leads/{kept}/merge.json?leadId={gone}", {}),
        ("POST", "leads/delete.json", {"input": [{"id": first}]}),
        ("POST", f"lists/{number}/leads.json", {"input": [{"id": kept}, {"id": 1}]}),
        ("GET", f"lists/{number}/leads.json", {}),
        ("GET", f"lists/{number}/leads/ismember.json", {"id": kept}),
        ("GET", f"lists/{number}.json", {}),
        ("GET", "lists.json", {"name": "Sync"}),
        ("GET", f"leads/{kept}/listMembership.json", {}),
        ("GET", "activities/pagingtoken.json", {"sinceDatetime": "2020-01-01T00:00:00Z"}),
        ("GET", "activities/types.json", {}),
        ("GET", "activities/leadchanges.json", {"fields": "title,leadScore,unsubscribed"} | after),
        ("GET", "activities/deletedleads.json", after),
        ("GET", "activities.json", {"activityTypeIds": "2,9,12,13,24,32"} | after),
    ]
    problems = []
    for verb, path, given in calls:
        answer = marketo.get(path, **given) if verb == "GET" else marketo.post(path, given)
        assert answer["success"], (path, answer)
        problems += [f"{path}: {p}" for p in contract.response(verb, f"/rest/v1/{path.partition('?')[0]}", answer)]
    assert problems == []


def test_answers_keep_to_the_definition(marketo, contract):
    company = {"input": [{"externalCompanyId": "c", "company": "C"}, {"externalCompanyId": "c"}]}
    field = {"input": [{"name": "fresh", "displayName": "Fresh", "dataType": "string"}]}
    persons = {"input": [{"email": "a@b.example", "unsubscribed": True}, {"email": "bad"}, {"firstName": "x"}]}
    calls = [
        ("GET", "leads/describe.json", {}),
        ("GET", "leads/describe2.json", {}),
        ("GET", "leads/partitions.json", {}),
        ("GET", "leads/schema/fields.json", {"batchSize": 5}),
        ("GET", "leads/schema/fields/email.json", {}),
        ("POST", "leads/schema/fields.json", field),
        ("POST", "leads.json", persons),
        ("POST", "leads.json", {"input": [{"x": 1}], "lookupField": "x"}),
        ("GET", "leads.json", {"filterType": "email", "filterValues": "a@b.example"}),
        ("GET", "leads.json", {"filterType": "firstName", "filterValues": "a"}),
        ("POST", "leads/delete.json", {"input": [{"id": 1}]}),
        ("GET", "companies/describe.json", {}),
        ("GET", "companies/schema/fields.json", {}),
        ("POST", "companies.json", company),
        ("GET", "companies.json", {"filterType": "dedupeFields", "filterValues": "c"}),
        ("POST", "companies/delete.json", {"input": [{"externalCompanyId": "none"}]}),
        ("GET", "opportunities/describe.json", {}),
        ("GET", "opportunities/schema/fields.json", {}),
        ("GET", "salespersons/describe.json", {}),
        ("POST", "salespersons.json", {"input": [{"externalSalesPersonId": "s"}, {}]}),
        ("GET", "salespersons.json", {"filterType": "dedupeFields", "filterValues": "s"}),
        ("POST", "opportunities.json", {"input": [{"externalOpportunityId": "o", "name": "O"}, {"name": "O"}]}),
        ("GET", "opportunities.json", {"filterType": "dedupeFields", "filterValues": "o"}),
        ("GET", "opportunities/roles/describe.json", {}),
        ("POST", "opportunities/roles.json", {"input": [{"externalOpportunityId": "o", "leadId": 1, "role": "r"}]}),
        ("POST", "opportunities/roles/delete.json", {"input": [{"marketoGUID": "x"}], "deleteBy": "idField"}),
        ("POST", "opportunities/delete.json", {"input": [{"externalOpportunityId": "o"}]}),
        ("POST", "salespersons/delete.json", {"input": [{"externalSalesPersonId": "s"}]}),
        ("POST", "customobjects/schema.json", {"apiName": "car", "displayName": "Car"}),
        ("POST", "customobjects/schema/car/addField.json", {"input": CAR_FIELDS}),
        ("GET", "customobjects/schema.json", {"state": "draft"}),
        ("POST", "customobjects/schema/car/approve.json", {}),
        ("GET", "customobjects/schema/car/describe.json", {}),
        ("GET", "customobjects/schema/fieldDataTypes.json", {}),
        ("GET", "customobjects/schema/linkableObjects.json", {}),
        ("GET", "customobjects/schema/car/dependentAssets.json", {}),
        ("GET", "customobjects.json", {}),
        ("GET", "customobjects/car/describe.json", {}),
        ("POST", "customobjects/car.json", {"input": [{"vin": "1"}, {}]}),
        ("GET", "customobjects/car.json", {"filterType": "vin", "filterValues": "1"}),
        ("POST", "customobjects/car/delete.json", {"input": [{"vin": "1"}, {"vin": "2"}]}),
        ("GET", "stats/usage.json", {}),
        ("GET", "stats/usage/last7days.json", {}),
        ("GET", "stats/errors.json", {}),
    ]
    problems = []
    for verb, path, given in calls:
        answer = marketo.get(path, **given) if verb == "GET" else marketo.post(path, given)
        problems += [f"{verb} {path}: {p}" for p in contract.response(verb, f"/rest/v1/{path}", answer)]
    assert problems == []
