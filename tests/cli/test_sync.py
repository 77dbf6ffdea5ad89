"""``sync``: one run, what it needs first, and how it is told."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from dynsync_gui.domain.errors import GuardStop, TemporaryFailure
from dynsync_gui.domain.events import CycleEnded, Progress, RunEnded, Waiting
from dynsync_gui.domain.ports.listening import WaitCause
from dynsync_gui.domain.report import RunState
from dynsync_gui.domain.schema import Entity, System
from dynsync_gui.domain.secrets import Secrets
from dynsync_gui.system.secrets import SessionSecrets
from tests.cli.caller import Caller
from tests.cli.scripted_service import ScriptedJob
from tests.cli.world import ENVIRONMENT, REPORT, SETTINGS, failed


def test_sync(call: Caller) -> None:
    answer = call("sync", "--once", "--json")
    assert answer.status == 1
    assert answer.document | {"proof": None} == {
        "id": 7,
        "started": "2026-11-22T14:30:05Z",
        "ended": "2026-11-22T14:30:05Z",
        "kind": "first",
        "state": "done",
        "read": 20,
        "acknowledged": 15,
        "outbox": 0,
        "problems": 2,
        "unchanged": 2,
        "skipped": 1,
        "cut": 0,
        "left_out": 0,
        "calls": 4,
        "proof": None,
    }
    assert answer.document["proof"]["holds"] is True
    assert call.service.done[-1] == "go_on"
    text = call("sync", "--once").out
    assert "Proof: all 17 records" in text


@pytest.mark.parametrize(
    ("report", "status"),
    [
        (replace(REPORT, problems=0), 0),
        (replace(REPORT, problems=0, outbox=1), 1),
        (replace(REPORT, problems=0, state=RunState.STOPPED), 1),
        (REPORT, 1),
    ],
)
def test_what_is_left_to_look_at_decides(call: Caller, report: Any, status: int) -> None:
    call.service.script["go_on"] = RunEnded(1, report)
    assert call("sync", "--once").status == status


def test_sync_needs_the_warnings_accepted(call: Caller) -> None:
    call.service.settings = replace(SETTINGS, enable=replace(SETTINGS.enable, accept=False))
    answer = call("sync", "--once")
    assert answer.status == 2
    assert "accept = true" in answer.err
    assert "go_on" not in call.service.done


def test_secrets_of_this_session_go_along_with_the_sync(call: Caller) -> None:
    call.store = SessionSecrets()
    call.ask = lambda question: {"Dyn": "typed-1", "Mar": "typed-2"}[question.split(" in ")[1][:3]]
    assert call("sync", "--once", "--secrets", "session").status == 1
    _, secrets, session_only = call.service.given["start"]
    assert secrets == Secrets(dynamics_client_secret="typed-1", marketo_client_secret="typed-2")
    assert session_only is True
    assert "go_on" not in call.service.done


def test_progress_is_told_on_stderr(call: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    from dynsync_gui.cli.session import progress_line  # noqa: PLC0415
    from dynsync_gui.domain.events import EntityProgress  # noqa: PLC0415

    event = Progress(
        1,
        RunState.WRITING,
        {Entity.CONTACT: EntityProgress(1200, 5000), Entity.LEAD: EntityProgress(3, None)},
        rate=61.7,
        seconds_left=62.0,
    )
    line = "writing · people from contacts 1,200 of 5,000 · people from leads 3 · 62 a second · 62 s left"
    assert progress_line(event) == line
    away = replace(event, away=100_000)
    assert progress_line(away) == f"{line} · Marketo is reading 100,000 people out of files"
    go_on = call.service.go_on

    def telling() -> ScriptedJob:
        call.service.tell(event)
        return go_on()

    monkeypatch.setattr(call.service, "go_on", telling)
    assert line in call("sync", "--once").err
    assert call("sync", "--once", "--json").err == ""


@pytest.mark.parametrize("as_json", [(), ("--json",)])
@pytest.mark.parametrize(("verb", "job"), [(("sync", "--once"), "go_on"), (("sync", "--record", "lead:1"), "sync_one")])
def test_waits_are_told_with_their_cause(
    call: Caller, verb: tuple[str, ...], job: str, as_json: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    begin = getattr(call.service, job)

    def telling(*given: Any) -> ScriptedJob:
        call.service.tell(Waiting(1, System.DYNAMICS, 12.3))
        call.service.tell(Waiting(1, System.MARKETO, 94.6, WaitCause.UNHEARD))
        call.service.tell(Waiting(1, System.MARKETO, 0.0, WaitCause.UNHEARD))
        return begin(*given)

    monkeypatch.setattr(call.service, job, telling)
    slowed, unheard, *rest = call(*verb, *as_json).err.splitlines()
    assert slowed == "Dynamics asked us to slow down. DynSync goes on in 12 seconds."
    assert unheard.startswith("Marketo did not answer a call that creates people.")
    assert unheard.endswith("at most 95 seconds, so that nobody is made twice.")
    assert not any("Marketo" in line for line in rest)


def test_a_document_says_when_the_next_try_is_and_nothing_of_what_went_well(
    call: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    follow, at = call.service.follow, datetime(2026, 11, 22, 15, 0, tzinfo=UTC)

    def telling() -> ScriptedJob:
        call.service.tell(CycleEnded(1, RunEnded(1, REPORT), None, at))
        call.service.tell(CycleEnded(1, None, failed(TemporaryFailure).error, at))
        return follow()

    monkeypatch.setattr(call.service, "follow", telling)
    assert [line.split(" is at ")[0] for line in call("sync").err.splitlines()[:2]] == [
        "15 records brought over. The next look",
        "It did not work. The next try",
    ]
    assert call("sync", "--json").err.startswith("It did not work. The next try is at ")


@pytest.mark.parametrize("secrets", ["keychain", "env"])
def test_a_changed_identity_is_accepted_by_its_name(
    call: Caller, secrets: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    call("sync", "--once", "--secrets", secrets, "--accept-identity", "Contoso Ltd")
    assert call.service.given["confirm_identity"] == ("Contoso Ltd",)
    assert call.service.done[-2:] == ["confirm_identity", "go_on"]
    call.service.script["confirm_identity"] = failed(GuardStop, "identity-name")
    answer = call("sync", "--once", "--secrets", secrets, "--accept-identity", "Fabrikam")
    assert answer.status == 4
    assert call.service.done[-1] == "confirm_identity", "nothing was synced"
