"""The chosen row: where it goes and by which rules."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QDialog

from dynsync_gui.domain.choice import Direction, FieldChoice, Form, Overwrite, TooLong
from dynsync_gui.domain.edits import RowKey
from dynsync_gui.domain.mapping import NewField
from dynsync_gui.domain.schema import Entity, FieldType, SourceField, System, Target, TargetField, TargetType
from dynsync_gui.ui.wizard.field_form import FieldForm
from dynsync_gui.ui.wizard.field_new import NewFieldDialog
from dynsync_gui.ui.wizard.field_target import TargetDialog
from tests.ui import field_world as fields
from tests.ui.scenes import Scenes

LEAD = Entity.LEAD
TEXT = TargetField("title", "Job Title", TargetType.STRING, 255)


def pick(box: QComboBox, value: Any) -> None:
    """Choose in a drop-down list as a person does."""
    place = box.findData(value.value if hasattr(value, "value") else value)
    assert place >= 0, [box.itemText(at) for at in range(box.count())]
    box.setCurrentIndex(place)
    box.activated.emit(place)


def of(window: Any, kind: type[QDialog]) -> Any:
    return next(dialog for dialog in window.findChildren(kind) if dialog.isVisible())


@pytest.fixture
def tab(scenes: Scenes) -> Any:
    window, _ = scenes.page2_fields()
    return window.wizard.fields.tab(LEAD)


def choice(tab: Any, name: str, *, second: bool = False) -> FieldChoice:
    chosen = tab.window().wizard.flow.draft.settings.fields.chosen[LEAD]
    return [each for each in chosen if each.name == name][-1 if second else 0]


def test_the_row_says_in_a_sentence_where_it_goes_and_who_wins(tab: Any) -> None:
    tab.go_to(RowKey("jobtitle"))
    assert tab.detail._sentence.text() == "Dynamics and Marketo fill Job Title. If both changed, Marketo wins."
    tab.detail.more.click()
    pick(tab.detail.form.direction, Direction.TO_MARKETO)
    assert tab.detail._sentence.text() == "Dynamics fills Job Title."
    pick(tab.detail.form.direction, Direction.BOTH)
    assert tab.detail._sentence.text() == "Dynamics and Marketo fill Job Title. If both changed, Marketo wins."
    pick(tab.detail.form.winner, System.DYNAMICS)
    pick(tab.detail.form.overwrite, Overwrite.NOT_BY_EMPTY)
    pick(tab.detail.form.too_long, TooLong.TRIM)
    assert choice(tab, "jobtitle") == FieldChoice(
        "jobtitle",
        winner=System.DYNAMICS,
        overwrite=Overwrite.NOT_BY_EMPTY,
        too_long=TooLong.TRIM,
    )
    assert "If both changed, Dynamics wins." in tab.detail._sentence.text()


def test_back_to_the_documented_rules_leaves_nothing_said(tab: Any) -> None:
    tab.go_to(RowKey("jobtitle"))
    form = tab.detail.form
    pick(form.direction, Direction.TO_MARKETO)
    pick(form.direction, Direction.BOTH)
    pick(form.winner, System.DYNAMICS)
    pick(form.winner, System.MARKETO)
    assert choice(tab, "jobtitle").plain


def test_what_cannot_be_synced_offers_nothing_to_choose(tab: Any) -> None:
    tab.go_to(RowKey("entityimage"))
    assert tab.detail._note.text() == "Pictures have no place in Marketo."
    assert not tab.detail._buttons.isVisibleTo(tab)
    tab.detail.more.setChecked(True)
    assert not tab.detail.form.isVisibleTo(tab)


def test_a_row_without_a_tick_says_where_it_would_go(tab: Any) -> None:
    tab.go_to(RowKey("subject"))
    assert tab.detail._sentence.text() == "Not synced. Ticked, it would go to “Microsoft Topic”."
    assert not tab.detail.form.isEnabled()


@pytest.mark.parametrize(
    ("kind", "seen"),
    [
        (FieldType.STRING, {"direction", "winner", "overwrite", "too-long"}),
        (FieldType.PICKLIST, {"direction", "overwrite", "too-long", "form", "language"}),
        (FieldType.BOOLEAN, {"direction", "winner", "overwrite", "too-long", "form"}),
        (FieldType.LOOKUP, {"direction", "overwrite", "too-long", "form", "also-id"}),
    ],
)
def test_only_rules_that_a_type_has_are_shown(qtbot: Any, theme: Any, kind: FieldType, seen: set[str]) -> None:
    form = FieldForm((1033, 1036))
    qtbot.addWidget(form)
    form.show_choice(LEAD, SourceField("x", "X", kind), TEXT, FieldChoice("x"), second=False)
    parts = {box.objectName().removeprefix("field."): box for box in form.findChildren(QComboBox)}
    parts["also-id"] = form.also_id
    assert {name for name, part in parts.items() if part.isVisibleTo(form)} == seen


def test_companies_only_go_to_marketo(qtbot: Any, theme: Any) -> None:
    form = FieldForm()
    qtbot.addWidget(form)
    source = SourceField("name", "Name", FieldType.STRING, 100)
    form.show_choice(Entity.ACCOUNT, source, TEXT, FieldChoice("name"), second=False)
    assert [form.direction.itemText(place) for place in range(form.direction.count())] == ["To Marketo"]


def test_labels_can_be_numbers_and_their_language_is_one_for_all(tab: Any) -> None:
    tab.go_to(RowKey("leadsourcecode"))
    form = tab.detail.form
    assert form.language.itemText(2) == "Français"
    form.language.setCurrentIndex(2)
    form.language.activated.emit(2)
    assert tab.window().wizard.flow.draft.settings.fields.language == 1036
    pick(form.form, Form.VALUE)
    assert choice(tab, "leadsourcecode").form is Form.VALUE
    assert not form.language.isVisibleTo(form)
    pick(form.form, Form.LABEL)
    assert choice(tab, "leadsourcecode").form is Form.AUTOMATIC


def test_a_lookups_id_gets_a_row_of_its_own(tab: Any) -> None:
    key = RowKey("ownerid")
    tab.tick_wanted.emit({key}, True)
    tab.go_to(key)
    tab.detail.more.click()
    tab.detail.form.also_id.click()
    assert choice(tab, "ownerid", second=True).form is Form.ID
    second = RowKey("ownerid", second=True)
    assert tab.model.row_of(second) == tab.model.row_of(key) + 1
    tab.go_to(second)
    assert tab.detail._title.text().endswith(": id of the record")
    tab.go_to(key)
    tab.detail.form.also_id.click()
    assert tab.model.row_of(second) == -1


def test_another_target_is_searched_and_taken_and_others_say_why_not(tab: Any, qtbot: Any) -> None:
    tab.go_to(RowKey("jobtitle"))
    qtbot.keyClick(tab.table, Qt.Key.Key_F2)
    dialog = of(tab.window(), TargetDialog)
    assert dialog.model.option_at(dialog.table.currentIndex().row()).name == "title"
    qtbot.keyClicks(dialog.search, "num employees")
    assert not dialog.take.isEnabled()
    assert dialog.said.text() == "Marketo keeps “Num Employees” on the company."
    dialog.search.clear()
    qtbot.keyClicks(dialog.search, "department")
    assert dialog.take.isEnabled()
    qtbot.keyClick(dialog.search, Qt.Key.Key_Return)
    assert not dialog.isVisible()
    assert choice(tab, "jobtitle").target == "department"
    assert tab.detail._sentence.text() == "Dynamics and Marketo fill Department. If both changed, Marketo wins."


def test_a_field_that_another_row_fills_cannot_be_taken_twice(tab: Any) -> None:
    tab.go_to(RowKey("jobtitle"))
    tab.detail.target.click()
    dialog = of(tab.window(), TargetDialog)
    dialog.search.setText("firstName")
    assert dialog.said.text() == "Another field goes there."
    dialog.accept()
    assert dialog.isVisible()
    dialog.reject()
    assert "jobtitle" not in {each.name for each in tab.window().wizard.flow.draft.settings.fields.chosen.get(LEAD, ())}


def test_a_new_field_has_label_name_and_type(tab: Any, qtbot: Any) -> None:
    tab.go_to(RowKey("jobtitle"))
    tab.detail.new.click()
    dialog = of(tab.window(), NewFieldDialog)
    assert dialog.name.text() == "ms_jobtitle"
    dialog.label.setText("Role <at> work")
    dialog.name.setText("firstname")
    qtbot.keyClick(dialog.name, Qt.Key.Key_Return)
    assert dialog.isVisible()
    assert dialog.label.accessibleDescription() == "Use letters, digits and blanks only."
    assert dialog.name.accessibleDescription() == "Marketo has a field of that name. Choose another one."
    dialog.label.setText("Role at work")
    dialog.name.setText("roleAtWork")
    dialog.take.click()
    made = choice(tab, "jobtitle")
    assert (made.target, made.label, made.create) == ("roleAtWork", "Role at work", TargetType.STRING)
    assert "“roleAtWork” will be created in Marketo" in tab.detail._sentence.text()
    panels = tab.window().wizard.fields.pane.panels
    assert NewField("roleAtWork", "Role at work", TargetType.STRING) in panels.new._fields


def test_company_fields_cannot_be_created_and_the_page_says_so(scenes: Scenes) -> None:
    window, _ = scenes.page2_fields()
    tab = window.wizard.fields.tab(Entity.ACCOUNT)
    window.wizard.fields.pane.go_to(Entity.ACCOUNT, "name")
    assert not tab.detail.new.isEnabled()
    assert tab.detail.new.accessibleDescription().startswith("Programs cannot add company and opportunity fields")


def test_the_list_for_the_marketo_admin_names_every_new_field(scenes: Scenes, tmp_path: Any) -> None:
    window, _ = scenes.page2_fields()
    panels = window.wizard.fields.pane.panels
    panels.new_button.click()
    made = fields.targets()[Target.PERSON]
    names = [field.name for field in panels.new._fields]
    assert names
    assert not [name for name in names if made.field(name)]
    panels.new.save_to(str(tmp_path / "list.txt"))
    text = (tmp_path / "list.txt").read_text(encoding="utf-8")
    assert all(f"API name {name}," in text for name in names)
    panels.new.save_to(str(tmp_path))
    assert panels.new.result.text() == "The file cannot be written there. Choose another folder."
