from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from dynsync_gui.domain.errors import SettingsError
from dynsync_gui.domain.schedule import INTERVALS, Registration
from dynsync_gui.system.schedule.program import Command
from dynsync_gui.system.schedule.systemd import SystemdTimers
from tests.system import user_systemd
from tests.system.fake_systemctl import FakeSystemctl

pytestmark = pytest.mark.only_on("linux")

ROOT = Path(__file__).resolve().parents[2]
ID = "0123456789ab"
SYSTEMD = Path("/lib/systemd/systemd")
_REASON = "needs root, unshare, dbus-daemon and systemd, to start a systemd of a user apart from this computer's"

# /run is another one in there, so that neither this computer's systemd nor its sessions are seen.
_APART = 'mount -t tmpfs tmpfs /run && exec "$@"'


def _apart() -> bool:
    tools = all(shutil.which(tool) for tool in ("unshare", "systemctl", "systemd-analyze", "dbus-daemon"))
    if not tools or not SYSTEMD.exists() or os.geteuid() != 0:
        return False
    trial = "mount -t tmpfs tmpfs /run"
    return subprocess.run(["unshare", "--mount", "sh", "-c", trial], capture_output=True, check=False).returncode == 0


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What a real systemd did at each step."""
    if not _apart():
        pytest.skip(_REASON)
    folder = tmp_path_factory.mktemp("systemd")
    environment = {
        **os.environ,
        "SYSTEMD": str(SYSTEMD),
        "HOME": str(folder),
        "XDG_RUNTIME_DIR": "/run/user/0",
        "XDG_CONFIG_HOME": str(folder / "config"),
        "XDG_DATA_HOME": str(folder / "data"),
        "DBUS_SESSION_BUS_ADDRESS": "unix:path=/run/user/0/bus",
        "PYTHONPATH": str(ROOT),
    }
    script = [sys.executable, "-m", "tests.system.user_systemd", str(folder)]
    words = ["unshare", "--mount", "--propagation", "private", "sh", "-c", _APART, "apart", *script]
    done = subprocess.run(words, env=environment, cwd=ROOT, capture_output=True, text=True, timeout=170, check=False)
    assert done.stdout, done.stderr
    found = json.loads(done.stdout.splitlines()[-1])
    assert isinstance(found, dict)
    return found


def test_a_real_systemd_takes_the_timer_and_starts_the_program_with_its_very_arguments(seen: dict[str, Any]) -> None:
    assert (seen["before"], seen["registered"]) == ("off", ["on", 15])
    assert "OnCalendar=*-*-* *:0" in seen["calendar"]
    assert seen["arguments"] == user_systemd.ARGUMENTS
    assert seen["verified"] == ""


def test_a_program_that_was_removed_fails_nothing(seen: dict[str, Any]) -> None:
    assert sorted(seen["without its program"]) == ["ConditionResult=no", "Result=success"]


def test_a_missed_run_is_caught_up(seen: dict[str, Any]) -> None:
    assert seen["persistent"] == "yes"
    assert seen["caught up"] == user_systemd.ARGUMENTS


def test_a_timer_that_was_stopped_by_hand_is_damaged_and_can_be_mended(seen: dict[str, Any]) -> None:
    assert (seen["stopped by hand"], seen["mended"]) == ("damaged", "on")


def test_nothing_is_left_of_it(seen: dict[str, Any]) -> None:
    assert (seen["after"], seen["stamp left"], seen["known"]) == ("off", False, "")
    assert (seen["all"], seen["end"]) == (1, "off")


@pytest.fixture
def fake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeSystemctl:
    return FakeSystemctl(tmp_path / "bin", monkeypatch)


@pytest.fixture
def timers() -> SystemdTimers:
    return SystemdTimers(ID, Command(("/opt/dynsync", "sync"), "/opt"))


def folder() -> Path:
    return Path(os.environ["XDG_CONFIG_HOME"]) / "systemd" / "user"


def test_it_enables_and_starts_the_timer_and_takes_all_of_it_away(fake: FakeSystemctl, timers: SystemdTimers) -> None:
    timers.register(5)
    name = f"dynsync-{ID}.timer"
    assert fake.asked[1:] == [
        "--user daemon-reload",
        f"--user enable {name}",
        f"--user restart {name}",
    ]
    fake.log.unlink()
    timers.unregister()
    assert fake.asked[1:] == [
        f"--user disable --now {name}",
        f"--user clean --what=state {name}",
        "--user daemon-reload",
    ]
    assert list(folder().iterdir()) == []
    fake.log.unlink()
    timers.unregister()
    assert fake.asked == []


@pytest.mark.parametrize("every", INTERVALS)
def test_each_interval_is_read_back(fake: FakeSystemctl, timers: SystemdTimers, every: int) -> None:
    timers.register(every)
    assert timers.state().every_minutes == every


def test_an_entry_of_a_program_that_moved_is_damaged(fake: FakeSystemctl, timers: SystemdTimers) -> None:
    timers.register(5)
    moved = SystemdTimers(ID, Command(("/usr/bin/dynsync", "sync"), "/opt"))
    assert moved.state().registration is Registration.DAMAGED
    moved.register(5)
    assert moved.state().registration is Registration.ON


def test_half_an_entry_and_a_disabled_one_are_damaged(fake: FakeSystemctl, timers: SystemdTimers) -> None:
    timers.register(5)
    fake.answer("is-enabled", "echo disabled; exit 1")
    assert timers.state().registration is Registration.DAMAGED
    (folder() / f"dynsync-{ID}.service").unlink()
    assert timers.state().registration is Registration.DAMAGED


def test_an_entry_that_is_not_ours_is_left_alone(fake: FakeSystemctl, timers: SystemdTimers) -> None:
    path = folder() / f"dynsync-{ID}.timer"
    path.parent.mkdir(parents=True)
    path.write_text("[Timer]\nOnBootSec=1\n")
    assert timers.state().registration is Registration.FOREIGN
    for act in (lambda: timers.register(5), timers.unregister):
        with pytest.raises(SettingsError) as stopped:
            act()
        assert stopped.value.code == "scheduler-foreign"
        assert stopped.value.detail == str(path)
    assert timers.unregister_all() == 0
    assert path.read_text().startswith("[Timer]")


def test_the_timer_of_another_copy_stays_while_that_is_there(
    fake: FakeSystemctl, timers: SystemdTimers, tmp_path: Path
) -> None:
    theirs, own = tmp_path / "50 % theirs", tmp_path / "own"
    theirs.touch()
    own.touch()
    SystemdTimers(ID, Command((str(theirs), "sync"), "/opt")).register(5)
    copy = SystemdTimers("a" * 12, Command((str(own), "sync"), "/opt"))
    copy.register(5)
    (tmp_path / "link").symlink_to(own)
    linked = SystemdTimers(ID, Command((str(tmp_path / "link"), "sync"), "/opt"))
    assert linked.unregister_all() == 1
    assert {path.stem for path in folder().glob("dynsync-*")} == {f"dynsync-{ID}"}
    assert linked.unregister_all() == 0
    theirs.unlink()
    assert linked.unregister_all() == 1


def test_without_a_systemd_of_the_user_it_says_so(fake: FakeSystemctl, timers: SystemdTimers) -> None:
    fake.answer("show-environment", "exit 1")
    assert timers.state().registration is Registration.UNAVAILABLE
    with pytest.raises(SettingsError) as stopped:
        timers.register(5)
    assert stopped.value.code == "scheduler-missing"
    assert not folder().exists()


def test_without_any_systemctl_it_says_so(monkeypatch: pytest.MonkeyPatch, timers: SystemdTimers) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    assert timers.state().registration is Registration.UNAVAILABLE
    timers.unregister()


def test_a_refusal_is_told_with_the_words_of_the_scheduler(fake: FakeSystemctl, timers: SystemdTimers) -> None:
    fake.answer("enable", 'echo "Failed to enable: Access denied" >&2; exit 1')
    with pytest.raises(SettingsError) as stopped:
        timers.register(5)
    assert stopped.value.code == "scheduler-refused"
    assert "Access denied" in stopped.value.detail


def test_entries_go_even_where_their_scheduler_is_gone(fake: FakeSystemctl, timers: SystemdTimers) -> None:
    timers.register(5)
    fake.answer("show-environment", "exit 1")
    assert timers.unregister_all() == 1
    assert list(folder().iterdir()) == []
