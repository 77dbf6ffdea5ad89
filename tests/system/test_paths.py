"""The profile folder: private, nothing made before it is needed, refused plainly."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from dynsync_gui.domain.errors import SettingsError
from dynsync_gui.system import paths
from dynsync_gui.system.paths import default_folder, profile_of
from dynsync_gui.system.shared_places import on_network_drive


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


@pytest.mark.parametrize(
    "place", ["OneDrive - Contoso", "Dropbox", "Google Drive", "Library/Mobile Documents/x", "Library/CloudStorage"]
)
def test_a_folder_that_is_copied_to_a_cloud_is_refused(tmp_path: Path, place: str) -> None:
    folder = tmp_path / place / "DynSync"
    with pytest.raises(SettingsError) as caught:
        profile_of(folder).make()
    assert "copied to a cloud" in str(caught.value.finding.title)
    assert not folder.exists()


def test_a_folder_on_a_network_drive_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paths, "on_network_drive", lambda folder: folder == (tmp_path / "share").resolve())
    with pytest.raises(SettingsError) as caught:
        profile_of(tmp_path / "share").make()
    assert "on a network drive" in str(caught.value.finding.title)
    profile_of(tmp_path / "boxes").make()


@pytest.mark.parametrize("kind", ["nfs4", "cifs", "ext4"])
def test_what_is_mounted_nearest_decides(tmp_path: Path, kind: str) -> None:
    mounts = tmp_path / "mounts"
    lines = [
        "/dev/sda1 / ext4 rw 0 0",
        f"server:/homes /home/ann\\040lee {kind} rw 0 0",
        "/dev/sdb1 /home/ann\\040lee/disk xfs rw 0 0",
    ]
    mounts.write_text("\n".join(lines))
    assert on_network_drive(Path("/home/ann lee/profile"), mounts) == (kind != "ext4")
    assert not on_network_drive(Path("/home/ann lee/disk/profile"), mounts)
    assert not on_network_drive(Path("/home/ann lee/profile"), tmp_path / "nothing")


@pytest.mark.parametrize(
    ("folder", "remote"), [("\\\\server\\share\\x", True), ("\\\\?\\C:\\Users\\x", False), ("//server/share", True)]
)
def test_a_path_may_name_another_computer(folder: str, *, remote: bool) -> None:
    assert on_network_drive(Path(folder)) is remote


def test_the_platforms_own_place_is_taken_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paths, "default_folder", lambda: tmp_path / "OneDrive" / "DynSync")
    profile_of(None).make()
    profile_of(tmp_path / "OneDrive" / "DynSync" / "rehearsal").make()


def test_each_folder_has_its_own_keychain_item(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    one = profile_of(tmp_path / "real")
    assert one.id == profile_of(tmp_path / "other" / ".." / "real").id
    assert one.id != profile_of(tmp_path / "other").id


def test_the_platforms_own_place_is_the_default() -> None:
    assert profile_of(None).folder == Path(os.path.realpath(default_folder()))
    assert default_folder().name == "DynSync"
