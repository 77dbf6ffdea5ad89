"""Each verb: its document, its text, its exit status."""

from __future__ import annotations

import json
import os
import signal
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from dynsync_gui.cli import commands
from dynsync_gui.domain.checks import Check, CheckState, Owner
from dynsync_gui.domain.choice import FieldChoice
from dynsync_gui.domain.errors import UNEXPECTED, ConnectionFailed, DynSyncError, ExitStatus, Finding, GuardStop
from dynsync_gui.domain.events import ChecksEnded, JobFailed, Progress, RunEnded
from dynsync_gui.domain.report import Proof, RunState, Status
from dynsync_gui.domain.schema import Entity, System
from dynsync_gui.domain.secrets import Secrets
from dynsync_gui.domain.text import msg
from dynsync_gui.system.secrets import SecretSource, SessionSecrets
from tests.cli.scripted import CHOSEN, ENVIRONMENT, FAILED, REPORT, SECRETS, SETTINGS, Caller, ScriptedJob


def failed(kind: type[DynSyncError], code: str = "the-code") -> JobFailed:
    return JobFailed(1, kind(code, Finding(msg("It did not work."), msg("Do this.")), "the vendor's words"))


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
    assert "Contoso · contoso.crm.dynamics.com · sandbox · 7 contact" in text


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


def test_the_choice_is_written_taken_in_and_taken_back(call: Caller, tmp_path: Path) -> None:
    path = tmp_path / "choice.toml"
    assert call("fields", "export", str(path), "--json").document == {"file": str(path)}
    assert call.service.given["export_choice"] == (path, SETTINGS)
    assert call("fields", "import", str(path)).status == 0
    kept, secrets, session_only = call.service.given["keep"]
    assert (kept.fields, secrets, session_only) == (CHOSEN, SECRETS, False)
    first, second = call("fields", "history", "--json").document["versions"]
    assert (first["number"], first["who"], first["changes"]) == (1, "ada", [])
    assert second["changes"] == ["lead: firstname changed."]
    text = call("fields", "restore", "1").out
    assert call.service.given["restore_choice"] == (1,)
    assert "lead: firstname changed." in text
    assert "\x1b" not in text


def test_a_chosen_field_says_which_way_it_travels(call: Caller) -> None:
    call.service.settings = replace(SETTINGS, fields=CHOSEN)
    (row,) = [row for row in call("fields", "--json").document["fields"] if row["name"] == "firstname"]
    assert row["direction"] == "both"
    assert row["sentence"] == "Dynamics and Marketo fill First Name. If both changed, Marketo wins."
    assert "If both changed, Marketo wins." in call("fields").out
    assert len(call("fields", "--entity", "lead", "--json").document["fields"]) == 4
    unknown = call("fields", "--entity", "leads")
    assert unknown.status == ExitStatus.WRONG_USE
    assert "“leads”" in unknown.err


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
    text = call("plan").out
    assert "people from contacts     1,500    1,400       60         30        10       0           5" in text
    assert "36 people share an e-mail address." in text
    assert "about 2 minutes, 14 Marketo calls of 50,000 a day." in text


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


def test_status(call: Caller) -> None:
    answer = call("--json", "status")
    assert answer.status == 0
    assert answer.document["state"] == "attention"
    assert answer.document["next_run"] == "2026-11-22T14:30:05Z"
    assert answer.document["runs"][0]["acknowledged"] == 15
    assert "Some records need a look." in call("status").out
    call.service.settings = None
    assert call("status").status == 0


def test_problems(call: Caller, tmp_path: Path) -> None:
    answer = call("problems", "--json")
    assert answer.status == 0
    (problem,) = answer.document["problems"]
    assert problem["id"] == "0f3c"
    assert (problem["since"], problem["retry"]) == ("2026-11-22T14:30:05Z", "when-changed")
    text = call("problems", "--csv", str(tmp_path / "p.csv")).out
    assert call.service.given["export_problems"] == (tmp_path / "p.csv",)
    assert "\x1b" not in text
    assert "1 × Too long.\n    Shorten it." in text


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
    assert call("demo").out.rstrip().endswith("1 left out by a rule, 2 need a look.")


def test_demo_keeps_out_of_a_real_profile(call: Caller) -> None:
    answer = call("demo")
    assert answer.status == 2
    assert call.service.done == ["read_profile"]


def test_a_demo_whose_proof_does_not_hold_says_so(call: Caller) -> None:
    call.service.settings = None
    call.service.script["start"] = RunEnded(1, replace(REPORT, problems=0), Proof(17, 16, 16, 1, 0))
    answer = call("demo")
    assert answer.status == 1
    assert "of 17 records" in answer.out


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
    go_on = call.service.go_on

    def telling() -> ScriptedJob:
        call.service.tell(event)
        return go_on()

    monkeypatch.setattr(call.service, "go_on", telling)
    assert line in call("sync", "--once").err
    assert call("sync", "--once", "--json").err == ""


def test_the_environment_is_enough_and_leaves_the_keychain_alone(call: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    call.store = None  # asking it would end the test
    answer = call("sync", "--once")
    assert answer.status == 1
    assert [options.secrets for options in answer.opened] == [SecretSource.KEYCHAIN, SecretSource.ENVIRONMENT]


def test_secrets_env_names_what_is_missing_and_asks_nobody(call: Caller) -> None:
    call.store = None
    call.ask = lambda question: pytest.fail(f"asked: {question}")
    answer = call("check", "--secrets", "env", "--json")
    assert answer.status == 2
    assert answer.document["error"]["code"] == "secret-missing"
    assert "DYNSYNC_DYNAMICS_CLIENT_SECRET" in answer.err


def test_a_secret_that_was_typed_is_kept(call: Caller) -> None:
    call.store.write(replace(SECRETS, marketo_client_secret=""))
    questions: list[str] = []

    def ask(question: str) -> str:
        questions.append(question)
        return " typed-secret "

    call.ask = ask
    assert call("check").status == 0
    assert questions == ["Client secret of api in Marketo: "]
    assert call.store.read() == replace(SECRETS, marketo_client_secret="typed-secret")


def test_no_answer_holds_a_secret(call: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    call.profile.mkdir()
    said = ""
    for verb in (["check"], ["fields"], ["plan"], ["sync", "--once"], ["status"], ["problems"]):
        for extra in ([], ["--json"], ["--verbose"]):
            answer = call(*verb, *extra)
            said += answer.out + answer.err
    written = "".join(path.read_text() for path in call.profile.rglob("*") if path.is_file())
    assert "CANARY" not in said + written
    assert said


def test_documents_are_plain_ascii(call: Caller) -> None:
    call.service.script["check"] = ChecksEnded(
        1, (Check("a", System.DYNAMICS, CheckState.PASSED, msg("Größe – ✓")),), None
    )
    answer = call("check", "--json")
    assert answer.out.isascii()
    assert json.loads(answer.out)["checks"][0]["title"] == "Größe – ✓"


def test_an_empty_profile_is_new(call: Caller) -> None:
    call.service.script["read_profile"] = replace(
        call.service.read_profile().event, status=Status("new"), settings=None
    )
    assert call("status").out == "Nothing is set up yet.\n"


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
