"""Where secrets are kept: the keychain, this session only, or the environment."""

from __future__ import annotations

import json
import logging
import os
import queue
import threading
from collections.abc import Callable, Mapping
from dataclasses import asdict, fields
from enum import StrEnum
from typing import TypeVar

from dynsync_gui.domain.errors import Finding, SecretsUnavailable
from dynsync_gui.domain.ports.profile import SecretStore
from dynsync_gui.domain.secrets import ENVIRONMENT, Secrets
from dynsync_gui.domain.text import msg
from dynsync_gui.system.keychain import Keychain, platform_keychain
from dynsync_gui.system.redaction import keep_out

_log = logging.getLogger(__name__)
_T = TypeVar("_T")

_ITEM = "secrets"
_MOST_UNITS = 1_280
"""A Windows credential takes 2,560 bytes, as UTF-16 (Microsoft, CREDENTIALW); held on every platform alike."""
_TOO_LONG_FOR_WINDOWS = 1783

_FINDINGS = {
    "keychain-missing": Finding(
        msg("This computer has no keychain that DynSync could use."),
        msg("Start the keychain of your desktop, or keep the secrets for this session only."),
    ),
    "keychain-locked": Finding(
        msg("The keychain of this computer is locked."),
        msg("Unlock it and try again, or keep the secrets for this session only."),
    ),
    "keychain-refused": Finding(
        msg("The keychain of this computer did not let DynSync in."),
        msg("Allow DynSync to use the keychain and try again, or keep the secrets for this session only."),
    ),
    "keychain-full": Finding(
        msg("The secrets are too long for the keychain of this computer."),
        msg("Check that no more than the secrets was pasted, or keep them for this session only."),
    ),
}


class SecretSource(StrEnum):
    """Where a profile's secrets come from, as ``--secrets`` names it."""

    KEYCHAIN = "keychain"
    ENVIRONMENT = "env"
    SESSION = "session"


class KeychainSecrets:
    """The secrets of a profile as one keychain item, so that a keychain asks once and not five times.

    Every call may take as long as a person needs to unlock the keychain: never on a GUI thread.
    """

    def __init__(self, profile_id: str, patience: float = 20.0) -> None:
        """Nothing is asked of the keychain yet.

        Args:
            profile_id: Makes the item's name unique; Windows keeps one item per name.
            patience: Seconds after which an unanswered keychain counts as locked; its prompt stays, and once a
                person has answered it the next try goes through.
        """
        self._service = f"DynSync {profile_id}"
        self._patience = patience

    def read(self) -> Secrets:
        """The kept secrets, empty where none are; raises SecretsUnavailable."""
        kept = self._ask(lambda keychain: keychain.get_password(self._service, _ITEM))
        return _guarded(_from_text(kept)) if kept else Secrets()

    def write(self, secrets: Secrets) -> None:
        """Keep them and see that they were kept; raises SecretsUnavailable."""
        text = json.dumps(asdict(_guarded(secrets)), ensure_ascii=False, separators=(",", ":"))
        if len(text.encode("utf-16-le", "surrogatepass")) // 2 > _MOST_UNITS:
            raise _unavailable("keychain-full")

        def keep(keychain: Keychain) -> bool:
            keychain.set_password(self._service, _ITEM, text)
            return keychain.get_password(self._service, _ITEM) == text

        if not self._ask(keep):
            raise _unavailable("keychain-refused", "the item was not there after it had been written")

    def delete(self) -> None:
        """Forget them; nothing happens where there are none. Raises SecretsUnavailable."""

        def forget(keychain: Keychain) -> None:
            if keychain.get_password(self._service, _ITEM) is not None:
                keychain.delete_password(self._service, _ITEM)

        self._ask(forget)

    def _ask(self, question: Callable[[Keychain], _T]) -> _T:
        """Ask in a thread of its own: a keychain whose prompt nobody answers must not hold a scheduled run."""
        answers: queue.SimpleQueue[tuple[_T | None, SecretsUnavailable | None]] = queue.SimpleQueue()

        def ask() -> None:
            try:
                keychain = platform_keychain()
                if keychain is None:
                    answers.put((None, _unavailable("keychain-missing")))
                else:
                    answers.put((question(keychain), None))
            except Exception as cause:  # noqa: BLE001  each platform raises its own, some not keyring's
                answers.put((None, _unavailable(_code(cause), type(cause).__name__)))

        threading.Thread(target=ask, name="dynsync-keychain", daemon=True).start()
        try:
            answer, unavailable = answers.get(timeout=self._patience)
        except queue.Empty:
            raise _unavailable("keychain-locked", f"no answer in {self._patience:.0f} seconds") from None
        if unavailable is not None:
            raise unavailable
        return answer  # type: ignore[return-value]  # None only where the question answers None


class SessionSecrets:
    """Secrets that end with the process."""

    def __init__(self) -> None:
        self._secrets = Secrets()

    def read(self) -> Secrets:
        """What was written in this process."""
        return self._secrets

    def write(self, secrets: Secrets) -> None:
        """Hold them in memory."""
        self._secrets = _guarded(secrets)

    def delete(self) -> None:
        """Forget them."""
        self._secrets = Secrets()


class EnvironmentSecrets:
    """Secrets that a server hands over in ``DYNSYNC_*`` variables; no keychain is ever touched."""

    def __init__(self, environment: Mapping[str, str] | None = None) -> None:
        self._environment = os.environ if environment is None else environment

    def read(self) -> Secrets:
        """What the variables hold; empty where they are not set."""
        return _guarded(Secrets(**{name: self._environment.get(value, "") for name, value in ENVIRONMENT.items()}))

    def write(self, secrets: Secrets) -> None:
        """Nothing is kept: whoever set the variables sets them next time."""

    def delete(self) -> None:
        """Nothing was kept."""


def open_secrets(source: SecretSource, profile_id: str, patience: float = 20.0) -> SecretStore:
    """The store of a profile's secrets.

    Args:
        source: Which kind.
        profile_id: As `Profile.id` has it.
        patience: Seconds to wait for a person to unlock a keychain.
    """
    if source is SecretSource.ENVIRONMENT:
        return EnvironmentSecrets()
    if source is SecretSource.SESSION:
        return SessionSecrets()
    return KeychainSecrets(profile_id, patience)


def _guarded(secrets: Secrets) -> Secrets:
    """The same secrets, from now on kept out of every log."""
    keep_out(secrets.values())
    return secrets


def _from_text(text: str) -> Secrets:
    """The secrets in an item; what cannot be understood counts as not there, so that it is asked for."""
    try:
        values = json.loads(text)
        return Secrets(**{field.name: str(values.get(field.name, "")) for field in fields(Secrets)})
    except (ValueError, AttributeError):
        _log.warning("The keychain item of this profile cannot be understood; the secrets have to be entered again.")
        return Secrets()


def _code(cause: Exception) -> str:
    from keyring.errors import InitError, KeyringLocked, NoKeyringError  # noqa: PLC0415  slow to import, seldom needed

    if isinstance(cause, NoKeyringError | ImportError):
        return "keychain-missing"
    if isinstance(cause, KeyringLocked | InitError):
        return "keychain-locked"
    if getattr(cause, "winerror", None) == _TOO_LONG_FOR_WINDOWS:
        return "keychain-full"
    return "keychain-refused"


def _unavailable(code: str, detail: str = "") -> SecretsUnavailable:
    return SecretsUnavailable(code, _FINDINGS[code], detail)
