"""The lock of a profile: who holds it, and where its file cannot be made."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from dynsync_gui.domain.cancel import CancelToken
from dynsync_gui.domain.errors import GuardStop, Retry, SettingsError
from dynsync_gui.system.lease import held, lease


def test_a_lock_that_cannot_be_made_is_told_in_our_words_and_tried_again(tmp_path: Path):
    (tmp_path / "sync.lock").mkdir()
    with pytest.raises(SettingsError) as caught, lease(tmp_path / "sync.lock", 0, CancelToken()):
        pytest.fail("it was taken")
    assert "sync.lock" in str(caught.value.finding.title)
    assert caught.value.finding.retry is Retry.NEXT_RUN
    with pytest.raises(SettingsError):
        held(tmp_path / "sync.lock")


def test_an_error_of_what_is_done_under_the_lock_stays_what_it_is(tmp_path: Path):
    with pytest.raises(ConnectionResetError), lease(tmp_path / "sync.lock", 0, CancelToken()):
        raise ConnectionResetError
    assert not held(tmp_path / "sync.lock")


def test_the_second_one_says_who_holds_it(tmp_path: Path):
    path = tmp_path / "sync.lock"
    second = f"""
import sys
from pathlib import Path
from dynsync_gui.domain.cancel import CancelToken
from dynsync_gui.domain.errors import GuardStop
from dynsync_gui.system.lease import lease
try:
    with lease(Path({str(path)!r}), 0, CancelToken()):
        print("taken")
except GuardStop as stop:
    print(stop.finding.title, stop.exit_status)
"""
    for _ in range(2):
        with lease(path, 0, CancelToken()):
            told = subprocess.run([sys.executable, "-c", second], capture_output=True, text=True, check=True).stdout
            assert f"process {os.getpid()} of " in told
            assert told.startswith("Another DynSync is syncing this profile")
            assert told.strip().endswith("4")
            assert held(path)
    told = subprocess.run([sys.executable, "-c", second], capture_output=True, text=True, check=True).stdout
    assert told.strip() == "taken"


def test_a_lock_whose_holder_left_no_name_is_told_all_the_same(tmp_path: Path):
    path = tmp_path / "sync.lock"
    with lease(path, 0, CancelToken()):
        path.write_bytes(b" no name")
        with pytest.raises(GuardStop) as caught, lease(path, 0, CancelToken()):
            pytest.fail("it was taken")
    assert str(caught.value.finding.title) == "Another DynSync is syncing this profile."
