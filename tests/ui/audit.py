"""What must hold for every window: names, letters, the way of the Tab key, and that every text fits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from PySide6.QtCore import QAbstractEventDispatcher, QEventLoop, QPoint, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractScrollArea,
    QComboBox,
    QLabel,
    QLineEdit,
    QPushButton,
    QTabBar,
    QTabWidget,
    QWidget,
)

from dynsync_gui.ui.mnemonics import letter, wants_letter
from dynsync_gui.ui.pressed import heavier_by


def focusable(window: QWidget) -> list[QWidget]:
    """Everything that the Tab key has to reach."""
    return [
        widget
        for widget in window.findChildren(QWidget)
        if widget.isVisibleTo(window)
        and widget.isEnabled()
        and widget.focusPolicy() & Qt.FocusPolicy.TabFocus
        and not widget.focusProxy()
        and not isinstance(widget, QTabWidget)
    ]


def unnamed(window: QWidget) -> list[str]:
    """Focusable widgets that a screen reader has no name or role for."""
    found = []
    for widget in focusable(window):
        spoken = QAccessible.queryAccessibleInterface(widget)
        name = spoken.text(QAccessible.Text.Name)
        if isinstance(widget, QTabBar):
            name = widget.tabText(0)
        if not name or spoken.role() is QAccessible.Role.NoRole:
            found.append(_told(widget))
    return found


def twice(window: QWidget) -> list[str]:
    """Alt letters that two visible things share, and things that want a letter and have none."""
    parts = [part for part in window.findChildren(QWidget) if part.isVisibleTo(window) and wants_letter(part)]
    letters = Counter(letter(part.text()) for part in parts)  # type: ignore[attr-defined]
    return [f"{char or 'none'}: {count}" for char, count in letters.items() if count > 1 or not char]


def unreached(window: QWidget) -> list[str]:
    """Focusable widgets that Tab does not come to, whatever it starts from."""
    wanted = focusable(window)
    reached = []
    start = wanted[0]
    widget = start
    for _ in range(2_000):
        if widget in wanted and widget not in reached:
            reached.append(widget)
        widget = widget.nextInFocusChain()
        if widget is start:
            break
    return [_told(widget) for widget in wanted if widget not in reached]


SIZES = ((920, 680), (720, 540))
"""Width and height in which every text has to fit."""


def cut_in_any_size(window: QWidget) -> list[str]:
    """Texts that do not fit where they stand, in one of `SIZES`."""
    found = []
    for size in SIZES:
        window.resize(*size)
        settle()
        found += [f"{size[0]}: {problem}" for problem in cut(window)]
    return found


def settle() -> None:
    """Let the layouts finish: everything that waits its turn is carried out, and what comes of that."""
    turns = QAbstractEventDispatcher.instance()
    for _ in range(10_000):
        if not turns.processEvents(QEventLoop.ProcessEventsFlag.AllEvents):
            return
    raise AssertionError("the window does not come to rest")


def cut(window: QWidget) -> Iterator[str]:
    """Texts that do not fit where they stand."""
    for widget in window.findChildren(QWidget):
        if not widget.isVisibleTo(window) or widget.width() <= 0:
            continue
        if isinstance(widget, QLabel) and widget.text():
            yield from _cut_label(widget)
        elif isinstance(widget, QAbstractButton) and widget.text():
            wanted = widget.sizeHint()
            if isinstance(widget, QPushButton) and widget.isChecked() and widget.property("kind") == "filter":
                wanted.setWidth(QPushButton.sizeHint(widget).width() + heavier_by(widget))  # what it says is bold
            if wanted.width() > widget.width() + 1 or wanted.height() > widget.height() + 1:
                yield f"{_told(widget)} wants {wanted.toTuple()} has {widget.size().toTuple()}"
        elif isinstance(widget, QComboBox):
            yield from _cut_inside(widget, widget.currentText(), 36)
        elif isinstance(widget, QLineEdit) and not widget.text():
            yield from _cut_inside(widget, widget.placeholderText(), 18)
        yield from _beyond(widget)


def _cut_inside(widget: QWidget, text: str, edges: int) -> Iterator[str]:
    if widget.fontMetrics().horizontalAdvance(text) > widget.width() - edges:
        yield f"{_told(widget)}: {text}"


def _cut_label(label: QLabel) -> Iterator[str]:
    if not label.wordWrap():
        if label.sizeHint().width() > label.width() + 1:
            yield f"{_told(label)} wants {label.sizeHint().width()} has {label.width()}"
        return
    room = label.contentsRect().width()
    longest = max(label.text().split() or [""], key=len)
    if label.fontMetrics().horizontalAdvance(longest) > room + 1:
        yield f"{_told(label)}: “{longest}” is wider than {room}"
    if label.heightForWidth(label.width()) > label.height() + 1:
        yield f"{_told(label)} wants height {label.heightForWidth(label.width())} has {label.height()}"


def _beyond(widget: QWidget) -> Iterator[str]:
    """Things that stick out of the place they scroll in, which scrolls up and down only."""
    area = widget.parentWidget()
    while area is not None and not isinstance(area.parentWidget(), QAbstractScrollArea):
        area = area.parentWidget()
    if area is None or isinstance(widget.parentWidget(), QAbstractScrollArea):
        return
    right = widget.mapTo(area, QPoint(widget.width(), 0)).x()
    if right > area.width() + 1:
        yield f"{_told(widget)} ends at {right} of {area.width()}"


def _told(widget: QWidget) -> str:
    text = widget.text() if isinstance(widget, QLabel | QAbstractButton) else ""
    return f"{type(widget).__name__} {widget.objectName()} {text[:60]!r}"
