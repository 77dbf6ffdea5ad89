"""A new user's work on page 2 by keyboard alone: map 30 fields, create 5, find one by its label, take a step back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget

from dynsync_gui.domain.schema import Entity, FieldType, TargetType
from dynsync_gui.domain.text import use_language
from dynsync_gui.ui.wizard.field_new import NewFieldDialog
from dynsync_gui.ui.wizard.field_target import TargetDialog
from tests.ui import field_world as fields
from tests.ui.languages import catalogue
from tests.ui.scenes import Scenes

LEAD = Entity.LEAD
CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


class Hands:
    """Presses keys at whatever has the focus, as a person does."""

    def __init__(self, qtbot: Any, window: QWidget) -> None:
        self._qtbot, self._window = qtbot, window

    @property
    def focus(self) -> QWidget:
        front = QApplication.activeModalWidget() or self._window
        return front.focusWidget() or front

    def press(self, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        self._qtbot.keyClick(self.focus, key, modifier)

    def type(self, text: str) -> None:
        self._qtbot.keyClicks(self.focus, text)

    def tab_to(self, wanted: Callable[[QWidget], bool], most: int = 20) -> None:
        for _ in range(most):
            if wanted(self.focus):
                return
            self.press(Qt.Key.Key_Tab)
        pytest.fail(f"Tab does not lead there, it stands on {self.focus}")

    def find(self, words: str) -> None:
        """Search and go into the list."""
        self.press(Qt.Key.Key_F, CONTROL)
        self.type(words)
        self.press(Qt.Key.Key_Down)

    def dialog(self, kind: type) -> Any:
        self._qtbot.waitUntil(lambda: isinstance(QApplication.activeModalWidget(), kind))
        return QApplication.activeModalWidget()

    def gone(self) -> None:
        self._qtbot.waitUntil(lambda: QApplication.activeModalWidget() is None)


def test_esc_ends_the_search_and_closes_what_is_open_before_it_leaves(scenes: Scenes, qtbot: Any) -> None:
    window, _ = scenes.page2_fields()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    hands, pane = Hands(qtbot, window), window.wizard.fields.pane
    pane.panels.fit_button.click()
    hands.press(Qt.Key.Key_F, CONTROL)
    hands.type("title")
    tab = pane.tabs.currentWidget()
    assert tab.search.text() == "title"
    hands.press(Qt.Key.Key_Escape)
    assert tab.search.text() == ""
    assert pane.panels.fit.isVisible()
    hands.press(Qt.Key.Key_Escape)
    assert not pane.panels.fit.isVisible()
    assert hands.focus is pane.panels.fit_button
    assert window.wizard.isVisible()


@pytest.mark.parametrize("language", ["en", "fr"])
def test_thirty_fields_are_mapped_five_created_one_found_and_a_step_taken_back(
    scenes: Scenes, qtbot: Any, language: str
) -> None:
    use_language(language, catalogue(language))
    scenes._language = language
    window, _ = scenes.page2_fields()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    hands, draft = Hands(qtbot, window), window.wizard.flow.draft
    tab = window.wizard.fields.tab(LEAD)
    before = set(window.wizard.flow.chosen(LEAD))
    rows = [offer for offer in fields.field_offers(language)[LEAD] if offer.selectable and not offer.is_filter]
    unticked = [offer.field.name for offer in rows if offer.field.name not in before]

    # 25 that are not synced by themselves are ticked; 5 that are go to another Marketo field.
    for name in unticked[:25]:
        hands.find(name)
        while tab.current.name != name:
            hands.press(Qt.Key.Key_Down)
        hands.press(Qt.Key.Key_Space)
    assert set(window.wizard.flow.chosen(LEAD)) == before | set(unticked[:25])
    moved = {}
    for name in [offer.field.name for offer in rows if offer.preselected and offer.field.type is FieldType.STRING][:5]:
        hands.find(name)
        while tab.current.name != name:
            hands.press(Qt.Key.Key_Down)
        hands.press(Qt.Key.Key_F2)
        dialog = hands.dialog(TargetDialog)
        free = [option for option in dialog.model._options if not option.reason]
        hands.type(free[len(moved)].name)
        while not dialog.take.isEnabled():
            hands.press(Qt.Key.Key_Down)
        moved[name] = dialog.model.option_at(dialog.table.currentIndex().row()).name
        hands.press(Qt.Key.Key_Return)
        hands.gone()
    chosen = {choice.name: choice for choice in draft.settings.fields.chosen[LEAD]}
    assert {name: chosen[name].target for name in moved} == moved
    assert len(moved) == 5

    # Five get a field of their own.
    for number, name in enumerate(unticked[25:30]):
        hands.find(name)
        while tab.current.name != name:
            hands.press(Qt.Key.Key_Down)
        hands.tab_to(lambda widget: widget is tab.detail.new)
        hands.press(Qt.Key.Key_Space)
        dialog = hands.dialog(NewFieldDialog)
        hands.tab_to(lambda widget, dialog=dialog: widget is dialog.label)
        hands.press(Qt.Key.Key_A, CONTROL)
        hands.type(f"Own field {number}")
        hands.tab_to(lambda widget, dialog=dialog: widget is dialog.name)
        hands.press(Qt.Key.Key_A, CONTROL)
        hands.type(f"ownField{number}")
        hands.press(Qt.Key.Key_Return)
        hands.gone()
    chosen = {choice.name: choice for choice in draft.settings.fields.chosen[LEAD]}
    made = {choice.target: choice.label for choice in chosen.values() if choice.create}
    assert made == {f"ownField{number}": f"Own field {number}" for number in range(5)}
    assert all(isinstance(choice.create, TargetType) for choice in chosen.values() if choice.target in made)

    # One is found by its label, and the last step is taken back and done again.
    label = next(offer.field.label for offer in rows if offer.field.name == "jobtitle")
    hands.find(label)
    assert tab.current.name == "jobtitle"
    full = draft.settings.fields
    hands.press(Qt.Key.Key_Z, CONTROL)
    assert "ownField4" not in {choice.target for choice in draft.settings.fields.chosen[LEAD]}
    hands.press(Qt.Key.Key_Z, CONTROL | SHIFT)
    assert draft.settings.fields == full
    assert not isinstance(hands.focus, QLineEdit)
    hands.press(Qt.Key.Key_Return)
    assert window.wizard.currentId() == 2
