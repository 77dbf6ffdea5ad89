"""What a view asks for depends on the room it has in one way only: the less width, the more height."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication, QLabel, QScrollArea, QWidget

from dynsync_gui.ui.widgets.text import Text
from tests.ui.scenes import Scenes

SENTENCE = "The secrets of this set-up are kept in the keychain of somebody else, who has to sign in once."
TEXTS = ["", "A", "Short one", SENTENCE, SENTENCE * 9, "A line\nand more\nthan that", f"{'Long' * 12} {SENTENCE}"]


class Sizing(QObject):
    """Counts how often the contents of scroll areas are sized, and ends it where Qt would not."""

    MOST = 60

    def __init__(self) -> None:
        super().__init__()
        self.times = 0

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.Resize:
            area = watched.parent().parent() if watched.parent() else None
            if isinstance(area, QScrollArea) and area.widget() is watched:
                self.times += 1
        return self.times > self.MOST


@pytest.mark.parametrize("content", TEXTS)
def test_a_text_asks_for_the_same_in_every_place(qtbot: Any, content: str) -> None:
    place = QWidget()
    qtbot.addWidget(place)
    text, plain = Text(content), QLabel(content)
    text.setParent(place)
    place.show()
    plain.setWordWrap(True)
    if content:
        assert (text.sizeHint(), text.minimumSizeHint()) == (plain.sizeHint(), plain.minimumSizeHint())
    asked = {(text.sizeHint().toTuple(), text.minimumSizeHint().toTuple())}
    for width in (50, 200, 400, 500, 700, 1500, 300):
        text.resize(width, 50)
        asked.add((text.sizeHint().toTuple(), text.minimumSizeHint().toTuple()))
    assert len(asked) == 1


@pytest.mark.parametrize("scene", ["page1_passed", "page3_plan", "running", "finished", "problems"])
def test_in_no_size_a_scroll_bar_comes_and_goes(scenes: Scenes, qapp: QApplication, scene: str) -> None:
    """Qt sizes contents anew within their own resize, until the stack is full where each size asks for the other."""
    window: Any = getattr(scenes, scene)()[0]
    sizing = Sizing()
    qapp.installEventFilter(sizing)
    endless = []
    for width in (720, 800, 920, 1100):
        for height in range(540, 900, 6):
            sizing.times = 0
            window.resize(width, height)
            qapp.processEvents()
            if sizing.times > sizing.MOST:
                endless.append((width, height))
    qapp.removeEventFilter(sizing)
    assert endless == []
