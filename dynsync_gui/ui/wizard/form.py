"""A card of fields that belong together, each found by its name in the set-up flow."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from dynsync_gui.ui.theme import GRID
from dynsync_gui.ui.widgets.boxes import Card
from dynsync_gui.ui.widgets.field_row import FieldRow
from dynsync_gui.ui.widgets.file_field import FileField
from dynsync_gui.ui.widgets.secret_field import SecretField


class Form(Card):
    """Fields and what is typed into them.

    Attributes:
        edited: The user changed something.
        help_wanted: The user asks for help; carries the topic.
        rows: The fields by their names in the set-up flow.
    """

    edited = Signal()
    help_wanted = Signal(str)

    def __init__(self) -> None:
        super().__init__(gap=GRID + 4)
        self.rows: dict[str, FieldRow] = {}

    def add(
        self,
        key: str,
        label: str,
        *,
        spoken: str,
        topic: str = "",
        hint: str = "",
        secret: bool = False,
        into: QVBoxLayout | None = None,
    ) -> None:
        """Add a field."""
        field: QWidget = SecretField(spoken) if secret else QLineEdit()
        line = FieldRow(key, label, field, spoken=spoken, topic=topic, hint=hint)
        self.add_row(line, into)
        if isinstance(line.target, QLineEdit):
            line.target.textEdited.connect(lambda: self._changed(line))
            line.target.editingFinished.connect(lambda: _show_start(line))

    def add_file(self, line: FieldRow, into: QVBoxLayout | None = None) -> None:
        """Add a field for a file."""
        self.add_row(line, into)
        if isinstance(line.field, FileField):
            line.field.chosen.connect(lambda: self._changed(line))
            line.field.edit.textEdited.connect(lambda: self._changed(line))

    def add_row(self, line: FieldRow, into: QVBoxLayout | None = None) -> None:
        """Add a field with its row, at the end or into a part of the card."""
        line.help_wanted.connect(self.help_wanted)
        self.rows[line.key] = line
        (into or self.body).addWidget(line)

    def line_edit(self, key: str) -> QLineEdit:
        """The line edit of a field."""
        field = self.rows[key].target
        assert isinstance(field, QLineEdit)  # noqa: S101
        return field

    def text(self, key: str) -> str:
        """What stands in a field, without outer blanks."""
        return self.line_edit(key).text().strip()

    def set_text(self, key: str, text: str) -> None:
        """Put something into a field, as the user would, but without being heard."""
        field = self.line_edit(key)
        field.setText(text)
        field.setCursorPosition(0)
        self.rows[key].note("")

    def secret(self, key: str) -> SecretField:
        """The field of a secret."""
        field = self.rows[key].field
        assert isinstance(field, SecretField)  # noqa: S101
        return field

    def hold_secrets(self) -> None:
        """Empty the fields of secrets: the flow has them."""
        for line in self.rows.values():
            if isinstance(line.field, SecretField):
                line.field.hold()

    def lock(self, locked: bool) -> None:
        """Make everything read-only (rehearsal), or free again."""
        for line in self.rows.values():
            if isinstance(line.field, SecretField | FileField):
                line.field.set_read_only(locked)
            elif isinstance(line.field, QLineEdit):
                line.field.setReadOnly(locked)
            else:
                line.field.setEnabled(not locked)

    def _changed(self, line: FieldRow) -> None:
        line.note("")
        self.edited.emit()


def _show_start(line: FieldRow) -> None:
    """A long id is recognised by its beginning."""
    if isinstance(line.target, QLineEdit) and not line.target.hasFocus():
        line.target.setCursorPosition(0)
