"""Named checks, one below the other, as they run."""

from __future__ import annotations

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QPushButton, QWidget

from dynsync_gui.domain.checks import Check, CheckState
from dynsync_gui.domain.text import ntr, number, tr
from dynsync_gui.ui.icons import Picture
from dynsync_gui.ui.mnemonics import reword
from dynsync_gui.ui.theme import GRID
from dynsync_gui.ui.widgets.boxes import TOP, column, drop, row
from dynsync_gui.ui.widgets.text import Text
from dynsync_gui.ui.words import CHECK, OWNER


def details(check: Check) -> str:
    """What the vendor's support will ask for; holds no secret, because a check never does."""
    lines = [str(check.title), str(check.finding), str(check.cure), check.code, check.detail]
    lines += [f"{name}: {value}" for name, value in check.ids.items()]
    return "\n".join(line for line in lines if line)


class CheckRow(QWidget):
    """One check: icon, name, word, time; a failed one opens with its cure."""

    def __init__(self) -> None:
        super().__init__()
        self._check: Check | None = None
        self._picture = Picture("pending", "muted", 16)
        self._title = Text("")
        self._word = Text("", "hint", wrap=False)
        self._finding = Text("", "hint")
        self._cure = Text("")
        self._owner = Text("", "hint")
        self._copy = QPushButton(tr("Copy details"))
        self._copy.setAccessibleName(tr("Copy details"))
        self._copy.setAutoDefault(False)
        self._copy.setProperty("kind", "link")
        self._copy.clicked.connect(self._copy_details)
        head = row(self._title, self._word)
        head.setStretch(0, 1)
        head.setAlignment(self._word, TOP)
        words = column(gap=4)
        words.addLayout(head)
        for part in (self._finding, self._cure, self._owner):
            words.addWidget(part)
        words.addLayout(row(self._copy, None))
        layout = row(self._picture, words)
        layout.setAlignment(self._picture, TOP)
        layout.setStretch(1, 1)
        self.setLayout(layout)

    @property
    def passed(self) -> bool:
        """Whether the check has passed."""
        return self._check is not None and self._check.state is CheckState.PASSED

    @property
    def opened(self) -> bool:
        """Whether the cure is shown."""
        return not self._copy.isHidden()

    def show_check(self, check: Check) -> None:
        """Show how the check stands."""
        self._check = check
        icon, word, tone = CHECK[check.state]
        open_ = check.state in {CheckState.FAILED, CheckState.ATTENTION}
        self._picture.show_icon(icon, tone)
        self._title.say(str(check.title))
        self._word.say(_word(check, str(word)), tone)
        self._finding.say(str(check.finding))
        self._finding.setVisible(bool(check.finding))
        self._cure.say(str(check.cure))
        self._cure.setVisible(open_ and bool(check.cure))
        self._owner.say(str(OWNER[check.owner]))
        self._owner.setVisible(open_ and bool(check.cure))
        self._copy.setVisible(check.state is CheckState.FAILED)
        self.setAccessibleName(f"{check.title}: {word}. {check.finding} {check.cure}".strip())

    def _copy_details(self) -> None:
        if self._check is not None:
            QGuiApplication.clipboard().setText(details(self._check))
            reword(self._copy, tr("Copied"))


class CheckList(QWidget):
    """The checks of one system."""

    def __init__(self) -> None:
        super().__init__()
        self._rows: dict[str, CheckRow] = {}
        self._layout = column(self, gap=GRID)
        self.unfold = QPushButton()
        self.unfold.setAutoDefault(False)
        self.unfold.setProperty("kind", "link")
        self.unfold.clicked.connect(self._unfold)
        self._layout.addLayout(row(self.unfold, None))
        self.unfold.hide()
        self.hide()

    def show_check(self, check: Check) -> None:
        """Show a check's new state; an unknown one comes last."""
        if check.id not in self._rows:
            self._rows[check.id] = CheckRow()
            self._layout.addWidget(self._rows[check.id])
        self._rows[check.id].show_check(check)
        self.show()

    def fold(self) -> None:
        """Put what passed behind one line, so that what matters next is in sight."""
        passed = [line for line in self._rows.values() if line.passed]
        for line in passed:
            line.hide()
        reword(self.unfold, ntr("{n} check passed. Show it", "{n} checks passed. Show them", len(passed)))
        self.unfold.setVisible(bool(passed))

    def _unfold(self) -> None:
        self.unfold.hide()
        for line in self._rows.values():
            line.show()
        first = next(iter(self._rows.values()), None)
        if first is not None:
            first.setFocus()

    def row_of(self, id_: str) -> CheckRow | None:
        """The row of a check."""
        return self._rows.get(id_)

    def forget(self) -> None:
        """Start anew."""
        drop(self._layout, list(self._rows.values()))
        self.unfold.hide()
        self._rows.clear()
        self.hide()


def _word(check: Check, word: str) -> str:
    if check.state is CheckState.PASSED and check.seconds >= 0.05:
        return tr("{word}, {seconds} s", word=word, seconds=number(check.seconds, 1))
    return word
