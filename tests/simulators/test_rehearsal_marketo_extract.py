"""Marketo's bulk extracts of persons: a queue, a minute between looks, a file."""

import csv
import hashlib
import io
import json

import pytest

MONTH = {"startAt": "2000-01-01T00:00:00Z", "endAt": "2000-01-31T00:00:00Z"}


@pytest.fixture
def export(rehearsal, marketo):
    """Calls about extracts by the end of their path."""
    base = f"{rehearsal.marketo_url}/bulk/v1/leads/export"

    def call(verb, path="", **more):
        return marketo.session.request(verb, f"{base}{path}.json", **more)

    return call


def code(answer):
    assert answer.json()["success"] is False
    return answer.json()["errors"][0]["code"]


def today(rehearsal):
    moment = rehearsal.clock.moment()
    return {"startAt": moment.replace(hour=0, minute=0).isoformat(), "endAt": moment.replace(hour=23).isoformat()}


def made(export, spans, **more):
    body = {"fields": ["id", "crmKey", "unsubscribed", "city"], "filter": spans} | more
    answer = export("POST", "/create", json=body).json()
    assert answer["success"], answer
    assert answer["result"][0]["status"] == "Created"
    return answer["result"][0]["exportId"]


def test_ids_are_read_back_by_key(rehearsal, marketo, export):
    rows = marketo.sync({"crmKey": "a", "unsubscribed": True, "city": "Å,b"}, {"crmKey": "b"}, lookupField="crmKey")
    number = made(export, {"updatedAt": today(rehearsal)}, columnHeaderNames={"city": "Town"})
    assert export("GET", f"/{number}/file").status_code == 404
    assert export("POST", f"/{number}/enqueue").json()["result"][0]["status"] == "Queued"
    rehearsal.clock.advance(40)
    assert export("GET", f"/{number}/status").json()["result"][0]["status"] == "Queued"
    rehearsal.clock.advance(21)
    said = export("GET", f"/{number}/status").json()["result"][0]
    assert said["status"] == "Completed"
    answer = export("GET", f"/{number}/file")
    assert said["fileChecksum"] == f"sha256:{hashlib.sha256(answer.content).hexdigest()}"
    lines = answer.content.decode().splitlines()
    assert lines[0] == "id,crmKey,unsubscribed,Town"
    assert lines[-2:] == [f'{rows[0]["id"]},a,true,"Å,b"', f"{rows[1]['id']},b,false,null"]
    assert said["numberOfRecords"] == len(lines) - 1
    part = export("GET", f"/{number}/file", headers={"Range": "bytes=3-8"})
    assert (part.status_code, part.content) == (206, b"crmKey")


def test_filters(rehearsal, marketo, export):
    (row,) = marketo.sync({"crmKey": "a"}, lookupField="crmKey")
    listed = rehearsal.marketo.lists.create("Chosen")
    marketo.post(f"lists/{listed}/leads.json", {"input": [{"id": row["id"]}]})
    numbers = [made(export, each) for each in ({"createdAt": MONTH}, {"staticListName": "Chosen"})]
    for number in numbers:
        export("POST", f"/{number}/enqueue")
    rehearsal.clock.advance(121)
    assert [export("GET", f"/{n}/status").json()["result"][0]["numberOfRecords"] for n in numbers] == [0, 1]


@pytest.mark.parametrize(
    ("change", "number"),
    [
        ({"fields": []}, "1002"),
        ({"fields": ["nothing"]}, "1006"),
        ({"format": "XML"}, "1003"),
        ({"filter": {}}, "1003"),
        ({"filter": {"createdAt": MONTH | {"endAt": "2000-02-02T00:00:00Z"}}}, "1003"),
        ({"filter": {"createdAt": MONTH | {"endAt": "soon"}}}, "1003"),
        ({"filter": {"smartListName": "All"}}, "1035"),
        ({"filter": {"firstName": "A"}}, "1035"),
        ({"filter": {"staticListId": 1}}, "1013"),
    ],
)
def test_extracts_refused(export, change, number):
    assert code(export("POST", "/create", json={"fields": ["id"], "filter": {"createdAt": MONTH}} | change)) == number


def test_queue_and_daily_bytes(rehearsal, export):
    numbers = [made(export, {"createdAt": today(rehearsal)}) for _ in range(11)]
    for number in numbers[:10]:
        assert export("POST", f"/{number}/enqueue").json()["success"]
    full = export("POST", f"/{numbers[10]}/enqueue")
    assert (code(full), full.json()["errors"][0]["message"]) == ("1029", "Too many jobs in queue")
    twice = export("POST", f"/{numbers[0]}/enqueue").json()["errors"][0]
    assert twice == {"code": "1029", "message": "Job already queued"}
    assert export("POST", f"/{numbers[9]}/cancel").json()["result"][0]["status"] == "Cancelled"
    rehearsal.clock.advance(61)
    states = [export("GET", f"/{number}/status").json()["result"][0]["status"] for number in numbers]
    assert states == ["Completed"] * 2 + ["Processing"] * 2 + ["Queued"] * 5 + ["Cancelled", "Created"]
    assert len(export("GET", params={"status": "Completed"}).json()["result"]) == 2
    rehearsal.marketo.extracts.daily_bytes = 10
    assert export("POST", f"/{numbers[10]}/enqueue").json()["errors"][0]["message"] == "Export daily quota exceeded"
    rehearsal.marketo.extracts.by_update = False
    body = {"fields": ["id"], "filter": {"updatedAt": MONTH}}
    assert code(export("POST", "/create", json=body)) == "1035"


@pytest.mark.reference
def test_extracts_keep_to_the_definition(rehearsal, contract, export):
    number = made(export, {"createdAt": today(rehearsal)})
    base = "/bulk/v1/leads/export"
    assert contract.response("POST", f"{base}/x/enqueue.json", export("POST", f"/{number}/enqueue").json()) == []
    rehearsal.clock.advance(61)
    assert contract.response("GET", f"{base}/x/status.json", export("GET", f"/{number}/status").json()) == []
    assert contract.response("GET", f"{base}.json", export("GET").json()) == []


def test_changes_of_values_are_extracted_by_their_type_and_named_as_people_do(rehearsal, marketo):
    (row,) = marketo.sync({"crmKey": "a", "city": "Åre"}, lookupField="crmKey")
    rehearsal.marketo.marketer.change(row["id"], {"city": "By, hand"})
    base = f"{rehearsal.marketo_url}/bulk/v1/activities/export"

    def call(verb, path, **more):
        return marketo.session.request(verb, f"{base}{path}.json", **more)

    wanted = {"createdAt": today(rehearsal), "activityTypeIds": [13]}
    assert code(call("POST", "/create", json={"filter": {"activityTypeIds": [13]}})) == "1003"
    assert code(call("POST", "/create", json={"filter": wanted, "fields": ["city"]})) == "1003"
    body = {"filter": wanted, "fields": ["leadId", "primaryAttributeValue", "attributes"]}
    number = call("POST", "/create", json=body).json()["result"][0]["exportId"]
    call("POST", f"/{number}/enqueue")
    rehearsal.clock.advance(61)
    assert call("GET", f"/{number}/status").json()["result"][0]["status"] == "Completed"
    (told,) = csv.DictReader(io.StringIO(call("GET", f"/{number}/file").text))
    assert (told["leadId"], told["primaryAttributeValue"]) == (str(row["id"]), "City")
    said = json.loads(told["attributes"])
    assert (said["Old Value"], said["New Value"], said["Source"]) == ("Åre", "By, hand", "Manual change")
