"""Marketo's bulk imports: the queue, what files must be like, and the rows that come back."""

import pytest

from dynsync_gui.domain.schema import COMPANY_KEY
from tests.simulators.test_rehearsal_marketo_custom import build


def code(answer):
    assert answer["success"] is False
    return answer["errors"][0]["code"]


@pytest.fixture
def bulk(rehearsal, marketo):
    return Bulk(rehearsal, marketo)


class Bulk:
    """Sends files and asks for them."""

    def __init__(self, rehearsal, marketo):
        self.rehearsal, self.session = rehearsal, marketo.session
        self.base = f"{rehearsal.marketo_url}/bulk/v1/"

    def send(self, text, path="leads.json", **query):
        files = {"file": ("people.csv", text.encode(), "text/csv")}
        return self.session.post(self.base + path, params={"format": "csv"} | query, files=files)

    def sent(self, text, path="leads.json", **query):
        answer = self.send(text, path, **query).json()
        assert answer["success"], answer
        return answer["result"][0]

    def status(self, number, path="leads/batch/{}.json"):
        return self.session.get(self.base + path.format(number)).json()["result"][0]

    def done(self, number, path="leads/batch/{}.json"):
        self.rehearsal.clock.advance(60)
        return self.status(number, path)

    def file(self, number, what="failures", path="leads/batch/{}/{}.json"):
        return self.session.get(self.base + path.format(number, what))


def test_a_file_waits_is_read_in_and_says_nothing_about_ids(rehearsal, marketo, bulk):
    rehearsal.marketo.imports.rows_per_second = 10
    rows = "".join(f"k{n},N{n},{n},true\n" for n in range(100))
    job = bulk.sent("crmKey,firstName,leadScore,unsubscribed\n" + rows, lookupField="crmKey")
    assert (job["status"], job["importId"]) == ("Queued", str(job["batchId"]))
    assert bulk.status(job["batchId"])["status"] == "Queued"
    rehearsal.clock.advance(6)
    running = bulk.status(job["batchId"])
    assert running["status"] == "Importing"
    assert 40 <= running["numOfLeadsProcessed"] < 60
    assert marketo.get("leads.json", filterType="crmKey", filterValues="k1")["result"] == []
    rehearsal.clock.advance(6)
    row = marketo.get("leads.json", filterType="crmKey", filterValues="k7", fields="firstName,leadScore,unsubscribed")
    assert {k: v for k, v in row["result"][0].items() if k != "id"} == {
        "firstName": "N7", "leadScore": 7, "unsubscribed": True,
    }  # fmt: skip
    ended = bulk.status(job["batchId"])
    assert (ended["status"], ended["numOfLeadsProcessed"], ended["numOfRowsFailed"]) == ("Complete", 100, 0)
    assert bulk.file(job["batchId"]).status_code == bulk.file(job["batchId"], "warnings").status_code == 404


def test_rows_that_fail_come_back_with_their_reason(marketo, bulk):
    marketo.sync({"email": "twin@b.example"})
    marketo.sync({"email": "twin@b.example"}, action="createDuplicate")
    text = (
        "email,leadScore,firstName\n"
        "good@b.example,1,A\n"
        "bad,1,B\n"
        "score@b.example,14.1,C\n"
        ",5,D\n"
        "twin@b.example,5,E\n"
        "short@b.example,5\n"
        f'long@b.example,,"{"x" * 256}"\n'
    )
    number = bulk.sent(text)["batchId"]
    assert bulk.file(number).status_code == 404
    row = bulk.done(number)
    assert (row["numOfLeadsProcessed"], row["numOfRowsFailed"], row["numOfRowsWithWarning"]) == (2, 5, 1)
    head, *failed = bulk.file(number).text.splitlines()
    assert head == "email,leadScore,firstName,Import Failure Reason"
    assert failed == [
        "bad,1,B,Invalid value for field 'email' and value 'bad'",
        "score@b.example,14.1,C,Invalid value for field 'leadScore' and value '14.1'",
        ",5,D,Value for lookup field 'email' not found",
        "twin@b.example,5,E,Multiple lead match lookup criteria",
        "short@b.example,5,Number of columns does not match the header",
    ]
    assert bulk.file(number, "warnings").text.splitlines()[1].endswith(",Value was cut: firstName")


def test_an_empty_cell_leaves_the_value_and_a_later_row_wins(marketo, bulk):
    (row,) = marketo.sync({"crmKey": "a", "title": "T", "city": "Old"}, lookupField="crmKey")
    bulk.done(bulk.sent("crmKey\ttitle\tcity\na\t\tB\nA\t\tC\n", format="tsv", lookupField="crmKey")["batchId"])
    person = marketo.person(row["id"], "title", "city")
    assert (person["title"], person["city"]) == ("T", "C")


@pytest.mark.parametrize(
    ("head", "reason"),
    [
        ("email ,firstName", "missing.dedupe.fields"),
        ("Email Address,firstName", "missing.dedupe.fields"),
        ("email,Vorname", "Field 'Vorname' not found"),
        ("email,company", "Company update not allowed"),
        ("email,createdAt", "Field 'createdAt' is not updateable"),
    ],
)
def test_a_wrong_header_fails_every_row(bulk, head, reason):
    number = bulk.sent(f"{head}\na@b.example,x\nb@b.example,y\n")["batchId"]
    assert bulk.done(number)["numOfRowsFailed"] == 2
    assert [line.split(",")[-1] for line in bulk.file(number).text.splitlines()[1:]] == [reason] * 2


def test_files_refused(rehearsal, marketo, bulk):
    text = "email\na@b.example\n"
    assert code(bulk.send(text, format="xls").json()) == "1003"
    assert code(bulk.send(text, lookupField="nothing").json()) == "1006"
    assert code(bulk.send(text, lookupField="firstName").json()) == "1011"
    assert code(bulk.send(text, partitionName="Nowhere").json()) == "1009"
    assert code(bulk.send(text, listId="1").json()) == "1013"
    assert code(bulk.send("email\n").json()) == "1003"
    assert code(bulk.session.post(bulk.base + "leads.json?format=csv", data=text).json()) == "612"
    other = {"other": ("a.csv", b"email\na@b.example\n")}
    assert code(bulk.session.post(bulk.base + "leads.json?format=csv", files=other).json()) == "613"
    assert code(bulk.session.get(bulk.base + "leads/batch/1.json").json()) == "1013"
    assert bulk.send("email\n" + "x" * 10_500_000).status_code == 413
    assert bulk.send("email\n" + "a@b.example\n" * 200_000).json()["success"]
    assert code(bulk.send("email\n" + "x" * 200_000).json()) == "1003"
    rehearsal.marketo.denied.add("Read-Write Lead")
    assert code(bulk.send(text).json()) == "603"


def test_ten_files_wait_and_two_are_read_at_a_time(rehearsal, bulk):
    rehearsal.marketo.imports.rows_per_second = 1
    jobs = [bulk.sent("email\n" + f"a{n}@b.example\n" * 10)["batchId"] for n in range(10)]
    assert code(bulk.send("email\na@b.example\n").json()) == "1016"
    rehearsal.clock.advance(5)
    assert [bulk.status(job)["status"] for job in jobs] == ["Importing"] * 2 + ["Queued"] * 8
    rehearsal.clock.advance(10)
    assert [bulk.status(job)["status"] for job in jobs[:5]] == ["Complete"] * 2 + ["Importing"] * 2 + ["Queued"]
    assert bulk.send("email\na@b.example\n").json()["success"]


def test_a_batch_is_forgotten_after_a_week(rehearsal, marketo, bulk):
    number = bulk.sent("email\na@b.example\n")["batchId"]
    rehearsal.clock.advance(8 * 86_400)
    marketo.sign_in()
    bulk.session.headers.update(marketo.session.headers)
    assert code(bulk.session.get(f"{bulk.base}leads/batch/{number}.json").json()) == "1013"
    assert marketo.get("leads.json", filterType="email", filterValues="a@b.example")["result"]


def test_by_id_only_known_persons_and_into_a_list(rehearsal, marketo, bulk):
    (row,) = marketo.sync({"email": "a@b.example"})
    listed = rehearsal.marketo.lists.create("Imported")
    number = bulk.sent(f"id,title\n{row['id']},T\n99999999,T\n", lookupField="id", listId=listed)["batchId"]
    assert bulk.done(number)["numOfRowsFailed"] == 1
    assert rehearsal.audit()["marketo"]["lists"] == {"Imported": [row["id"]]}
    assert marketo.person(row["id"], "title")["title"] == "T"


def test_imports_leave_activities_of_the_caller(rehearsal, marketo, bulk):
    rehearsal.clock.advance(5)
    token = marketo.get("activities/pagingtoken.json", sinceDatetime=rehearsal.clock.stamp())["nextPageToken"]
    bulk.done(bulk.sent("email\na@b.example\n")["batchId"])
    (row,) = marketo.get("activities/leadchanges.json", nextPageToken=token, fields="title")["result"]
    said = {entry["name"]: entry["value"] for entry in row["attributes"]}
    assert (said["API Method Name"], said["Modifying User"]) == ("importLead", "rehearsal-api@sandbox.example")


def test_partitions(rehearsal, marketo, bulk):
    rehearsal.marketo.person_calls.partitions.append("Europe")
    assert [row["name"] for row in marketo.get("leads/partitions.json")["result"]] == ["Default", "Europe"]
    (row,) = marketo.sync({"email": "a@b.example"}, partitionName="Europe")
    assert marketo.person(row["id"], "leadPartitionId")["leadPartitionId"] == 2
    assert marketo.sync({"email": "a@b.example"}, partitionName="Default")[0]["reasons"][0]["code"] == "1010"
    wrong = {"input": [{"email": "a@b.example"}], "partitionName": "Europe", "action": "updateOnly"}
    assert code(marketo.post("leads.json", wrong)) == "1003"
    number = bulk.sent("email\nb@b.example\n", partitionName="Europe")["batchId"]
    bulk.done(number)
    (found,) = marketo.get("leads.json", filterType="email", filterValues="b@b.example", fields="leadPartitionId")[
        "result"
    ]
    assert found["leadPartitionId"] == 2


def test_custom_objects(marketo, bulk):
    build(marketo)
    marketo.sync({"crmKey": "p1", COMPANY_KEY: None}, lookupField="crmKey")
    path = "customobjects/car/import"
    job = bulk.sent("vin,owner\n1,p1\n2,nobody\n,p1\n", f"{path}.json")
    assert (job["status"], job["objectApiName"]) == ("Queued", "car")
    row = bulk.done(job["batchId"], path + "/{}/status.json")
    assert (row["status"], row["numOfObjectsProcessed"], row["numOfRowsFailed"]) == ("Complete", 1, 2)
    lines = bulk.file(job["batchId"], path=path + "/{}/{}.json").text.splitlines()
    assert lines[1:] == ["2,nobody,Lead not found", ",p1,Value for field 'vin' is required"]
    assert marketo.get("customobjects/car.json", filterType="vin", filterValues="1")["result"][0]["vin"] == "1"
    assert code(bulk.send("vin\n1\n", "customobjects/bus/import.json").json()) == "610"


@pytest.mark.reference
def test_imports_keep_to_the_definition(contract, marketo, bulk):
    build(marketo)
    ways = {
        "/bulk/v1/leads.json": ("leads.json", "email\na@b.example\n", "leads/batch/{}.json"),
        "/bulk/v1/customobjects/car/import.json": (
            "customobjects/car/import.json", "vin\n1\n", "customobjects/car/import/{}/status.json",
        ),
    }  # fmt: skip
    for path, (place, text, status) in ways.items():
        answer = bulk.send(text, place).json()
        assert contract.response("POST", path, answer) == []
        asked = status.format(answer["result"][0]["batchId"])
        said = bulk.session.get(bulk.base + asked).json()
        assert contract.response("GET", f"/bulk/v1/{asked}", said) == []


def test_a_file_is_given_up(rehearsal, marketo, bulk):
    rehearsal.marketo.imports.failing = 1
    given_up = bulk.sent("email\na@b.example\n")["batchId"]
    row = bulk.done(given_up)
    assert (row["status"], row["numOfLeadsProcessed"], row["message"]) == ("Failed", 0, "Import failed")
    assert bulk.file(given_up).status_code == 404
    assert marketo.get("leads.json", filterType="email", filterValues="a@b.example")["result"] == []
    assert bulk.done(bulk.sent("email\na@b.example\n")["batchId"])["status"] == "Complete"


def test_failed_rows_may_come_back_without_their_empty_cells(rehearsal, bulk):
    rehearsal.marketo.imports.whole_rows = False
    number = bulk.sent("email,title,leadScore\na@b.example,,x\n")["batchId"]
    bulk.done(number)
    reason = "Invalid value for field 'leadScore' and value 'x'"
    assert bulk.file(number).text.splitlines()[1] == f"a@b.example,x,{reason}"
