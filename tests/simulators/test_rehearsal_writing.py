"""Writes from Marketo's side: what is checked, who wrote it, duplicates and change sets."""

import pytest

TRACK = "odata.track-changes,odata.maxpagesize=500"


def code(answer):
    return answer.status_code, answer.json()["error"]["code"]


def first(dynamics, table="contact"):
    rows = dynamics.rehearsal.world.tables[table]
    return next(row[rows.schema.primary_id] for row in rows if row["statecode"] == 0)


def patch(dynamics, path, body, **headers):
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    return dynamics.session.patch(dynamics.url(path), json=body, headers=given)


def test_the_caller_stands_in_modifiedby_so_that_an_echo_is_known(dynamics):
    row_id = first(dynamics)
    link = dynamics.read("contacts?$select=jobtitle,_modifiedby_value", TRACK)[1]["@odata.deltaLink"]
    me = dynamics.get("WhoAmI").json()["UserId"]
    assert patch(dynamics, f"contacts({row_id})", {"jobtitle": "Own"}, If_Match="*").status_code == 204
    other = next(row["contactid"] for row in dynamics.rehearsal.world.tables["contact"] if row["contactid"] != row_id)
    dynamics.rehearsal.world.update("contact", other, {"jobtitle": "Somebody's"})
    changed = {row["contactid"]: row["_modifiedby_value"] for row in dynamics.get(link).json()["value"]}
    assert changed[row_id] == me
    assert changed[other] not in {me, None}
    answer = patch(dynamics, f"contacts({row_id})?$select=jobtitle", {"jobtitle": "Twice"},
                   If_Match="*", Prefer="return=representation")  # fmt: skip
    assert (answer.status_code, answer.json()["jobtitle"]) == (200, "Twice")
    version = dynamics.rehearsal.world.row("contact", row_id)["versionnumber"]
    assert answer.json()["@odata.etag"] == f'W/"{version}"'
    path = dynamics.url("contacts?$select=lastname")
    made = dynamics.session.post(path, json={"lastname": "New"}, headers={"Prefer": "return=representation"})
    assert (made.status_code, made.json()["lastname"]) == (201, "New")


@pytest.mark.parametrize(
    ("table", "body", "status", "number"),
    [
        ("contact", {"jobtitle": "x" * 101}, 400, "0x80044331"),
        ("contact", {"jobtitle": 5}, 400, "0x80048d19"),
        ("contact", {"gendercode": 99}, 400, "0x8004431a"),
        ("contact", {"new_interests": "1,2"}, 400, "0x8004431a"),
        ("contact", {"new_interests": "Cloud"}, 400, "0x80048d19"),
        ("contact", {"donotphone": "No"}, 400, "0x80048d19"),
        ("contact", {"birthdate": "1990-02-30"}, 400, "0x80048d19"),
        ("contact", {"birthdate": "1990-02-03T00:00:00Z"}, 400, "0x80048d19"),
        ("contact", {"birthdate": "1700-02-03"}, 400, "0x80040239"),
        ("contact", {"lastusedincampaign": "2026-01-31T09:00:00"}, 400, "0x80048d19"),
        ("contact", {"new_secretnote": "x"}, 403, "0x8004f507"),
        ("contact", {"statecode": 1, "statuscode": 1}, 400, "0x80048408"),
        ("contact", {"nothing": 1}, 400, "0x80048d19"),
        ("contact", {"_ownerid_value": "x"}, 400, "0x80048d19"),
        ("contact", {"ownerid@odata.bind": None}, 400, "0x80048d19"),
        ("contact", {"ownerid@odata.bind": "/systemusers(00000000-0000-0000-0000-000000000000)"}, 404, "0x80040217"),
        ("account", {"numberofemployees": 2**31}, 400, "0x8004432f"),
        ("account", {"revenue": 1e15}, 400, "0x80044330"),
    ],
)
def test_values_that_dataverse_refuses(dynamics, table, body, status, number):
    row_id = first(dynamics, table)
    before = dynamics.rehearsal.world.row(table, row_id)
    assert code(patch(dynamics, f"{table}s({row_id})", body, If_Match="*")) == (status, number)
    assert dynamics.rehearsal.world.row(table, row_id) == before


def test_values_that_dataverse_takes(dynamics):
    row_id, world = first(dynamics), dynamics.rehearsal.world
    team = next(row["teamid"] for row in world.tables["team"])
    body = {"lastusedincampaign": "2026-01-31T09:00:00.5+02:00", "fullname": "Nobody can", "new_interests": "3, 7"}
    body |= {"ownerid@odata.bind": f"/teams({team})", "statecode": 1}
    assert patch(dynamics, f"contacts({row_id})", body).status_code == 204
    row = world.row("contact", row_id)
    assert (row["lastusedincampaign"], row["new_interests"]) == ("2026-01-31T07:00:00Z", "3,7")
    assert (row["statecode"], row["statuscode"], row["_owningteam_value"]) == (1, 2, team)
    assert row["fullname"] != "Nobody can"
    world.delete("contact", row_id)
    assert code(patch(dynamics, f"contacts({row_id})", {"lastname": "x"}, If_Match="*")) == (404, "0x80040217")
    assert patch(dynamics, f"contacts({row_id})", {"lastname": "Back"}, If_None_Match="*").status_code == 204
    assert code(patch(dynamics, f"contacts({row_id})", {"lastname": "x"}, If_None_Match="*")) == (412, "0x80040237")


def test_duplicates_are_detected_where_the_caller_asks_for_it(dynamics):
    world = dynamics.rehearsal.world
    twin = world.insert("contact", {"lastname": "Twin", "emailaddress1": "Twin@Pair.example"})
    other = world.insert("contact", {"lastname": "Other", "emailaddress1": "twin@pair.example"})
    detect = {"MSCRM.SuppressDuplicateDetection": "false"}
    path, body = dynamics.url("contacts"), {"lastname": "Third", "emailaddress1": "TWIN@pair.example"}
    assert code(dynamics.session.post(path, json=body, headers=detect)) == (412, "0x80040333")
    own = dynamics.url(f"contacts({other})")
    assert code(dynamics.session.patch(own, json={"jobtitle": "x"}, headers=detect)) == (412, "0x80040333")
    assert dynamics.session.patch(own, json={"jobtitle": "x"}).status_code == 204
    world.update("contact", twin, {"statecode": 1, "statuscode": 2})
    assert dynamics.session.patch(own, json={"jobtitle": "y"}, headers=detect).status_code == 204
    dynamics.rehearsal.dataverse.organisation.duplicate_rules[0]["statecode"] = 0
    assert dynamics.session.post(path, json=body, headers=detect).status_code == 204


def test_an_upsert_of_a_missing_row_needs_the_right_to_create(dynamics):
    member = dynamics.rehearsal.dataverse.members.by_object[dynamics.rehearsal.directory.service.object_id]
    row_id = first(dynamics)
    dynamics.rehearsal.world.delete("contact", row_id)
    del member.depths["prvCreateContact"]
    assert code(patch(dynamics, f"contacts({row_id})", {"lastname": "x"})) == (403, "0x80040220")
    member.depths["prvCreateContact"] = "Global"
    assert patch(dynamics, f"contacts({row_id})", {"lastname": "x"}).status_code == 204


def change_set(*requests):
    lines = ["--b", "Content-Type: multipart/mixed; boundary=c", ""]
    for number, (start, body) in enumerate(requests, start=1):
        lines += ["--c", "Content-Type: application/http", "Content-Transfer-Encoding: binary"]
        lines += [f"Content-ID: {number}", "", f"{start} HTTP/1.1", "Content-Type: application/json", "", body]
    return "\r\n".join([*lines, "--c--", "", "--b--", ""])


def send(dynamics, text):
    headers = {"Content-Type": "multipart/mixed; boundary=b"}
    return dynamics.session.post(dynamics.url("$batch"), data=text.encode(), headers=headers)


def test_a_change_set_succeeds_as_one(dynamics):
    world = dynamics.rehearsal.world
    text = change_set(
        ("POST accounts", '{"name": "Parent"}'),
        ("POST contacts", '{"lastname": "Child", "parentcustomerid_account@odata.bind": "$1"}'),
    )
    answer = send(dynamics, text)
    assert answer.status_code == 200
    assert answer.text.count("HTTP/1.1 204") == 2
    assert "changesetresponse_" in answer.text
    child = next(row for row in world.tables["contact"] if row.get("lastname") == "Child")
    assert world.row("account", child["_parentcustomerid_value"])["name"] == "Parent"


def test_a_change_set_fails_as_one(dynamics):
    world, row_id = dynamics.rehearsal.world, first(dynamics)
    gone = next(row["contactid"] for row in world.tables["contact"] if row["contactid"] > row_id)
    link = dynamics.read("contacts?$select=jobtitle", TRACK)[1]["@odata.deltaLink"]
    before = world.as_json()
    text = change_set(
        ("POST contacts", '{"lastname": "Undone"}'),
        (f"PATCH contacts({row_id})", '{"jobtitle": "Undone"}'),
        (f"DELETE contacts({gone})", ""),
        ("POST contacts", '{"nothing": 1}'),
    )
    answer = send(dynamics, text)
    assert answer.status_code == 400
    assert answer.text.count("HTTP/1.1 ") == 1
    assert "0x80048d19" in answer.text
    assert world.as_json() == before
    assert dynamics.get(link).json()["value"] == []
    assert code(send(dynamics, change_set(("GET contacts", "")))) == (400, "0x80060888")
