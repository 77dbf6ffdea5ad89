"""The profile folder: private, nothing made before it is needed, refused plainly."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from dynsync_gui.domain.errors import SettingsError
from dynsync_gui.system.paths import default_folder, profile_of


def test_a_profile_leaves_nothing_before_it_is_made(tmp_path: Path) -> None:
    profile = profile_of(tmp_path / "new" / "profile")
    assert profile.settings_file.name == "settings.toml"
    assert profile.database.name == "dynsync.db"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.name != "posix", reason="Windows keeps folders private by their place, not by their mode")
def test_it_is_made_for_its_owner_alone(tmp_path: Path) -> None:
    profile = profile_of(tmp_path / "profile")
    profile.make()
    profile.make()
    assert stat.S_IMODE(profile.folder.stat().st_mode) == 0o700
    assert list(profile.folder.iterdir()) == []


def test_a_file_is_no_profile(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("x")
    with pytest.raises(SettingsError) as caught:
        profile_of(file)
    assert "is a file" in str(caught.value.finding.title)
    with pytest.raises(SettingsError):
        profile_of(file / "below").make()


@pytest.mark.skipif(not Path("/proc/self").is_dir(), reason="needs /proc, a folder that nobody can write in")
def test_a_folder_that_cannot_be_written_is_refused() -> None:
    with pytest.raises(SettingsError) as caught:
        profile_of(Path("/proc/self")).make()
    assert "cannot write in" in str(caught.value.finding.title)


def test_each_folder_has_its_own_keychain_item(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    one = profile_of(tmp_path / "real")
    assert one.id == profile_of(tmp_path / "other" / ".." / "real").id
    assert one.id != profile_of(tmp_path / "other").id


def test_the_platforms_own_place_is_the_default() -> None:
    assert profile_of(None).folder == Path(os.path.realpath(default_folder()))
    assert default_folder().name == "DynSync"
