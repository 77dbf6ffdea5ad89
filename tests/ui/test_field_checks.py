"""Filter assistant and fit check of page 2."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from PySide6.QtWidgets import QLabel, QLineEdit, QPushButton

from dynsync_gui.domain.choice import TooLong
from dynsync_gui.domain.edits import RowKey
from dynsync_gui.domain.events import FilterRead, FitProgress
from dynsync_gui.domain.schema import Entity
from dynsync_gui.domain.settings import FilteredOut
from dynsync_gui.ui.widgets.field_model import View
from dynsync_gui.ui.wizard.field_target import TargetDialog
from dynsync_gui.ui.wizard.filter_create import CreateFilterDialog
from tests.ui import demo_world as world
from tests.ui import field_world as fields
from tests.ui.scenes import Scenes
from tests.ui.scripted_service import Gate

LEAD = Entity.LEAD


def words(widget: Any) -> list[str]:
    return [label.text() for label in widget.findChildren(QLabel) if label.isVisibleTo(widget)]


def press(widget: Any, name: str) -> None:
    buttons = [button for button in widget.findChildren(QPushButton) if button.accessibleName() == name]
    (button,) = [button for button in buttons if button.isVisibleTo(widget) and button.isEnabled()]
    button.setFocus()
    button.click()


def test_each_table_says_what_its_filter_column_does(scenes: Scenes) -> None:
    window, _ = scenes.page2_filter()
    panels = window.wizard.fields.pane.panels
    assert panels.filter_button.accessibleName() == "Filter: 12 kept out"
    shown = words(panels.filter)
    assert "12 No: kept out · 388 Yes: synced · 1,600 empty: synced · New records say Yes" in shown
    assert "There is no such column, so nobody is kept out here." in shown
    assert "Only cr123_synctomkto is there. The filter has to begin with new_." in shown
    assert "Your role in Dynamics may not add columns." in shown
    assert "A workflow that sets it seconds later comes too late while new records say Yes." in shown
    seen = [button for button in panels.filter.findChildren(QPushButton) if button.isVisibleTo(panels.filter)]
    names = [button.accessibleName() for button in seen]
    assert names == ["How the filter works", "Create the column: People from contacts"]


@pytest.mark.parametrize("scene", ["page2_filter", "page2_fit"])
def test_tab_leads_through_what_was_found_before_the_fields(scenes: Scenes, scene: str) -> None:
    window, _ = getattr(scenes, scene)()
    pane = window.wizard.fields.pane
    panel = pane.panels.filter if scene == "page2_filter" else pane.panels.fit
    found = {button for button in panel.findChildren(QPushButton) if button.isVisibleTo(panel)}
    stop, met = panel.nextInFocusChain(), set()
    while stop is not pane.tabs.currentWidget().search:
        met.add(stop)
        stop = stop.nextInFocusChain()
    assert len(found) > 1
    assert found <= met


def test_the_column_is_created_after_a_confirmation_that_names_the_table(scenes: Scenes) -> None:
    window, service = scenes.page2_filter()
    panels = window.wizard.fields.pane.panels
    press(panels.filter, "Create the column: People from contacts")
    dialog = window.findChild(CreateFilterDialog)
    assert "Create the filter column in “Contact (contact)”?" in words(dialog)
    assert dialog.no.isChecked()
    dialog.reject()
    assert service.asked("create_filter") == []
    press(panels.filter, "Create the column: People from contacts")
    dialog = next(each for each in window.findChildren(CreateFilterDialog) if each.isVisible())
    dialog.yes.setChecked(True)
    dialog.create_button.click()
    scenes._wait(lambda: "The column new_synctomkto is there." in words(panels.filter))
    ((*_, entity, default),) = service.asked("create_filter")
    assert (entity, default) == (Entity.CONTACT, True)
    scenes._wait(lambda: "0 No: kept out · 0 Yes: synced · 1,204 empty: synced · New records say No" in words(panels))


def test_a_refused_creation_says_why_and_can_be_read_again(scenes: Scenes) -> None:
    window, _ = scenes.page2_fields(create_filter=[world.refused])
    panels = window.wizard.fields.pane.panels
    panels.filter_button.click()
    press(panels.filter, "Create the column: People from contacts")
    window.findChild(CreateFilterDialog).accept()
    scenes._wait(lambda: panels.filter.said.text().startswith("Marketo does not answer."))
    press(panels.filter, "Read again")
    scenes._wait(lambda: not panels.filter.said.isVisibleTo(panels))
    assert panels.filter_button.accessibleName() == "Filter: 12 kept out"


def test_the_filter_can_be_switched_off_and_back_by_undo(scenes: Scenes) -> None:
    window, _ = scenes.page2_filter()
    panels, draft = window.wizard.fields.pane.panels, window.wizard.flow.draft
    panels.filter.use.click()
    assert not draft.settings.fields.filter
    assert panels.filter_button.accessibleName() == "Filter: off"
    panels.undo.click()
    assert draft.settings.fields.filter
    assert panels.filter.use.isChecked()


def test_what_happens_to_people_who_turn_to_no_is_chosen(scenes: Scenes) -> None:
    window, _ = scenes.page2_filter()
    panel, draft = window.wizard.fields.pane.panels.filter, window.wizard.flow.draft
    assert not panel.list_row.isVisibleTo(panel)
    panel.turned.setCurrentIndex(2)
    panel.turned.activated.emit(2)
    assert draft.settings.fields.filtered_out is FilteredOut.UNLIST
    name = window.findChild(QLineEdit, "filter.list")
    assert name.isVisibleTo(panel)
    assert name.accessibleDescription() == "Enter the name of the list as Marketo shows it."
    name.setText("In sync with Dynamics")
    name.editingFinished.emit()
    assert draft.settings.fields.filtered_list == "In sync with Dynamics"
    assert name.accessibleDescription() == ""


def test_the_check_tells_how_far_it_is_and_can_be_stopped(scenes: Scenes) -> None:
    gate = Gate()
    window, service = scenes.page2_fields(check_fit=[lambda job: FitProgress(job, LEAD, 1_200, 5_000), gate])
    panels = window.wizard.fields.pane.panels
    panels.fit_button.click()
    panels.fit.everything.click()
    scenes._wait(lambda: panels.fit.said.text() == "People from leads: 1,200 of 5,000")
    ((settings, _, everything),) = service.asked("check_fit")
    assert everything
    assert settings == window.wizard.flow.draft.settings
    assert not panels.fit.sample.isVisibleTo(panels.fit)
    panels.fit.stop.click()
    scenes._wait(lambda: service.jobs[-1].cancelled)
    assert panels.fit.said.text() == "The check was stopped. It found nothing out."
    assert panels.fit.sample.isVisibleTo(panels.fit)


def test_what_does_not_fit_is_listed_counted_and_marked_in_its_row(scenes: Scenes) -> None:
    window, _ = scenes.page2_fit()
    pane = window.wizard.fields.pane
    shown = words(pane.panels.fit)
    assert "20 values do not fit in 2 fields (1,212 records read, a sample)." in shown
    assert "People from leads: Job Title → Job Title" in shown
    assert "17 values: longer than the Marketo field" in shown
    assert "Fourth Coffee: ask at the desk" in shown
    tab = pane.tab(LEAD)
    assert tab.model.count(View.PROBLEMS) == 3
    tab.go_to(RowKey("jobtitle"))
    assert tab.detail._note.text() == "17 values: longer than the Marketo field"


def test_a_click_cures_and_undo_brings_the_finding_back(scenes: Scenes) -> None:
    window, _ = scenes.page2_fit()
    pane = window.wizard.fields.pane
    press(pane.panels.fit, "Cut them to fit: People from leads: Job Title → Job Title")
    assert pane.sheet.edits.choices(LEAD)[RowKey("jobtitle")].too_long is TooLong.TRIM
    assert pane.panels.fit_button.accessibleName() == "3 values do not fit"
    assert "Check again to see what your changes did." in pane.panels.fit.said.text()
    assert window.focusWidget().accessibleName().startswith("Leave these values out: People from leads: Email")
    press(pane.panels.fit, "Leave these values out: People from leads: Email (company) → Email Address")
    assert pane.sheet.edits.choices(LEAD)[RowKey("emailaddress1")].too_long is TooLong.LEAVE_OUT
    assert pane.panels.fit_button.accessibleName() == "The values fit"
    pane.panels.undo.click()
    press(pane.panels.fit, "Do not sync this field at all: People from leads: Email (company) → Email Address")
    assert RowKey("emailaddress1") not in pane.sheet.edits.choices(LEAD)
    assert pane.panels.fit_button.accessibleName() == "The values fit"
    assert window.focusWidget() is pane.panels.fit.sample
    pane.panels.undo.click()
    pane.panels.undo.click()
    assert pane.panels.fit_button.accessibleName() == "20 values do not fit"
    press(pane.panels.fit, "Another field: People from leads: Job Title → Job Title")
    assert next(each for each in window.findChildren(TargetDialog) if each.isVisible())
    assert pane.tab(LEAD).current == RowKey("jobtitle")


def test_a_check_that_fails_says_why(scenes: Scenes) -> None:
    window, _ = scenes.page2_fields(check_fit=[world.refused])
    panels = window.wizard.fields.pane.panels
    panels.fit_button.click()
    panels.fit.sample.click()
    scenes._wait(lambda: panels.fit.said.text().startswith("Marketo does not answer."))
    assert panels.fit.sample.isVisibleTo(panels.fit)


def test_the_plan_holds_the_check_in_one_line_and_more_on_wish(scenes: Scenes) -> None:
    window, _ = scenes.page3_plan()
    plan = window.wizard.enable.plan
    assert "Fit check: 20 values do not fit in 2 fields (1,212 records read, a sample)." in words(plan)
    press(plan, "Show the values")
    count, reason = fields.REPORT.misfits[0].count, "longer than the Marketo field"
    assert any(f"jobtitle → title: {count} values: {reason}" in text for text in words(plan))


def test_what_is_not_counted_is_not_said_to_be_none(scenes: Scenes) -> None:
    told = {entity: replace(state, yes=None, no=None, blank=None) for entity, state in fields.states().items()}
    window, _ = scenes.page2_fields(read_filter=[lambda job: FilterRead(job, told)])
    panels = window.wizard.fields.pane.panels
    panels.filter_button.click()
    assert panels.filter_button.accessibleName() == "Filter"
    assert "New records say Yes" in words(panels.filter)
