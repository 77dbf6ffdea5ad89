"""``demo``: the proof, away from any real profile."""

from __future__ import annotations

from dataclasses import replace

from dynsync_gui.domain.events import RunEnded
from dynsync_gui.domain.report import Difference, Proof
from dynsync_gui.domain.schema import Entity
from dynsync_gui.domain.text import msg
from dynsync_gui.system.secrets import SecretSource
from tests.cli.caller import Caller
from tests.cli.world import REPORT


def test_demo_ends_with_the_proof_and_leaves_the_profile_alone(call: Caller) -> None:
    call.service.settings = None
    call.service.script["start"] = RunEnded(1, REPORT, Proof(17, 17, 17, 1, 2))
    answer = call("demo", "--json", "--records", "40")
    assert answer.status == 1
    assert set(answer.document) == {"plan", "run", "proof", "problems", "notices"}
    assert answer.document["proof"]["holds"] is True
    assert (answer.opened[0].secrets, answer.opened[0].records) == (SecretSource.SESSION, 40)
    settings, _, session_only = call.service.given["start"]
    assert settings.enable.accept
    assert session_only is True
    assert call("demo").out.rstrip().endswith("1 was left out by a rule. 2 need a look.")


def test_demo_keeps_out_of_a_real_profile(call: Caller) -> None:
    answer = call("demo")
    assert answer.status == 2
    assert call.service.done == ["read_profile"]


def test_a_demos_proof_counts_what_differs_by_a_rule(call: Caller) -> None:
    call.service.settings = None
    by_rule = Difference(Entity.LEAD, "abc", msg("is kept"), "title", explained=True, by_rule=True)
    proof = Proof(17, 17, 16, 1, 0, (by_rule,), kept=1)
    call.service.script["start"] = RunEnded(1, replace(REPORT, problems=0), proof)
    answer = call("demo")
    assert answer.status == 0
    assert "all 17 records that belong in Marketo are there once, and what differs has its reason.\n1 of" in answer.out
    assert "is kept" not in answer.out


def test_a_demo_whose_proof_does_not_hold_says_so(call: Caller) -> None:
    call.service.settings = None
    call.service.script["start"] = RunEnded(1, replace(REPORT, problems=0), Proof(17, 16, 16, 1, 0))
    answer = call("demo")
    assert answer.status == 1
    assert "of 17 records" in answer.out
