"""About: reached from Help, by keyboard, with the licence of every part."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from dynsync_gui.domain.licences import Part
from dynsync_gui.ui.windows.about import AboutWindow
from dynsync_gui.ui.windows.help import HelpWindow
from tests.ui import audit
from tests.ui.scenes import Scenes

PARTS = (
    Part("ICU", "", "Unicode-3.0", "Permission is hereby granted by Unicode"),
    Part("Qt for Python", "6.11.3", "LGPL-3.0-only", "GNU LESSER GENERAL PUBLIC LICENSE"),
)


def test_help_leads_to_about_from_the_wizard_and_from_the_main_window(scenes: Scenes, until: Any) -> None:
    for opened in (scenes.page1_empty, scenes.finished):
        window, _ = opened()
        (window.main or window.wizard).help.click()
        helped = window.findChild(HelpWindow)
        until(helped.isVisible)
        helped.about.click()
        about = window.findChild(AboutWindow)
        until(about.isVisible)
        assert about.isModal()
        about.close()


def test_licence_of_the_chosen_part_is_shown(qtbot: Any, theme: Any) -> None:
    about = AboutWindow(PARTS)
    qtbot.addWidget(about)
    about.show()
    assert "Permission is hereby granted by Unicode" in about.licence.toPlainText()
    about.parts.setFocus()
    qtbot.keyClick(about.parts, Qt.Key.Key_Down)
    assert about.licence.toPlainText().startswith("Qt for Python 6.11.3\nLGPL-3.0-only\n")
    assert "GNU LESSER GENERAL PUBLIC LICENSE" in about.licence.toPlainText()


def test_about_has_names_and_letters_and_is_reached_by_tab(qtbot: Any, theme: Any) -> None:
    about = AboutWindow(PARTS)
    qtbot.addWidget(about)
    about.show()
    QApplication.processEvents()
    assert audit.unnamed(about) == []
    assert audit.twice(about) == []
    assert audit.unreached(about) == []
    assert list(audit.cut(about)) == []


def test_copy_from_source_says_so(qtbot: Any, theme: Any) -> None:
    about = AboutWindow(())
    qtbot.addWidget(about)
    about.show()
    assert not about.parts.isVisible()


def test_f1_helps_in_the_main_window_and_where_fields_are_changed_later(scenes: Scenes, qtbot: Any) -> None:
    window, _ = scenes.fields_later()
    qtbot.keyClick(window.fields.pane.tabs.currentWidget().search, Qt.Key.Key_F1)
    assert window._help.browser.toPlainText() == "fields"
    window.main.rooms.links[4].click()
    qtbot.keyClick(window.main.why.field, Qt.Key.Key_F1)
    assert window._help.browser.toPlainText() == "enable"
