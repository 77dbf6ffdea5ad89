"""Syncs while the window is closed: the service over a real profile and a `systemctl` that only notes."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from dynsync_gui.composition import Options, open_service
from dynsync_gui.domain.cancel import CancelToken
from dynsync_gui.domain.events import BackgroundRead, Event, JobFailed, Removed
from dynsync_gui.domain.schedule import BackgroundRun, BackgroundState, Registration
from dynsync_gui.domain.settings import BackgroundSettings, DynamicsSettings, MarketoSettings, Settings, SignIn
from dynsync_gui.service.api import Job
from dynsync_gui.service.sync_service import SyncService
from dynsync_gui.system.lease import lease
from dynsync_gui.system.secrets import SecretSource
from dynsync_gui.system.settings_file import read_settings, write_settings
from tests.system.fake_systemctl import FakeSystemctl

pytestmark = pytest.mark.only_on("linux")

SETTINGS = Settings(
    DynamicsSettings("https://contoso.crm.dynamics.com", client_id="app"),
    MarketoSettings("https://123-abc-456.mktorest.com", "api"),
)


@pytest.fixture
def scheduler(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeSystemctl:
    return FakeSystemctl(tmp_path / "bin", monkeypatch)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A profile whose secrets the environment holds."""
    made = tmp_path / "Zoë's profile"
    made.mkdir()
    write_settings(made / "settings.toml", SETTINGS)
    monkeypatch.setenv("DYNSYNC_MARKETO_CLIENT_SECRET", "canary")
    return made


@contextmanager
def opened(folder: Path, source: SecretSource = SecretSource.ENVIRONMENT) -> Iterator[SyncService]:
    service = open_service(Options(folder, source))
    try:
        yield service
    finally:
        service.close()


@pytest.fixture
def service(folder: Path, scheduler: FakeSystemctl) -> Iterator[SyncService]:
    with opened(folder) as made:
        yield made


def ended(job: Job) -> Event:
    event = job.wait(60)
    assert event is not None
    return event


def state(job: Job) -> BackgroundState:
    event = ended(job)
    assert isinstance(event, BackgroundRead), event
    return event.state


def code(job: Job) -> str:
    event = ended(job)
    assert isinstance(event, JobFailed), event
    return event.error.code


def units() -> list[Path]:
    folder = Path(os.environ["XDG_CONFIG_HOME"]) / "systemd" / "user"
    return sorted(folder.glob("dynsync-*")) if folder.exists() else []


def test_what_is_chosen_is_registered_kept_and_told(service: SyncService, folder: Path) -> None:
    found = state(service.background.choose(keep_syncing=True, every_minutes=10))
    assert (found.entry.registration, found.entry.every_minutes) == (Registration.ON, 10)
    assert found.wanted
    assert found.next_run is not None
    assert timedelta(0) < found.next_run - datetime.now(UTC) <= timedelta(minutes=10)
    kept = read_settings(folder / "settings.toml")
    assert kept is not None
    assert kept.background == BackgroundSettings(keep_syncing=True, every_minutes=10)
    words = units()[0].read_text(encoding="utf-8")
    assert str(folder) in words
    assert "canary" not in words
    found = state(service.background.choose(keep_syncing=False, every_minutes=10))
    assert (found.entry.registration, found.wanted, found.next_run) == (Registration.OFF, False, None)
    assert units() == []


def test_a_refusal_changes_no_settings(service: SyncService, folder: Path, scheduler: FakeSystemctl) -> None:
    scheduler.answer("show-environment", "exit 1")
    assert code(service.background.choose(keep_syncing=True, every_minutes=5)) == "scheduler-missing"
    assert read_settings(folder / "settings.toml") == SETTINGS
    assert state(service.background.read()).entry.registration is Registration.UNAVAILABLE


def test_the_settings_of_a_set_up_are_applied(service: SyncService, folder: Path) -> None:
    asked = replace(SETTINGS, background=BackgroundSettings(keep_syncing=True, every_minutes=30))
    write_settings(folder / "settings.toml", asked)
    assert state(service.background.apply()).entry.every_minutes == 30
    write_settings(folder / "settings.toml", SETTINGS)
    assert state(service.background.apply()).entry.registration is Registration.OFF


def test_secrets_of_this_session_only_are_of_no_use_to_another_process(folder: Path, scheduler: FakeSystemctl) -> None:
    with opened(folder, SecretSource.SESSION) as service:
        assert code(service.background.choose(keep_syncing=True, every_minutes=5)) == "background-secrets"
    assert units() == []


def test_a_sign_in_that_no_protected_place_keeps_is_of_no_use_either(service: SyncService, folder: Path) -> None:
    person = replace(SETTINGS, dynamics=replace(SETTINGS.dynamics, sign_in=SignIn.BROWSER))
    write_settings(folder / "settings.toml", person)
    assert code(service.background.choose(keep_syncing=True, every_minutes=5)) == "background-secrets"


def test_without_a_set_up_there_is_nothing_to_sync(tmp_path: Path, scheduler: FakeSystemctl) -> None:
    with opened(tmp_path / "empty") as service:
        assert code(service.background.choose(keep_syncing=True, every_minutes=5)) == "background-rehearsal"
        assert state(service.background.read()).entry.registration is Registration.OFF
    assert not (tmp_path / "empty").exists()


def test_a_sync_of_another_process_and_its_end_are_seen(service: SyncService, folder: Path) -> None:
    run = BackgroundRun(datetime(2026, 11, 22, 14, 30, tzinfo=UTC), 3, "Marketo does not answer.", "Wait.")
    with opened(folder) as other:
        other.background.note_run(run)
    with lease(folder / "sync.lock", 1, CancelToken()):
        found = state(service.background.read())
        assert (found.syncing, found.last) == (True, run)
    assert not state(service.background.read()).syncing


def test_what_was_explained_once_is_remembered(service: SyncService, folder: Path) -> None:
    assert not state(service.background.read()).explained
    assert state(service.background.note_explained()).explained
    with opened(folder) as later:
        assert state(later.background.read()).explained


def removed(service: SyncService, *, everything: bool, all_profiles: bool = False) -> Removed:
    event = ended(service.background.remove(all_profiles=all_profiles, everything=everything))
    assert isinstance(event, Removed), event
    return event


def test_removing_the_registration_keeps_what_the_user_has(service: SyncService, folder: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    write_settings(other / "settings.toml", SETTINGS)
    with opened(other) as second:
        state(second.background.choose(keep_syncing=True, every_minutes=5))
    state(service.background.choose(keep_syncing=True, every_minutes=5))
    assert len(units()) == 4
    assert removed(service, everything=False).entries == 1
    assert len(units()) == 2
    assert removed(service, everything=False, all_profiles=True).entries == 1
    assert units() == []
    assert (folder / "settings.toml").exists()
    assert removed(service, everything=False, all_profiles=True).entries == 0


def test_removing_everything_leaves_only_what_is_not_dynsyncs(service: SyncService, folder: Path) -> None:
    state(service.background.choose(keep_syncing=True, every_minutes=5))
    state(service.background.note_explained())
    (folder / "my list.csv").write_text("mine")
    for name in ("dynsync.db", "dynsync.db-wal", "dynsync-20261122-101500.db", "calls.db", "sync.lock", "sign-in"):
        (folder / name).touch()
    for inner in ("log", "rehearsal/log", "photos"):
        (folder / inner).mkdir(parents=True)
    for name in ("log/dynsync.log.1", "log/crash.log", "rehearsal/settings.toml", "rehearsal/log/dynsync.log"):
        (folder / name).touch()
    event = removed(service, everything=True)
    assert (event.entries, event.left, event.keychain) == (1, ("my list.csv", "photos"), None)
    assert sorted(path.name for path in folder.rglob("*")) == ["my list.csv", "photos"]
    assert units() == []


def test_a_folder_with_nothing_else_in_it_goes_and_a_shut_keychain_is_told(
    folder: Path, scheduler: FakeSystemctl
) -> None:
    with opened(folder, SecretSource.KEYCHAIN) as service:
        event = removed(service, everything=True)
    assert not folder.exists()
    assert event.keychain is not None


def test_nothing_is_removed_under_a_running_sync(service: SyncService, folder: Path) -> None:
    state(service.background.choose(keep_syncing=True, every_minutes=5))
    with lease(folder / "sync.lock", 1, CancelToken()):
        assert code(service.background.remove(all_profiles=True, everything=True)) == "background-syncing"
    assert len(units()) == 2
    assert (folder / "settings.toml").exists()


def test_a_run_of_the_scheduler_is_quiet_beside_another_and_notes_what_stopped_it(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The registered command itself, as a process."""
    from dynsync_gui.system.schedule.program import background_command  # noqa: PLC0415

    write_settings(folder / "settings.toml", replace(SETTINGS, enable=replace(SETTINGS.enable, accept=True)))
    command = background_command(folder)
    assert command.words[0] == sys.executable
    monkeypatch.setenv("DYNSYNC_DYNAMICS_CLIENT_SECRET", "canary")
    with lease(folder / "sync.lock", 1, CancelToken()):
        done = subprocess.run(command.words, cwd=command.folder, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    monkeypatch.delenv("DYNSYNC_MARKETO_CLIENT_SECRET")
    done = subprocess.run(command.words, cwd=command.folder, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    with opened(folder) as service:
        last = state(service.background.read()).last
    assert last is not None
    assert last.status == 2
    assert last.title
    assert "canary" not in last.title + last.cure
