"""The verbs ``fit`` and ``filter``, and the fit check in ``plan``."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dynsync_gui.domain.events import FitChecked, PlanReady
from dynsync_gui.domain.fit import FitOutcome, FitReport
from dynsync_gui.domain.schema import Entity
from tests.cli.caller import Caller
from tests.cli.world import FIT, PLAN

MISFIT = {
    "entity": "lead",
    "field": "jobtitle",
    "target": "title",
    "reason": "too-long",
    "outcome": "refused",
    "count": 1200,
    "examples": [{"id": "0f3c", "name": "Ann\x1b[2J Lee", "value": "Head of " + "everything " * 6}],
    "cures": ["other-target", "trim", "leave-out", "skip"],
}


def test_fit_as_a_document(call: Caller) -> None:
    answer = call("fit", "--json")
    assert answer.status == 1
    assert answer.document == {"rows": {"lead": 1500}, "complete": False, "misfits": [MISFIT]}
    assert call.service.given["check_fit"][1] is False
    assert call("fit", "--all", "--json").status == 1
    assert call.service.given["check_fit"][1] is True


def test_fit_as_text_names_field_cure_and_examples(call: Caller) -> None:
    answer = call("fit")
    lines = answer.out.splitlines()
    assert lines[0] == "1,200 values do not fit in 1 field (1,500 records read, a sample)."
    assert lines[1] == "lead jobtitle -> title: 1,200 values: longer than the Marketo field"
    assert lines[2] == (
        "    What helps: choose another Marketo field, let longer text be cut, leave these values out, "
        "do not sync the field."
    )
    assert "\x1b" not in answer.out
    assert lines[3].endswith("…")
    assert "people from leads 200 of 500" in answer.err


def test_what_happens_by_choice_is_told_and_is_no_problem(call: Caller) -> None:
    (misfit,) = FIT.misfits
    cut = replace(misfit, outcome=FitOutcome.CUT, cures=())
    call.service.script["fit"] = call.service.script["check_fit"] = FitChecked(1, replace(FIT, misfits=(cut,)))
    answer = call("fit")
    assert answer.status == 0
    lines = answer.out.splitlines()
    assert lines[0] == (
        "Every other value fits (1,500 records read, a sample). 1,200 values are cut or left out, as you chose."
    )
    assert lines[1].endswith("1,200 values: longer than the Marketo field; cut to fit, as you chose")
    call.service.script["check_fit"] = FitChecked(1, replace(FIT, misfits=(misfit, cut)))
    answer = call("fit")
    assert answer.status == 1
    assert answer.out.startswith("1,200 values do not fit in 1 field (1,500 records read, a sample). 1,200 values are")


def test_fit_without_findings_is_status_0(call: Caller) -> None:
    call.service.script["check_fit"] = FitChecked(1, FitReport({Entity.LEAD: 1}, complete=True))
    answer = call("fit", "--all")
    assert (answer.status, answer.out) == (0, "Every value fits (1 record read, all of them).\n")


def test_the_plan_carries_the_fit_check(call: Caller) -> None:
    call.service.script["plan"] = PlanReady(1, replace(PLAN, fit=FIT))
    answer = call("plan", "--json")
    assert answer.status == 0
    assert answer.document["fit"]["misfits"] == [MISFIT]
    assert "1,200 values do not fit in 1 field" in call("plan").out


def test_filter_as_a_document(call: Caller) -> None:
    answer = call("filter", "status", "--json")
    assert answer.status == 0
    lead, contact, account = answer.document["tables"]
    assert lead == {
        "entity": "lead",
        "column": "present",
        "found": "new_synctomkto",
        "yes": 388,
        "no": 1200,
        "blank": 16,
        "default": False,
        "may_create": False,
        "reason": "",
        "warnings": [],
    }
    assert (contact["column"], contact["may_create"], contact["yes"]) == ("missing", True, None)
    assert (account["column"], account["reason"]) == ("other-prefix", "You may not.")


def test_filter_as_text_counts_and_says_what_can_be_done(call: Caller) -> None:
    answer = call("filter")
    assert answer.status == 0
    assert "lead     388  1,200     16  The column new_synctomkto is there." in answer.out
    assert "contact: dynsync filter create contact --default no --yes" in answer.out
    assert "account: You may not." in answer.out
    assert "account: It keeps nobody out." in answer.out
    assert "Only No keeps a record out of Marketo" in answer.out


@pytest.mark.parametrize(
    ("given", "default"), [((), False), (("--default", "no"), False), (("--default", "yes"), True)]
)
def test_creating_wants_to_be_confirmed_by_the_name_of_the_table(call: Caller, given, default: bool) -> None:
    refused = call("filter", "create", "contact", *given)
    assert refused.status == 2
    assert "table “contact”" in refused.err
    assert "--yes" in refused.err
    assert "create_filter" not in call.service.done
    assert call("filter", "create", "contact", *given, "--yes").status == 0
    assert call.service.given["create_filter"] == (Entity.CONTACT, default)
