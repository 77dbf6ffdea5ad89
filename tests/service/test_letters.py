"""What the messages say."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from dynsync_gui.domain.errors import Retry
from dynsync_gui.domain.report import Problem, Proof, RunKind, RunReport, RunState
from dynsync_gui.domain.schema import Entity
from dynsync_gui.domain.settings import DynamicsSettings, MarketoSettings, Settings
from dynsync_gui.domain.text import msg
from dynsync_gui.service import letters

AT = datetime(2026, 11, 22, 14, 30, tzinfo=UTC)
REPORT = RunReport(
    3,
    RunKind.FIRST,
    RunState.DONE,
    AT,
    AT,
    read=2000,
    acknowledged=1900,
    unchanged=52,
    problems=5,
    skipped=43,
    calls=14,
)
SETTINGS = Settings(
    DynamicsSettings("https://contoso.crm.dynamics.com"), MarketoSettings("https://123-abc-456.mktorest.com")
)


def problem(number: int, title: str) -> Problem:
    return Problem(
        Entity.LEAD, str(number), "", "", "1003", msg("{t}", t=title), msg("Shorten it."), AT, Retry.WHEN_CHANGED
    )


def test_the_report_of_a_sync() -> None:
    problems = [problem(number, "A value is too long.") for number in range(4)] + [problem(9, "Another.")]
    letter = letters.end_message(REPORT, Proof(1952, 1952, 1952, 43, 5), problems, SETTINGS)
    assert letter.subject == "DynSync: the sync is done, 5 records need a look"
    assert "1,952 records are in step. 5 need a look." in letter.body
    assert "https://contoso.crm.dynamics.com" in letter.body
    assert "2026-11-22 14:30 UTC" in letter.body
    assert "all 1,952 records that belong in Marketo are there once" in letter.body
    assert letter.body.index("- 4 × A value is too long.\n  Shorten it.") < letter.body.index("- 1 × Another.")


def test_what_was_cut_or_left_out_by_choice_is_told() -> None:
    assert "as you chose" not in letters.end_message(REPORT).body
    body = letters.end_message(replace(REPORT, cut=2, left_out=1)).body
    assert "1 value was left out because it does not fit its Marketo field, as you chose." in body
    assert "2 values were cut to fit their Marketo field, as you chose." in body


def test_a_clean_sync_and_one_that_stopped() -> None:
    clean = replace(REPORT, problems=0)
    assert letters.end_message(clean).subject == "DynSync: the sync is done"
    assert "look" not in letters.end_message(clean).body.split("\n\n")[0]
    stopped = letters.end_message(replace(REPORT, state=RunState.STOPPED))
    assert "stopped before its end" in stopped.subject
    assert "Nothing is lost" in stopped.body


def test_a_proof_that_does_not_hold_is_told_in_numbers() -> None:
    letter = letters.end_message(REPORT, Proof(100, 99, 98, 0, 0))
    assert "of 100 records that belong in Marketo, 99 are there once and 98 have equal values" in letter.body


def test_a_proof_counts_what_differs_by_a_rule() -> None:
    body = letters.end_message(REPORT, Proof(100, 100, 99, 0, 0, kept=1)).body
    assert "all 100 records that belong in Marketo are there once, and what differs has its reason. 1 of them" in body


def test_many_reasons_are_cut() -> None:
    letter = letters.end_message(REPORT, None, [problem(number, f"Reason {number}.") for number in range(14)])
    assert letter.body.count("×") == 10
    assert "- and 4 more reasons" in letter.body


def test_the_test_message_says_what_it_is() -> None:
    subject, body = letters.test_message()
    assert subject == "DynSync: a test"
    assert "can reach you" in body
