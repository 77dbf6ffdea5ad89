"""Marketo persons: sync, query and delete, with the vendor's refusals."""

import threading

import pytest

from dynsync_gui.domain.schema import COMPANY_KEY


def reasons(row):
    assert row["status"] == "skipped"
    assert "id" not in row
    return [reason["code"] for reason in row["reasons"]]


def test_create_then_update_by_a_custom_key(marketo):
    created = marketo.sync({"crmKey": "k1", "firstName": "Zoé"}, {"crmKey": "k2"}, lookupField="crmKey")
    assert [row["status"] for row in created] == ["created", "created"]
    updated = marketo.sync({"crmKey": "K1", "lastName": "B"}, lookupField="crmKey")
    assert updated == [{"id": created[0]["id"], "status": "updated"}]
    found = marketo.get("leads.json", filterType="crmKey", filterValues="k1,k2", fields="crmKey,firstName,lastName")
    assert [row["firstName"] for row in found["result"]] == ["Zoé", None]


def test_missing_is_untouched_null_clears_and_a_boolean_reads_false(marketo):
    row = {"email": "a@b.example", "firstName": "A", "unsubscribed": True, "leadScore": 5, "dateOfBirth": "1980-02-29"}
    (created,) = marketo.sync(row)
    marketo.sync({"email": "A@B.example", "firstName": None, "unsubscribed": None})
    person = marketo.person(created["id"], "firstName", "unsubscribed", "leadScore", "dateOfBirth", "email")
    assert person == {
        "id": created["id"],
        "firstName": None,
        "unsubscribed": False,
        "leadScore": 5,
        "dateOfBirth": "1980-02-29",
        "email": "A@B.example",
    }


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("email", "müller@b.example"),
        ("email", "no-at"),
        ("email", " a@b.example "),
        ("leadScore", 14.1),
        ("leadScore", "5"),
        ("leadScore", 2**63),
        ("urgency", "much"),
        ("unsubscribed", "other"),
        ("dateOfBirth", "1980-02-30"),
        ("dateOfBirth", "1980-02-03T00:00:00Z"),
        ("emailSuspendedAt", "yesterday"),
        ("emailSuspendedAt", "2020-08-30T05:49:48"),
        ("firstName", "x" * 256),
        ("firstName", 5),
        ("leadNotesLong", "é" * 15_001),
    ],
)
def test_values_that_a_field_does_not_take(marketo, field, value):
    (row,) = marketo.sync({"crmKey": "v", field: value}, lookupField="crmKey")
    assert reasons(row) == ["1003"]
    shown = str(value).lower() if isinstance(value, bool) else str(value)
    assert row["reasons"][0]["message"] == f"Invalid value for field '{field}' and value '{shown}'"


def test_a_moment_reads_back_in_utc_without_milliseconds(marketo):
    (row,) = marketo.sync({"email": "t@b.example", "emailSuspendedAt": "2020-08-30T07:49:48.123+02:00"})
    assert marketo.person(row["id"], "emailSuspendedAt")["emailSuspendedAt"] == "2020-08-30T05:49:48Z"


def test_every_row_answers_for_itself_in_order(marketo):
    marketo.sync({"email": "here@b.example"})
    rows = marketo.sync(
        {"email": "new@b.example"},
        {"firstName": "no key"},
        {"email": "x@b.example", "company": "A company field"},
        {"email": "y@b.example", "nothing": 1},
        {"email": "NEW@b.example"},
        {"email": "z@b.example", "createdAt": "2020-01-01T00:00:00Z"},
        {"email": "w@b.example", COMPANY_KEY: "unknown"},
        {"email": "here@b.example"},
    )
    assert [row["status"] for row in rows] == ["created", *["skipped"] * 6, "updated"]
    assert [reasons(row)[0] for row in rows[1:7]] == ["1003", "1021", "1006", "1036", "1003", "1003"]


def test_actions(marketo):
    (old,) = marketo.sync({"email": "old@b.example"})
    assert reasons(marketo.sync({"email": "old@b.example"}, action="createOnly")[0]) == ["1005"]
    assert reasons(marketo.sync({"email": "not@b.example"}, action="updateOnly")[0]) == ["1004"]
    marketo.sync({"email": "old@b.example"}, action="createDuplicate")
    assert reasons(marketo.sync({"email": "old@b.example"})[0]) == ["1007"]
    by_id = marketo.sync({"id": old["id"], "firstName": "Only"}, action="updateOnly", lookupField="id")
    assert by_id == [{"id": old["id"], "status": "updated"}]


@pytest.mark.parametrize(
    ("body", "number"),
    [
        ({"input": [{"id": 1}], "lookupField": "id"}, "1003"),
        ({"input": [{"x": 1}], "lookupField": "nothing"}, "1006"),
        ({"input": [{"firstName": "a"}], "lookupField": "firstName"}, "1011"),
        ({"input": [{"email": "a@b.example"}], "action": "destroy"}, "1003"),
        ({"input": [{"email": f"{n}@b.example"} for n in range(301)]}, "1003"),
        ({"input": []}, "1001"),
        ({}, "1002"),
    ],
)
def test_calls_refused_as_a_whole(marketo, body, number):
    answer = marketo.post("leads.json", body)
    assert answer["success"] is False
    assert answer["errors"][0]["code"] == number
    assert "result" not in answer


def test_overlapping_calls_with_one_new_key_create_twice(rehearsal, marketo):
    rehearsal.faults.add("slow", system="marketo", path=r"leads\.json", count=2, seconds=0.4)
    answers = []

    def call():
        answers.extend(marketo.sync({"crmKey": "twin"}, lookupField="crmKey"))

    threads = [threading.Thread(target=call) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [row["status"] for row in answers] == ["created", "created"]
    assert reasons(marketo.sync({"crmKey": "twin"}, lookupField="crmKey")[0]) == ["1007"]


def test_queries(marketo):
    keys = [f"q{n:04d}" for n in range(620)]
    for start in range(0, 620, 300):
        marketo.sync(
            *({"crmKey": key, "linkedInId": "same"} for key in keys[start : start + 300]), lookupField="crmKey"
        )
    first = marketo.get("leads.json", filterType="linkedInId", filterValues="same", fields="crmKey")
    assert len(first["result"]) == 300
    assert first["moreResult"] is True
    query = {
        "filterType": "linkedInId",
        "filterValues": "same",
        "fields": "crmKey",
        "nextPageToken": first["nextPageToken"],
    }
    second = marketo.get("leads.json", **query)
    third = marketo.get("leads.json", **(query | {"nextPageToken": second["nextPageToken"]}))
    assert third["moreResult"] is False
    assert [row["crmKey"] for page in (first, second, third) for row in page["result"]] == keys
    form = {"_method": "GET", "filterType": "crmKey", "filterValues": ",".join(keys[:300])}
    long = marketo.session.post(f"{marketo.rehearsal.marketo_url}/rest/v1/leads.json", data=form).json()
    assert len(long["result"]) == 300


def test_a_changed_value_is_found_by_the_new_one_only(marketo):
    keys = ("k1", "k2", "k3")
    marketo.sync(*({"crmKey": key, "email": "shared@b.example"} for key in keys), lookupField="crmKey")

    def found(email):
        rows = marketo.get("leads.json", filterType="email", filterValues=email, fields="crmKey")["result"]
        return [row["crmKey"] for row in rows]

    assert found("shared@b.example") == list(keys)
    marketo.sync({"crmKey": "k2", "email": "own@b.example"}, lookupField="crmKey")
    assert (found("shared@b.example"), found("OWN@b.example")) == (["k1", "k3"], ["k2"])
    marketo.sync({"crmKey": "k2", "email": None}, {"crmKey": "k1", "email": None}, lookupField="crmKey")
    assert (found("shared@b.example"), found("own@b.example")) == (["k3"], [])


@pytest.mark.parametrize(
    ("query", "number"),
    [
        ({"filterType": "firstName", "filterValues": "a"}, "1011"),
        ({"filterType": "email"}, "1002"),
        ({"filterValues": "a"}, "1002"),
        ({"filterType": "id", "filterValues": ",".join(map(str, range(301)))}, "1003"),
        ({"filterType": "id", "filterValues": "1", "batchSize": 301}, "1003"),
        ({"filterType": "id", "filterValues": "1", "fields": "nothing"}, "1006"),
        ({"filterType": "id", "filterValues": "1", "nextPageToken": "forged"}, "1003"),
    ],
)
def test_queries_refused(marketo, query, number):
    assert marketo.get("leads.json", **query)["errors"][0]["code"] == number


def test_a_filter_with_too_many_hits(rehearsal, marketo):
    for _ in range(1001):
        rehearsal.marketo.persons.create({"linkedInId": "crowd"})
    answer = marketo.get("leads.json", filterType="linkedInId", filterValues="crowd")
    assert answer["errors"] == [{"code": "1003", "message": "Too many results match the filter"}]


def test_deletions(marketo):
    (row,) = marketo.sync({"email": "gone@b.example"})
    answer = marketo.post("leads/delete.json", {"input": [{"id": row["id"]}, {"id": 99999999}]})
    assert answer["result"][0] == {"id": row["id"], "status": "deleted"}
    assert reasons(answer["result"][1]) == ["1004"]
    assert marketo.get("leads.json", filterType="email", filterValues="gone@b.example")["result"] == []


def test_a_blocked_field_says_updated_and_stays(rehearsal, marketo):
    (row,) = marketo.sync({"email": "blocked@b.example", "title": "Before"})
    rehearsal.marketo.person_calls.blocked.add("title")
    assert marketo.sync({"email": "blocked@b.example", "title": "After"})[0]["status"] == "updated"
    assert marketo.person(row["id"], "title")["title"] == "Before"


def test_marketo_knew_some_persons_before(rehearsal):
    persons = rehearsal.marketo.persons.all()
    known = {
        str(r.get("emailaddress1", "")).strip().lower() for t in ("contact", "lead") for r in rehearsal.world.tables[t]
    }
    mine = [person for person in persons if person["email"].lower() in known]
    assert len(mine) >= 10
    assert len(mine) < len(persons)
    assert all("crmKey" not in person for person in persons)
