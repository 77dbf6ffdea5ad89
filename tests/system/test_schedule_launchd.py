from __future__ import annotations

import os
import plistlib
import subprocess
from pathlib import Path

import pytest

from dynsync_gui.domain.errors import SettingsError
from dynsync_gui.domain.schedule import INTERVALS, Registration
from dynsync_gui.system.schedule.launchd import LaunchAgents
from dynsync_gui.system.schedule.program import Command

ID = "0123456789ab"
LABEL = f"dynsync.background.{ID}"
COMMAND = Command(
    ("/Applications/DynSync.app/Contents/MacOS/dynsync", "--profile", "/Users/Zoë B/a & b"), "/Applications"
)


@pytest.fixture
def agents() -> LaunchAgents:
    return LaunchAgents(ID, COMMAND)


def path() -> Path:
    return Path.home() / "Library" / "LaunchAgents" / f"{LABEL}.plist"


@pytest.fixture
def asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A `launchctl` on the path that notes what it is asked, and knows an agent between bootstrap and bootout."""
    log, program = tmp_path / "asked", tmp_path / "bin" / "launchctl"
    loaded = tmp_path / "loaded"
    program.parent.mkdir()
    program.write_text(
        f'#!/bin/sh\necho "$*" >> "{log}"\n'
        f'case "$1" in bootstrap) touch "{loaded}";; bootout) rm "{loaded}";;\n'
        f'print) case "$2" in gui/*/*) [ -f "{loaded}" ];; esac;; esac\n'
    )
    program.chmod(0o700)
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
    return log


def changes(log: Path) -> list[str]:
    return [line for line in log.read_text().splitlines() if not line.startswith("print")]


@pytest.mark.parametrize("every", INTERVALS)
def test_the_agent_starts_the_program_at_minutes_of_the_clock(agents: LaunchAgents, every: int) -> None:
    agent = plistlib.loads(plistlib.dumps(agents.agent(every)))
    minutes = [each["Minute"] for each in agent["StartCalendarInterval"]]
    assert len(minutes) == 60 // every
    assert all(0 <= minute < 60 and minute % every == agents.offset for minute in minutes)
    assert agent["ProgramArguments"] == list(COMMAND.words)
    assert "StartInterval" not in agent  # launchd does not catch that up
    assert "RunAtLoad" not in agent


@pytest.mark.only_on("linux")
def test_it_is_loaded_read_back_changed_and_taken_away(agents: LaunchAgents, asked: Path) -> None:
    domain = f"gui/{os.getuid()}"
    assert agents.state().registration is Registration.OFF
    agents.register(20)
    assert (agents.state().registration, agents.state().every_minutes) == (Registration.ON, 20)
    agents.register(5)
    assert agents.state().every_minutes == 5
    agents.unregister()
    assert agents.state().registration is Registration.OFF
    start = [f"enable {domain}/{LABEL}", f"bootstrap {domain} {path()}"]
    assert changes(asked) == [*start, f"bootout {domain}/{LABEL}", *start, f"bootout {domain}/{LABEL}"]
    assert not path().exists()


@pytest.mark.only_on("linux")
def test_an_agent_that_was_edited_or_unloaded_is_damaged(agents: LaunchAgents, asked: Path) -> None:
    agents.register(5)
    kept = path().read_bytes()
    path().write_bytes(plistlib.dumps(agents.agent(5) | {"ProgramArguments": ["/bin/true"]}))
    assert agents.state().registration is Registration.DAMAGED
    path().write_bytes(kept)
    assert agents.state().registration is Registration.ON
    subprocess.run(["launchctl", "bootout", f"gui/{os.getuid()}/{LABEL}"], check=True)
    assert agents.state().registration is Registration.DAMAGED


@pytest.mark.only_on("linux")
@pytest.mark.parametrize("content", [b"", b"not a plist", plistlib.dumps({"Label": LABEL}), plistlib.dumps([1])])
def test_an_agent_that_is_not_ours_is_left_alone(agents: LaunchAgents, asked: Path, content: bytes) -> None:
    path().parent.mkdir(parents=True)
    path().write_bytes(content)
    assert agents.state().registration is Registration.FOREIGN
    for act in (lambda: agents.register(5), agents.unregister):
        with pytest.raises(SettingsError) as stopped:
            act()
        assert stopped.value.code == "scheduler-foreign"
    assert agents.unregister_all() == 0
    assert path().read_bytes() == content


@pytest.mark.only_on("linux")
def test_all_agents_of_dynsync_go_and_no_other(agents: LaunchAgents, asked: Path) -> None:
    agents.register(5)
    LaunchAgents("a" * 12, COMMAND).register(10)
    other = path().with_name("dynsync.background.notes.plist")
    other.write_bytes(plistlib.dumps({"Label": "other"}))
    assert agents.unregister_all() == 2
    assert list(path().parent.iterdir()) == [other]


@pytest.mark.only_on("linux")
def test_the_agent_of_another_copy_stays_while_that_is_there(agents: LaunchAgents, asked: Path, tmp_path: Path) -> None:
    theirs = tmp_path / "theirs"
    theirs.touch()
    agents.register(5)
    LaunchAgents("a" * 12, Command((str(theirs),), "/")).register(10)
    assert agents.unregister_all() == 1
    assert [each.name for each in path().parent.iterdir()] == [f"dynsync.background.{'a' * 12}.plist"]
    theirs.unlink()
    assert agents.unregister_all() == 1


@pytest.mark.only_on("linux")
def test_without_a_screen_to_be_signed_in_at_it_says_so(agents: LaunchAgents, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    assert agents.state().registration is Registration.UNAVAILABLE
    with pytest.raises(SettingsError) as stopped:
        agents.register(5)
    assert stopped.value.code == "scheduler-missing"
    assert not path().exists()


@pytest.mark.only_on("darwin")
def test_apple_s_own_reader_finds_nothing_wrong(agents: LaunchAgents, tmp_path: Path) -> None:
    file = tmp_path / "agent.plist"
    file.write_bytes(plistlib.dumps(agents.agent(5)))
    assert subprocess.run(["plutil", "-lint", str(file)], check=False, capture_output=True).returncode == 0
