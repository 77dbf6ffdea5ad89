"""The choice over time, beside the settings."""

from __future__ import annotations

import os
import stat
from dataclasses import replace
from pathlib import Path

import pytest

from dynsync_gui.domain.choice import Direction, FieldChoice
from dynsync_gui.domain.errors import SettingsError
from dynsync_gui.domain.schema import Entity
from dynsync_gui.domain.settings import FieldSettings, Settings
from dynsync_gui.store.rate_window import StoredRateWindow
from dynsync_gui.system import choice_versions
from dynsync_gui.system.choice_versions import add_version, read_versions
from dynsync_gui.system.paths import profile_of
from dynsync_gui.system.profile import StoredProfile
from dynsync_gui.system.secrets import SessionSecrets

FIRST = FieldSettings()
SECOND = FieldSettings({Entity.LEAD: (FieldChoice("jobtitle", "title", direction=Direction.BOTH),)})


def test_every_kept_choice_is_a_version_and_the_same_one_is_none(tmp_path: Path) -> None:
    window = StoredRateWindow()
    profile = StoredProfile(profile_of(tmp_path / "p"), SessionSecrets(), window, window.attach)
    assert profile.read_choices() == ()
    profile.write_settings(Settings())
    profile.write_settings(replace(Settings(), rehearsal=True))
    profile.write_settings(Settings(fields=SECOND))
    first, second = profile.read_choices()
    assert (first.number, first.fields, first.changes) == (1, FIRST, ())
    assert (second.number, second.fields) == (2, SECOND)
    assert [str(change) for change in second.changes] == ["lead: 1 field in place of the documented ones."]
    assert second.at.tzinfo is not None
    window.close()


def test_old_versions_go_and_numbers_stay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choice_versions, "KEPT", 3)
    path = tmp_path / "choices.toml"
    for number in range(5):
        add_version(path, FieldSettings(language=number))
    assert [(one.number, one.fields.language) for one in read_versions(path)] == [(3, 2), (4, 3), (5, 4)]
    if os.name == "posix":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_damaged_history_costs_nothing_but_itself(tmp_path: Path) -> None:
    path = tmp_path / "choices.toml"
    path.write_bytes(b"\xff[[")
    assert read_versions(path) == ()
    add_version(path, SECOND)
    assert [one.fields for one in read_versions(path)] == [SECOND]
    (aside,) = tmp_path.glob("choices-*.toml")
    assert aside.read_bytes() == b"\xff[["


def test_a_history_that_cannot_be_read_for_a_moment_is_never_overwritten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "choices.toml"
    add_version(path, FIRST)
    before = path.read_bytes()

    def locked(_: Path) -> bytes:  # by a virus scanner, or a backup
        raise PermissionError(13, "The process cannot access the file")

    with monkeypatch.context() as held:
        held.setattr(Path, "read_bytes", locked)
        with pytest.raises(SettingsError):
            add_version(path, SECOND)
    assert path.read_bytes() == before
    add_version(path, SECOND)
    assert [one.fields for one in read_versions(path)] == [FIRST, SECOND]
