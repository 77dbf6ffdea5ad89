"""``check``: what is tested, what its answer is, and the letter to a colleague."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dynsync_gui.cli import commands
from dynsync_gui.domain.checks import CheckState, Owner
from dynsync_gui.domain.events import ChecksEnded
from dynsync_gui.domain.schema import System
from tests.cli.caller import Caller
from tests.cli.world import FAILED


def test_check(call: Caller) -> None:
    answer = call("check", "--json")
    assert answer.status == 0
    first, second = answer.document["checks"]
    assert first == {
        "id": "dynamics.sign-in",
        "system": "dynamics",
        "state": "passed",
        "title": "Sign-in",
        "finding": "",
        "cure": "",
        "owner": "you",
        "code": "",
        "ids": {},
        "detail": "",
        "seconds": 0.5,
    }
    assert second["state"] == "attention"
    assert answer.document["card"]["dynamics"]["kind"] == "sandbox"
    assert answer.err == ""
    text = call("check").out
    assert "passed    Dynamics: Sign-in" in text
    assert "Contoso · contoso.crm.dynamics.com · Sandbox · 7\N{NO-BREAK SPACE}contacts" in text


def test_a_failed_check_is_status_3(call: Caller) -> None:
    call.service.script["check"] = ChecksEnded(1, FAILED, None)
    answer = call("check", "--json")
    assert answer.status == 3
    assert answer.document["checks"][1]["state"] == "failed"
    assert answer.document["checks"][1]["ids"] == {"request": "e42b#1"}
    text = call("check").out
    assert "Marketo did not accept the secret." in text
    assert "Copy it again." in text
    assert "601" in text


def test_checks_without_an_answer_are_failed_ones(call: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commands, "CHECK_SECONDS", 0.0)
    pending = replace(FAILED[1], state=CheckState.PENDING)
    call.service.script |= {"check": None, "told": (FAILED[0], pending)}
    answer = call("check", "--json")
    assert answer.status == 3
    assert [(check["state"], check["code"]) for check in answer.document["checks"]] == [
        ("passed", ""),
        ("failed", "no-answer"),
    ]
    call.service.script["told"] = ()
    (only,) = call("check", "--json").document["checks"]
    assert only["state"] == "failed"


def test_one_side_alone(call: Caller) -> None:
    assert call("check", "--only", "marketo").status == 0
    assert call.service.given["check"][2] is System.MARKETO
    assert call("check").status == 0
    assert call.service.given["check"][2] is None


def test_a_letter_to_a_colleague(call: Caller) -> None:
    refused = replace(FAILED[1], owner=Owner.MARKETO_ADMIN)
    call.service.script["check"] = ChecksEnded(1, (FAILED[0], refused), None)
    answer = call("check", "--letter", "marketo-admin")
    assert answer.status == 3
    assert answer.out.startswith("Subject: ")
    assert "Marketo did not accept the secret." in answer.out
    assert "https://123-abc-456.mktorest.com" in answer.out
    document = call("check", "--letter", "marketo-admin", "--json").document
    assert document["letter"]["owner"] == "marketo-admin"
    assert "e42b#1" in document["letter"]["body"]
    assert call("check", "--letter", "network", "--json").document["letter"] is None
    assert "nothing to ask of the network team" in call("check", "--letter", "network").out
