from __future__ import annotations

import os
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from dynsync_gui.domain.errors import SettingsError
from dynsync_gui.domain.schedule import INTERVALS, Registration
from dynsync_gui.system.schedule.program import Command
from dynsync_gui.system.schedule.task_scheduler import TaskScheduler

ID = "0123456789ab"
NAME = f"DynSync background {ID}"
PROGRAM = r"C:\Program Files\DynSync\DynSync.exe"
COMMAND = Command((PROGRAM, "--profile", r"C:\Users\Zoë B\a & b", "sync"), r"C:\Program Files\DynSync")
SPACE = "{http://schemas.microsoft.com/windows/2004/02/mit/task}"
SID = "S-1-5-21-1004336348-1177238915-682003330-1001"


@pytest.fixture
def tasks() -> TaskScheduler:
    return TaskScheduler(ID, COMMAND)


def element(tasks: TaskScheduler, path: str, every: int = 5, user: str = "") -> str | None:
    task = ET.fromstring(tasks.definition(every, user).partition("?>")[2])
    return task.findtext("/".join(SPACE + part for part in path.split("/")))


def test_the_definition_says_what_the_schema_wants_in_its_order(tasks: TaskScheduler) -> None:
    text = tasks.definition(5, SID)
    assert text.startswith('<?xml version="1.0" encoding="UTF-16"?>')
    task = ET.fromstring(text.partition("?>")[2])
    parts = ["RegistrationInfo", "Triggers", "Principals", "Settings", "Actions"]
    assert [child.tag.removeprefix(SPACE) for child in task] == parts
    trigger = [child.tag.removeprefix(SPACE) for child in task.find(f"{SPACE}Triggers/{SPACE}TimeTrigger")]
    assert trigger == ["Repetition", "StartBoundary", "Enabled"]


def test_it_runs_for_the_signed_in_user_alone_and_catches_up_what_was_missed(tasks: TaskScheduler) -> None:
    principal = "Principals/Principal"
    assert element(tasks, f"{principal}/UserId", user=SID) == SID
    assert element(tasks, f"{principal}/LogonType") == "InteractiveToken"
    assert element(tasks, f"{principal}/RunLevel") == "LeastPrivilege"
    assert element(tasks, "Settings/StartWhenAvailable") == "true"
    assert element(tasks, "Settings/MultipleInstancesPolicy") == "IgnoreNew"
    assert element(tasks, "Settings/DisallowStartIfOnBatteries") == "false"
    assert element(tasks, "Settings/ExecutionTimeLimit") == "PT0S"  # a first sync takes hours


@pytest.mark.parametrize("every", INTERVALS)
def test_each_interval_repeats_without_an_end(tasks: TaskScheduler, every: int) -> None:
    repetition = "Triggers/TimeTrigger/Repetition"
    assert element(tasks, f"{repetition}/Interval", every) == f"PT{every}M"
    assert element(tasks, f"{repetition}/Duration", every) is None


def test_the_program_is_started_itself_with_its_very_arguments(tasks: TaskScheduler) -> None:
    assert element(tasks, "Actions/Exec/Command") == PROGRAM
    assert element(tasks, "Actions/Exec/Arguments") == r'--profile "C:\Users\Zoë B\a & b" sync'
    assert element(tasks, "Actions/Exec/WorkingDirectory") == r"C:\Program Files\DynSync"


class Fake:
    """A `schtasks` on the path that keeps one definition, and a `whoami`."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        folder.mkdir()
        self.kept, self.log = folder / "kept", folder / "asked"
        self._program(
            folder / "schtasks",
            f"""echo "$*" >> "{self.log}"
case "$1 $2" in
"/query /tn") [ -f "{self.kept}" ] || exit 1; cat "{self.kept}";;
"/query /fo") [ -f "{self.kept}" ] && echo '"\\{NAME}","N/A","Ready"'; echo '"\\Other","N/A","Ready"';;
"/create /tn") iconv -f utf-16 -t utf-8 "$5" > "{self.kept}";;
"/delete /tn") rm "{self.kept}";;
esac""",
        )
        self._program(folder / "whoami", f"""echo '"contoso\\\\zoe","{SID}"'""")
        monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")

    @staticmethod
    def _program(path: Path, script: str) -> None:
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o700)


@pytest.fixture
def fake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Fake:
    return Fake(tmp_path / "bin", monkeypatch)


@pytest.mark.only_on("linux")
def test_it_is_made_read_back_and_deleted(fake: Fake, tasks: TaskScheduler) -> None:
    assert tasks.state().registration is Registration.OFF
    tasks.register(60)
    assert (tasks.state().registration, tasks.state().every_minutes) == (Registration.ON, 60)
    assert SID in fake.kept.read_text(encoding="utf-8")
    tasks.unregister()
    assert not fake.kept.exists()
    assert tasks.state().registration is Registration.OFF
    tasks.unregister()


@pytest.mark.only_on("linux")
def test_what_the_task_scheduler_makes_of_a_definition_is_still_ours(fake: Fake, tasks: TaskScheduler) -> None:
    tasks.register(60)
    text = fake.kept.read_text(encoding="utf-8")
    text = text.replace("PT60M", "PT1H").replace("<Enabled>true</Enabled>", "").replace("Zoë", "Zo?")
    text = text.replace("<Repetition>", "<Repetition><StopAtDurationEnd>false</StopAtDurationEnd>")
    fake.kept.write_text(text)
    assert tasks.state().every_minutes == 60


@pytest.mark.only_on("linux")
@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("DynSync.exe", "other.exe"),
        ("<Enabled>true</Enabled>", "<Enabled>false</Enabled>"),
        ("PT5M", "PT7M"),
        ("<StartWhenAvailable>true", "<StartWhenAvailable>false"),
    ],
)
def test_a_task_that_was_edited_is_damaged(fake: Fake, tasks: TaskScheduler, before: str, after: str) -> None:
    tasks.register(5)
    fake.kept.write_text(fake.kept.read_text(encoding="utf-8").replace(before, after))
    assert tasks.state().registration is Registration.DAMAGED
    tasks.register(5)
    assert tasks.state().registration is Registration.ON


@pytest.mark.only_on("linux")
@pytest.mark.parametrize("content", ["<Task/>", "no xml at all", "<Task><Broken"])
def test_a_task_that_is_not_ours_is_left_alone(fake: Fake, tasks: TaskScheduler, content: str) -> None:
    fake.kept.write_text(content)
    assert tasks.state().registration is Registration.FOREIGN
    for act in (lambda: tasks.register(5), tasks.unregister):
        with pytest.raises(SettingsError) as stopped:
            act()
        assert stopped.value.code == "scheduler-foreign"
    assert fake.kept.read_text() == content


@pytest.mark.only_on("linux")
def test_all_tasks_of_dynsync_go_and_no_other(fake: Fake, tasks: TaskScheduler) -> None:
    tasks.register(5)
    assert tasks.unregister_all() == 1
    assert fake.log.read_text().splitlines()[-1] == f"/delete /tn {NAME} /f"
    assert tasks.unregister_all() == 0


@pytest.mark.only_on("linux")
def test_the_task_of_another_copy_stays_while_that_is_there(fake: Fake, tasks: TaskScheduler, tmp_path: Path) -> None:
    theirs = tmp_path / "DynSync.exe"
    theirs.touch()
    TaskScheduler(ID, Command((str(theirs), "sync"), "/")).register(5)
    assert tasks.unregister_all() == 0
    theirs.unlink()
    assert tasks.unregister_all() == 1


@pytest.mark.only_on("linux")
@pytest.mark.parametrize(("program", "gone"), [(r"C:\Zoë\DynSync.exe", 1), (r"C:\Zoë\other.exe", 0)])
def test_a_task_whose_program_the_console_cannot_spell_goes_with_the_copy_that_it_fits(
    fake: Fake, program: str, gone: int
) -> None:
    tasks = TaskScheduler(ID, Command((r"C:\Zoë\DynSync.exe", "sync"), "C:\\"))
    TaskScheduler(ID, Command((program, "sync"), "C:\\")).register(5)
    fake.kept.write_text(fake.kept.read_text(encoding="utf-8").replace("ë", "?"), encoding="utf-8")
    assert tasks.unregister_all() == gone


@pytest.mark.only_on("linux")
@pytest.mark.parametrize("content", ["<Task/>", "no xml at all"])
def test_a_task_that_only_has_the_name_stays(fake: Fake, tasks: TaskScheduler, content: str) -> None:
    fake.kept.write_text(content)
    assert tasks.unregister_all() == 0


@pytest.mark.only_on("linux")
def test_without_a_task_scheduler_it_says_so(monkeypatch: pytest.MonkeyPatch, tasks: TaskScheduler) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    assert tasks.state().registration is Registration.UNAVAILABLE
    with pytest.raises(SettingsError) as stopped:
        tasks.register(5)
    assert stopped.value.code == "scheduler-missing"
