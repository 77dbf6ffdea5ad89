"""People's sign-ins: in memory until the set-up is done, then protected or not kept at all."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import msal
import pytest
from msal_extensions.persistence import FilePersistence

from dynsync_gui.system.protected_store import protected_place
from dynsync_gui.system.token_cache import KeptSignIn

CANARY = "CANARY-refresh-token"


class Locked(FilePersistence):
    """Says that it encrypts; a test may look into its file, and lock it."""

    is_encrypted = True
    locked = False

    def save(self, content: str) -> None:
        if self.locked:
            raise OSError("locked")
        super().save(content)

    def load(self) -> str:
        if self.locked:
            raise OSError("locked")
        return super().load()


def add(sign_in: KeptSignIn, secret: str = CANARY) -> None:
    """What msal does after a sign-in."""
    sign_in.cache().add(
        {
            "client_id": "app",
            "scope": ["s"],
            "token_endpoint": "https://login.microsoftonline.com/t/oauth2/v2.0/token",
            "response": {
                "access_token": "a",
                "refresh_token": secret,
                "expires_in": 3600,
                "client_info": "eyJ1aWQiOiJ1IiwidXRpZCI6InQifQ",
                "id_token": "e30.eyJvaWQiOiJ1IiwidGlkIjoidCIsInByZWZlcnJlZF91c2VybmFtZSI6ImEifQ.",
            },
        }
    )


def held(sign_in: KeptSignIn) -> list[str]:
    cache = sign_in.cache()
    return [entry["secret"] for entry in cache.search(cache.CredentialType.REFRESH_TOKEN)]


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_before_the_set_up_is_done_nothing_is_written(tmp_path: Path) -> None:
    places: list[Path] = []

    def place(path: Path, _name: str):
        places.append(path)
        return Locked(str(path))

    sign_in = KeptSignIn(tmp_path, "p", place)
    add(sign_in)
    assert held(sign_in) == [CANARY]
    assert sign_in.protected
    assert files(tmp_path) == []
    assert held(KeptSignIn(tmp_path, "p", place)) == []


def test_what_is_kept_is_found_by_the_next_process_and_shared(tmp_path: Path) -> None:
    def place(path: Path, _name: str):
        return Locked(str(path))

    sign_in = KeptSignIn(tmp_path, "p", place)
    add(sign_in)
    sign_in.keep()
    assert held(sign_in) == [CANARY]
    other = KeptSignIn(tmp_path, "p", place)
    assert held(other) == [CANARY]
    add(other, "renewed")
    assert "renewed" in held(other)
    assert files(tmp_path) == ["sign-in"] or files(tmp_path) == ["sign-in", "sign-in.lockfile"]
    sign_in.forget()
    assert held(sign_in) == []
    assert files(tmp_path) == []


def test_a_set_up_that_is_stored_before_the_sign_in_keeps_it_too(tmp_path: Path) -> None:
    sign_in = KeptSignIn(tmp_path, "p", lambda path, _name: Locked(str(path)))
    sign_in.keep()
    assert not (tmp_path / "sign-in").exists()
    add(sign_in)
    assert held(KeptSignIn(tmp_path, "p", lambda path, _name: Locked(str(path)))) == [CANARY]


def test_without_a_protected_place_it_ends_with_the_session(tmp_path: Path) -> None:
    for place in (lambda *_: None, lambda path, _: FilePersistence(str(path))):  # none, and one that does not encrypt
        sign_in = KeptSignIn(tmp_path, "p", place)
        add(sign_in)
        sign_in.keep()
        assert not sign_in.protected
        assert held(sign_in) == [CANARY]
        assert files(tmp_path) == []


def test_a_store_that_locks_itself_never_ends_a_sign_in(tmp_path: Path, expect_log) -> None:
    expect_log("cannot be kept on this computer: OSError$")
    inner = Locked(str(tmp_path / "sign-in"))
    sign_in = KeptSignIn(tmp_path, "p", lambda *_: inner)
    add(sign_in)
    sign_in.keep()
    inner.locked = True
    add(sign_in, "renewed")
    assert "renewed" in held(sign_in)
    again = KeptSignIn(tmp_path, "p", lambda *_: inner)
    assert held(again) == []


def test_a_store_that_is_locked_from_the_start_keeps_nothing(tmp_path: Path, expect_log) -> None:
    expect_log("cannot be kept on this computer")
    inner = Locked(str(tmp_path / "sign-in"))
    inner.locked = True
    sign_in = KeptSignIn(tmp_path, "p", lambda *_: inner)
    add(sign_in)
    sign_in.keep()
    assert held(sign_in) == [CANARY]
    assert isinstance(sign_in.cache(), msal.SerializableTokenCache)
    assert files(tmp_path) == []


def test_without_a_desktop_there_is_no_protected_place(tmp_path: Path) -> None:
    if sys.platform != "linux":
        pytest.skip("Windows and macOS always have one")
    assert protected_place(tmp_path / "sign-in", "p") is None


def test_looking_at_it_does_not_load_msal() -> None:
    code = (
        "import sys; from pathlib import Path; from dynsync_gui.system.token_cache import KeptSignIn; "
        "KeptSignIn(Path('x'), 'p').forget(); print('msal' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


@pytest.mark.keychain
@pytest.mark.only_on("linux")
def test_the_keychain_of_the_desktop_keeps_it_encrypted(tmp_path: Path) -> None:
    sign_in = KeptSignIn(tmp_path, "of a test")
    assert sign_in.protected
    add(sign_in, CANARY + "x" * 20_000)
    sign_in.keep()
    assert held(KeptSignIn(tmp_path, "of a test")) == [CANARY + "x" * 20_000]
    assert held(KeptSignIn(tmp_path, "of another")) == []
    add(sign_in, "renewed")
    assert "renewed" in held(KeptSignIn(tmp_path, "of a test"))
    for path in tmp_path.rglob("*"):
        assert CANARY.encode() not in path.read_bytes()
    sign_in.forget()
    assert held(KeptSignIn(tmp_path, "of a test")) == []
    assert files(tmp_path) == []
