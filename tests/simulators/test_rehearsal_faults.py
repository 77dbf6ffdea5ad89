"""Faults on demand, the log, and the process of its own."""

import json
import signal
import subprocess
import sys

import pytest
import requests

from dynsync_gui.simulators.faults import FaultPlan
from dynsync_gui.simulators.server import Rehearsal


def test_gateways_lie_and_die(rehearsal, dynamics):
    add = rehearsal.faults.add
    add("html_502", system="dataverse")
    assert dynamics.get("WhoAmI").status_code == 502
    add("html_200", system="dataverse")
    assert dynamics.get("WhoAmI").headers["Content-Type"].startswith("text/html")
    add("status", system="dataverse", status=429, retry_after="7")
    assert dynamics.get("WhoAmI").headers["Retry-After"] == "7"
    add("reset_before", system="dataverse")
    with pytest.raises(requests.ConnectionError):
        dynamics.get("WhoAmI")
    add("truncated", system="dataverse")
    with pytest.raises((requests.ConnectionError, requests.exceptions.ChunkedEncodingError)):
        dynamics.get("WhoAmI")
    assert dynamics.get("WhoAmI").status_code == 200


def test_a_reset_after_execution_has_executed(rehearsal, marketo):
    rehearsal.faults.add("reset_after_execution", system="marketo", path=r"leads\.json", verb="POST")
    with pytest.raises(requests.ConnectionError):
        marketo.sync({"email": "unknown.outcome@b.example"})
    found = marketo.get("leads.json", filterType="email", filterValues="unknown.outcome@b.example")
    assert len(found["result"]) == 1


def test_codes_of_both_vendors(rehearsal, dynamics, marketo):
    rehearsal.faults.add("code", system="marketo", code="611", count=1)
    assert marketo.get("leads/describe2.json")["errors"][0]["code"] == "611"
    rehearsal.faults.add("code", system="dataverse", code="0x80072321", message="busy")
    assert dynamics.get("WhoAmI").json()["error"]["code"] == "0x80072321"
    rehearsal.faults.add("code", system="entra", code="AADSTS90033")
    accounts = rehearsal.accounts
    url = f"{rehearsal.entra_url}/{accounts['tenant']}/oauth2/v2.0/token"
    assert dynamics.session.post(url, data={}).json()["error_codes"] == [90033]


def test_a_next_link_may_point_elsewhere(rehearsal, dynamics):
    rehearsal.faults.add("bad_next_link", system="dataverse", path="leads")
    page = dynamics.get("leads?$select=leadid", "odata.maxpagesize=5").json()
    assert page["@odata.nextLink"].startswith("https://elsewhere.invalid/api/data/")


def test_a_redirect_leads_elsewhere(rehearsal, dynamics):
    rehearsal.faults.add("redirect", system="dataverse", link="https://127.0.0.1:1")
    answer = dynamics.session.get(dynamics.url("WhoAmI"), allow_redirects=False)
    assert (answer.status_code, answer.headers["Location"]) == (302, "https://127.0.0.1:1/api/data/v9.2/WhoAmI")


def test_an_endless_answer_ends_with_its_reader(rehearsal, dynamics):
    rehearsal.faults.add("endless", system="dataverse")
    with dynamics.session.get(dynamics.url("WhoAmI"), stream=True) as answer:
        received = sum(len(part) for _, part in zip(range(5), answer.iter_content(65_536), strict=False))
    assert received > 200_000


def test_a_hanging_answer_ends_with_the_rehearsal(folder):
    with Rehearsal(records=20, folder=folder) as rehearsal:
        rehearsal.faults.add("hang", system="marketo")
        with requests.Session() as session:
            session.trust_env, session.verify = False, str(rehearsal.ca_bundle)
            with pytest.raises(requests.ReadTimeout):
                session.get(f"{rehearsal.marketo_url}/rest/v1/leads/describe2.json", timeout=(60, 0.2))


def test_rules_skip_count_and_draw_by_seed():
    plan = FaultPlan(seed=5)
    plan.add("status", path="leads", skip=1, count=2)
    hits = [plan.draw("marketo", "GET", "/rest/v1/leads.json") is not None for _ in range(5)]
    assert hits == [False, True, True, False, False]
    assert plan.draw("marketo", "GET", "/other") is None

    def drawn():
        chance = FaultPlan(seed=5)
        chance.add("status", count=0, probability=0.3)
        return [chance.draw("entra", "GET", "/") is not None for _ in range(200)]

    assert drawn() == drawn()
    assert 30 < sum(drawn()) < 90
    with pytest.raises(ValueError, match="unknown fault settings: colour"):
        plan.load([{"action": "slow", "colour": "red"}])


def test_the_log_keeps_no_secret(rehearsal, dynamics, marketo):
    dynamics.get("leads?$select=leadid&$top=1")
    text = json.dumps(rehearsal.log.as_json())
    accounts = rehearsal.accounts
    for name in ("client_secret", "user_client_secret", "marketo_client_secret", "marketo_client_id", "password"):
        assert accounts[name] not in text
    assert "Bearer" not in text
    entry = rehearsal.log.entries("dataverse", "leads")[-1]
    assert (entry.method, entry.status, entry.query) == ("GET", 200, "$select=leadid&$top=1")
    assert entry.sent > 50


def test_control_needs_its_key_and_changes_the_world(rehearsal, dynamics):
    headers = {"X-Rehearsal-Key": rehearsal.control.key}
    base, session = rehearsal.control_url, dynamics.session
    assert session.get(f"{base}/log").status_code == 403
    assert session.get(f"{base}/log", headers=headers).json()
    made = session.post(f"{base}/row", json={"table": "lead", "values": {"lastname": "C"}}, headers=headers).json()
    assert dynamics.get(f"leads({made['id']})?$select=lastname").json()["lastname"] == "C"
    session.post(f"{base}/row", json={"table": "lead", "id": made["id"], "delete": True}, headers=headers)
    assert dynamics.get(f"leads({made['id']})").status_code == 404
    session.post(f"{base}/faults", json=[{"action": "html_502", "system": "dataverse"}], headers=headers)
    assert dynamics.get("WhoAmI").status_code == 502
    assert session.post(f"{base}/faults", json={"action": "nonsense"}, headers=headers).status_code == 400
    session.post(f"{base}/do", json={"action": "revoke_entra_tokens"}, headers=headers)
    assert dynamics.get("WhoAmI").status_code == 401
    assert len(session.get(f"{base}/audit/dataverse", headers=headers).json()["contact"]) == 300
    assert session.get(f"{base}/audit/marketo", headers=headers).json()["persons"]


def test_a_process_of_its_own_ends_with_its_input(folder):
    command = [sys.executable, "-m", "dynsync_gui.simulators", "--records", "50", "--folder", str(folder)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        ready = json.loads(process.stdout.readline())
        with requests.Session() as session:
            session.trust_env, session.verify = False, ready["ca_bundle"]
            assert session.get(f"{ready['dynamics']['url']}/api/data/v9.2/").status_code == 401
        process.stdin.close()
        assert process.wait(timeout=60) == 0
        assert process.stdout.read() == ""


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGTERM to catch there")
def test_a_process_of_its_own_ends_when_told(folder):
    command = [sys.executable, "-m", "dynsync_gui.simulators", "--records", "50", "--folder", str(folder)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout.readline()
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=60) == 0
        assert process.stderr.read() == b""


NEW_CALLS = {
    "merge": ("POST", "Merge"),
    "qualify": ("POST", "leads({lead})/Microsoft.Dynamics.CRM.QualifyLead"),
    "publish": ("POST", "PublishAllXml"),
    "batch": ("POST", "$batch"),
    "count": ("GET", "contacts/$count"),
    "groups": ("GET", "contacts?$apply=groupby((new_synctomkto),aggregate($count as n))"),
    "delta": ("GET", "opportunities?$deltatoken={token}"),
    "related": ("GET", "EntityDefinitions(LogicalName='lead')/OneToManyRelationships"),
    "update": ("PATCH", "contacts({contact})"),
}


@pytest.mark.parametrize("name", NEW_CALLS)
def test_every_call_meets_the_storm_and_gets_through_after_it(rehearsal, dynamics, name):
    world = rehearsal.world
    lead = next(row["leadid"] for row in world.tables["lead"] if row["statecode"] == 0)
    one, two = [row["contactid"] for row in world.tables["contact"] if row["statecode"] == 0][:2]
    _, last, _ = dynamics.read("opportunities?$select=name", "odata.track-changes,odata.maxpagesize=500")
    token = last["@odata.deltaLink"].partition("$deltatoken=")[2]
    verb, path = NEW_CALLS[name]
    url = dynamics.url(path.format(lead=lead, contact=one, token=token))
    row = "Microsoft.Dynamics.CRM.contact"
    merged = {"Target": {"@odata.type": row, "contactid": one}, "Subordinate": {"@odata.type": row, "contactid": two}}
    wishes = {"CreateAccount": False, "CreateContact": True, "CreateOpportunity": False, "Status": 3}
    part = "--b\r\nContent-Type: application/http\r\n\r\nGET WhoAmI HTTP/1.1\r\n\r\n\r\n--b--\r\n"
    given = {
        "merge": {"json": {**merged, "PerformParentingChecks": False}},
        "qualify": {"json": wishes},
        "update": {"json": {"jobtitle": "After the storm"}},
        "batch": {"data": part, "headers": {"Content-Type": "multipart/mixed; boundary=b"}},
    }.get(name, {})

    def ask():
        return dynamics.session.request(verb, url, timeout=60, **given)

    before = world.version
    rehearsal.faults.add("status", system="dataverse", status=429, retry_after="3")
    assert ask().headers["Retry-After"] == "3"
    rehearsal.faults.add("code", system="dataverse", code="0x80072322")
    assert ask().status_code == 429
    rehearsal.faults.add("html_502", system="dataverse")
    assert ask().status_code == 502
    rehearsal.faults.add("reset_before", system="dataverse")
    with pytest.raises(requests.ConnectionError):
        ask()
    assert world.version == before
    rehearsal.faults.add("endless", system="dataverse")
    with dynamics.session.request(verb, url, stream=True, **given) as answer:
        assert next(answer.iter_content(65_536))
    rehearsal.faults.add("bad_next_link", system="dataverse")
    assert ask().status_code < 300
    for action in ("truncated", "reset_after_execution"):
        rehearsal.faults.add(action, system="dataverse")
        with pytest.raises((requests.ConnectionError, requests.exceptions.ChunkedEncodingError)):
            ask()
    assert (world.version > before) == (name in {"merge", "qualify", "update"})
