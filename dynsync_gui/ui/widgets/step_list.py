"""The steps of the set-up, at the side: number, name, state."""

from __future__ import annotations

from enum import StrEnum

from PySide6.QtWidgets import QFrame, QHBoxLayout, QWidget

from dynsync_gui.domain.text import tr
from dynsync_gui.ui.icons import Picture
from dynsync_gui.ui.theme import GRID
from dynsync_gui.ui.widgets.boxes import column
from dynsync_gui.ui.widgets.text import Text, restyle


class StepState(StrEnum):
    """Where a step stands."""

    TO_DO = "to-do"
    NOW = "now"
    DONE = "done"


class _Step(QFrame):
    def __init__(self, number: int, name: str) -> None:
        super().__init__()
        self.setProperty("kind", "step")
        self._number_text, self._name_text = str(number), name
        self._number = Text(str(number), "number", wrap=False)
        self._done = Picture("passed", "good", 20)
        self._name = Text(name)
        self._state = Text("", "hint")
        place = QWidget()
        place.setFixedWidth(20)
        inner = column(place)
        inner.addWidget(self._number)
        inner.addWidget(self._done)
        words = column(gap=0)
        words.addWidget(self._name)
        words.addWidget(self._state)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(GRID + 2, GRID, GRID, GRID)
        layout.setSpacing(GRID)
        layout.addWidget(place)
        layout.addLayout(words, 1)

    def show_state(self, state: StepState) -> None:
        word = {StepState.TO_DO: tr("To do"), StepState.NOW: tr("You are here"), StepState.DONE: tr("Done")}[state]
        self.setProperty("current", state is StepState.NOW)
        restyle(self)
        self._number.setVisible(state is not StepState.DONE)
        self._number.setProperty("tone", "accent" if state is StepState.NOW else "")
        self._done.setVisible(state is StepState.DONE)
        self._name.setProperty("kind", "strong" if state is StepState.NOW else "")
        restyle(self._number)
        restyle(self._name)
        self._state.say(word)
        self.setAccessibleName(f"{self._number_text}. {self._name_text}: {word}")


class StepList(QWidget):
    """All steps, the current one marked."""

    def __init__(self, names: list[str]) -> None:
        super().__init__()
        layout = column(self, gap=4)
        self._steps = [_Step(number, name) for number, name in enumerate(names, 1)]
        for step in self._steps:
            layout.addWidget(step)
        self.show_current(0)

    def show_current(self, current: int) -> None:
        """Mark the current step; those before it are done."""
        for number, step in enumerate(self._steps):
            if number == current:
                step.show_state(StepState.NOW)
            else:
                step.show_state(StepState.DONE if number < current else StepState.TO_DO)
