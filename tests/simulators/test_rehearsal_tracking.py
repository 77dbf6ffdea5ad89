"""Change tracking: first read, deltas, deletions, expiry and refusals."""

import pytest

TRACK = "odata.track-changes,odata.maxpagesize=40"


def code(answer):
    return answer.status_code, answer.json()["error"]["code"]


def first_read(dynamics, path="contacts?$select=firstname,statecode"):
    rows, last, _ = dynamics.read(path, TRACK)
    return rows, last["@odata.deltaLink"]


def test_a_full_read_ends_with_a_delta_link(dynamics):
    rows, link = first_read(dynamics)
    assert len({row["contactid"] for row in rows}) == 300
    assert "$deltatoken=" in link
    assert "$select=firstname,statecode" in link


def test_a_delta_gives_changes_then_deletions(dynamics):
    world = dynamics.rehearsal.world
    rows, link = first_read(dynamics)
    changed, gone = rows[0]["contactid"], rows[1]["contactid"]
    world.update("contact", changed, {"firstname": "Changed"})
    world.delete("contact", gone)
    new = world.insert("contact", {"lastname": "New"})
    short_lived = world.insert("contact", {"lastname": "Short"})
    world.delete("contact", short_lived)
    assert dynamics.get(link.replace("contacts?", "contacts/$count?")).text.endswith("4")
    page = dynamics.get(link, "odata.maxpagesize=100").json()
    assert page["@odata.context"].endswith("/$delta")
    live = [row["contactid"] for row in page["value"] if "contactid" in row]
    assert live == [changed, new]
    dead = page["value"][len(live) :]
    assert [(row["id"], row["reason"]) for row in dead] == [(gone, "deleted"), (short_lived, "deleted")]
    assert all(row["@odata.context"].endswith("contacts/$deletedEntity") for row in dead)
    assert dynamics.get(page["@odata.deltaLink"]).json()["value"] == []


def test_a_row_changed_twice_stands_in_a_delta_once(dynamics):
    world = dynamics.rehearsal.world
    rows, link = first_read(dynamics)
    for name in ("Once", "Twice"):
        world.update("contact", rows[0]["contactid"], {"firstname": name})
    assert dynamics.get(link.replace("contacts?", "contacts/$count?")).text.endswith("1")
    assert [row["firstname"] for row in dynamics.get(link).json()["value"]] == ["Twice"]


def test_a_paged_delta_loses_nothing(dynamics):
    world = dynamics.rehearsal.world
    rows, link = first_read(dynamics)
    for row in rows[:20]:
        world.update("contact", row["contactid"], {"firstname": "Again"})
    for row in rows[20:30]:
        world.delete("contact", row["contactid"])
    found, last, pages = dynamics.read(link, "odata.maxpagesize=3")
    assert {row.get("contactid") or row["id"] for row in found} >= {row["contactid"] for row in rows[:30]}
    assert pages >= 10
    assert dynamics.get(last["@odata.deltaLink"]).json()["value"] == []


def test_a_change_during_the_first_read_is_in_the_next_delta(dynamics):
    page = dynamics.get("leads?$select=subject", TRACK).json()
    changed = page["value"][0]["leadid"]
    dynamics.rehearsal.world.update("lead", changed, {"subject": "Meanwhile"})
    _, last, _ = dynamics.read(page["@odata.nextLink"], TRACK)
    delta = dynamics.get(last["@odata.deltaLink"]).json()["value"]
    assert [row["subject"] for row in delta] == ["Meanwhile"]


def test_deleting_an_account_changes_its_contacts(dynamics):
    world = dynamics.rehearsal.world
    child = next(
        row for row in world.tables["contact"] if row.get("_parentcustomerid_value") in world.tables["account"]._rows
    )
    _, link = first_read(dynamics, "contacts?$select=_parentcustomerid_value")
    world.delete("account", child["_parentcustomerid_value"])
    changed = {row["contactid"]: row for row in dynamics.get(link).json()["value"]}
    assert changed[child["contactid"]]["_parentcustomerid_value"] is None


@pytest.mark.parametrize("option", ["$filter=statecode eq 0", "$orderby=fullname", "$top=5", "$expand=ownerid"])
def test_options_that_tracking_refuses(dynamics, option):
    answer = dynamics.get(f"leads?$select=fullname&{option}", TRACK)
    assert answer.status_code == 400
    name = option.partition("=")[0]
    expected = f'The "{name}" query parameter isn\'t supported when Change Tracking is enabled.'
    assert answer.json()["error"]["message"] == expected


def test_an_ordinary_read_cannot_become_a_tracked_one(dynamics):
    link = dynamics.get("leads?$select=subject", "odata.maxpagesize=5").json()["@odata.nextLink"]
    assert code(dynamics.get(link, TRACK)) == (400, "0x80040203")


def test_tokens_expire_by_age_by_force_and_when_unknown(dynamics):
    _, link = first_read(dynamics)
    assert code(dynamics.get(link.split("$deltatoken=")[0] + "$deltatoken=1%21nonsense")) == (400, "0x80044352")
    dynamics.rehearsal.world.expire_tokens()
    assert code(dynamics.get(link)) == (400, "0x80044352")
    _, link = first_read(dynamics)
    dynamics.rehearsal.clock.advance(7 * 86_400 + 60)
    dynamics.sign_in()
    assert code(dynamics.get(link)) == (400, "0x80044352")


def test_tracking_needs_the_whole_table_and_a_tracked_table(dynamics):
    dynamics.rehearsal.dataverse.tracker.disabled.add("account")
    assert code(dynamics.get("accounts?$select=name", TRACK)) == (400, "0x80072491")
    dynamics.sign_in("localread")
    assert dynamics.get("leads?$select=subject").status_code == 200
    assert code(dynamics.get("leads?$select=subject", TRACK)) == (403, "0x80040220")


def test_a_reader_of_own_rows_sees_no_others_and_no_changes(dynamics):
    member = dynamics.rehearsal.dataverse.members.by_object[dynamics.rehearsal.directory.service.object_id]
    world = dynamics.rehearsal.world
    mine, others = [row["contactid"] for row in world.tables["contact"]][:2]
    world.update("contact", mine, {"ownerid": member.id})
    world.update("contact", others, {"ownerid": world.somebody})
    member.depths["prvReadContact"] = "Basic"
    assert [row["contactid"] for row in dynamics.get("contacts?$select=lastname").json()["value"]] == [mine]
    assert dynamics.get("contacts/$count").text.endswith("1")
    groups = dynamics.get("contacts?$apply=aggregate($count as n)").json()["value"]
    assert groups == [{"n": 1}]
    assert dynamics.get(f"contacts({mine})?$select=lastname").status_code == 200
    assert code(dynamics.get(f"contacts({others})?$select=lastname")) == (403, "0x80040220")
    assert code(dynamics.get("contacts?$select=lastname", TRACK)) == (403, "0x80040220")


def test_a_token_serves_another_column_list_without_filling_it(dynamics):
    world = dynamics.rehearsal.world
    rows, link = first_read(dynamics)
    wider = link.replace("$select=firstname,statecode", "$select=firstname,statecode,jobtitle")
    assert dynamics.get(wider).json()["value"] == []
    world.update("contact", rows[0]["contactid"], {"jobtitle": "Changed"})
    assert [row["jobtitle"] for row in dynamics.get(wider).json()["value"]] == ["Changed"]
    world.drop_column("contact", "jobtitle")
    assert code(dynamics.get(wider)) == (400, "0x80060888")
    assert dynamics.get(link).status_code == 200
