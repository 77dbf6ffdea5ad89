"""``dynsync why``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from dynsync_gui.domain.canary import CanaryCount
from dynsync_gui.domain.events import CanaryStep
from dynsync_gui.domain.schema import Entity
from tests.cli.caller import Caller
from tests.cli.scripted_service import ScriptedJob
from tests.cli.world import ANSWERS, ENVIRONMENT


def test_why_as_a_document_and_as_text(call: Caller) -> None:
    answer = call("why", "ann@contoso.example", "--json")
    assert answer.status == 1
    assert call.service.given["why"] == ("ann@contoso.example",)
    (record,) = answer.document["records"]
    assert (record["cause"], record["entity"], record["marketo_id"]) == ("overwritten", "lead", "77")
    assert record["steps"][0]["state"] == "passed"
    assert record["fields"][0] == {
        "source": "jobtitle",
        "target": "title",
        "dynamics": "Head",
        "sent": "Head",
        "marketo": "B\x1b[2Joss",
        "equal": False,
        "winner": "dynamics",
        "rule": "Dynamics fills it.",
        "cause": "overwritten",
        "finding": "Somebody changed it.",
    }
    text = call("why", "ann@contoso.example").out
    assert "\x1b" not in text
    assert "passed  In Dynamics  Dynamics has it." in text
    assert text.rstrip().endswith("Reason: Somebody changed it.\nNext: Sync it now.")


def test_reconcile_answers_with_the_certificate_and_status_1_where_a_reason_is_missing(call: Caller) -> None:
    answer = call("reconcile", "--sample", "7", "--json")
    assert answer.status == 1
    assert call.service.given["reconcile"] == (7, None)
    assert answer.document["entities"][0]["unexplained"] == 1
    assert answer.document["entities"][0]["by_rule"] == 1
    assert "only Marketo has" in answer.document["not_looked_at"]
    assert answer.document["file"] == "kept.txt"
    text = call("reconcile", "--all")
    assert call.service.given["reconcile"] == (0, None)
    assert "contact 0f3c is not in Marketo" in text.out
    assert "3 equal in every field, 1 equal but for fields that differ by a rule, 1 different" in text.out
    assert "Not looked at: people and other records that only Marketo has." in text.out
    assert "1 record differs without a known reason." in text.out


def test_a_problem_is_shown_and_sent_again(call: Caller) -> None:
    shown = call("problems", "show", "0F3C")
    assert shown.status == 0
    assert "Shorten it." in shown.out
    assert "\x1b" not in shown.out
    assert call("problems", "show", "dead").status == 2
    assert call("problems", "retry", "0f3c").status == 1
    assert call.service.given["retry"] == (("0f3c",),)
    assert call.service.done[-1] == "go_on"
    call("problems", "retry", "--all")
    assert call.service.given["retry"] == ((),)
    assert call("problems", "retry").status == 2
    assert call("problems").status == 0


def test_a_problem_is_sent_without_the_value_that_is_refused(call: Caller) -> None:
    assert call("problems", "send-without", "0F3C").status == 1
    assert call.service.given["withhold"] == (("0f3c",),)
    assert call.service.done[-1] == "go_on"
    call("problems", "send-without", "--all")
    assert call.service.given["withhold"] == ((),)
    assert call("problems", "send-without").status == 2


def test_one_record_is_synced_on_demand(call: Caller) -> None:
    answer = call("sync", "--record", "Contact:0f3c", "--json")
    assert call.service.given["sync_one"] == ("contact", "0f3c")
    assert answer.document["records"][0]["cause"] == "overwritten"
    assert answer.status == 1


def test_a_careful_start_tells_its_steps_on_stderr(call: Caller, tmp_path: Path, monkeypatch: Any) -> None:
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    answers = tmp_path / "answers.toml"
    answers.write_text(ANSWERS, "utf-8")
    begin = call.service.start

    def start(*given: Any, **options: Any) -> ScriptedJob:
        call.service.tell(CanaryStep(1, 10, (CanaryCount(Entity.CONTACT, 9, 1),)))
        return begin(*given, **options)

    monkeypatch.setattr(call.service, "start", start)
    answer = call("setup", "--answers", str(answers), "--start", "--canary", "--secrets", "env")
    assert call.service.given["start"][0].enable.canary is True
    assert "First 10 of each table · people from contacts 9 taken, 1 refused" in answer.err
