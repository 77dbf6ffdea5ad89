"""``setup``: what is kept, in which order, and what its answer is when something stops it."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from dynsync_gui.domain.errors import (
    ConnectionFailed,
    DynSyncError,
    Finding,
    GuardStop,
    SecretsUnavailable,
    TemporaryFailure,
)
from dynsync_gui.domain.events import ChecksEnded, JobFailed, ProfileRead, RunEnded
from dynsync_gui.domain.findings.dataverse import DATAVERSE
from dynsync_gui.domain.findings.marketo import MARKETO
from dynsync_gui.domain.report import Status
from dynsync_gui.domain.text import msg
from tests.cli.caller import Caller
from tests.cli.world import ANSWERS, ENVIRONMENT, FAILED, REPORT, SECRETS, SETTINGS

UNAVAILABLE = JobFailed(
    1, SecretsUnavailable("keychain-missing", Finding(msg("There is no keychain."), msg("Start one.")))
)
KEPT = ProfileRead(1, SETTINGS, Status("ready"))


@pytest.fixture
def answers(tmp_path: Path) -> Path:
    path = tmp_path / "answers.toml"
    path.write_text(ANSWERS)
    return path


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)


@pytest.mark.usefixtures("environment")
def test_without_start_it_keeps_and_checks(call: Caller, answers: Path) -> None:
    answer = call("setup", "--answers", str(answers), "--json")
    assert answer.status == 0
    assert set(answer.document) == {"checks", "card"}
    assert call.service.done == ["keep", "check"]
    assert call.service.given["keep"] == (SETTINGS, SECRETS, False)


@pytest.mark.usefixtures("environment")
def test_with_start_it_keeps_before_it_asks_anything(call: Caller, answers: Path) -> None:
    answer = call("setup", "--answers", str(answers), "--start", "--json")
    assert answer.status == 1
    assert answer.document["acknowledged"] == REPORT.acknowledged
    assert call.service.done == ["keep", "check", "start"]
    assert call.service.given["start"] == (SETTINGS, SECRETS, False)


@pytest.mark.usefixtures("environment")
def test_a_clean_start_is_status_0(call: Caller, answers: Path) -> None:
    call.service.script["start"] = RunEnded(1, replace(REPORT, problems=0))
    answer = call("setup", "--answers", str(answers), "--start")
    assert answer.status == 0
    assert "Run 7: done" in answer.out
    assert "people from contacts" in answer.err


@pytest.mark.usefixtures("environment")
@pytest.mark.parametrize("start", [[], ["--start"]])
def test_a_failed_check_stops_it(call: Caller, answers: Path, start: list[str]) -> None:
    call.service.script["check"] = ChecksEnded(1, FAILED, None)
    answer = call("setup", "--answers", str(answers), "--json", *start)
    assert answer.status == 3
    assert [check["state"] for check in answer.document["checks"]] == ["passed", "failed"]
    assert call.service.done == ["keep", "check"]


@pytest.mark.usefixtures("environment")
@pytest.mark.parametrize(
    ("kind", "verb", "status", "state"),
    [
        (GuardStop, "start", 4, "attention"),
        (ConnectionFailed, "start", 3, "failed"),
    ],
)
def test_what_stops_it_later_is_one_more_check(
    call: Caller, answers: Path, kind: type[DynSyncError], verb: str, status: int, state: str
) -> None:
    call.service.script[verb] = JobFailed(1, kind("a-code", Finding(msg("Too many."), msg("Look.")), ids={"a": "b"}))
    answer = call("setup", "--answers", str(answers), "--start", "--json")
    assert answer.status == status
    last = answer.document["checks"][-1]
    assert (last["state"], last["code"], last["ids"]) == (state, "a-code", {"a": "b"})
    assert (last["finding"], last["cure"]) == ("Too many.", "Look.")


@pytest.mark.usefixtures("environment")
@pytest.mark.parametrize(
    ("error", "system"),
    [
        (TemporaryFailure("611", MARKETO["611"]), "marketo"),
        (ConnectionFailed("603", MARKETO["603"]), "marketo"),
        (ConnectionFailed("0x80040220", DATAVERSE["0x80040220"]), "dynamics"),
    ],
)
def test_what_stops_it_later_is_told_of_the_system_that_stopped_it(
    call: Caller, answers: Path, error: DynSyncError, system: str
) -> None:
    call.service.script["start"] = JobFailed(1, error)
    assert call("setup", "--answers", str(answers), "--start", "--json").document["checks"][-1]["system"] == system


@pytest.mark.usefixtures("environment")
def test_start_needs_acceptance_and_keeps_nothing_without(call: Caller, answers: Path) -> None:
    answers.write_text(ANSWERS.replace("accept = true", "accept = false"))
    answer = call("setup", "--answers", str(answers), "--start", "--json")
    assert answer.status == 2
    assert answer.document["error"]["code"] == "not-accepted"
    assert call.service.done == []
    assert call("setup", "--answers", str(answers)).status == 0


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("[dynamics", "line 1"),
        (ANSWERS.replace("client_id", "clientid"), "client_id"),
        (ANSWERS.replace('url = "https://contoso.crm.dynamics.com"', ""), "dynamics.url"),
        (ANSWERS + '[mail]\npassword = "CANARY"\n', "DYNSYNC_MAIL_PASSWORD"),
    ],
)
def test_answers_that_cannot_be_used(call: Caller, answers: Path, content: str, told: str) -> None:
    answers.write_text(content)
    answer = call("setup", "--answers", str(answers), "--json")
    assert answer.status == 2
    assert told in answer.err
    assert "CANARY" not in answer.err + answer.out
    assert call.service.done == []


def test_secrets_come_from_the_environment_first_then_the_keychain_then_a_person(
    call: Caller, answers: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers.write_text(ANSWERS + '[mail]\nhost = "smtp.contoso.example"\nusername = "sync"\n')
    monkeypatch.setenv("DYNSYNC_DYNAMICS_CLIENT_SECRET", "of-the-environment")
    questions: list[str] = []

    def ask(question: str) -> str:
        questions.append(question)
        return "typed"

    call.ask = ask
    assert call("setup", "--answers", str(answers)).status == 0
    _, secrets, _ = call.service.given["keep"]
    assert secrets.dynamics_client_secret == "of-the-environment"
    assert secrets.marketo_client_secret == SECRETS.marketo_client_secret
    assert secrets.mail_password == "typed"
    assert questions == ["Password of sync at the mail server: "]


def written(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    """Somebody's program writes this to standard input."""
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(text.encode()), encoding="ascii"))


def test_secrets_of_standard_input_come_first(
    call: Caller, answers: Path, environment: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    written(monkeypatch, "\ufeffDYNSYNC_MARKETO_CLIENT_SECRET=pässword=with blank \r\n\r\n")
    assert call("setup", "--answers", str(answers), "--secrets-from-stdin").status == 0
    _, secrets, _ = call.service.given["keep"]
    assert secrets.marketo_client_secret == "pässword=with blank"
    assert secrets.dynamics_client_secret == SECRETS.dynamics_client_secret


@pytest.mark.parametrize("line", ["only-a-secret", "DYNSYNC_OTHER=only-a-secret"])
def test_a_line_that_names_no_secret_is_refused_and_never_shown(
    call: Caller, answers: Path, environment: None, monkeypatch: pytest.MonkeyPatch, line: str
) -> None:
    written(monkeypatch, f"DYNSYNC_MAIL_PASSWORD=x\n{line}\n")
    answer = call("setup", "--answers", str(answers), "--secrets-from-stdin")
    assert answer.status == 2
    assert "Line 2 of standard input" in answer.err
    assert "only-a-secret" not in answer.err + answer.out
    assert call.service.done == []


def test_standard_input_is_left_alone_unless_it_is_asked_for(
    call: Caller, answers: Path, environment: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    written(monkeypatch, "DYNSYNC_MARKETO_CLIENT_SECRET=other")
    assert call("setup", "--answers", str(answers)).status == 0
    assert call.service.given["keep"][1] == SECRETS


def test_without_a_person_the_variable_is_named(call: Caller, answers: Path) -> None:
    call.store.delete()
    answer = call("setup", "--answers", str(answers))
    assert answer.status == 2
    assert "DYNSYNC_DYNAMICS_CLIENT_SECRET" in answer.err
    assert call.service.done == []


@pytest.mark.usefixtures("environment")
def test_a_missing_keychain_is_said_and_the_environment_is_enough(call: Caller, answers: Path) -> None:
    call.service.script["keep"] = [UNAVAILABLE, KEPT]
    answer = call("setup", "--answers", str(answers), "--start", "--json")
    assert answer.status == 1
    assert "The secrets were not kept. There is no keychain." in answer.err
    assert call.service.done == ["keep", "keep", "check", "start"]
    assert call.service.given["keep"][2] is True
    assert call.service.given["start"][2] is True


def test_a_missing_keychain_stops_secrets_that_were_typed(call: Caller, answers: Path) -> None:
    call.store.delete()
    call.ask = lambda _: "typed"
    call.service.script["keep"] = UNAVAILABLE
    answer = call("setup", "--answers", str(answers), "--json")
    assert answer.status == 2
    assert answer.document["error"]["code"] == "keychain-missing"
    assert call.service.done == ["keep"]


@pytest.mark.usefixtures("environment")
@pytest.mark.parametrize(("source", "session_only"), [("env", False), ("session", True), ("keychain", False)])
def test_where_secrets_are_kept_is_what_was_asked_for(
    call: Caller, answers: Path, source: str, session_only: bool
) -> None:
    call.store = None if source != "keychain" else call.store
    assert call("setup", "--answers", str(answers), "--secrets", source).status == 0
    assert call.service.given["keep"][2] is session_only


@pytest.mark.usefixtures("environment")
def test_a_profile_that_cannot_be_made_is_wrong_use(call: Caller, answers: Path) -> None:
    call.profile.write_text("a file")
    answer: Any = call("setup", "--answers", str(answers))
    assert answer.status == 2
    assert "is a file" in answer.err


@pytest.mark.usefixtures("environment")
def test_what_was_given_in_vain_is_told(call: Caller, answers: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DYNSYNC_DYNAMICS_PASSWORD", "CANARY-9")
    answer = call("setup", "--answers", str(answers))
    assert answer.status == 0
    assert "DYNSYNC_DYNAMICS_PASSWORD is set, but these settings have no use for it." in answer.err
    assert "CANARY-9" not in answer.err + answer.out
