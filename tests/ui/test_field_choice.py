"""The choice of fields after the set-up."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel

from dynsync_gui.domain.edits import RowKey
from dynsync_gui.domain.events import ChoiceEstimated, ChoicesRead
from dynsync_gui.domain.schema import Entity
from dynsync_gui.ui.windows.choice_history import ChoiceHistory
from dynsync_gui.ui.windows.question import Question
from tests.ui import demo_world as world
from tests.ui import field_world as fields
from tests.ui.scenes import Scenes

LEAD = Entity.LEAD


def visible(window: Any, kind: Any) -> Any:
    return next(dialog for dialog in window.findChildren(kind) if dialog.isVisible())


def test_new_fields_are_estimated_saved_and_followed_by_the_next_set_up(scenes: Scenes) -> None:
    window, service = scenes.fields_later()
    dialog = window.fields
    assert dialog.estimate.text() == "1 changed field: at most 1,988 records are sent once more, 7 Marketo calls."
    ((asked, _),) = service.asked("estimate_choice")
    assert asked == replace(world.SETTINGS, fields=dialog.pane.sheet.settings)
    dialog.save.click()
    scenes._wait(lambda: dialog.banner.says.startswith("The choice is saved."))
    ((saved,),) = service.asked("save_choice")
    assert "subject" in {choice.name for choice in saved.chosen[LEAD]}
    assert not dialog.save.isEnabled()
    assert not dialog.estimate.isVisible()
    assert window._settings.fields == saved
    dialog.close_button.click()
    assert not dialog.isVisible()
    assert service.asked("start") == []


def test_new_fields_can_be_filled_for_records_that_changed_lately(scenes: Scenes) -> None:
    window, service = scenes.fields_later()
    dialog = window.fields
    part = dialog.back_fill
    assert (part.limit.isVisible(), part.limit.isChecked(), part.day.isEnabled()) == (True, False, False)
    assert part.limit.text().count("&") == 1, "it has an Alt letter"
    part.limit.setFocus()
    QTest.keyClick(part.limit, Qt.Key.Key_Space)
    for text in ("2026-02-31", "2999-01-01", ""):
        part.day.setText(text)
        part.day.textEdited.emit(text)
        assert part._wrong.isVisible()
        dialog.save.click()
        assert dialog.banner.says == "Write the day as in 2026-03-31, today at the latest."
        assert dialog.focusWidget() is part.day
    part.day.setText("2026-03-01")
    part.day.textEdited.emit("2026-03-01")
    assert not part._wrong.isVisible()
    before = len(service.asked("estimate_choice"))
    scenes._wait(lambda: len(service.asked("estimate_choice")) > before)
    dialog.save.click()
    scenes._wait(lambda: dialog.banner.says.startswith("The choice is saved."))
    ((saved,),) = service.asked("save_choice")
    assert {one.name: one.since for one in saved.chosen[LEAD] if one.since} == {"subject": date(2026, 3, 1)}
    assert service.asked("estimate_choice")[-1][0].fields == saved
    assert dialog.pane.sheet.settings == saved
    assert not dialog.save.isEnabled()
    assert not part.limit.isChecked(), "the next change means all records again"
    dialog.pane.go_to(LEAD, "subject")
    detail = dialog.pane.tab(LEAD).detail
    detail.more.click()
    form = detail.form
    assert form.since.accessibleName() == "Only for records that changed since 2026-03-01"
    assert form.since.isVisible()
    form.since.click()
    assert not form.since.isVisible()
    assert dialog.save.isEnabled()
    assert dialog.pane.sheet.settings.chosen[LEAD] == tuple(replace(one, since=None) for one in saved.chosen[LEAD])


def test_the_kept_secrets_reach_both_systems(scenes: Scenes) -> None:
    _, service = scenes.fields_later()
    for name in ("describe", "sample", "read_filter"):
        ((settings, secrets),) = service.asked(name)
        assert secrets is None
        assert settings == world.SETTINGS


def test_closing_asks_only_if_something_would_be_lost(scenes: Scenes) -> None:
    window, service = scenes.fields_later()
    dialog = window.fields
    dialog.close()
    question = visible(window, Question)
    question.reject()
    assert dialog.isVisible()
    dialog.pane.panels.undo.click()
    dialog.close()
    assert not dialog.isVisible()
    assert service.asked("save_choice") == []


def test_a_choice_with_a_fault_is_not_saved(scenes: Scenes) -> None:
    window, service = scenes.fields_later()
    dialog = window.fields
    dialog.pane.sheet.send(LEAD, RowKey("telephone1"), "mobilePhone")
    dialog.pane.edited(LEAD)
    dialog.save.click()
    assert dialog.banner.says == (
        "“mobilephone” goes to “Mobile Phone Number” already. Choose another target for one of them."
    )
    assert dialog.pane.tab(LEAD).current == RowKey("telephone1")
    assert service.asked("save_choice") == []


def test_an_earlier_choice_is_shown_with_its_differences_and_can_be_undone(scenes: Scenes) -> None:
    window, _ = scenes.fields_later()
    dialog = window.fields
    before = dialog.pane.sheet.settings
    dialog.history.click()
    scenes._wait(lambda: window.fields.findChild(ChoiceHistory) is not None)
    history = visible(window, ChoiceHistory)
    assert not history.take.isEnabled()
    history.table.selectRow(1)
    assert history.text.toPlainText() == (
        "What changed with it\n• lead: 2 fields in place of the documented ones.\n\n"
        "What going back to it changes\n• lead: firstname removed."
    )
    history.take.click()
    assert dialog.pane.sheet.settings == fields.OLDER
    assert dialog.banner.says == "The earlier choice is shown. Look at it, then save it."
    assert dialog.pane.tab(LEAD).model.chosen == {RowKey("emailaddress1"), RowKey("lastname")}
    dialog.pane.panels.undo.click()
    assert dialog.pane.sheet.settings == before


def test_without_a_history_it_says_so(scenes: Scenes) -> None:
    window, _ = scenes.fields_later(choice_history=[lambda job: ChoicesRead(job, ())])
    window.fields.history.click()
    scenes._wait(lambda: window.fields.findChild(ChoiceHistory) is not None)
    history = visible(window, ChoiceHistory)
    assert history.text.toPlainText() == "No choice was kept yet."
    assert not history.take.isEnabled()


def test_files_go_out_and_come_in(scenes: Scenes) -> None:
    window, service = scenes.fields_later()
    dialog = window.fields
    dialog.export_to("/somewhere/dynsync-fields.toml")
    scenes._wait(lambda: dialog.banner.says.startswith("The choice was written to a file."))
    ((path, settings),) = service.asked("export_choice")
    assert path == Path("/somewhere/dynsync-fields.toml")
    assert settings == replace(world.SETTINGS, fields=dialog.pane.sheet.settings)
    dialog.import_from("/somewhere/dynsync-fields.toml")
    scenes._wait(lambda: dialog.banner.says.startswith("The choice of the file is shown."))
    assert dialog.pane.sheet.settings == fields.IMPORTED
    assert service.asked("save_choice") == []


def test_a_wrong_file_is_refused_with_its_cure_and_changes_nothing(scenes: Scenes) -> None:
    window, _ = scenes.fields_later(import_choice=[world.refused])
    dialog = window.fields
    before = dialog.pane.sheet.settings
    dialog.import_from("/somewhere/else.toml")
    scenes._wait(lambda: dialog.banner.says.startswith("Marketo does not answer. Look at the network"))
    assert dialog.pane.sheet.settings == before


def test_systems_that_do_not_answer_can_be_tried_again(scenes: Scenes) -> None:
    window, service = scenes.open_stored(describe=[world.refused])
    window.main.fields.click()
    dialog = window.fields
    scenes._wait(lambda: dialog.banner.says.startswith("Marketo does not answer."))
    assert not dialog.pane.isVisible()
    assert not dialog.save.isEnabled()
    service.scripts["describe"] = world.SCRIPTS["describe"]
    dialog.banner._buttons[0].click()
    scenes._wait(lambda: dialog.pane.tabs.count() == 3)
    assert dialog.banner.isHidden()


def test_the_practice_systems_of_an_earlier_session_are_started_again(scenes: Scenes) -> None:
    window, service = scenes.open_stored(describe=[world.refused])
    window._settings = world.REHEARSAL
    window.main.fields.click()
    dialog = window.fields
    scenes._wait(lambda: bool(service.asked("prepare_rehearsal")))
    service.scripts["describe"] = world.SCRIPTS["describe"]
    scenes._wait(lambda: dialog.pane.tabs.count() == 3 or dialog.banner.isVisible())
    if dialog.banner.isVisible():  # the second reading was quicker than this test
        dialog.banner._buttons[0].click()
        scenes._wait(lambda: dialog.pane.tabs.count() == 3)
    settings, secrets = service.asked("describe")[-1]
    assert (settings, secrets) == (world.REHEARSAL, world.OWN_SECRETS)


def test_the_choice_opens_while_a_sync_runs(scenes: Scenes) -> None:
    window, service = scenes.running()
    window.main.fields.click()
    scenes._wait(lambda: window.fields.pane.tabs.count() == 3)
    assert window.main.running
    assert not [job for job in service.jobs if job.cancelled and job is service.jobs[-1]]
    texts = [label.text() for label in window.fields.findChildren(QLabel)]
    assert "New fields are sent for records that are there already. Fields without a tick stop." in texts


def test_an_estimate_that_sends_nothing_says_so_and_one_that_fails_says_why(scenes: Scenes) -> None:
    window, service = scenes.fields_later(estimate_choice=[lambda job: ChoiceEstimated(job, ())])
    dialog = window.fields
    assert dialog.estimate.text() == "Nothing has to be sent once more for this."
    service.scripts["estimate_choice"] = [world.refused]
    dialog.pane.sheet.edits.tick(LEAD, {RowKey("firstname")}, on=False)
    dialog.pane.edited(LEAD)
    scenes._wait(lambda: dialog.estimate.text().endswith("could not be estimated: Marketo does not answer."))
    dialog.pane.panels.undo.click()
    dialog.pane.panels.undo.click()
    assert not dialog.estimate.isVisible()
