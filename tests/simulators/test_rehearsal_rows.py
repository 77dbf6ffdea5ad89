"""Rows of the Web API: pages, filters, annotations, writes and refusals."""

import pytest

from dynsync_gui.domain.schema import FILTER_FIELD
from dynsync_gui.simulators.server import Rehearsal


def code(answer):
    return answer.status_code, answer.json()["error"]["code"]


def test_pages_follow_cookies_to_the_last_row(dynamics):
    rows, _, pages = dynamics.read("contacts?$select=fullname", "odata.maxpagesize=25")
    assert len(rows) == len({row["contactid"] for row in rows}) == 300
    # Every seventh page is empty and still has a next link: 12 pages of rows and the empty ones between.
    assert pages == 13


def test_without_maxpagesize_the_next_page_is_as_large_as_it_may_be(dynamics):
    first = dynamics.get("contacts?$select=fullname", "odata.maxpagesize=10").json()
    rest = dynamics.get(first["@odata.nextLink"]).json()
    assert len(rest["value"]) == 290


def test_a_next_link_is_used_verbatim_or_not_at_all(dynamics):
    link = dynamics.get("leads?$select=fullname", "odata.maxpagesize=5").json()["@odata.nextLink"]
    assert "%253Ccookie" in link
    assert dynamics.get(link).status_code == 200
    assert code(dynamics.get(link.replace("$select=fullname", "$select=fullname,subject")))[0] == 400
    assert code(dynamics.get(link.replace("%25", "%"))) == (400, "0x80040203")
    assert code(dynamics.get(link + "&$top=3"))[0] == 400
    assert code(dynamics.get(link.replace("%22", "%2522"))) == (400, "0x80040203")


def test_top_is_ignored_beside_maxpagesize(dynamics):
    assert len(dynamics.get("leads?$select=leadid&$top=3").json()["value"]) == 3
    page = dynamics.get("leads?$select=leadid&$top=3", "odata.maxpagesize=10").json()
    assert len(page["value"]) == 10
    assert "@odata.nextLink" in page


@pytest.mark.parametrize(
    ("path", "status", "number"),
    [
        ("leads?$select=nothing", 400, "0x80060888"),
        ("leads?$select=ownerid", 400, "0x80060888"),
        ("leads?$select=leadsourcecodename", 400, "0x80060888"),
        ("leads?$select=new_attendees", 400, "0x80060888"),
        ("leads?$select=new_contract", 400, "0x80060888"),
        ("leads?$skip=5", 400, "0x80060888"),
        ("leads?$search=x", 400, "0x80060888"),
        ("leads?$format=json", 400, "0x80060888"),
        ("leads?$filter=nothing eq 1", 400, "0x80060888"),
        ("leads?$filter=fullname eq", 400, "0x80060888"),
        ("leads?$orderby=nothing", 400, "0x80060888"),
        ("lead", 404, "0x80060888"),
        ("leads(00000000-0000-0000-0000-000000000000)", 404, "0x80040217"),
        ("leads(emailaddress1='a@b.example')", 400, "0x80060890"),
    ],
)
def test_refusals(dynamics, path, status, number):
    assert code(dynamics.get(path)) == (status, number)


def test_filters_agree_with_the_world(dynamics):
    leads = list(dynamics.rehearsal.world.tables["lead"])

    def ids(text):
        rows, _, pages = dynamics.read(f"leads?$select=leadid&$filter={text}", prefer="odata.maxpagesize=500")
        assert pages > len(rows) // 60, "a page holds fewer rows than it might"
        return {row["leadid"] for row in rows}

    def expected(test):
        return {row["leadid"] for row in leads if test(row)}

    assert ids("statecode eq 1") == expected(lambda r: r["statecode"] == 1) != set()
    assert ids(f"{FILTER_FIELD} eq false or {FILTER_FIELD} eq null") == expected(lambda r: not r.get(FILTER_FIELD))
    assert ids("donotbulkemail eq false") == expected(lambda r: not r.get("donotbulkemail"))
    assert ids("not (contains(emailaddress1,'company'))") == expected(
        lambda r: "company" not in r.get("emailaddress1", "").lower()
    )
    when = sorted(r["modifiedon"] for r in leads)[100]
    assert ids(f"modifiedon ge {when} and startswith(fullname,'O')") == expected(
        lambda r: r["modifiedon"] >= when and r["fullname"].lower().startswith("o")
    )
    assert ids("Microsoft.Dynamics.CRM.In(PropertyName='statuscode',PropertyValues=['1','2'])") == expected(
        lambda r: r["statuscode"] in {1, 2}
    )
    name = next(r["lastname"] for r in leads if "'" in r.get("lastname", ""))
    assert ids(f"lastname eq '{name.replace(chr(39), chr(39) * 2)}'") == expected(lambda r: r.get("lastname") == name)


def test_a_watermark_read_in_order_is_complete(dynamics):
    order = "$orderby=modifiedon,contactid"
    rows, _, _ = dynamics.read(f"contacts?$select=modifiedon&$filter=modifiedon ge 2020-01-01T00:00:00Z&{order}")
    keys = [(row["modifiedon"], row["contactid"]) for row in rows]
    assert keys == sorted(keys)
    assert len(keys) == sum(r["modifiedon"] >= "2020-01-01" for r in dynamics.rehearsal.world.tables["contact"])


def test_only_the_annotations_asked_for(dynamics):
    path = "contacts?$select=_ownerid_value,_parentcustomerid_value,statecode"
    path += "&$filter=_parentcustomerid_value ne null&$top=1"
    assert not [key for key in dynamics.get(path).json()["value"][0] if "@" in key and key != "@odata.etag"]
    wish = 'odata.include-annotations="Microsoft.Dynamics.CRM.lookuplogicalname"'
    row = dynamics.get(path, wish).json()["value"][0]
    assert row["_parentcustomerid_value@Microsoft.Dynamics.CRM.lookuplogicalname"] in {"account", "contact"}
    assert "statecode@OData.Community.Display.V1.FormattedValue" not in row
    row = dynamics.get(path, 'odata.include-annotations="*"').json()["value"][0]
    assert row["statecode@OData.Community.Display.V1.FormattedValue"] in {"Active", "Inactive"}


def test_money_brings_its_currency_and_secured_columns_read_null(dynamics):
    row = dynamics.get("accounts?$select=revenue,new_secretnote&$top=1").json()["value"][0]
    assert "_transactioncurrencyid_value" in row
    assert row["new_secretnote"] is None


def test_counts_are_capped_and_come_with_a_mark(dynamics):
    assert dynamics.get("contacts/$count").text == "\ufeff300"
    page = dynamics.get("contacts?$select=contactid&$count=true", "odata.maxpagesize=1").json()
    assert page["@odata.count"] == 300
    total = dynamics.get("RetrieveTotalRecordCount(EntityNames=@e)?@e=['lead','contact']").json()
    assert total["EntityRecordCountCollection"] == {
        "Count": 2,
        "IsReadOnly": False,
        "Keys": ["lead", "contact"],
        "Values": [210, 300],
    }


def test_a_known_etag_is_not_modified(dynamics):
    row = dynamics.get("accounts?$select=name&$top=1").json()["value"][0]
    path = f"accounts({row['accountid']})?$select=name"
    assert dynamics.get(path, If_None_Match=row["@odata.etag"]).status_code == 304
    assert dynamics.get(path, If_None_Match="null").json()["name"] == row["name"]


def test_writes_follow_their_conditions(dynamics):
    url = dynamics.url("leads")
    made = dynamics.session.post(url, json={"subject": "New", "lastname": "Ångström"})
    assert made.status_code == 204
    own = made.headers["OData-EntityId"]
    before = dynamics.get(own).json()["@odata.etag"]
    assert dynamics.session.patch(own, json={"firstname": "Å"}, headers={"If-Match": "*"}).status_code == 204
    assert dynamics.get(own).json()["fullname"] == "Å Ångström"
    stale = dynamics.session.patch(own, json={"firstname": "B"}, headers={"If-Match": before})
    assert code(stale) == (412, "0x80060882")
    assert dynamics.session.patch(own, json={}, headers={"If-None-Match": "*"}).status_code == 412
    assert code(dynamics.session.patch(own, json={"firstname": "x" * 51})) == (400, "0x80044331")
    assert code(dynamics.session.patch(own, json={"nothing": 1})) == (400, "0x80048d19")
    assert dynamics.session.delete(own).status_code == 204
    assert dynamics.session.patch(own, json={}, headers={"If-Match": "*"}).status_code == 404


@pytest.mark.parametrize(
    ("user", "status", "number"),
    [
        ("stranger", 403, "0x80072560"),
        ("noroles", 403, "0x80042F09"),
        ("nolicense", 403, "0x8004D24B"),
        ("switchedoff", 403, "0x8004A112"),
    ],
)
def test_people_who_are_nobody_here(dynamics, user, status, number):
    dynamics.sign_in(user)
    assert code(dynamics.get("WhoAmI")) == (status, number)


def test_a_missing_privilege_is_named(dynamics):
    dynamics.sign_in("norights")
    answer = dynamics.get("leads?$select=leadid")
    assert code(answer) == (403, "0x80040220")
    assert "prvReadLead" in answer.json()["error"]["message"]
    assert dynamics.get("contacts?$select=contactid").status_code == 200


def test_other_verbs_and_long_addresses(dynamics):
    assert dynamics.session.delete(dynamics.url("leads")).status_code == 405
    assert dynamics.session.post(dynamics.url("solutions"), json={}).status_code == 405
    assert dynamics.session.post(dynamics.url("WhoAmI"), json={}).status_code == 501
    assert dynamics.get("leads?$select=leadid&$filter=" + "x" * 33_000).status_code == 414
    assert dynamics.session.get(dynamics.rehearsal.dynamics_url + "/nothing").status_code == 404


def test_service_protection_counts_requests(dynamics):
    protection = dynamics.rehearsal.dataverse.protection
    protection.requests = 3
    for _ in range(3):
        assert dynamics.get("WhoAmI").status_code == 200
    refused = dynamics.get("WhoAmI")
    assert code(refused) == (429, "0x80072322")
    assert 295 <= int(refused.headers["Retry-After"]) <= 301
    dynamics.rehearsal.clock.advance(301)
    assert dynamics.get("WhoAmI").headers["x-ms-ratelimit-burst-remaining-xrm-requests"] == "2"


def test_service_protection_counts_what_runs_at_once_and_how_long(dynamics):
    protection = dynamics.rehearsal.dataverse.protection
    protection.execution_seconds = 1e-9
    assert dynamics.get("WhoAmI").status_code == 200
    assert code(dynamics.get("WhoAmI")) == (429, "0x80072321")
    protection.concurrent = 1
    assert code(dynamics.get("WhoAmI")) == (429, "0x80072326")


def test_counts_stop_at_five_thousand(folder, signed_in):
    with Rehearsal(records=10_400, folder=folder) as rehearsal:
        large = signed_in(rehearsal)
        assert large.get("contacts/$count").text == "\ufeff5000"
        page = large.get("contacts?$select=contactid&$count=true", 'odata.include-annotations="*"').json()
        assert page["@odata.count"] == len(page["value"]) == 5000
        assert page["@Microsoft.Dynamics.CRM.totalrecordcountlimitexceeded"] is True
        assert len(large.get(page["@odata.nextLink"]).json()["value"]) == 200


def test_lookups_are_written_by_their_navigation_property(dynamics):
    world = dynamics.rehearsal.world
    account, contact = (next(iter(world.tables[name]))[f"{name}id"] for name in ("account", "contact"))
    own = dynamics.url(f"contacts({contact})")
    bind = {"parentcustomerid_account@odata.bind": f"accounts({account})"}
    assert dynamics.session.patch(own, json=bind).status_code == 204
    assert dynamics.get(own).json()["_parentcustomerid_value"] == account
    assert dynamics.session.patch(own, json={"_parentcustomerid_value": account}).status_code == 400
    nobody = {"ownerid@odata.bind": "systemusers(00000000-0000-0000-0000-000000000000)"}
    assert dynamics.session.patch(own, json=nobody).status_code == 404
    assert dynamics.session.patch(own, json={"parentcustomerid_account@odata.bind": None}).status_code == 204
    assert dynamics.get(own).json()["_parentcustomerid_value"] is None


def test_a_batch_answers_every_part(dynamics):
    parts = ["GET /api/data/v9.2/WhoAmI HTTP/1.1", "GET leads?$select=nothing HTTP/1.1"]
    head = "Content-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n\r\n"
    body = "".join(f"--b\r\n{head}{part}\r\nAccept: application/json\r\n\r\n\r\n" for part in parts) + "--b--\r\n"
    headers = {"Content-Type": "multipart/mixed; boundary=b"}
    answer = dynamics.session.post(dynamics.url("$batch"), data=body.encode(), headers=headers)
    assert answer.status_code == 400
    assert "UserId" in answer.text
    assert "Could not find a property named 'nothing'" in answer.text
    headers["Prefer"] = "odata.continue-on-error"
    assert dynamics.session.post(dynamics.url("$batch"), data=body.encode(), headers=headers).status_code == 200
