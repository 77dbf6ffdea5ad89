"""Release files from a real server: good, stale, forged, broken, and sent on."""

from __future__ import annotations

import base64
import hashlib
import json
import socket
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from dynsync_gui.connectors.updates import ReleaseFiles
from dynsync_gui.domain.cancel import CancelToken
from dynsync_gui.domain.errors import ConnectionFailed, DynSyncError
from dynsync_gui.domain.findings.updates import UPDATES
from dynsync_gui.domain.releases import Artefact, Release, UpdateKind, judge
from dynsync_gui.domain.secrets import Secrets
from dynsync_gui.domain.settings import NetworkSettings, Settings, UpdateSettings

from .scripted import Exchange, Forge, ScriptedServer

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
PROGRAM = b"MZ a whole new DynSync " * 1_000
KEY = Ed25519PrivateKey.from_private_bytes(b"k" * 32)
OTHER = Ed25519PrivateKey.from_private_bytes(b"o" * 32)


def public(key: Ed25519PrivateKey) -> str:
    return base64.b64encode(key.public_key().public_bytes_raw()).decode()


def sealed(content: Any, key: Ed25519PrivateKey = KEY) -> dict[str, str]:
    text = content if isinstance(content, str) else json.dumps(content)
    return {"release": text, "signature": base64.b64encode(key.sign(text.encode())).decode()}


@dataclass
class Place:
    """A server with a release file, and what the settings say of it."""

    server: ScriptedServer
    settings: Settings
    answers: dict[str, Callable[[Exchange], None]]

    def content(self, **changes: Any) -> dict[str, Any]:
        made = {
            "format": 1,
            "product": "DynSync",
            "version": "0.2.0",
            "published": NOW.isoformat(),
            "expires": (NOW + timedelta(days=180)).isoformat(),
            "notes": {"en": "Faster.", "fr": "Plus rapide."},
            "artefacts": [self.artefact("windows-x64"), self.artefact("linux-x64")],
        }
        return {**made, **changes}

    def artefact(self, platform: str, **changes: Any) -> dict[str, Any]:
        made = {
            "platform": platform,
            "name": f"DynSync-{platform}.bin",
            "url": f"{self.server.url}/files/{platform}",
            "sha256": hashlib.sha256(PROGRAM).hexdigest(),
            "size": len(PROGRAM),
        }
        return {**made, **changes}

    def serve(self, body: object, path: str = "/release.json", **options: Any) -> None:
        self.answers[path] = lambda exchange: exchange.reply(body, **options)

    def read(self, pinned: str = public(KEY)) -> Release:
        return ReleaseFiles(pinned).read(self.settings, Secrets(), CancelToken())

    def refused(self, pinned: str = public(KEY)) -> str:
        with pytest.raises(DynSyncError) as stopped:
            self.read(pinned)
        assert str(stopped.value.finding.title)
        assert str(stopped.value.finding.cure)
        return stopped.value.code

    def download(self, folder: Path, artefact: Artefact | None = None) -> Path:
        if artefact is None:
            artefact = self.read().artefact("linux-x64")
        return ReleaseFiles("").download(artefact, folder, self.settings, Secrets(), CancelToken())

    def not_downloaded(self, folder: Path, artefact: Artefact | None = None) -> str:
        with pytest.raises(DynSyncError) as stopped:
            self.download(folder, artefact)
        assert list(folder.iterdir()) == []
        return stopped.value.code


@pytest.fixture
def place(forge: Forge) -> Place:
    answers: dict[str, Callable[[Exchange], None]] = {}

    def script(exchange: Exchange) -> None:
        answers.get(exchange.request.path, lambda each: each.reply(b"nothing here", 404))(exchange)

    server = forge.serve(script)
    network = NetworkSettings(ca_bundle=forge.ca_bundle)
    settings = Settings(network=network, updates=UpdateSettings(f"{server.url}/release.json"))
    made = Place(server, settings, answers)
    made.serve(sealed(made.content()))
    made.serve(PROGRAM, "/files/linux-x64")
    return made


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "downloads"
    made.mkdir()
    return made


def test_a_good_one_is_read_downloaded_and_kept_whole(place: Place, folder: Path) -> None:
    release = place.read()
    assert (release.version, release.published) == ("0.2.0", NOW)
    assert release.notes_in("fr") == "Plus rapide."
    assert release.notes_in("de") == "Faster."
    path = place.download(folder)
    assert path == folder / "DynSync-linux-x64.bin"
    assert path.read_bytes() == PROGRAM
    assert list(folder.iterdir()) == [path]
    assert not any("authorization" in request.headers for request in place.server.requests)


def test_a_key_in_the_settings_takes_the_place_of_the_pinned_one(place: Place) -> None:
    place.serve(sealed(place.content(), OTHER))
    assert place.refused() == "update-forged"
    place.settings = replace(place.settings, updates=replace(place.settings.updates, key=public(OTHER)))
    assert place.read().version == "0.2.0"
    place.serve(sealed(place.content()))
    assert place.refused() == "update-forged"


def test_one_changed_letter_is_forged(place: Place) -> None:
    made = sealed(place.content())
    made["release"] = made["release"].replace("0.2.0", "0.3.0")
    place.serve(made)
    assert place.refused() == "update-forged"


@pytest.mark.parametrize("key", ["", "short", base64.b64encode(b"1" * 31).decode(), "ü" * 44])
def test_without_a_key_nothing_is_even_asked(place: Place, key: str) -> None:
    assert place.refused(key) == "update-no-key"
    assert place.server.requests == []


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b"[]",
        b"{}",
        b'{"release": 1, "signature": ""}',
        b'{"release": "", "signature": "?"}',
        b"[" * 9_999,
    ],
)
def test_what_is_no_release_file_is_unsigned(place: Place, body: bytes) -> None:
    place.serve(body)
    assert place.refused() == "update-unsigned"


def test_an_empty_signature_is_forged(place: Place) -> None:
    place.serve({**sealed(place.content()), "signature": ""})
    assert place.refused() == "update-forged"


@pytest.mark.parametrize(
    "changes",
    [
        {"format": 2},
        {"product": "Other"},
        {"version": "newest"},
        {"version": "1.0; rm"},
        {"published": "2026-11-22T12:00:00"},
        {"expires": None},
        {"notes": ["x"]},
        {"artefacts": [{}]},
    ],
)
def test_what_is_signed_but_not_understood_says_so(place: Place, changes: dict[str, Any]) -> None:
    place.serve(sealed(place.content(**changes)))
    assert place.refused() == "update-unreadable"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"name": "../../evil.exe"}, "update-unreadable"),
        ({"name": ".bashrc"}, "update-unreadable"),
        ({"url": "http://127.0.0.1/x"}, "update-unreadable"),
        ({"sha256": "00"}, "update-unreadable"),
        ({"platform": "amiga"}, "update-unreadable"),
        ({"size": 0}, "update-too-big"),
        ({"size": True}, "update-too-big"),
        ({"size": 10**12}, "update-too-big"),
    ],
)
def test_a_file_that_cannot_be_right_spoils_the_release(place: Place, changes: dict[str, Any], code: str) -> None:
    place.serve(sealed(place.content(artefacts=[place.artefact("linux-x64") | changes])))
    assert place.refused() == code


def test_what_is_signed_but_no_json_is_not_understood(place: Place) -> None:
    place.serve(sealed("no json"))
    assert place.refused() == "update-unreadable"


def test_an_oversized_release_file_is_not_read_to_its_end(place: Place) -> None:
    place.answers["/release.json"] = lambda exchange: exchange.reply(b" " * 300_000)
    assert place.refused() == "network.too-big"


def test_a_truncated_release_file(place: Place) -> None:
    def half(exchange: Exchange) -> None:
        exchange.send(b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n{")
        exchange.wire.shutdown(socket.SHUT_RDWR)

    place.answers["/release.json"] = half
    assert place.refused() == "network.truncated"


def test_a_redirect_is_not_followed(place: Place, folder: Path) -> None:
    place.serve(b"", status=302, Location=f"{place.server.url}/other.json")
    assert place.refused() == "network.redirect"
    place.serve(sealed(place.content()))
    place.serve(b"", "/files/linux-x64", status=301, Location="https://evil.test/x")
    assert place.not_downloaded(folder) == "network.redirect"
    assert {request.path for request in place.server.requests} == {"/release.json", "/files/linux-x64"}


@pytest.mark.parametrize(
    ("status", "code"), [(404, "update-missing"), (403, "update-missing"), (503, "network.server")]
)
def test_an_address_without_one(place: Place, status: int, code: str) -> None:
    place.serve(b"", status=status)
    assert place.refused() == code


def test_a_certificate_that_nobody_vouches_for(place: Place) -> None:
    place.settings = replace(place.settings, network=NetworkSettings())
    assert place.refused() == "network.certificate-issuer"


def test_another_platform(place: Place) -> None:
    with pytest.raises(ConnectionFailed) as stopped:
        place.read().artefact("macos-arm64")
    assert stopped.value.code == "update-platform"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (PROGRAM[:-1], "update-incomplete"),
        (PROGRAM + b"!", "network.too-big"),
        (PROGRAM[:-1] + b"!", "update-digest"),
    ],
)
def test_a_file_that_is_not_the_signed_one_is_not_kept(place: Place, folder: Path, body: bytes, code: str) -> None:
    place.serve(body, "/files/linux-x64")
    assert place.not_downloaded(folder) == code


def test_a_folder_that_takes_nothing(place: Place, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    with pytest.raises(DynSyncError) as stopped:
        place.download(file)
    assert stopped.value.code == "update-folder"


def released(**changes: Any) -> Release:
    made = Release("0.2.0", NOW, NOW + timedelta(days=1), {}, ())
    return replace(made, **changes)


@pytest.mark.parametrize(
    ("installed", "kind"),
    [
        ("0.1.9", UpdateKind.NEWER),
        ("0.2.0", UpdateKind.CURRENT),
        ("0.2", UpdateKind.CURRENT),
        ("0.1.10", UpdateKind.NEWER),
    ],
)
def test_newer_is_told_from_current_by_numbers(installed: str, kind: UpdateKind) -> None:
    assert judge(released(), installed, None, NOW) is kind
    assert judge(released(), installed, NOW, NOW) is kind


@pytest.mark.parametrize(
    ("release", "installed", "seen", "code"),
    [
        (released(), "0.3.0", None, "update-older"),
        (released(version="0.9"), "0.10.0", None, "update-older"),
        (released(), "0.1.0", NOW + timedelta(seconds=1), "update-replayed"),
        (released(expires=NOW - timedelta(seconds=1)), "0.1.0", None, "update-expired"),
    ],
)
def test_stale_ones_are_refused(release: Release, installed: str, seen: datetime | None, code: str) -> None:
    with pytest.raises(ConnectionFailed) as stopped:
        judge(release, installed, seen, NOW)
    assert stopped.value.code == code
    assert "{" not in str(stopped.value.finding.title)


def test_every_finding_says_what_to_do() -> None:
    assert all(str(finding.title) and str(finding.cure) for finding in UPDATES.values())
