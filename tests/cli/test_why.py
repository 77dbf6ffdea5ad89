"""``dynsync why``."""

from __future__ import annotations

from tests.cli.scripted import Caller


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
    assert answer.document["file"] == "kept.txt"
    text = call("reconcile", "--all")
    assert call.service.given["reconcile"] == (0, None)
    assert "contact 0f3c is not in Marketo" in text.out
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


def test_one_record_is_synced_on_demand(call: Caller) -> None:
    answer = call("sync", "--record", "Contact:0f3c", "--json")
    assert call.service.given["sync_one"] == ("contact", "0f3c")
    assert answer.document["records"][0]["cause"] == "overwritten"
    assert answer.status == 1
