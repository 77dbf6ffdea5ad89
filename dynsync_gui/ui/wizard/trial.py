"""The line from which the connections are tested: a button, its opposite, and how the test stands."""

from __future__ import annotations

from PySide6.QtWidgets import QPushButton, QWidget

from dynsync_gui.domain.text import tr
from dynsync_gui.ui.theme import GRID
from dynsync_gui.ui.widgets.boxes import row
from dynsync_gui.ui.widgets.text import Text


class Trial(QWidget):
    """Test or stop, and one sentence."""

    def __init__(self) -> None:
        super().__init__()
        self.test = QPushButton(tr("Test the connections"))
        self.stop = QPushButton(tr("Stop the test"))
        self.status = Text("")
        for button, name in ((self.test, "test"), (self.stop, "stop-test")):
            button.setObjectName(name)
            button.setAccessibleName(button.text())
            button.setAutoDefault(False)
        layout = row(self.test, self.stop, self.status, gap=GRID + 4)
        layout.setStretch(2, 1)
        self.setLayout(layout)
        self.stop.hide()

    def begin(self) -> None:
        """A test runs: it can be stopped."""
        self.status.say(tr("Testing both connections"), "muted")
        self.stop.show()
        self.stop.setFocus()
        self.test.hide()

    def rest(self) -> None:
        """No test runs; the focus goes on from the button that is hidden."""
        focus = self.window().focusWidget() is self.stop
        self.test.show()
        self.test.setEnabled(True)
        if focus:
            self.test.setFocus()
        self.stop.hide()
