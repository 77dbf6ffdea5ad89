"""``fields``, ``plan``, ``status`` and ``problems``: the verbs that only look."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from dynsync_gui.domain.errors import GuardStop
from dynsync_gui.domain.events import ProblemsRead, ProfileRead
from dynsync_gui.domain.report import Status
from dynsync_gui.domain.text import NOTHING, msg
from tests.cli.caller import Caller
from tests.cli.world import PROBLEM, SETTINGS, failed


def test_fields(call: Caller) -> None:
    answer = call("fields", "--json")
    assert answer.status == 0
    rows = {row["name"]: row for row in answer.document["fields"]}
    wanted = ("entity", "name", "label", "type", "selected", "target", "required", "reason")
    assert all(set(wanted) <= set(row) for row in rows.values())
    assert [row["name"] for row in rows.values() if row["selected"]] == ["firstname", "new_synctomkto"]
    assert rows["entityimage"]["reason"] == "No place for it."
    assert rows["statuscode"]["target"] == "statusReason"
    text = call("fields").out
    assert "[x]  First Name" in text
    assert "-> Status Reason (new)" in text


def test_plan(call: Caller) -> None:
    answer = call("plan", "--json")
    assert answer.status == 0
    document = answer.document
    assert document["entities"][1] == {
        "entity": "contact",
        "read": 1500,
        "create": 1400,
        "update": 60,
        "unchanged": 30,
        "filtered": 10,
        "attention": 5,
        "folded": 0,
    }
    assert (document["duplicates"], document["calls"], document["minutes"]) == (36, 14, 2.0)
    assert document["new_fields"] == [{"name": "statusReason", "label": "Status Reason", "type": "string"}]
    objects = [(one["name"], one["attributes"], one["more"]) for one in document["new_objects"]]
    assert objects == [("new_sub", 6, False), ("new_visit", 1, True)]
    text = call("plan").out
    assert "2 custom objects will be created or extended in Marketo." in text
    assert "Subscription (new_sub): 6 attributes" in text
    assert "Visit (new_visit): 1 more attribute\n" in text
    assert "people from contacts     1,500    1,400       60         30        10       0           5" in text
    assert "36 people share an e-mail address." in text
    assert "14 Marketo calls of 50,000 a day, about 2 minutes." in text


def test_status(call: Caller) -> None:
    answer = call("--json", "status")
    assert answer.status == 0
    assert answer.document["state"] == "attention"
    assert answer.document["next_run"] == "2026-11-22T14:30:05Z"
    assert answer.document["runs"][0]["acknowledged"] == 15
    assert "Some records need a look." in call("status").out
    call.service.settings = None
    assert call("status").status == 0


def test_an_empty_profile_is_new(call: Caller) -> None:
    call.service.script["read_profile"] = replace(
        call.service.read_profile().event, status=Status("new"), settings=None
    )
    assert call("status").out == "Nothing is set up yet.\n"


def test_problems(call: Caller, tmp_path: Path) -> None:
    answer = call("problems", "--json")
    assert answer.status == 0
    (problem,) = answer.document["problems"]
    assert problem["id"] == "0f3c"
    assert (problem["since"], problem["retry"]) == ("2026-11-22T14:30:05Z", "when-changed")
    text = call("problems", "--csv", str(tmp_path / "p.csv")).out
    assert call.service.given["export_problems"] == (tmp_path / "p.csv",)
    assert "\x1b" not in text
    assert text.startswith("1 × Too long.\n    Shorten it.\n\nlead")
    assert "Worth knowing" not in text


def test_status_says_what_a_sync_stands_still_for(call: Caller) -> None:
    stop = failed(GuardStop, "mass-change").error
    call.service.script["read_profile"] = ProfileRead(1, SETTINGS, Status("interrupted", guard=stop))
    assert call("status").out.startswith("It did not work.\nDo this.\n(mass-change: the vendor's words)\n")
    assert call("status", "--json").document["guard"] == stop.detail


def test_what_is_only_worth_knowing_stands_apart(call: Caller) -> None:
    notice = replace(PROBLEM, title=msg("A team owns it."), cure=NOTHING, aside=False)
    call.service.script["read_problems"] = ProblemsRead(1, (notice, PROBLEM), Status("ready"))
    aside, notices = call("problems").out.split("\n\nWorth knowing:\n\n")
    assert aside.startswith("1 × Too long.")
    assert notices.startswith("1 × A team owns it.\n\nlead")
    call.service.script["read_problems"] = ProblemsRead(1, (notice,), Status("ready"))
    assert call("problems").out.startswith("No record needs a look.\n\nWorth knowing:\n\n1 × A team owns it.")


def test_status_warns_of_the_end_of_the_secret(call: Caller) -> None:
    dynamics = replace(SETTINGS.dynamics, secret_expires=datetime.now(UTC).date() + timedelta(7))
    call.service.script["read_profile"] = ProfileRead(1, replace(SETTINGS, dynamics=dynamics), Status("ready"))
    answer = call("status", "--json")
    assert "The client secret expires in 7 days." in answer.err
    assert answer.document["state"] == "ready"
