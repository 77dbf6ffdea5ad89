"""What all verbs have in common: how they are stopped, and what stopped them."""

from __future__ import annotations

import json
import os
import signal
import threading
from dataclasses import replace
from typing import Any

import pytest

from dynsync_gui.domain.checks import Check, CheckState
from dynsync_gui.domain.choice import FieldChoice
from dynsync_gui.domain.errors import UNEXPECTED, ConnectionFailed, DynSyncError, ExitStatus, GuardStop
from dynsync_gui.domain.events import ChecksEnded, JobFailed
from dynsync_gui.domain.schema import Entity, System
from dynsync_gui.domain.text import msg
from tests.cli.caller import Caller
from tests.cli.scripted_service import ScriptedJob
from tests.cli.world import SECRETS, SETTINGS, failed


@pytest.mark.parametrize("verb", [["check"], ["fields"], ["plan"], ["sync", "--once"]])
def test_nothing_set_up_is_wrong_use(call: Caller, verb: list[str]) -> None:
    call.service.settings = None
    answer = call(*verb, "--json")
    assert answer.status == 2
    assert answer.document["error"]["code"] == "not-set-up"
    assert "setup --answers" in answer.err


@pytest.mark.parametrize(
    ("event", "status"),
    [
        (failed(ConnectionFailed), ExitStatus.REFUSED),
        (failed(GuardStop), ExitStatus.GUARD),
        (JobFailed(1, DynSyncError("unexpected", UNEXPECTED)), ExitStatus.FAULT),
    ],
)
def test_what_stopped_a_verb_decides_the_status(call: Caller, event: JobFailed, status: ExitStatus) -> None:
    call.service.script["plan"] = event
    answer = call("plan", "--json")
    assert answer.status == status
    assert answer.document["error"]["code"] == event.error.code
    assert str(event.error.finding.cure) in answer.err


def test_a_fault_of_ours_shows_no_traceback(call: Caller, caplog: pytest.LogCaptureFixture) -> None:
    call.service.script["plan"] = RuntimeError("CANARY of ours")
    (call.profile).mkdir()
    answer = call("plan")
    assert answer.status == 5
    assert answer.out == ""
    assert "DynSync met something that it does not know." in answer.err
    assert "Traceback" not in answer.err
    log = (call.profile / "log" / "dynsync.log").read_text()
    assert "Traceback" in log
    assert "RuntimeError: CANARY of ours" in log


@pytest.mark.skipif(os.name != "posix", reason="Windows cannot send itself these signals")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_cleanly(call: Caller, number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    call.service.script["go_on"] = None
    waits: list[float | None] = []
    real = ScriptedJob.wait

    def wait(job: ScriptedJob, seconds: float | None = None) -> Any:
        if job.event is None:
            waits.append(seconds)
            if len(waits) == 1:
                os.kill(os.getpid(), number)
        return real(job, seconds)

    monkeypatch.setattr(ScriptedJob, "wait", wait)
    before = signal.getsignal(number)
    answer = call("sync", "--once", "--json")
    assert answer.status == 130
    assert answer.document["error"]["code"] == "cancelled"
    assert len(waits) >= 1
    assert signal.getsignal(number) == before


def test_outside_of_the_main_thread_no_signal_is_touched(call: Caller) -> None:
    before = signal.getsignal(signal.SIGINT)
    answers: list[int] = []
    thread = threading.Thread(target=lambda: answers.append(call("status").status))
    thread.start()
    thread.join()
    assert answers == [0]
    assert signal.getsignal(signal.SIGINT) == before


def test_a_rehearsals_profile_is_reached_by_new_systems(call: Caller) -> None:
    chosen = replace(SETTINGS.fields, chosen={Entity.LEAD: (FieldChoice("firstname"),)})
    call.service.settings = replace(SETTINGS, rehearsal=True, fields=chosen)
    assert call("plan").status == 0
    settings, secrets = call.service.given["plan"]
    assert settings.fields == chosen
    assert secrets == SECRETS


def test_documents_are_plain_ascii(call: Caller) -> None:
    call.service.script["check"] = ChecksEnded(
        1, (Check("a", System.DYNAMICS, CheckState.PASSED, msg("Größe – ✓")),), None
    )
    answer = call("check", "--json")
    assert answer.out.isascii()
    assert json.loads(answer.out)["checks"][0]["title"] == "Größe – ✓"
