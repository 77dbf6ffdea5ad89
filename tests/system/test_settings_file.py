"""Settings on disk: whole or not at all, private, and plain about what is wrong."""

from __future__ import annotations

import os
import stat
from dataclasses import replace
from pathlib import Path

import pytest

from dynsync_gui.domain.choice import FieldChoice
from dynsync_gui.domain.errors import SettingsError
from dynsync_gui.domain.schema import Entity
from dynsync_gui.domain.settings import EnableSettings, FieldSettings, Settings
from dynsync_gui.system.settings_file import read_answers_file, read_settings, write_settings

SETTINGS = Settings(
    fields=FieldSettings({Entity.LEAD: (FieldChoice("firstname"),)}), enable=EnableSettings("é@contoso.example")
)


def test_what_is_written_is_read(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    assert read_settings(path) is None
    write_settings(path, SETTINGS)
    write_settings(path, replace(SETTINGS, rehearsal=True))
    assert read_settings(path) == replace(SETTINGS, rehearsal=True)
    assert [one.name for one in tmp_path.iterdir()] == ["settings.toml"]
    if os.name == "posix":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_write_that_cannot_end_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "settings.toml"
    write_settings(path, SETTINGS)

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(SettingsError) as caught:
        write_settings(path, replace(SETTINGS, rehearsal=True))
    assert caught.value.detail == "No space left on device"
    monkeypatch.undo()
    assert read_settings(path) == SETTINGS
    assert len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b'[dynamics]\nusername = "a"\npassword = CANARY-77\n', "in line 3"),
        (b'[dynamics]\nurl = "a', "in line 2"),
        ('[dynamics]\nurl = "é"'.encode("utf-16"), "not text in UTF-8"),
        (b"x" * 1_000_001, "too long"),
    ],
)
def test_a_broken_file_is_named_with_its_line_and_never_quoted(tmp_path: Path, content: bytes, told: str) -> None:
    path = tmp_path / "answers.toml"
    path.write_bytes(content)
    with pytest.raises(SettingsError) as caught:
        read_answers_file(path)
    assert told in str(caught.value.finding.title)
    assert "CANARY" not in repr(caught.value)
    assert caught.value.__cause__ is None


def test_an_answers_file_may_begin_with_a_byte_order_mark(tmp_path: Path) -> None:
    path = tmp_path / "answers.toml"
    path.write_bytes(b'\xef\xbb\xbf[enable]\nemail = "a@b.example"\n')
    assert read_answers_file(path).enable.email == "a@b.example"


def test_a_missing_file_or_folder_is_said(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "none.toml"):
        with pytest.raises(SettingsError) as caught:
            read_answers_file(path)
        assert "There is no file" in str(caught.value.finding.title)


def test_a_relative_bundle_lies_beside_the_answers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "answers"
    folder.mkdir()
    answers = folder / "answers.toml"
    answers.write_text('[network]\nca_bundle = "corp.pem"\n')
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SettingsError) as caught:
        read_answers_file(Path("answers/answers.toml"))
    assert "network.ca_bundle" in str(caught.value.finding.title)
    (folder / "corp.pem").write_text("x")
    bundle = read_answers_file(Path("answers/answers.toml")).network.ca_bundle
    assert Path(bundle) == (folder / "corp.pem").resolve()
