"""Secrets in a real keychain, locked and missing ones, and never anywhere that a configuration names.

The tests marked `keychain` need one: `build/with_keyring.sh .venv/bin/python -m pytest tests/system`.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dynsync_gui.domain.errors import ExitStatus, SecretsUnavailable
from dynsync_gui.domain.secrets import Secrets
from dynsync_gui.system import keychain
from dynsync_gui.system import secrets as module
from dynsync_gui.system.redaction import redact
from dynsync_gui.system.secrets import EnvironmentSecrets, KeychainSecrets, SessionSecrets

FULL = Secrets("pässword-1", "client-secret-2", "märketo-3", "mail-密码-4")


@pytest.fixture
def kept() -> Iterator[KeychainSecrets]:
    store = KeychainSecrets("of a test", patience=20)
    yield store
    store.delete()


def unavailable(store: KeychainSecrets, secrets: Secrets | None = None) -> SecretsUnavailable:
    with pytest.raises(SecretsUnavailable) as caught:
        store.write(secrets) if secrets else store.read()
    assert caught.value.exit_status is ExitStatus.WRONG_USE
    assert str(caught.value.finding.cure)
    return caught.value


@pytest.mark.keychain
def test_secrets_come_back_and_go(kept: KeychainSecrets) -> None:
    assert kept.read() == Secrets()
    kept.write(FULL)
    kept.write(FULL)
    assert KeychainSecrets("of a test").read() == FULL
    assert KeychainSecrets("of another").read() == Secrets()
    kept.delete()
    kept.delete()
    assert kept.read() == Secrets()


@pytest.mark.keychain
@pytest.mark.only_on("linux")
def test_one_item_a_profile(kept: KeychainSecrets) -> None:
    secretstorage = pytest.importorskip("secretstorage")
    kept.write(FULL)
    kept.write(Secrets(marketo_client_secret="another"))
    connection = secretstorage.dbus_init()
    try:
        items = list(secretstorage.search_items(connection, {"service": "DynSync of a test"}))
        assert len(items) == 1
    finally:
        connection.close()


@pytest.mark.keychain
def test_an_item_that_is_not_ours_counts_as_none(kept: KeychainSecrets, expect_log: Any) -> None:
    expect_log("cannot be understood")
    keychain = module.platform_keychain()
    assert keychain is not None
    keychain.set_password("DynSync of a test", "secrets", "[not ours]")
    assert kept.read() == Secrets()


@pytest.mark.keychain
@pytest.mark.parametrize("backend", ["keyring.backends.null.Keyring", "keyring.backends.fail.Keyring"])
def test_no_configuration_leads_elsewhere(
    kept: KeychainSecrets, backend: str, own_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", backend)
    folder = own_home / ".config" / "python_keyring"
    folder.mkdir(parents=True)
    (folder / "keyringrc.cfg").write_text(f"[backend]\ndefault-keyring={backend}\n")
    kept.write(FULL)
    assert kept.read() == FULL


@pytest.mark.keychain
@pytest.mark.only_on("linux")
def test_a_locked_keychain_says_so(kept: KeychainSecrets) -> None:
    secretstorage = pytest.importorskip("secretstorage")
    kept.write(FULL)
    connection = secretstorage.dbus_init()
    try:
        collection = secretstorage.get_default_collection(connection)
        collection.lock()
        assert unavailable(kept).code == "keychain-locked"
        assert unavailable(kept, FULL).code == "keychain-locked"
    finally:
        unlock(connection, collection)
        connection.close()
    assert kept.read() == FULL


def unlock(connection: Any, collection: Any) -> None:
    """Unlock with the password that the keychain of the tests was made with, as its daemon does at log-in."""
    jeepney = pytest.importorskip("jeepney")
    util = pytest.importorskip("secretstorage.util")
    session = util.open_session(connection)
    secret = util.format_secret(session, b"a password for tests", "text/plain")
    address = jeepney.DBusAddress(
        "/org/freedesktop/secrets",
        "org.freedesktop.secrets",
        "org.gnome.keyring.InternalUnsupportedGuiltRiddenInterface",
    )
    connection.send_and_get_reply(
        jeepney.new_method_call(address, "UnlockWithMasterPassword", "o(oayays)", (collection.collection_path, secret))
    )


@pytest.mark.parametrize("backend", ["", "keyring.backends.null.Keyring"])
@pytest.mark.only_on("linux")
def test_a_missing_keychain_says_so(backend: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere")
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", backend)
    store = KeychainSecrets("of a test", patience=20)
    assert unavailable(store).code == "keychain-missing"
    assert unavailable(store, FULL).code == "keychain-missing"


class Odd:
    """A keychain that answers oddly."""

    def __init__(self, answer: Any) -> None:
        self.answer = answer

    def get_password(self, _service: str, _username: str) -> Any:
        if isinstance(self.answer, BaseException):
            raise self.answer
        return self.answer

    def set_password(self, *_: str) -> None:
        """Swallows it, as a null keychain does."""


def odd(monkeypatch: pytest.MonkeyPatch, answer: Any) -> KeychainSecrets:
    monkeypatch.setattr(module, "platform_keychain", lambda: Odd(answer))
    return KeychainSecrets("of a test", patience=20)


def windows_error(number: int) -> OSError:
    cause = OSError("stub received bad data")
    cause.winerror = number  # type: ignore[attr-defined]  # as pywin32's own class has it
    return cause


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (windows_error(1783), "keychain-full"),
        (windows_error(5), "keychain-refused"),
        (ValueError("CANARY-of-a-backend"), "keychain-refused"),
    ],
)
def test_what_a_platform_raises_becomes_a_finding(
    monkeypatch: pytest.MonkeyPatch, answer: Exception, code: str
) -> None:
    error = unavailable(odd(monkeypatch, answer))
    assert error.code == code
    assert "CANARY" not in repr(error)


def test_a_keychain_that_forgets_at_once_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    assert unavailable(odd(monkeypatch, None), FULL).code == "keychain-refused"


def test_an_unanswered_prompt_does_not_hold_us(monkeypatch: pytest.MonkeyPatch) -> None:
    answered = threading.Event()
    monkeypatch.setattr(module, "platform_keychain", answered.wait)
    error = unavailable(KeychainSecrets("of a test", patience=0.05))
    answered.set()
    assert error.code == "keychain-locked"


@pytest.mark.parametrize("letter", ["a", "é", "😀"])
def test_the_limit_of_windows_holds_everywhere(monkeypatch: pytest.MonkeyPatch, letter: str) -> None:
    asked: list[str] = []
    monkeypatch.setattr(module, "platform_keychain", lambda: asked.append("keychain"))
    store = KeychainSecrets("of a test", patience=20)
    units = len(letter.encode("utf-16-le")) // 2
    frame = 118  # what JSON adds around five secrets
    fits = Secrets(dynamics_password=letter * ((1_280 - frame) // units))
    assert unavailable(store, fits).code == "keychain-missing"
    assert asked == ["keychain"]
    too_long = Secrets(dynamics_password=fits.dynamics_password + "x")
    assert unavailable(store, too_long).code == "keychain-full"
    assert asked == ["keychain"]


def test_each_cause_has_its_own_words() -> None:
    findings = module._FINDINGS.values()
    assert len({str(finding.title) for finding in findings}) == 4
    assert len({str(finding.cure) for finding in findings}) == 4


def test_what_a_store_holds_is_kept_out_of_logs() -> None:
    SessionSecrets().write(Secrets(mail_password="CANARY-of-a-session"))
    EnvironmentSecrets({"DYNSYNC_MAIL_PASSWORD": "CANARY-of-the-environment"}).read()
    assert "CANARY" not in redact("CANARY-of-a-session and CANARY-of-the-environment")


def test_the_session_forgets() -> None:
    store = SessionSecrets()
    assert store.read() == Secrets()
    store.write(FULL)
    assert store.read() == FULL
    store.delete()
    assert store.read() == Secrets()


def test_the_environment_never_touches_a_keychain(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "platform_keychain", lambda: pytest.fail("a keychain was asked"))
    variables = {"DYNSYNC_DYNAMICS_PASSWORD": "a", "DYNSYNC_MAIL_PASSWORD": "b"}
    store = EnvironmentSecrets(variables)
    assert store.read() == Secrets(dynamics_password="a", mail_password="b")
    store.write(FULL)
    store.delete()
    assert variables == {"DYNSYNC_DYNAMICS_PASSWORD": "a", "DYNSYNC_MAIL_PASSWORD": "b"}
    monkeypatch.setenv("DYNSYNC_MARKETO_CLIENT_SECRET", "c")
    assert EnvironmentSecrets().read().marketo_client_secret == "c"


def test_the_keychain_of_this_platform_is_chosen_by_name() -> None:
    known = {
        "linux": ("keyring.backends.SecretService", "keyring.backends.kwallet"),
        "win32": ("keyring.backends.Windows",),
        "darwin": ("keyring.backends.macOS",),
    }[sys.platform]
    kinds = keychain._candidates()
    assert len(kinds) == len(known)
    for kind, module_name in zip(kinds, known, strict=True):
        assert module_name in {base.__module__ for base in kind.__mro__}
