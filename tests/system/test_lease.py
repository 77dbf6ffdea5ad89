"""The lock of a profile where its file cannot be made."""

from pathlib import Path

import pytest

from dynsync_gui.domain.cancel import CancelToken
from dynsync_gui.domain.errors import Retry, SettingsError
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
