"""A field for a secret: shown only on wish, trimmed when pasted, never copied out."""

from __future__ import annotations

from PySide6.QtGui import QContextMenuEvent, QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QLineEdit, QMenu, QWidget

from dynsync_gui.domain.text import tr
from dynsync_gui.ui.icons import IconButton
from dynsync_gui.ui.theme import GRID
from dynsync_gui.ui.widgets.boxes import row


class SecretEdit(QLineEdit):
    """The line edit of a secret."""

    def __init__(self) -> None:
        super().__init__()
        self.setEchoMode(QLineEdit.EchoMode.Password)
        self.setDragEnabled(False)
        self.setMaxLength(4096)

    def paste_trimmed(self) -> None:
        """Paste without the blanks and line ends that come along when a secret is copied from a page."""
        if not self.isReadOnly():
            self.insert("".join(QGuiApplication.clipboard().text().split()))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Trim what is pasted; do not copy or cut."""
        if event.matches(QKeySequence.StandardKey.Paste):
            self.paste_trimmed()
        elif not (event.matches(QKeySequence.StandardKey.Copy) or event.matches(QKeySequence.StandardKey.Cut)):
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Offer to paste, and nothing else."""
        menu = QMenu(self)
        menu.addAction(tr("Paste"), self.paste_trimmed).setEnabled(not self.isReadOnly())
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(event.globalPos())


class SecretField(QWidget):
    """Line edit and the button that shows its text.

    Args:
        label: What the secret is called, for the button's name.
    """

    def __init__(self, label: str) -> None:
        super().__init__()
        self._label = label
        self.edit = SecretEdit()
        self._eye = IconButton("eye", label=tr("Show: {field}", field=label), role="muted")
        self._eye.setCheckable(True)
        self._eye.setAutoDefault(False)
        self._eye.toggled.connect(self._reveal)
        self.setLayout(row(self.edit, self._eye, gap=GRID // 2))
        self.setFocusProxy(self.edit)
        self.held = False
        self.edit.textEdited.connect(self._typed)

    def value(self, kept: str) -> str:
        """What is typed, or what was kept of it before.

        Args:
            kept: The secret as the set-up flow holds it.
        """
        return self.edit.text().strip() or (kept if self.held else "")

    def hold(self, held: bool | None = None) -> None:
        """Empty the field; its secret is kept elsewhere from now on, where there is one."""
        self.held = (self.held or bool(self.edit.text())) if held is None else held
        self.edit.clear()
        self._eye.setChecked(False)
        self.edit.setPlaceholderText(tr("Kept for this set-up") if self.held else "")

    def set_read_only(self, read_only: bool) -> None:
        """Lock the field; a locked secret is not shown either."""
        self.edit.setReadOnly(read_only)
        self._eye.setEnabled(not read_only)
        if read_only:
            self._eye.setChecked(False)

    def _typed(self) -> None:
        self.held = False
        self.edit.setPlaceholderText("")

    def _reveal(self, shown: bool) -> None:
        mode = QLineEdit.EchoMode.Normal if shown else QLineEdit.EchoMode.Password
        self.edit.setEchoMode(mode)
        self._eye.show_icon("eye-off" if shown else "eye", "muted")
        name = tr("Hide: {field}", field=self._label) if shown else tr("Show: {field}", field=self._label)
        self._eye.setAccessibleName(name)
        self._eye.setToolTip(name)
