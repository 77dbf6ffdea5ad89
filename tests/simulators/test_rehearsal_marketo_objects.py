"""Marketo's companies, fields, limits and identity."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from dynsync_gui.domain.schema import COMPANY_KEY, KEY_FIELD

FIELD = {"name": KEY_FIELD, "displayName": "Dynamics Id", "dataType": "string"}


def code(answer):
    assert answer["success"] is False
    return answer["errors"][0]["code"]


def described(marketo):
    row = marketo.get("leads/describe2.json")["result"][0]
    return {f["name"]: f for f in row["fields"]}, [names[0] for names in row["searchableFields"]]


def test_companies(marketo):
    answer = marketo.post("companies.json", {"input": [{COMPANY_KEY: "c1", "company": "Ærø"}, {COMPANY_KEY: "c2"}]})
    assert [(row["seq"], row["status"]) for row in answer["result"]] == [(0, "created"), (1, "created")]
    rows = marketo.post("companies.json", {"input": [{COMPANY_KEY: "C1", "company": "", "annualRevenue": 5.4}, {}]})[
        "result"
    ]
    assert rows[0] == {"seq": 0, "id": answer["result"][0]["id"], "status": "updated"}
    assert rows[1]["reasons"][0]["code"] == "1003"
    twice = marketo.post("companies.json", {"input": [{COMPANY_KEY: "d"}, {COMPANY_KEY: "D"}, {COMPANY_KEY: "e"}]})[
        "result"
    ]
    assert [row["status"] for row in twice] == ["skipped", "skipped", "created"]
    assert twice[0]["reasons"][0]["code"] == "1036"
    found = marketo.get("companies.json", filterType="dedupeFields", filterValues="c1", fields="company,annualRevenue")
    assert found["result"] == [{"seq": 0, "id": rows[0]["id"], "company": None, "annualRevenue": 5.4}]
    wrong = marketo.post("companies.json", {"input": [{"id": 1}], "dedupeBy": "idField"})
    assert code(wrong) == "1003"


def test_a_person_joins_a_company_that_is_then_in_use(marketo):
    marketo.post("companies.json", {"input": [{COMPANY_KEY: "c1", "company": "Shared"}]})
    (row,) = marketo.sync({"crmKey": "p", COMPANY_KEY: "c1"}, lookupField="crmKey")
    assert marketo.sync({"crmKey": "p", COMPANY_KEY: None}, lookupField="crmKey")[0]["status"] == "updated"
    person = marketo.person(row["id"], "company", COMPANY_KEY)
    assert (person["company"], person[COMPANY_KEY]) == ("Shared", "c1")
    deleted = marketo.post("companies/delete.json", {"input": [{COMPANY_KEY: "c1"}, {COMPANY_KEY: "none"}]})["result"]
    assert [r["reasons"][0]["code"] for r in deleted] == ["1022", "1013"]


def test_a_created_field_shows_up_after_a_while(rehearsal, marketo):
    rehearsal.marketo.fields.delay = 60
    answer = marketo.post("leads/schema/fields.json", {"input": [FIELD]})
    assert answer["result"] == [{"name": KEY_FIELD, "status": "created"}]
    fields, searchable = described(marketo)
    assert KEY_FIELD not in fields
    assert code(marketo.post("leads.json", {"input": [{KEY_FIELD: "x"}], "lookupField": KEY_FIELD})) == "1006"
    rehearsal.clock.advance(61)
    fields, searchable = described(marketo)
    assert fields[KEY_FIELD] == {
        "name": KEY_FIELD,
        "displayName": "Dynamics Id",
        "dataType": "string",
        "length": 255,
        "updateable": True,
        "crmManaged": False,
    }
    assert KEY_FIELD in searchable
    assert marketo.sync({KEY_FIELD: "x"}, lookupField=KEY_FIELD)[0]["status"] == "created"
    assert code(marketo.post("leads/schema/fields.json", {"input": [FIELD]})) == "1017"


@pytest.mark.parametrize(
    "change",
    [
        {"name": "1st"},
        {"name": "with blank"},
        {"name": "new.dot"},
        {"name": ""},
        {"name": "email"},
        {"displayName": "Email Address"},
        {"displayName": "[bracket"},
        {"displayName": "a & b"},
        {"dataType": "text"},
        {"dataType": "reference"},
        {"colour": "red"},
    ],
)
def test_fields_that_cannot_be_created(marketo, change):
    assert code(marketo.post("leads/schema/fields.json", {"input": [FIELD | change]})) in {
        "1002",
        "1003",
        "1006",
        "1017",
    }
    assert KEY_FIELD not in {row["name"] for row in marketo.get("leads/schema/fields.json")["result"]}


@pytest.mark.parametrize(
    ("kind", "value", "read"),
    [
        ("boolean", True, True),
        ("currency", 34.66, 34.66),
        ("date", "2020-08-30", "2020-08-30"),
        ("datetime", "2020-08-30T05:49:48.9Z", "2020-08-30T05:49:48Z"),
        ("email", "a@b.example", "a@b.example"),
        ("float", 5.4, 5.4),
        ("integer", 5, 5),
        ("percent", 99, 99),
        ("phone", "+33 1", "+33 1"),
        ("score", -3, -3),
        ("string", "Zoé", "Zoé"),
        ("url", "https://b.example", "https://b.example"),
    ],
)
def test_a_field_of_each_type_is_created_and_used(rehearsal, marketo, kind, value, read):
    entry = {"name": "fresh", "displayName": "Fresh", "dataType": kind, "description": "Why"}
    assert marketo.post("leads/schema/fields.json", {"input": [entry]})["result"][0]["status"] == "created"
    rehearsal.clock.advance(2)
    (row,) = marketo.sync({"email": "f@b.example", "fresh": value})
    assert marketo.person(row["id"], "fresh")["fresh"] == read
    assert marketo.sync({"email": "f@b.example", "fresh": {"a": 1}})[0]["status"] == "skipped"


def test_what_can_be_changed_of_a_field(rehearsal, marketo):
    marketo.post("leads/schema/fields.json", {"input": [FIELD]})

    def change(name=KEY_FIELD, **entry):
        return marketo.post(f"leads/schema/fields/{name}.json", {"input": [entry]})

    assert change(displayName="CRM key", isHidden=True, description="Why")["success"]
    row = marketo.get(f"leads/schema/fields/{KEY_FIELD}.json")["result"][0]
    assert (row["displayName"], row["isHidden"], row["description"]) == ("CRM key", True, "Why")
    assert change(displayName="CRM key")["success"]
    assert code(change(dataType="integer")) == "1003"
    assert code(change(name="email", isHidden=True)) == "1003"
    assert code(change(displayName="Email Address")) == "1017"
    assert code(change(displayName="[x]")) == "1003"
    assert code(change(isHidden="yes")) == "1001"
    assert code(change(name="nothing", isHidden=True)) == "1006"
    both = {"input": [{"isHidden": True}, {"isHidden": False}]}
    assert code(marketo.post(f"leads/schema/fields/{KEY_FIELD}.json", both)) == "1003"


def test_only_an_administrator_makes_text_areas(rehearsal, marketo):
    long = "x" * 2_000
    rehearsal.marketo.marketer.add_field("notes", "Notes of ours", "text")
    assert marketo.sync({"email": "t@b.example", "notes": long})[0]["status"] == "created"
    assert described(marketo)[0]["notes"]["dataType"] == "text"
    assert marketo.sync({"email": "t@b.example", "crmKey": long})[0]["status"] == "skipped"
    rehearsal.marketo.marketer.make_text_area("crmKey")
    assert marketo.sync({"email": "t@b.example", "crmKey": long})[0]["status"] == "updated"
    assert "crmKey" not in described(marketo)[1]
    assert marketo.get("leads/schema/fields/notes.json")["result"][0]["isApiCreated"] is False


def test_at_most_a_hundred_fields_are_created(marketo):
    many = [{"name": f"f{n}", "displayName": f"F {n}", "dataType": "score"} for n in range(100)]
    assert marketo.post("leads/schema/fields.json", {"input": many})["success"]
    assert code(marketo.post("leads/schema/fields.json", {"input": [FIELD]})) == "1003"
    one = marketo.get("leads/schema/fields/f1.json")["result"][0]
    assert (one["dataType"], one["isApiCreated"], one["isCustom"]) == ("integer", True, True)


def test_company_schema_is_read_only(marketo):
    assert {row["name"] for row in marketo.get("companies/schema/fields.json")["result"]} >= {COMPANY_KEY, "company"}
    assert code(marketo.post("companies/schema/fields.json", {"input": [FIELD]})) == "605"
    describe = marketo.get("companies/describe.json")["result"][0]
    assert describe["dedupeFields"] == [COMPANY_KEY]


def test_native_crm_sync_forbids_its_objects(rehearsal, marketo):
    rehearsal.marketo.native_crm = True
    for name in ("companies", "opportunities", "salespersons"):
        assert code(marketo.get(f"{name}/describe.json")) == "1018"
    assert any(field["crmManaged"] for field in described(marketo)[0].values())


def test_a_token_stays_the_same_until_its_end(rehearsal, marketo):
    first = marketo.sign_in()
    assert 3595 <= first["expires_in"] <= 3599
    rehearsal.clock.advance(3000)
    again = marketo.sign_in()
    assert again["access_token"] == first["access_token"]
    assert 595 <= again["expires_in"] <= 599
    rehearsal.clock.advance(601)
    assert code(marketo.get("leads/describe2.json")) == "602"
    assert marketo.sign_in()["access_token"] != first["access_token"]
    rehearsal.marketo.identity.forget_token()
    assert code(marketo.get("leads/describe2.json")) == "601"


def test_identity_refuses_and_tokens_travel_in_the_header_only(rehearsal, marketo):
    url = f"{rehearsal.marketo_url}/identity/oauth/token"
    form = {"grant_type": "client_credentials", "client_id": "x", "client_secret": "y"}
    wrong = marketo.session.post(url, data=form)
    assert (wrong.status_code, wrong.json()["error"]) == (401, "invalid_client")
    token = marketo.sign_in()["access_token"]
    assert code(marketo.get("leads/describe2.json", access_token=token)) == "600"
    del marketo.session.headers["Authorization"]
    assert code(marketo.get("leads/describe2.json")) == "600"


def test_the_envelope_of_wrong_calls(rehearsal, marketo):
    base = f"{rehearsal.marketo_url}/rest/v1/"
    post = marketo.session.post
    assert code(post(base + "leads.json", data=b"{", headers={"Content-Type": "application/json"}).json()) == "609"
    assert code(post(base + "leads.json", data=b"{}").json()) == "612"
    assert code(marketo.get("nothing.json")) == "610"
    assert code(marketo.post("leads/describe.json", {})) == "605"
    assert post(base + "leads.json", json={"input": [{"email": "x" * 1_100_000}]}).status_code == 413
    assert marketo.session.get(base + "leads.json", params={"filterValues": "x" * 9000}).status_code == 414
    rehearsal.marketo.denied.add("Read-Write Lead")
    assert code(marketo.post("leads.json", {"input": [{"email": "a@b.example"}]})) == "603"
    answer = marketo.get("leads/describe2.json")
    assert len(answer["requestId"].split("#")) == 2
    assert int(answer["requestId"].split("#")[1], 16) > 1_700_000_000_000


def test_a_hundred_calls_in_twenty_seconds(rehearsal, marketo):
    codes = [marketo.get("leads/partitions.json")["success"] for _ in range(101)]
    assert codes == [True] * 100 + [False]
    assert code(marketo.get("leads/partitions.json")) == "606"
    rehearsal.clock.advance(21)
    assert marketo.get("leads/partitions.json")["success"]
    usage = marketo.get("stats/usage.json")["result"][0]
    assert usage["total"] == 101
    errors = marketo.get("stats/errors.json")["result"][0]
    assert errors["errors"] == [{"errorCode": "606", "count": 2}]


def test_ten_calls_at_once(rehearsal, marketo):
    rehearsal.faults.add("slow", system="marketo", path=r"leads\.json", count=12, seconds=0.5)
    together = threading.Barrier(12)

    def call(number):
        together.wait()
        return marketo.post("leads.json", {"input": [{"email": f"c{number}@b.example"}]})

    with ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(call, range(12)))
    refused = [answer for answer in answers if not answer["success"]]
    assert [code(answer) for answer in refused] == ["615", "615"]
    assert rehearsal.marketo.quota.most_in_flight == 10


def test_the_daily_quota_ends_at_midnight_central(rehearsal, marketo):
    rehearsal.marketo.quota.daily = 1
    assert marketo.get("leads/partitions.json")["success"]
    assert code(marketo.get("leads/partitions.json")) == "607"
    rehearsal.clock.advance(86_400)
    marketo.sign_in()
    assert marketo.get("leads/partitions.json")["success"]


def test_large_answers_are_packed_for_those_who_can_unpack(rehearsal, marketo):
    url = f"{rehearsal.marketo_url}/rest/v1/leads/describe2.json"
    assert marketo.session.get(url).headers["Content-Encoding"] == "gzip"
    plain = marketo.session.get(url, headers={"Accept-Encoding": "identity"})
    assert "Content-Encoding" not in plain.headers
    assert plain.json()["success"]
