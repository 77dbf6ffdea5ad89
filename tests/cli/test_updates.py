from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from dynsync_gui.domain.events import Downloaded, JobFailed, UpdateRead
from dynsync_gui.domain.releases import Artefact, Release, UpdateKind, UpdateState, refused
from tests.cli.caller import Caller
from tests.cli.world import AT

FILE = Artefact("linux-x64", "DynSync.deb", "https://downloads.contoso.com/DynSync.deb", "0" * 64, 45_000_000)
RELEASE = Release("0.2.0", AT, AT + timedelta(days=90), {"en": "Faster.\x1b[2J", "fr": "Plus rapide."}, (FILE,))
NEWER = UpdateState(UpdateKind.NEWER, "0.1.0", RELEASE, FILE)


@pytest.mark.parametrize(
    ("state", "says"),
    [
        (UpdateState(UpdateKind.OFF, "0.1.0"), "DynSync does not look for updates."),
        (UpdateState(UpdateKind.CURRENT, "0.2.0", RELEASE), "This is the newest DynSync, 0.2.0."),
        (NEWER, "There is a newer DynSync, 0.2.0. This is 0.1.0.\nFaster."),
    ],
)
def test_what_was_found_in_words(call: Caller, state: UpdateState, says: str) -> None:
    call.service.updates.answer = UpdateRead(1, state)
    answer = call("updates")
    assert answer.status == 0
    assert says in answer.out
    assert "\x1b" not in answer.out
    assert call.service.updates.done == ["look"]


def test_a_download_as_a_document_in_french(call: Caller, tmp_path: Path) -> None:
    call.service.updates.answer = Downloaded(1, NEWER, tmp_path / "DynSync.deb")
    answer = call("updates", "--download", str(tmp_path), "--json", "--language", "fr")
    assert call.service.updates.done == [tmp_path]
    assert answer.document == {
        "state": "newer",
        "installed": "0.1.0",
        "version": "0.2.0",
        "published": "2026-11-22T14:30:05Z",
        "notes": "Plus rapide.",
        "file": "DynSync.deb",
        "size": 45_000_000,
        "downloaded": str(tmp_path / "DynSync.deb"),
    }


def test_what_is_not_to_be_trusted_is_status_3(call: Caller) -> None:
    call.service.updates.answer = JobFailed(1, refused("update-forged"))
    answer = call("updates")
    assert answer.status == 3
    assert "not signed by the people who make DynSync" in answer.err
