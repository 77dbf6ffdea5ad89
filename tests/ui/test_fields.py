from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from dynsync_gui.domain.choice import FieldChoice
from dynsync_gui.domain.edits import RowKey
from dynsync_gui.domain.events import Described, Sampled
from dynsync_gui.domain.mapping import FieldOffer
from dynsync_gui.domain.sample import ColumnSample
from dynsync_gui.domain.schema import (
    ENTITIES,
    Entity,
    EntitySchema,
    FieldType,
    SourceField,
    Target,
    TargetField,
    TargetSchema,
    TargetType,
)
from dynsync_gui.domain.text import msg
from dynsync_gui.ui.widgets.field_model import TONE, FieldModel, View
from dynsync_gui.ui.widgets.field_words import Note
from tests.ui import demo_world as world
from tests.ui import field_world as fields
from tests.ui.scenes import Scenes

LEAD = Entity.LEAD
TARGETS = TargetSchema(
    Target.PERSON,
    tuple(TargetField(f"target{number}", f"Target {number}", TargetType.STRING, 255) for number in range(5)),
)


def offer(number: int, kind: FieldType = FieldType.STRING, **more: Any) -> FieldOffer:
    field = SourceField(f"field{number}", f"Field {number}", kind, 100, required=number == 3, custom=number % 2 == 1)
    return FieldOffer(field, f"target{number}", f"Target {number}", **more)


@pytest.fixture
def model() -> FieldModel:
    rows = [offer(0), offer(1), offer(2, reason=msg("Pictures have no place in Marketo.")), offer(3)]
    made = FieldModel(rows, TARGETS)
    made.show_choices({RowKey("field0"): FieldChoice("field0")}, {"field0": Note("bad", "Target 0 is taken.")})
    return made


def shown(model: FieldModel) -> list[str]:
    return [model.key_at(row).name for row in range(model.rowCount())]


@pytest.mark.parametrize(
    ("search", "view", "names"),
    [
        ("", View.ALL, ["field0", "field1", "field2", "field3"]),
        ("", View.SELECTED, ["field0"]),
        ("", View.CUSTOM, ["field1", "field3"]),
        ("", View.REQUIRED, ["field3"]),
        ("", View.PROBLEMS, ["field0"]),
        ("", View.LEFT_OUT, ["field2"]),
        ("TARGET 3", View.ALL, ["field3"]),
        ("field1 target", View.CUSTOM, ["field1"]),
        ("required", View.ALL, ["field3"]),
        ("is taken", View.ALL, ["field0"]),
        ("pictures", View.ALL, ["field2"]),
        ("zoë", View.ALL, ["field1"]),
        ("82 %", View.ALL, ["field1"]),
        ("nothing", View.ALL, []),
    ],
)
def test_views_and_search(model: FieldModel, search: str, view: View, names: list[str]) -> None:
    model.show_samples({"field1": ColumnSample(("Zoë", "Anna"), 0.82, 500)})
    model.show_rows(search, view)
    assert shown(model) == names


def test_what_cannot_be_synced_is_shown_with_its_reason_and_cannot_be_ticked(model: FieldModel) -> None:
    asked: list[Any] = []
    model.tick_wanted.connect(lambda keys, on: asked.append((keys, on)))
    model.toggle(2)
    assert asked == []
    assert model.in_view() == {RowKey("field0"), RowKey("field1"), RowKey("field3")}
    assert model.data(model.index(2, 0), Qt.ItemDataRole.CheckStateRole) is None
    assert model.data(model.index(2, 3), Qt.ItemDataRole.UserRole) == "Pictures have no place in Marketo."
    model.toggle(0)
    assert asked == [(frozenset({RowKey("field0")}), False)]


def test_a_field_that_lost_its_place_can_still_be_unticked(model: FieldModel) -> None:
    model.show_choices({RowKey("field2"): FieldChoice("field2")}, {})
    assert model.can_tick(2)
    assert model.data(model.index(2, 0), Qt.ItemDataRole.CheckStateRole) is Qt.CheckState.Checked


def test_a_problem_is_told_by_its_words_and_its_sign(model: FieldModel) -> None:
    assert model.data(model.index(0, 3), Qt.ItemDataRole.UserRole) == "Target 0 is taken."
    assert model.data(model.index(0, 3), TONE) == "bad"
    assert model.data(model.index(1, 3), TONE) == "muted"


def test_a_screen_reader_hears_whether_a_field_is_ticked(model: FieldModel) -> None:
    spoken = [model.data(model.index(row, 0), Qt.ItemDataRole.AccessibleTextRole) for row in range(3)]
    assert spoken == ["Field 0, field0, selected", "Field 1, field1, not selected", "Field 2, field2"]


def test_a_lookup_that_is_chosen_twice_has_two_rows() -> None:
    model = FieldModel([offer(0, FieldType.LOOKUP), offer(1)], TARGETS)
    first, second = RowKey("field0"), RowKey("field0", second=True)
    model.show_choices({first: FieldChoice("field0"), second: FieldChoice("field0", "target4")}, {})
    assert shown(model) == ["field0", "field0", "field1"]
    assert model.data(model.index(1, 0)) == "Field 0: id of the record"
    assert model.data(model.index(1, 3)) == "Target 4"
    model.show_choices({first: FieldChoice("field0")}, {})
    assert shown(model) == ["field0", "field1"]


def test_the_page_counts_and_hands_the_choice_to_the_flow(scenes: Scenes, qtbot: Any) -> None:
    window, _ = scenes.page2_fields()
    page, flow = window.wizard.fields, window.wizard.flow
    tab = page.tab(LEAD)
    before = flow.chosen(LEAD)
    assert page.tabs.tabText(0) == f"People from leads  {len(before)}"
    tab.go_to(RowKey("firstname"))
    qtbot.keyClick(tab.table, Qt.Key.Key_Space)
    assert flow.chosen(LEAD) == before - {"firstname"}
    assert page.tabs.tabText(0) == f"People from leads  {len(before) - 1}"
    page.pane.panels.undo.click()
    assert flow.chosen(LEAD) == before
    assert not page.pane.panels.undo.isEnabled()
    page.pane.panels.redo.click()
    assert flow.chosen(LEAD) == before - {"firstname"}


def test_undo_goes_to_the_table_where_it_happened(scenes: Scenes) -> None:
    window, _ = scenes.page2_fields()
    pane = window.wizard.fields.pane
    pane.sheet.edits.tick(Entity.ACCOUNT, {RowKey("name")}, on=False)
    pane.edited(Entity.ACCOUNT)
    assert pane.tabs.currentWidget() is pane.tab(LEAD)
    pane.panels.undo.click()
    assert pane.tabs.currentWidget() is pane.tab(Entity.ACCOUNT)


def test_select_all_in_view_takes_only_what_is_seen_and_gives_it_back(scenes: Scenes) -> None:
    window, _ = scenes.page2_fields()
    tab = window.wizard.fields.tab(Entity.CONTACT)
    before = tab.model.chosen
    tab.search.setText("address1")
    tab.all.click()
    added = tab.model.chosen - before
    assert added
    assert all("address1" in key.name for key in added)
    assert tab.all.accessibleName() == "Untick all in view"
    tab.all.click()
    assert tab.model.chosen == before - tab.model.in_view()


def test_ctrl_f_goes_to_the_search_and_down_into_the_list(scenes: Scenes, qtbot: Any) -> None:
    window, _ = scenes.page2_fields()
    tab = window.wizard.fields.tabs.currentWidget()
    tab.table.setFocus()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    qtbot.keyClick(tab.table, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    assert window.focusWidget() is tab.search
    qtbot.keyClicks(tab.search, "jobtitle")
    qtbot.keyClick(tab.search, Qt.Key.Key_Down)
    assert window.focusWidget() is tab.table
    assert tab.current == RowKey("jobtitle")


def test_samples_arrive_later_and_leave_the_place_alone(scenes: Scenes) -> None:
    window, service = scenes.page2_fields()
    tab = window.wizard.fields.tab(LEAD)
    tab.go_to(RowKey("jobtitle"))
    told = {LEAD: {"jobtitle": ColumnSample(("Boss",), 0.5, 10)}}
    service.scripts["sample"] = [lambda job: Sampled(job, told)]
    window.wizard.fields.pane.jobs.look()
    row = tab.model.row_of(RowKey("jobtitle"))
    scenes._wait(lambda: tab.model.data(tab.model.index(row, 2)) == "Boss")
    assert tab.current == RowKey("jobtitle")
    assert tab.model.data(tab.model.index(row, 2), Qt.ItemDataRole.UserRole) == "50 % filled in"


def test_samples_that_cannot_be_read_are_missed_in_words_and_keep_nobody(scenes: Scenes) -> None:
    window, _ = scenes.page2_fields(sample=[world.refused])
    pane = window.wizard.fields.pane
    scenes._wait(pane._status.isVisible)
    assert pane._status.text().startswith("What the fields hold could not be read: Marketo does not answer.")
    assert window.wizard.fields.validatePage()


@pytest.mark.parametrize(("filled", "told"), [(0.0, "0"), (0.001, "1"), (0.5, "50"), (0.997, "99"), (1.0, "100")])
def test_all_and_nothing_are_said_only_where_they_are_true(model: FieldModel, filled: float, told: str) -> None:
    model.show_samples({"field0": ColumnSample((), filled, 500)})
    assert model.data(model.index(0, 2), Qt.ItemDataRole.UserRole) == f"{told} % filled in"


def test_back_and_next_find_everything_as_it_was(scenes: Scenes) -> None:
    window, service = scenes.page2_fields()
    page = window.wizard.fields
    page.pane.sheet.edits.tick(LEAD, {RowKey("firstname")}, on=False)
    page.pane.edited(LEAD)
    page.tab(LEAD).search.setText("name")
    page.pane.checks.check(everything=False)
    scenes._wait(lambda: page.pane.sheet.report is not None)
    window.wizard.next()
    window.wizard.back()
    assert page.tab(LEAD).search.text() == "name"
    assert page.pane.panels.undo.isEnabled()
    assert page.pane.panels.fit_button.accessibleName() == "20 values do not fit"
    window.wizard.back()
    window.wizard.next()
    assert RowKey("firstname") not in page.tab(LEAD).model.chosen
    assert len(service.asked("describe")) == 1


def test_without_a_field_next_says_what_is_missing(scenes: Scenes) -> None:
    window, _ = scenes.page2_fields()
    page = window.wizard.fields
    for entity in ENTITIES:
        page.pane.sheet.edits.tick(entity, page.tab(entity).model.chosen, on=False)
    page.pane.edited()
    window.wizard.next()
    assert window.wizard.currentId() == 1
    assert page._missing.isVisible()
    assert page._missing.text() == "Tick at least one field."


def test_two_fields_for_one_target_block_next_and_the_focus_goes_to_the_row(scenes: Scenes) -> None:
    window, _ = scenes.page2_fields()
    page = window.wizard.fields
    tab = page.tab(Entity.CONTACT)
    page.pane.sheet.send(Entity.CONTACT, RowKey("telephone1"), "mobilePhone")
    page.pane.edited(Entity.CONTACT)
    tab.search.setText("address")
    window.wizard.next()
    assert window.wizard.currentId() == 1
    assert page._missing.text() == "“mobilephone” goes to “Mobile Phone Number” already."
    assert page.tabs.currentWidget() is tab
    assert tab.current == RowKey("telephone1")
    assert tab.search.text() == ""
    page.pane.panels.undo.click()
    window.wizard.next()
    assert window.wizard.currentId() == 2


def test_a_table_of_ones_own_has_a_tab_by_its_label(scenes: Scenes) -> None:
    dealer = Entity("new_dealer")
    schema = EntitySchema(dealer, "Dealer", "new_dealers", "new_dealerid", ())
    rows = {**fields.field_offers(), dealer: (offer(1),)}
    told = Described(0, rows, {**fields.tables(), dealer: schema}, fields.targets())
    window, _ = scenes.page1_passed(describe=[lambda job: Described(job, told.offers, told.tables, told.targets)])
    window.wizard.next()
    pane = window.wizard.fields.pane
    scenes._wait(lambda: pane.tabs.count() == 4)
    assert pane.tabs.tabText(3) == "Dealer  0"


def test_values_from_a_crm_are_shown_as_they_are(scenes: Scenes) -> None:
    field = SourceField("x", "<b>Bold</b> & co", FieldType.BOOLEAN)
    rows = {LEAD: (FieldOffer(field, "x", "<u>X</u>", preselected=True),)}
    window, _ = scenes.page1_passed(describe=[lambda job: Described(job, rows, {}, {Target.PERSON: TARGETS})])
    window.wizard.next()
    scenes._wait(lambda: window.wizard.fields.tabs.count() == 1)
    window.wizard.fields.tab(LEAD).go_to(RowKey("x"))
    labels = window.wizard.findChildren(QLabel)
    assert all(label.textFormat() is Qt.TextFormat.PlainText for label in labels if label.text())
    assert any("<b>Bold</b>" in label.text() for label in labels)


def test_a_refused_schema_says_why_and_can_be_tried_again(scenes: Scenes) -> None:
    window, service = scenes.page1_passed(describe=[world.refused])
    window.wizard.next()
    page = window.wizard.fields
    scenes._wait(page.banner.isVisible)
    assert page.banner.says.startswith("Marketo does not answer.")
    window.wizard.next()
    assert window.wizard.currentId() == 1
    service.scripts["describe"] = world.SCRIPTS["describe"]
    page.banner._buttons[0].click()
    scenes._wait(lambda: page.tabs.count() == 3)
    assert page.banner.isHidden()
