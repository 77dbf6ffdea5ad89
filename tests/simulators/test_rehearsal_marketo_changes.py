"""Reading back what happened to persons in Marketo: by API calls, by marketers, by visitors."""

import pytest

from dynsync_gui.domain.schema import COMPANY_KEY
from dynsync_gui.simulators.marketo.activities import Happening

PAST = "2020-01-01T00:00:00Z"


def token_at(marketo, since=PAST):
    return marketo.get("activities/pagingtoken.json", sinceDatetime=since)["nextPageToken"]


def read(marketo, path, token, **query):
    """Every row from a token on, and the last token."""
    rows = []
    while True:
        answer = marketo.get(path, nextPageToken=token, **query)
        assert answer["success"], answer
        rows += answer["result"]
        token = answer["nextPageToken"]
        if not answer["moreResult"]:
            return rows, token


def attributes(row):
    return {entry["name"]: entry["value"] for entry in row["attributes"]}


def type_ids(marketo):
    return {row["name"]: row["id"] for row in marketo.get("activities/types.json")["result"]}


def code(answer):
    assert answer["success"] is False
    return answer["errors"][0]["code"]


@pytest.fixture
def now(rehearsal, marketo):
    """A token behind everything that the instance began with."""
    rehearsal.clock.advance(10)
    return token_at(marketo, rehearsal.clock.stamp())


def test_changes_by_api_are_told_apart_from_those_by_people(rehearsal, marketo, now):
    answer = marketo.post("leads.json", {"input": [{"email": "a@b.example", "title": "One"}]})
    person = answer["result"][0]["id"]
    changed = marketo.post("leads.json", {"input": [{"email": "a@b.example", "title": "Two", "leadScore": 4}]})
    rehearsal.marketo.marketer.change(person, {"title": "Three"})
    rows, _ = read(marketo, "activities/leadchanges.json", now, fields="title")
    ids = type_ids(marketo)
    assert [row["activityTypeId"] for row in rows] == [ids["New Lead"], *[ids["Change Data Value"]] * 2]
    assert {row["leadId"] for row in rows} == {person}
    assert len({row["marketoGUID"] for row in rows}) == 3
    new, by_api, by_hand = rows
    assert attributes(new)["Source Type"] == "Web service API"
    assert {k: by_api["fields"][0][k] for k in ("name", "oldValue", "newValue")} == {
        "name": "title", "oldValue": "One", "newValue": "Two",
    }  # fmt: skip
    assert attributes(by_api) == {
        "Source": "Web service API",
        "Reason": "Rehearsal service",
        "Request Id": changed["requestId"],
        "API Method Name": "syncLead",
        "Modifying User": "rehearsal-api@sandbox.example",
    }
    assert attributes(by_hand)["Source"] == "Manual change"
    assert "Request Id" not in attributes(by_hand)


def test_an_equal_value_is_no_change(marketo, now):
    marketo.sync({"email": "a@b.example", "title": "One"})
    marketo.sync({"email": "a@b.example", "title": "One"})
    assert len(read(marketo, "activities/leadchanges.json", now, fields="title,email")[0]) == 1


def test_what_marketers_and_visitors_do(rehearsal, marketo, now):
    marketer, ids = rehearsal.marketo.marketer, type_ids(marketo)
    first = marketer.fill_form({"email": "one@b.example", "firstName": "One"})
    assert marketer.fill_form({"email": "ONE@b.example", "title": "Boss"}) == first
    second = marketer.fill_form({"email": "two@b.example"})
    marketer.unsubscribe(first)
    marketer.merge(first, [second])
    marketer.delete(first)
    wanted = ",".join(str(ids[name]) for name in ("Fill Out Form", "Unsubscribe Email", "Merge Leads", "New Lead"))
    rows, _ = read(marketo, "activities.json", now, activityTypeIds=wanted)
    names = {number: name for name, number in ids.items()}
    assert [names[row["activityTypeId"]] for row in rows] == [
        "New Lead", "Fill Out Form", "Fill Out Form", "New Lead", "Fill Out Form", "Unsubscribe Email", "Merge Leads",
    ]  # fmt: skip
    assert (rows[-1]["leadId"], attributes(rows[-1])["Merge IDs"]) == (first, f"[{second}]")
    gone, _ = read(marketo, "activities/deletedleads.json", now)
    assert [(row["leadId"], row["primaryAttributeValue"]) for row in gone] == [(first, "One")]
    changes, _ = read(marketo, "activities/leadchanges.json", now, fields="unsubscribed")
    assert [row["fields"][0]["newValue"] for row in changes if row["fields"]] == ["true"]


def test_a_merge_keeps_the_winner_and_fills_its_gaps(rehearsal, marketo, now):
    win, lose = marketo.sync(
        {"crmKey": "w", "title": "Chief"}, {"crmKey": "l", "title": "Clerk", "city": "Oslo"}, lookupField="crmKey"
    )
    marketo.post("opportunities.json", {"input": [{"externalOpportunityId": "o", "name": "O"}]})
    role = {"externalOpportunityId": "o", "role": "Pays"}
    marketo.post("opportunities/roles.json", {"input": [role | {"leadId": lose["id"]}]})
    listed = rehearsal.marketo.lists.create("Both")
    marketo.post(f"lists/{listed}/leads.json", {"input": [{"id": lose["id"]}]})
    answer = marketo.post(f"leads/{win['id']}/merge.json?leadIds={lose['id']}", {})
    assert answer["success"]
    assert "result" not in answer
    person = marketo.person(win["id"], "title", "city", "crmKey")
    assert (person["title"], person["city"], person["crmKey"]) == ("Chief", "Oslo", "w")
    assert code(marketo.get(f"lead/{lose['id']}.json")) == "1004"
    assert [row["leadId"] for row in rehearsal.audit()["marketo"]["roles"]] == [win["id"]]
    assert rehearsal.audit()["marketo"]["lists"] == {"Both": [win["id"]]}
    assert read(marketo, "activities/deletedleads.json", now)[0] == []


@pytest.mark.parametrize(
    ("query", "number"),
    [
        ("leadId=99999999", "1004"),
        ("", "1002"),
        ("leadIds=" + ",".join(map(str, range(26))), "1080"),
        ("leadId={own}", "1003"),
        ("leadId=1&mergeInCRM=true", "1076"),
    ],
)
def test_merges_refused(marketo, query, number):
    (row,) = marketo.sync({"email": "a@b.example"})
    assert code(marketo.post(f"leads/{row['id']}/merge.json?{query.format(own=row['id'])}", {})) == number


def test_pages_are_cut_at_three_hundred_and_may_be_empty_before_the_end(rehearsal, marketo, now):
    rehearsal.marketo.activity_calls.scanned = 300
    marketo.sync(*({"email": f"n{n}@b.example"} for n in range(300)))
    marketo.sync(*({"email": f"n{n}@b.example", "title": "T"} for n in range(300)))
    marketo.sync(*({"email": f"n{n}@b.example", "city": "C"} for n in range(300)))
    pages, token = [], now
    while not pages or pages[-1]["moreResult"]:
        pages.append(marketo.get("activities/leadchanges.json", nextPageToken=token, fields="city"))
        token = pages[-1]["nextPageToken"]
    assert [len(page["result"]) for page in pages] == [300, 0, 300]
    answer = marketo.get("activities/leadchanges.json", nextPageToken=token, fields="city")
    assert (answer["result"], answer["moreResult"]) == ([], False)
    marketo.sync({"email": "n1@b.example", "city": "D"})
    assert len(marketo.get("activities/leadchanges.json", nextPageToken=token, fields="city")["result"]) == 1


def test_a_persons_changes_alone(rehearsal, marketo, now):
    one, two = marketo.sync({"email": "one@b.example"}, {"email": "two@b.example"})
    rows, _ = read(marketo, "activities/leadchanges.json", now, fields="title", leadIds=str(two["id"]))
    assert [row["leadId"] for row in rows] == [two["id"]]
    listed = rehearsal.marketo.lists.create("One")
    marketo.post(f"lists/{listed}/leads.json?id={one['id']}", {})
    rows, _ = read(marketo, "activities/leadchanges.json", now, fields="title", listId=str(listed))
    assert [row["leadId"] for row in rows] == [one["id"]]


@pytest.mark.parametrize(
    ("path", "query", "number"),
    [
        ("activities/pagingtoken.json", {}, "1002"),
        ("activities/pagingtoken.json", {"sinceDatetime": "yesterday"}, "1003"),
        ("activities/leadchanges.json", {"fields": "title"}, "1002"),
        ("activities/leadchanges.json", {"nextPageToken": "forged", "fields": "title"}, "1003"),
        ("activities/leadchanges.json", {"nextPageToken": "own"}, "1002"),
        ("activities/leadchanges.json", {"nextPageToken": "own", "fields": "nothing"}, "1006"),
        ("activities/leadchanges.json", {"nextPageToken": "own", "fields": "title", "batchSize": 301}, "1003"),
        ("activities/leadchanges.json", {"nextPageToken": "own", "fields": "title", "listId": "1"}, "1013"),
        ("activities.json", {"nextPageToken": "own", "activityTypeIds": ",".join(map(str, range(11)))}, "1003"),
        ("activities.json", {"nextPageToken": "own", "activityTypeIds": "1",
                             "leadIds": ",".join(map(str, range(31)))}, "1003"),
    ],
)  # fmt: skip
def test_readings_refused(marketo, now, path, query, number):
    asked = {name: now if value == "own" else value for name, value in query.items()}
    assert code(marketo.get(path, **asked)) == number


def test_tokens_and_entries_grow_old(rehearsal, marketo, now):
    (row,) = marketo.sync({"email": "old@b.example"})
    marketo.sync({"email": "old@b.example", "title": "T"})
    marketo.post("leads/delete.json", {"input": [{"id": row["id"]}]})
    rehearsal.clock.advance(15 * 86_400)
    marketo.sign_in()
    assert read(marketo, "activities/deletedleads.json", now)[0] == []
    assert len(read(marketo, "activities/leadchanges.json", now, fields="title")[0]) == 2
    rehearsal.clock.advance(76 * 86_400)
    marketo.sign_in()
    rows, _ = read(marketo, "activities/leadchanges.json", now, fields="title")
    assert [bool(row["fields"]) for row in rows] == [False]
    rehearsal.marketo.activity_calls.expire_tokens()
    assert code(marketo.get("activities/deletedleads.json", nextPageToken=now)) == "1003"


def test_types_are_known_by_name(rehearsal, marketo, now):
    rehearsal.marketo.log.ids[Happening.DELETE_LEAD] = 29
    (row,) = marketo.sync({"email": "x@b.example"})
    marketo.post("leads/delete.json", {"input": [{"id": row["id"]}]})
    assert type_ids(marketo)["Delete Lead"] == 29
    assert read(marketo, "activities/deletedleads.json", now)[0][0]["activityTypeId"] == 29


def test_a_companys_new_value_is_a_change_of_its_persons(marketo, now):
    marketo.post("companies.json", {"input": [{COMPANY_KEY: "c", "company": "Old"}]})
    marketo.sync({"email": "x@b.example", COMPANY_KEY: "c"})
    marketo.post("companies.json", {"input": [{COMPANY_KEY: "c", "company": "New", "companyNotes": "n"}]})
    rows, _ = read(marketo, "activities/leadchanges.json", now, fields="company,mktoCompanyNotes")
    assert {row["fields"][0]["name"]: row["fields"][0]["newValue"] for row in rows if row["fields"]} == {
        "company": "New", "mktoCompanyNotes": "n",
    }  # fmt: skip


def test_lists(rehearsal, marketo):
    one, two = marketo.sync({"email": "one@b.example"}, {"email": "two@b.example"})
    listed = rehearsal.marketo.lists.create("Chosen", program="Program")
    path = f"lists/{listed}/leads.json"
    answer = marketo.post(path, {"input": [{"id": one["id"]}, {"id": 99_999_999}]})["result"]
    assert [row["status"] for row in answer] == ["added", "skipped"]
    asked = marketo.get(f"lists/{listed}/leads/ismember.json", id=[one["id"], two["id"]])["result"]
    assert [row["status"] for row in asked] == ["memberof", "notmemberof"]
    assert [row["email"] for row in marketo.get(path)["result"]] == ["one@b.example"]
    assert marketo.get(f"leads/{one['id']}/listMembership.json")["result"][0]["listId"] == listed
    url = f"{rehearsal.marketo_url}/rest/v1/{path}?id={one['id']},{two['id']}"
    gone = marketo.session.delete(url).json()["result"]
    assert [row["status"] for row in gone] == ["removed", "skipped"]
    assert gone[1]["reasons"][0]["code"] == "1015"
    assert [row["id"] for row in marketo.get("lists.json", programName="Program")["result"]] == [listed]
    assert code(marketo.get("lists/1.json")) == "1013"
    assert code(marketo.post(path, {"input": [{"id": n} for n in range(301)]})) == "1003"


def test_the_control_endpoint_acts_as_a_marketer(rehearsal, marketo):
    headers = {"X-Rehearsal-Key": rehearsal.control.key}

    def act(**body):
        return marketo.session.post(f"{rehearsal.control_url}/marketer", json=body, headers=headers)

    lead_id = act(act="fill_form", values={"email": "web@b.example"}).json()["id"]
    assert act(act="change", id=lead_id, values={"title": "T"}).json() == {"done": True}
    assert marketo.person(lead_id, "title")["title"] == "T"
    for wrong in ({"act": "dance"}, {"act": "change", "id": 1, "values": {}},
                  {"act": "change", "id": lead_id, "values": {"email": "bad"}}):  # fmt: skip
        assert act(**wrong).status_code == 400
