"""What few people need: behind one line until somebody opens it."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from dynsync_gui.domain.text import tr
from dynsync_gui.ui.icons import IconButton
from dynsync_gui.ui.theme import GRID
from dynsync_gui.ui.widgets.boxes import column, row


class Fold(QWidget):
    """A line that opens and closes what stands below it.

    Args:
        title: What is inside, in a few words.

    Attributes:
        folded: It was opened or closed.
        body: Where its parts go.
    """

    folded = Signal()

    def __init__(self, title: str) -> None:
        super().__init__()
        self._title = title
        self.button = IconButton("plus", title, role="accent", kind="link")
        self.button.setCheckable(True)
        self.button.setAutoDefault(False)
        self._inside = QWidget()
        self.body = column(self._inside, gap=GRID + 4)
        layout = column(self, gap=GRID)
        layout.addLayout(row(self.button, None))
        layout.addWidget(self._inside)
        self.button.toggled.connect(self._toggled)
        self._toggled(False)

    @property
    def is_open(self) -> bool:
        """Whether its parts are shown."""
        return self.button.isChecked()

    def open(self, *, open_: bool = True) -> None:
        """Show its parts, or hide them."""
        self.button.setChecked(open_)

    def _toggled(self, open_: bool) -> None:
        self._inside.setVisible(open_)
        self.button.show_icon("minus" if open_ else "plus", "accent")
        state = tr("{title}, opened", title=self._title) if open_ else tr("{title}, closed", title=self._title)
        self.button.setAccessibleName(state)
        self.folded.emit()


def reveal(widget: QWidget) -> None:
    """Open whatever folds hide a widget."""
    parent: QWidget | None = widget.parentWidget()
    while parent is not None:
        if isinstance(parent, Fold):
            parent.open()
        parent = parent.parentWidget()
