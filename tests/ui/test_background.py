"""The choice to go on while the window is closed, in the wizard and in the settings, and what another process does."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from dynsync_gui.domain.errors import Finding, GuardStop, SettingsError
from dynsync_gui.domain.events import JobFailed, ProblemsRead, ProfileRead
from dynsync_gui.domain.findings.background import BACKGROUND
from dynsync_gui.domain.report import Status
from dynsync_gui.domain.schedule import BackgroundRun, BackgroundState, Entry, Registration
from dynsync_gui.domain.settings import BackgroundSettings
from dynsync_gui.domain.text import msg
from dynsync_gui.ui.start import Window
from tests.ui import demo_world as world
from tests.ui.scenes import Scenes
from tests.ui.scripted_service import Gate, ScriptedService

TROUBLE = BackgroundRun(world.NOW, 3, "Marketo does not answer.", "Wait a little.")


def calls(service: ScriptedService, name: str) -> list[tuple[object, ...]]:
    return [arguments for called, arguments in service.background.calls if called == name]


def test_the_last_page_offers_to_go_on_and_start_registers(scenes: Scenes) -> None:
    window, service = scenes.page3_plan()
    card = window.wizard.enable.background
    scenes._wait(lambda: window.wizard.enable._scheduler is None)
    assert card.isVisibleTo(window.wizard.enable)
    assert card.keep.isChecked()
    card.every.setCurrentIndex(card.every.findData(15))
    scenes.start(window)
    settings = service.asked("start")[0][0]
    assert settings.background == BackgroundSettings(keep_syncing=True, every_minutes=15)
    scenes._wait(lambda: calls(service, "apply") == [()])


def test_what_could_not_be_registered_is_told_where_the_sync_is_shown(scenes: Scenes) -> None:
    window, service = scenes.page3_plan()
    service.background.refusal = SettingsError("background-secrets", BACKGROUND["background-secrets"])
    scenes.start(window)
    scenes._wait(window.main.overview.banner.isVisible)
    assert window.main.overview.banner.says.startswith("DynSync does not sync while its window is closed. The secrets")


def test_the_last_page_has_nothing_to_mend(scenes: Scenes) -> None:
    window, service = scenes.page2_fields()
    service.background.state = replace(world.IN_BACKGROUND, entry=Entry(Registration.DAMAGED), next_run=None)
    window.wizard.next()
    scenes._wait(lambda: window.wizard.enable._scheduler is None)
    card = window.wizard.enable.background
    assert card.mend.isHidden()
    assert card.stands.isHidden()


def test_not_to_go_on_is_kept_too(scenes: Scenes) -> None:
    window, service = scenes.page3_plan()
    window.wizard.enable.background.keep.click()
    assert not window.wizard.enable.background.every.isEnabled()
    scenes.start(window)
    assert not service.asked("start")[0][0].background.keep_syncing


def test_an_earlier_choice_is_not_overruled_by_a_new_set_up(scenes: Scenes) -> None:
    window, _ = scenes.open_stored()
    window.main.setup.click()
    assert not window.wizard.enable.background.keep.isChecked()


def test_a_rehearsal_is_not_offered_it(scenes: Scenes) -> None:
    window, service = scenes.page1_rehearsal()
    page = window.wizard.enable
    page.enter()
    page.collect()
    assert page.background.isHidden()
    assert window.wizard.flow.draft.settings.background == BackgroundSettings()
    assert service.background.calls == []
    page.stop_job()


def test_a_computer_without_a_scheduler_says_so_and_offers_nothing(scenes: Scenes) -> None:
    window, service = scenes.page2_fields()
    service.background.state = BackgroundState(Entry(Registration.UNAVAILABLE))
    window.wizard.next()
    card = window.wizard.enable.background
    scenes._wait(lambda: not card.keep.isEnabled())
    assert card.stands.text().startswith("This computer has nothing that could start DynSync")
    assert not card.settings().keep_syncing


def test_the_settings_say_next_and_last_run(scenes: Scenes) -> None:
    window, _ = scenes.settings()
    card = window.main.settings.background
    due = world.IN_BACKGROUND.next_run
    assert due is not None
    assert card.stands.text() == f"It is on. The next sync is at {due.astimezone():%H:%M}."
    assert re.fullmatch(r"Last sync in the background, \d+ minutes ago: everything is in order.", card.last.text())
    assert card.keep.isChecked()
    assert card.mend.isHidden()


def test_a_choice_in_the_settings_acts_at_once(scenes: Scenes) -> None:
    window, service = scenes.settings()
    card, view = window.main.settings.background, window.main.settings
    service.background.state = BackgroundState(Entry(Registration.OFF))
    card.keep.click()
    scenes._wait(lambda: view._choosing is None)
    assert calls(service, "choose") == [(False, 5)]
    assert not card.keep.isChecked()
    assert card.stands.isHidden()


def test_a_refused_choice_is_told_and_taken_back(scenes: Scenes) -> None:
    window, service = scenes.open_stored()
    view = window.main.settings
    service.background.refusal = SettingsError("background-secrets", BACKGROUND["background-secrets"])
    view.background.keep.click()
    scenes._wait(lambda: view._choosing is None)
    assert not view.background.keep.isChecked()
    assert "not kept on this computer" in view.background.stands.text()
    assert view.background.stands.property("tone") == "bad"


@pytest.mark.parametrize("registration", [Registration.DAMAGED, Registration.OFF])
def test_a_damaged_or_lost_entry_can_be_mended(scenes: Scenes, registration: Registration) -> None:
    window, service = scenes.settings()
    service.background.state = replace(world.IN_BACKGROUND, entry=Entry(registration), next_run=None)
    window.main.watch.look()
    card = window.main.settings.background
    scenes._wait(card.mend.isVisible)
    assert "stands still" in card.stands.text()
    service.background.state = world.IN_BACKGROUND
    card.mend.click()
    scenes._wait(card.mend.isHidden)
    assert calls(service, "choose") == [(True, 5)]


def test_a_sync_in_the_background_is_seen_and_its_end_too(scenes: Scenes) -> None:
    window, service = scenes.open_stored()
    view, watch = window.main.overview, window.main.watch
    running = Status("running", world.STATUS.runs)
    service.background.state = replace(world.IN_BACKGROUND, syncing=True)
    service.scripts["read_problems"] = [lambda job: ProblemsRead(job, (), running)]
    watch._timer.timeout.emit()
    scenes._wait(lambda: view.state.text() == "DynSync is syncing in the background.")
    assert view.banner.isHidden()
    assert view.go_on.isHidden()
    assert calls(service, "read")[-1] == (False,)
    service.background.state = world.IN_BACKGROUND
    service.scripts["read_problems"] = [lambda job: ProblemsRead(job, world.PROBLEMS, world.STATUS)]
    watch._timer.timeout.emit()
    scenes._wait(lambda: "in step" in view.state.text())
    assert view.go_on.isVisible()


def test_sync_now_while_the_background_syncs_is_no_error(scenes: Scenes) -> None:
    held = GuardStop("lease-held", Finding(msg("Another DynSync is syncing this profile."), msg("Wait.")))
    window, service = scenes.open_stored(follow=[lambda job: JobFailed(job, held)])
    view, gate = window.main.overview, Gate()
    service.scripts["read_problems"] = [gate, *service.scripts["read_problems"]]
    view.go_on.click()
    scenes._wait(lambda: view.state.text() == "DynSync is syncing in the background.")
    assert view.banner.isHidden()
    assert view.go_on.isHidden()
    gate.open.set()
    scenes._wait(lambda: "in step" in view.state.text())  # it had ended by the next look


def test_what_stopped_the_background_is_told_when_the_window_opens(scenes: Scenes) -> None:
    window, service = scenes.open_stored()
    service.background.state = replace(world.IN_BACKGROUND, last=TROUBLE)
    window.main.watch.look()
    view = window.main.overview
    scenes._wait(view.banner.isVisible)
    assert view.banner.says == "Marketo does not answer. Wait a little."
    assert view.state.text() == "The sync in the background stands still."
    assert view.go_on.isVisible()


def test_what_a_later_sync_has_overtaken_is_not_told(scenes: Scenes) -> None:
    window, service = scenes.open_stored()
    old = replace(TROUBLE, started=world.NOW - timedelta(days=1))
    service.background.state = replace(world.IN_BACKGROUND, last=old)
    window.main.watch.look()
    scenes._wait(lambda: window.main._refresh is None and window.main._background == (False, old))
    assert window.main.overview.banner.isHidden()


def test_a_rehearsal_is_not_watched(scenes: Scenes) -> None:
    profile = [lambda job: ProfileRead(job, replace(world.SETTINGS, rehearsal=True), world.STATUS)]
    service = ScriptedService(read_profile=profile)
    window = Window(service, str)
    scenes.made.append((window, service))
    window.show()
    scenes._wait(lambda: window.main is not None and window.main._reading is None)
    assert service.background.calls == []
    assert not window.main.watch._timer.isActive()
    assert window.main.settings.background.isHidden()
    assert not window.main.settings.rehearsal.isHidden()


def test_the_guard_of_changed_systems_is_not_wiped_away(scenes: Scenes) -> None:
    window, service = scenes.main_changed()
    service.background.state = replace(world.IN_BACKGROUND, last=TROUBLE)
    window.main.watch.look()
    scenes._wait(lambda: window.main._background == (False, TROUBLE) and window.main._refresh is None)
    assert window.main.overview.guard.isVisible()


def test_closing_without_a_tray_ends_as_ever(scenes: Scenes, qtbot: Any) -> None:
    window, service = scenes.open_stored()
    assert not window.stays
    with qtbot.waitSignal(window.ended):
        window.close()
    assert service.closed.is_set()
