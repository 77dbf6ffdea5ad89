"""What a change of the choice will send for records that are there already, and for which of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QLineEdit, QWidget

from dynsync_gui.domain.plan import BackFill
from dynsync_gui.domain.text import msgs, ntr, tr
from dynsync_gui.ui.theme import GRID
from dynsync_gui.ui.widgets.boxes import column
from dynsync_gui.ui.widgets.flow import Flow
from dynsync_gui.ui.widgets.text import Text

_PROPOSED = timedelta(days=90)


class BackFillPane(QWidget):
    """The estimate, and the choice between all records and those that changed lately.

    Attributes:
        changed: Another range is wanted.
    """

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.said = Text("", "strong")
        self.limit = QCheckBox(tr("Fill them only for records that changed in Dynamics since"))
        self.limit.setObjectName("back_fill.limit")
        self.limit.setAccessibleName(self.limit.text())
        about = tr("All other records get them with their next change in Dynamics.")
        self.limit.setAccessibleDescription(about)
        self.day = QLineEdit((_today() - _PROPOSED).isoformat())
        self.day.setObjectName("back_fill.day")
        self.day.setAccessibleName(tr("Day, as in {day}", day="2026-03-31"))
        self.day.setMaxLength(10)
        self.day.setFixedWidth(self.day.fontMetrics().horizontalAdvance("0000-00-00") + 5 * GRID)
        self._about, self._wrong = Text(about, "hint"), Text("", "hint", "bad")
        self._range = Flow(self.limit, self.day)
        layout = column(self, gap=4)
        for part in (self.said, self._range, self._about, self._wrong):
            layout.addWidget(part)
        self.limit.toggled.connect(self._show)
        self.limit.toggled.connect(self.changed)
        self.day.textEdited.connect(self._show)
        self.day.textEdited.connect(self.changed)
        self.forget()

    @property
    def since(self) -> date | None:
        """When a record has to have changed at the earliest; None for all records."""
        return self._read() if self.limit.isChecked() else None

    @property
    def wrong(self) -> str:
        """What is wrong with the day; empty where nothing is."""
        if not self.limit.isChecked() or self._read() is not None:
            return ""
        return tr("Write the day as in {day}, today at the latest.", day="2026-03-31")

    def show_cost(self, back_fills: Sequence[BackFill]) -> None:
        """Say what will be sent."""
        fields = ntr("{n} changed field", "{n} changed fields", sum(len(each.fields) for each in back_fills))
        count = sum(each.records for each in back_fills)
        records = msgs("at most {n} record is sent once more", "at most {n} records are sent once more", count)
        calls = msgs("{n} Marketo call", "{n} Marketo calls", sum(each.calls for each in back_fills))
        told = tr("{fields}: {records}, {calls}.", fields=fields, records=records, calls=calls)
        self.said.say(told if back_fills else tr("Nothing has to be sent once more for this."))
        self._range.setVisible(bool(back_fills))
        self._show()
        self.show()

    def show_failed(self, reason: str) -> None:
        """It could not be found out."""
        self.said.say(tr("What it will send could not be estimated: {reason}", reason=reason))
        self.show()

    def forget(self) -> None:
        """Nothing is changed: all records are meant again."""
        self.limit.blockSignals(True)
        self.limit.setChecked(False)
        self.limit.blockSignals(False)
        self._range.hide()
        self._show()
        self.hide()

    def _show(self) -> None:
        limited = self.limit.isChecked() and not self._range.isHidden()
        self.day.setEnabled(self.limit.isChecked())
        self._wrong.say(self.wrong)
        self._wrong.setVisible(limited and bool(self.wrong))
        self._about.setVisible(limited and not self.wrong)

    def _read(self) -> date | None:
        try:
            day = date.fromisoformat(self.day.text().strip())
        except ValueError:
            return None
        return day if day <= _today() else None


def _today() -> date:
    return datetime.now(UTC).date()
