"""Where a verb takes its secrets from, and that no answer holds one."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dynsync_gui.system.secrets import SecretSource
from tests.cli.caller import Caller
from tests.cli.world import ENVIRONMENT, SECRETS


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
