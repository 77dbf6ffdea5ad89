"""The release file that the build signs is the one that DynSync reads."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from steps import release_file

from dynsync_gui.domain.releases import read_release

KEY = Ed25519PrivateKey.from_private_bytes(b"k" * 32)
ENCODED = base64.b64encode(b"k" * 32).decode()
Write = Callable[..., int]


@pytest.fixture
def output(tmp_path: Path) -> Path:
    return tmp_path / "release.json"


@pytest.fixture
def write(tmp_path: Path, output: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    pinned = tmp_path / "release_key.txt"
    pinned.write_text(release_file.public_half(KEY) + "\n")
    monkeypatch.setattr(release_file.private_key, "__defaults__", (pinned,))
    monkeypatch.setenv(release_file.VARIABLE, ENCODED)
    program, notes = tmp_path / "DynSync-0.2.0.deb", tmp_path / "notes.txt"
    program.write_bytes(b"program")
    notes.write_text("Faster, für alle.", encoding="utf-8")

    def call(address: str = "https://downloads.contoso.com/dynsync/", named: str = "") -> int:
        words = ["write", "--version", "0.2.0", "--address", address, "--notes", f"{named or 'en'}={notes}"]
        return release_file.main([*words, "--output", str(output), f"linux-x64={program}"])

    return call


def test_it_is_signed_and_understood(write: Write, output: Path) -> None:
    assert write() == 0
    envelope = json.loads(output.read_text(encoding="utf-8"))
    key = Ed25519PublicKey.from_public_bytes(base64.b64decode(release_file.public_half(KEY)))
    key.verify(base64.b64decode(envelope["signature"]), envelope["release"].encode())
    release = read_release(json.loads(envelope["release"]))
    artefact = release.artefact("linux-x64")
    assert artefact.address == "https://downloads.contoso.com/dynsync/DynSync-0.2.0.deb"
    assert (artefact.size, artefact.name) == (7, "DynSync-0.2.0.deb")
    assert release.notes_in("en") == "Faster, für alle."
    assert (release.expires - release.published).days == release_file.DAYS
    assert ENCODED not in output.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("key", "says"),
    [
        ("", "is not set"),
        ("short", "32 bytes"),
        ("ü", "32 bytes"),
        (base64.b64encode(b"o" * 32).decode(), "installed copies would refuse"),
    ],
)
def test_a_key_that_installed_copies_do_not_trust_signs_nothing(
    write: Write, output: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], key: str, says: str
) -> None:
    monkeypatch.setenv(release_file.VARIABLE, key)
    assert write() == 1
    assert says in capsys.readouterr().err
    assert not output.exists()


def test_an_open_address_and_missing_notes_are_refused(
    write: Write, output: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert write(address="http://downloads.contoso.com") == 1
    assert write(named="fr") == 1
    said = capsys.readouterr().err
    assert "https://" in said
    assert "in English" in said
    assert not output.exists()


def test_keys_are_made_for_both_ends(capsys: pytest.CaptureFixture[str]) -> None:
    assert release_file.main(["keys"]) == 0
    lines = capsys.readouterr().out.splitlines()
    private = Ed25519PrivateKey.from_private_bytes(base64.b64decode(lines[3]))
    assert release_file.public_half(private) == lines[1]
