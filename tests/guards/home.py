"""A home, a keychain and a language of its own for every test."""

from __future__ import annotations

import gettext
import importlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

import pytest

from dynsync_gui.domain.text import use_language

_NETWORK = ("http_proxy", "https_proxy", "all_proxy", "ftp_proxy", "no_proxy")
_AUTHORITIES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR")

_KEYCHAINS = {
    "win32": ("keyring.backends.Windows", "WinVaultKeyring"),
    "darwin": ("keyring.backends.macOS", "Keyring"),
}


@pytest.fixture(autouse=True)
def own_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty home; nothing of the user's settings, proxies, languages or secrets is seen by a test."""
    home = tmp_path_factory.mktemp("home")
    for name in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(name, str(home))
    folders = {
        "XDG_CONFIG_HOME": ".config",
        "XDG_DATA_HOME": ".local/share",
        "XDG_STATE_HOME": ".local/state",
        "XDG_CACHE_HOME": ".cache",
        "APPDATA": "AppData/Roaming",
        "LOCALAPPDATA": "AppData/Local",
    }
    for name, folder in folders.items():
        monkeypatch.setenv(name, str(home / folder))
    for name in _NETWORK:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    ours = [name for name in os.environ if name.startswith("DYNSYNC_") and not name.startswith("DYNSYNC_TEST_")]
    for name in (*_AUTHORITIES, "LANGUAGE", "LC_MESSAGES", *ours):
        if name != "DYNSYNC_NO_SKIPS":
            monkeypatch.delenv(name, raising=False)
    for name in ("LANG", "LC_ALL"):
        monkeypatch.setenv(name, "C.UTF-8")
    monkeypatch.setenv("DYNSYNC_LANGUAGE", "en")
    return home


@pytest.fixture(autouse=True)
def own_keychain(request: pytest.FixtureRequest, own_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No keychain at all, unless the test is marked `keychain`; then the one made for the tests."""
    if "keyring.core" in sys.modules:  # it remembers the keychain of the test before
        monkeypatch.setattr(sys.modules["keyring.core"], "_keyring_backend", None)
    if request.node.get_closest_marker("keychain"):
        monkeypatch.delenv("PYTHON_KEYRING_BACKEND", raising=False)
        return
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS", raising=False)
    if sys.platform == "linux":
        runtime = own_home / "run"
        runtime.mkdir(mode=0o700)
        monkeypatch.setenv("XDG_RUNTIME_DIR", str(runtime))
    if sys.platform in _KEYCHAINS:  # there is no way to start without one, so that it is shut
        module, name = _KEYCHAINS[sys.platform]
        backend = getattr(importlib.import_module(module), name)
        for call in ("get_password", "set_password", "delete_password"):
            monkeypatch.setattr(backend, call, _refuse)


def _refuse(*_: Any) -> NoReturn:
    from keyring.errors import KeyringError  # noqa: PLC0415  only on the platforms that get here

    raise KeyringError("Tests do not use the keychain of this computer.")


@pytest.fixture(autouse=True)
def own_language() -> Iterator[None]:
    """English before and after every test."""
    use_language("en", gettext.NullTranslations())
    yield
    use_language("en", gettext.NullTranslations())
