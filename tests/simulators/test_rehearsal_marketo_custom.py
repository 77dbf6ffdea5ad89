"""Marketo's custom objects: types that are drafted and approved, links, and records by key."""

import pytest

SCHEMA = "customobjects/schema"
CAR = {"apiName": "car", "displayName": "Car", "pluralName": "Cars", "description": "Owned"}
FIELDS = [
    {"name": "vin", "displayName": "VIN", "dataType": "string", "isDedupeField": True},
    {"name": "owner", "displayName": "Owner", "dataType": "link", "relatedTo": {"name": "lead", "field": "crmKey"}},
    {"name": "notes", "displayName": "Notes", "dataType": "text"},
]


def code(answer):
    assert answer["success"] is False
    return answer["errors"][0]["code"]


def outcomes(answer):
    assert answer["success"], answer
    return [r["reasons"][0]["code"] if r["status"] == "skipped" else r["status"] for r in answer["result"]]


def build(marketo, texts=CAR, fields=FIELDS):
    """A type that is made, given fields and approved."""
    steps = [
        marketo.post(f"{SCHEMA}.json", texts),
        marketo.post(f"{SCHEMA}/{texts['apiName']}/addField.json", {"input": fields}),
        marketo.post(f"{SCHEMA}/{texts['apiName']}/approve.json", {}),
    ]
    assert [step.get("errors") for step in steps] == [None] * 3


@pytest.fixture
def car(marketo):
    build(marketo)
    (person,) = marketo.sync({"crmKey": "p1"}, lookupField="crmKey")
    return person["id"]


def test_a_type_is_a_draft_until_it_is_approved(marketo):
    marketo.post(f"{SCHEMA}.json", CAR)
    marketo.post(f"{SCHEMA}/car/addField.json", {"input": FIELDS})
    draft = marketo.get(f"{SCHEMA}/car/describe.json")["result"][0]
    assert (draft["state"], draft["version"], draft["idField"]) == ("draft", "draft", None)
    assert code(marketo.post("customobjects/car.json", {"input": [{"vin": "1"}]})) == "610"
    assert marketo.get("customobjects.json")["result"] == []
    assert marketo.post(f"{SCHEMA}/car/approve.json", {})["result"] == []
    (listed,) = marketo.get("customobjects.json", names="car,none")["result"]
    assert (listed["name"], listed["dedupeFields"]) == ("car", ["vin"])
    assert listed["searchableFields"] == [["vin"], ["marketoGUID"], ["owner"]]
    relation = {"field": "owner", "type": "parent", "relatedTo": {"name": "lead", "field": "crmKey"}}
    assert listed["relationships"] == [relation]
    assert "fields" not in listed
    names = [row["name"] for row in marketo.get("customobjects/car/describe.json")["result"][0]["fields"]]
    assert names == ["marketoGUID", "createdAt", "updatedAt", "vin", "owner", "notes"]


def test_what_an_approval_freezes(marketo, car):
    add, change, remove = (f"{SCHEMA}/car/{word}.json" for word in ("addField", "notes/updateField", "deleteField"))
    colour = {"name": "colour", "displayName": "Colour", "dataType": "string"}
    assert code(marketo.post(add, {"input": [FIELDS[1] | {"name": "second"}]})) == "1003"
    assert code(marketo.post(add, {"input": [colour | {"isDedupeField": True}]})) == "1003"
    assert code(marketo.post(remove, {"input": [{"name": "vin"}]})) == "1003"
    assert code(marketo.post(change, {"dataType": "string"})) == "1003"
    assert code(marketo.post(f"{SCHEMA}.json", CAR | {"displayName": "Auto"})) == "1003"
    assert marketo.post(change, {"displayName": "Remarks"})["success"]
    assert marketo.post(add, {"input": [colour]})["success"]
    both = marketo.get(f"{SCHEMA}/car/describe.json", state="approvedWithDraft")["result"]
    assert [(row["state"], row["version"]) for row in both] == [
        ("approvedWithDraft", "approved"),
        ("approvedWithDraft", "draft"),
    ]
    assert outcomes(marketo.post("customobjects/car.json", {"input": [{"vin": "1", "colour": "red"}]})) == ["1006"]
    assert marketo.post(f"{SCHEMA}/car/discardDraft.json", {})["success"]
    assert code(marketo.post(f"{SCHEMA}/car/discardDraft.json", {})) == "1048"
    assert marketo.post(add, {"input": [colour]})["success"]
    assert marketo.post(f"{SCHEMA}/car/approve.json", {})["success"]
    assert outcomes(marketo.post("customobjects/car.json", {"input": [{"vin": "1", "colour": "red"}]})) == ["created"]
    later = [{"name": f"f{n}", "displayName": f"F {n}", "dataType": "integer"} for n in range(20)]
    assert code(marketo.post(add, {"input": later})) == "1028"
    assert marketo.post(add, {"input": later[:19]})["success"]


@pytest.mark.parametrize(
    ("change", "number"),
    [
        ({"name": "with blank"}, "1003"),
        ({"name": "createdAt"}, "1017"),
        ({"dataType": "reference"}, "1003"),
        ({"dataType": "link"}, "1003"),
        ({"dataType": "link", "relatedTo": {"name": "lead", "field": "firstName"}}, "1006"),
        ({"dataType": "link", "relatedTo": {"name": "nothing", "field": "id"}}, "1003"),
        ({"displayName": ""}, "1002"),
        ({"displayName": "Order & Co"}, "1003"),
        ({"displayName": "Prénom"}, "1003"),
        ({"colour": "red"}, "1006"),
    ],
)
def test_fields_that_a_type_does_not_take(marketo, change, number):
    marketo.post(f"{SCHEMA}.json", CAR)
    assert code(marketo.post(f"{SCHEMA}/car/addField.json", {"input": [FIELDS[0] | change]})) == number
    assert code(marketo.post(f"{SCHEMA}/car/approve.json", {})) == "1003"


def test_records(marketo, car):
    rows = marketo.post(
        "customobjects/car.json",
        {"input": [
            {"vin": "1", "owner": "P1", "notes": "x" * 20_000}, {"vin": "2", "owner": "nobody"}, {"owner": "p1"},
            {"vin": "3", "colour": "red"}, {"vin": "4"},
        ]},
    )  # fmt: skip
    assert outcomes(rows) == ["created", "1004", "1003", "1006", "created"]
    guid = rows["result"][0]["marketoGUID"]
    by_id = {"input": [{"marketoGUID": guid, "notes": ""}], "action": "updateOnly", "dedupeBy": "idField"}
    assert outcomes(marketo.post("customobjects/car.json", by_id)) == ["updated"]
    found = marketo.get("customobjects/car.json", filterType="owner", filterValues="p1", fields="vin,notes")["result"]
    assert found == [{"seq": 0, "marketoGUID": guid, "vin": "1", "notes": None}]
    gone = marketo.post("customobjects/car/delete.json", {"input": [{"vin": "1"}, {"vin": "9"}]})
    assert outcomes(gone) == ["deleted", "1013"]
    assert code(marketo.get("customobjects/bus.json", filterType="vin", filterValues="1")) == "610"


def test_persons_and_things_meet_in_a_bridge(rehearsal, marketo, car):
    course = {"apiName": "course", "displayName": "Course"}
    build(marketo, course, [FIELDS[0] | {"name": "code", "displayName": "Code"}])
    linkable = marketo.get(f"{SCHEMA}/linkableObjects.json")["result"]
    targets = {row["name"]: {field["name"] for field in row["fields"]} for row in linkable}
    assert targets["lead"] > {"Id", "Email Address", "crmKey"}
    assert targets["company"] == {"Id", "External Company Id"}
    assert targets["course"] == {"code"}
    person = {"name": "who", "displayName": "Who", "dataType": "link", "relatedTo": {"name": "lead", "field": "id"}}
    thing = {"name": "of", "displayName": "Of", "dataType": "link", "relatedTo": {"name": "course", "field": "code"}}
    build(marketo, {"apiName": "visit", "displayName": "Visit"}, [person, thing])
    assert outcomes(marketo.post("customobjects/course.json", {"input": [{"code": "a"}]})) == ["created"]
    inputs = [{"who": car, "of": "a"}, {"who": car, "of": "b"}, {"who": 9, "of": "a"}]
    assert outcomes(marketo.post("customobjects/visit.json", {"input": inputs})) == ["created", "1013", "1004"]
    question = {"filterType": "dedupeFields", "fields": ["of"], "input": [{"who": car, "of": "a"}]}
    assert len(marketo.post("customobjects/visit.json?_method=GET", question)["result"]) == 1
    assert outcomes(marketo.post("customobjects/course/delete.json", {"input": [{"code": "a"}]})) == ["1022"]
    assert code(marketo.post(f"{SCHEMA}/course/delete.json", {})) == "1022"
    assert marketo.post(f"{SCHEMA}/visit/delete.json", {})["success"]
    assert marketo.post(f"{SCHEMA}/course/delete.json", {})["success"]
    assert list(rehearsal.audit()["marketo"]["customobjects"]) == ["car"]


def test_a_marketo_that_links_to_companies_by_their_id_alone(rehearsal, marketo):
    rehearsal.marketo.custom.company_links = ("id",)
    offered = {row["name"]: row["fields"] for row in marketo.get(f"{SCHEMA}/linkableObjects.json")["result"]}
    assert offered["company"] == [{"name": "Id", "displayName": "Id", "dataType": "integer"}]
    marketo.post(f"{SCHEMA}.json", CAR)
    link = {"name": "firm", "displayName": "Firm", "dataType": "link"}
    by_key = link | {"relatedTo": {"name": "company", "field": "externalCompanyId"}}
    assert code(marketo.post(f"{SCHEMA}/car/addField.json", {"input": [by_key]})) == "1006"
    build(marketo, fields=[FIELDS[0], link | {"relatedTo": {"name": "company", "field": "id"}}])
    company = marketo.post("companies.json", {"input": [{"externalCompanyId": "c", "company": "C"}]})["result"][0]["id"]
    rows = [{"vin": "1", "firm": company}, {"vin": "2", "firm": company + 1}]
    assert outcomes(marketo.post("customobjects/car.json", {"input": rows})) == ["created", "1013"]


def test_a_subscription_without_the_feature(rehearsal, marketo, car):
    rehearsal.marketo.custom.metadata = False
    assert code(marketo.get(f"{SCHEMA}.json")) == "616"
    assert code(marketo.post(f"{SCHEMA}.json", CAR)) == "616"
    assert outcomes(marketo.post("customobjects/car.json", {"input": [{"vin": "1"}]})) == ["created"]
    rehearsal.marketo.custom.enabled = False
    assert code(marketo.get("customobjects.json")) == "1026"
    rehearsal.marketo.denied.add("Read-Write Custom Object Type")
    assert code(marketo.get(f"{SCHEMA}.json")) == "603"


def test_display_names_are_plain_and_each_there_once(marketo):
    build(marketo)
    assert code(marketo.post(f"{SCHEMA}.json", {"apiName": "other", "displayName": "Car & Co"})) == "1003"
    assert code(marketo.post(f"{SCHEMA}.json", {"apiName": "other", "displayName": "O", "pluralName": "O's"})) == "1003"
    assert code(marketo.post(f"{SCHEMA}.json", {"apiName": "other", "displayName": "CAR"})) == "1017"
    again = FIELDS[2] | {"name": "other"}
    assert code(marketo.post(f"{SCHEMA}/car/addField.json", {"input": [again]})) == "1017"


def test_at_most_ten_types(marketo):
    for number in range(10):
        assert marketo.post(f"{SCHEMA}.json", {"apiName": f"t{number}", "displayName": f"T{number}"})["success"]
    assert code(marketo.post(f"{SCHEMA}.json", {"apiName": "t10", "displayName": "T"})) == "1003"
    assert code(marketo.post(f"{SCHEMA}.json", {"apiName": "t1", "displayName": "T", "action": "createOnly"})) == "1017"
    assert code(marketo.post(f"{SCHEMA}.json", {"apiName": "x", "displayName": "T", "action": "updateOnly"})) == "1013"
