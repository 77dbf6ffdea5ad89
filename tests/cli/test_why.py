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
