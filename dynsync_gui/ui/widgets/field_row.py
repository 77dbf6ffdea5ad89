"""One input: its name above, where to find it, and what there is to say about it below."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QPushButton, QWidget

from dynsync_gui.domain.text import tr
from dynsync_gui.ui.icons import Picture
from dynsync_gui.ui.widgets.boxes import TOP, column, row
from dynsync_gui.ui.widgets.file_field import FileField
from dynsync_gui.ui.widgets.secret_field import SecretField
from dynsync_gui.ui.widgets.text import Text, restyle


class FieldRow(QWidget):
    """Label, field, message.

    Args:
        key: Name of the input in the set-up flow (``dynamics.url``); also the object name of the field.
        label: What the field is called.
        field: The field.
        spoken: Its whole name for a screen reader, where the label alone says too little.
        topic: Help topic; empty for none.
        hint: Shown while there is nothing else to say.
        ask: Text of the link to the help, where it is not about finding something.

    Attributes:
        help_wanted: The user asks where to find it; carries the topic.
    """

    help_wanted = Signal(str)

    def __init__(
        self,
        key: str,
        label: str,
        field: QWidget,
        *,
        spoken: str = "",
        topic: str = "",
        hint: str = "",
        ask: str = "",
    ) -> None:
        super().__init__()
        self.key, self.field, self.topic, self._hint = key, field, topic, hint
        self.label = Text(label, "label", wrap=False)
        target = field.edit if isinstance(field, SecretField | FileField) else field
        self.target = target
        target.setObjectName(key)
        target.setAccessibleName(spoken or label)
        self.label.setBuddy(target)
        self._picture = Picture("failed", "bad", 14)
        self._message = Text("", "hint")
        layout = column(self, gap=4)
        head = row(self.label, None)
        if topic:
            button = QPushButton(ask or tr("Where do I find this?"))
            button.setProperty("kind", "link")
            button.setAccessibleName(ask or tr("Where do I find this: {field}", field=spoken or label))
            button.setAutoDefault(False)
            button.clicked.connect(lambda: self.help_wanted.emit(self.topic))
            head.addWidget(button)
        layout.addLayout(head)
        layout.addWidget(field)
        below = row(self._picture, self._message, gap=4)
        below.setAlignment(self._picture, TOP)
        below.setStretch(1, 1)
        layout.addLayout(below)
        layout.addStretch(1)
        target.installEventFilter(self)
        self._say(hint, "")

    def complain(self, text: str) -> None:
        """Say what is wrong, in words, with an icon, and with the edge of the field."""
        self._say(text, "bad")

    def note(self, text: str) -> None:
        """Say something that is not wrong; without a text the hint comes back."""
        self._say(text or self._hint, "")

    def set_hint(self, hint: str) -> None:
        """Change what is said while there is nothing else to say."""
        showed = self._message.text() == self._hint
        self._hint = hint
        if showed:
            self._say(hint, "")

    def rename(self, label: str, spoken: str) -> None:
        """Call the field something else, where its meaning depends on another one."""
        self.label.say(label)
        self.target.setAccessibleName(spoken)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """F1 in the field opens its help."""
        if not isinstance(event, QKeyEvent) or event.type() != QEvent.Type.KeyPress:
            return super().eventFilter(watched, event)
        asked = bool(self.topic) and event.key() == Qt.Key.Key_F1
        if asked:
            self.help_wanted.emit(self.topic)
        return asked

    def _say(self, text: str, tone: str) -> None:
        wrong = tone == "bad"
        self._picture.setVisible(wrong)
        self._message.setVisible(bool(text))
        self._message.say(text, tone)
        self.target.setAccessibleDescription(text)
        if isinstance(self.target, QLineEdit) and bool(self.target.property("wrong")) != wrong:
            self.target.setProperty("wrong", wrong)
            restyle(self.target)
