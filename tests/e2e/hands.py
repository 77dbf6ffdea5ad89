"""Works a window as a person does: by keyboard alone, or by mouse and typing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QLabel, QListWidget, QScrollArea, QWidget

from dynsync_gui.ui.mnemonics import letter

MOST_TABS = 60


class Keyboard:
    """Alt and the underlined letter where there is one, else Tab; Space, arrows, Enter, typing."""

    def __init__(self, window: Any) -> None:
        self._window = window

    def fill(self, field: QWidget, text: str) -> None:
        label = next(each for each in self._window.findChildren(QLabel) if each.buddy() is field)
        self._alt(label.text(), field)
        QTest.keyClicks(self._focus(), text)

    def press(self, button: QAbstractButton) -> None:
        if char := letter(button.text()):
            QTest.keyClick(self._focus(), char, Qt.KeyboardModifier.AltModifier)
            return
        for _ in range(MOST_TABS):
            if self._window.focusWidget() is button:
                break
            QTest.keyClick(self._focus(), Qt.Key.Key_Tab)
        assert self._window.focusWidget() is button, f"Tab does not reach {button.text()!r}"
        QTest.keyClick(button, Qt.Key.Key_Space)

    def choose(self, box: QComboBox, place: int) -> None:
        label = next(each for each in self._window.findChildren(QLabel) if each.buddy() is box)
        self._alt(label.text(), box)
        while box.currentIndex() != place:
            QTest.keyClick(box, Qt.Key.Key_Down if box.currentIndex() < place else Qt.Key.Key_Up)

    def pick(self, names: QListWidget, place: int) -> None:
        assert self._window.focusWidget() is names
        while names.currentRow() != place:
            QTest.keyClick(names, Qt.Key.Key_Down)
        QTest.keyClick(names, Qt.Key.Key_Return)

    def _alt(self, text: str, wanted: QWidget) -> None:
        char = letter(text)
        assert char, f"no letter on {text!r}"
        QTest.keyClick(self._focus(), char, Qt.KeyboardModifier.AltModifier)
        assert self._window.focusWidget() is wanted

    def _focus(self) -> QWidget:
        return self._window.focusWidget() or self._window


class Mouse:
    """Clicks; what is out of sight is scrolled to first."""

    def __init__(self, window: Any) -> None:
        self._window = window

    def fill(self, field: QWidget, text: str) -> None:
        self._click(field)
        assert self._window.focusWidget() is field
        QTest.keyClicks(field, text)

    def press(self, button: QAbstractButton) -> None:
        self._click(button)

    def choose(self, box: QComboBox, place: int) -> None:
        self._click(box)
        view = box.view()
        item = view.visualRect(box.model().index(place, 0)).center()
        # A list takes no click right after it opened, lest the click that opened it chooses something.
        QTest.mouseMove(view.viewport(), item)
        QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=item)
        assert box.currentIndex() == place

    def pick(self, names: QListWidget, place: int) -> None:
        item = names.visualItemRect(names.item(place)).center()
        self._click(names.viewport(), item)

    def _click(self, widget: QWidget, place: QPoint | None = None) -> None:
        QApplication.processEvents()  # what was shown or hidden a moment ago finds its place
        parent = widget.parentWidget()
        while parent is not None:
            if isinstance(parent, QScrollArea):
                parent.ensureWidgetVisible(widget, 0, 30)
            parent = parent.parentWidget()
        where = place or widget.rect().center()
        under = self._window.childAt(widget.mapTo(self._window, where))
        assert under is widget or widget.isAncestorOf(under), f"{under} lies over {widget} {widget.objectName()}"
        QTest.mouseClick(widget, Qt.MouseButton.LeftButton, pos=where)


Hands = Callable[[Any], Keyboard | Mouse]
