from __future__ import annotations

import sys
from dataclasses import replace

import pytest

from dynsync_gui.cli.output import survive_narrow_consoles
from dynsync_gui.domain.errors import ConnectionFailed, Finding, GuardStop, SettingsError
from dynsync_gui.domain.events import JobFailed, Removed
from dynsync_gui.domain.findings.background import BACKGROUND
from dynsync_gui.domain.schedule import BackgroundRun, BackgroundState, Entry, Registration
from dynsync_gui.domain.settings import BackgroundSettings
from dynsync_gui.domain.text import msg
from tests.cli.caller import Caller
from tests.cli.world import ANSWERS, AT, ENVIRONMENT, SETTINGS

RUN = BackgroundRun(AT, 3, "Marketo does not answer.\x1b[2J", "Wait.")


@pytest.mark.parametrize(("words", "asked"), [(("on",), (True, 30)), (("off", "--every", "10"), (False, 10))])
def test_on_and_off(call: Caller, words: tuple[str, ...], asked: tuple[bool, int]) -> None:
    call.service.settings = replace(SETTINGS, background=BackgroundSettings(every_minutes=30))
    assert call("background", *words).status == 0
    assert call.service.background.done == [("choose", *asked)]


def test_mending_makes_the_scheduler_do_what_the_settings_say(call: Caller) -> None:
    assert call("background", "mend").status == 0
    assert call.service.background.done == [("apply",)]


def test_status_as_a_document_and_in_words(call: Caller) -> None:
    call.service.background.state = replace(call.service.background.state, last=RUN, syncing=True)
    assert call("background", "status", "--json").document == {
        "registration": "on",
        "every_minutes": 10,
        "wanted": True,
        "next_run": "2026-11-22T14:30:05Z",
        "syncing": True,
        "last_run": {
            "started": "2026-11-22T14:30:05Z",
            "status": 3,
            "title": "Marketo does not answer.\x1b[2J",
            "cure": "Wait.",
        },
    }
    text = call("background", "status").out
    assert "DynSync syncs in the background every 10 minutes." in text
    assert "A sync is running." in text
    assert "Marketo does not answer." in text
    assert "\x1b" not in text


@pytest.mark.parametrize("registration", [each for each in Registration if each is not Registration.ON])
def test_each_other_state_has_its_words(call: Caller, registration: Registration) -> None:
    call.service.background.state = BackgroundState(Entry(registration))
    answer = call("background", "status", "--json")
    assert answer.document["every_minutes"] is None
    assert answer.document["last_run"]["started"] is None
    assert len(call("background", "status").out) > 20


def test_a_refusal_of_the_scheduler_is_wrong_use(call: Caller) -> None:
    error = SettingsError("scheduler-foreign", BACKGROUND["scheduler-foreign"], "/here")
    call.service.background.answer = JobFailed(1, error)
    answer = call("background", "on")
    assert answer.status == 2
    assert "/here" in answer.err


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)


@pytest.mark.usefixtures("environment")
def test_a_run_of_the_scheduler_notes_how_it_ended(call: Caller) -> None:
    assert call("sync", "--once", "--background").status == 1
    (noted,) = [done[1] for done in call.service.background.done if done[0] == "note_run"]
    assert (noted.status, noted.title) == (1, "")
    error = ConnectionFailed("601", Finding(msg("Marketo does not answer."), msg("Wait.")))
    call.service.script["go_on"] = JobFailed(1, error)
    assert call("sync", "--once", "--background").status == 3
    noted = call.service.background.done[-1][1]
    assert (noted.status, noted.title, noted.cure) == (3, "Marketo does not answer.", "Wait.")


@pytest.mark.usefixtures("environment")
def test_a_run_of_the_scheduler_steps_aside(call: Caller) -> None:
    call.service.background.state = BackgroundState(Entry(Registration.ON, 5), syncing=True)
    answer = call("sync", "--once", "--background")
    assert (answer.status, answer.err, call.service.done) == (0, "", [])
    call.service.background.state = BackgroundState(Entry(Registration.ON, 5))
    call.service.script["go_on"] = JobFailed(1, GuardStop("lease-held", Finding(msg("Held."), msg("Wait."))))
    answer = call("sync", "--once", "--background")
    assert (answer.status, answer.err) == (0, "")
    assert not [done for done in call.service.background.done if done[0] == "note_run"]
    assert call("sync", "--once").status == 4


@pytest.mark.usefixtures("environment")
def test_a_set_up_registers_when_its_first_sync_is_over(call: Caller) -> None:
    answers = call.profile.parent / "answers.toml"
    answers.write_text(ANSWERS + "[background]\nkeep_syncing = true\nevery_minutes = 15\n")
    assert call("setup", "--answers", str(answers), "--start").status == 1
    assert call.service.background.done == [("apply",)]
    kept = call.service.given["start"][0]
    assert kept.background == BackgroundSettings(keep_syncing=True, every_minutes=15)
    error = SettingsError("scheduler-missing", BACKGROUND["scheduler-missing"])
    call.service.background.answer = JobFailed(1, error)
    answer = call("setup", "--answers", str(answers), "--start")
    assert answer.status == 1
    assert "DynSync does not sync in the background. This computer has nothing" in answer.err


def test_an_interval_over_an_hour_is_refused(call: Caller) -> None:
    answers = call.profile.parent / "answers.toml"
    answers.write_text(ANSWERS + "[background]\nevery_minutes = 61\n")
    answer = call("setup", "--answers", str(answers))
    assert answer.status == 2
    assert "from 1 to 60" in answer.err
    assert call("background", "on", "--every", "7").status == 2


def test_remove_registration_asks_nobody(call: Caller) -> None:
    call.service.background.answer = Removed(1, 1)
    answer = call("remove", "--registration")
    assert answer.status == 0
    assert answer.out == "1 scheduled task was removed.\n"
    assert call.service.background.done == [("remove", False, False)]  # the profile was named


def test_remove_everything_asks_a_person_or_wants_yes(call: Caller) -> None:
    call.service.background.answer = Removed(1, 0, everything=True, left=("mine.csv",))
    refused = call("remove", "--everything")
    assert refused.status == 2
    assert "--yes" in refused.err
    call.confirm = lambda _: "no"
    assert call("remove", "--everything").status == 130
    assert call.service.background.done == []
    call.confirm = lambda _: "YES "
    assert "mine.csv" in call("remove", "--everything").out
    call.confirm = None
    assert call("remove", "--everything", "--yes", "--json").document["left"] == ["mine.csv"]


def test_secrets_that_stay_in_the_keychain_are_said(call: Caller) -> None:
    locked = Finding(msg("The keychain is locked."), msg("Unlock it."))
    call.service.background.answer = Removed(1, 0, everything=True, keychain=locked)
    answer = call("remove", "--everything", "--yes")
    assert answer.status == 1
    assert "The keychain is locked." in answer.err


def test_without_a_console_nothing_is_said_and_nothing_breaks(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("stdout", "stderr"):
        monkeypatch.setattr(sys, name, None)
    survive_narrow_consoles()
    made = (sys.stdout, sys.stderr)
    for stream in made:
        print("to nobody", file=stream)
        assert not stream.isatty()
        stream.close()
