"""The fit check: started by a click, with progress; what does not fit, and the cures."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QProgressBar, QPushButton

from dynsync_gui.domain.events import FitProgress
from dynsync_gui.domain.fit import FitCure, FitReport, Misfit
from dynsync_gui.domain.fit_words import reason_words, summary
from dynsync_gui.domain.text import msg, number, tr
from dynsync_gui.ui.icons import Picture
from dynsync_gui.ui.theme import GRID
from dynsync_gui.ui.widgets.boxes import TOP, Card, column, drop, row, tab_through
from dynsync_gui.ui.widgets.flow import Flow
from dynsync_gui.ui.widgets.text import Text

_CURES = {
    FitCure.OTHER_TARGET: msg("Another field"),
    FitCure.TRIM: msg("Cut them to fit"),
    FitCure.LEAVE_OUT: msg("Leave these values out"),
    FitCure.SKIP: msg("Do not sync this field at all"),
}
_EXAMPLES = 3
_CARDS = 20
"""More findings than these are counted, not listed: each is a card of its own."""


class FitPanel(Card):
    """Says what it does, works in the background, and lists what it found.

    Attributes:
        check_wanted: The user wants a sample (False) or everything (True) checked.
        stop_wanted: The user does not want to wait.
        cure_wanted: A `Misfit` and the `FitCure` that the user wants for it.
    """

    check_wanted = Signal(bool)
    stop_wanted = Signal()
    cure_wanted = Signal(object, object)

    def __init__(self) -> None:
        super().__init__(margin=GRID + 4, gap=GRID)
        self.sample, self.everything = QPushButton(tr("Check a sample")), QPushButton(tr("Check all records"))
        self.stop = QPushButton(tr("Stop"))
        self.said = Text("")
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName(tr("Checking the values"))
        self._misfits: tuple[Misfit, ...] = ()
        self._cards: list[_MisfitCard] = []
        self._found = column(gap=GRID + 4)
        self._rest = Text("", "muted")
        for button, act in (
            (self.sample, lambda: self.check_wanted.emit(False)),
            (self.everything, lambda: self.check_wanted.emit(True)),
            (self.stop, self.stop_wanted.emit),
        ):
            button.setAccessibleName(button.text())
            button.setAutoDefault(False)
            button.clicked.connect(act)
        about = tr("Reads values from Dynamics and says which ones Marketo would refuse or change. Nothing is written.")
        self.body.addWidget(Text(about, "muted"))
        self.body.addWidget(Flow(self.sample, self.everything, self.stop))
        for part in (self.said, self._bar, self._rest):
            self.body.addWidget(part)
            part.hide()
        self.body.insertLayout(4, self._found)
        self.stop.hide()

    def show_working(self, progress: FitProgress | None = None, name: str = "") -> None:
        """Say how far it is."""
        self._work(working=True)
        if progress is None:
            self._bar.setRange(0, 0)
            self.said.say(tr("Reading values from Dynamics"), "muted")
            return
        self._bar.setRange(0, progress.total or 0)
        self._bar.setValue(progress.done)
        done = number(progress.done)
        told = done if progress.total is None else tr("{done} of {total}", done=done, total=number(progress.total))
        self.said.say(f"{name}: {told}", "muted")

    def show_stopped(self, text: str, tone: str = "muted") -> None:
        """It ended without a result."""
        self._work(working=False)
        self.said.say(text, tone)

    def show_report(self, report: FitReport, misfits: tuple[Misfit, ...], named: Callable[[Misfit], str]) -> None:
        """Show what it found.

        Args:
            report: The whole check.
            misfits: What of it still stands.
            named: Field, table and target of a finding.
        """
        self._work(working=False)
        cured = len(report.misfits) - len(misfits)
        again = " " + tr("Check again to see what your changes did.") if cured else ""
        open_ = any(not misfit.outcome.chosen for misfit in misfits)
        self.said.say(summary(report) + again, "good" if not report.surprises else "attention" if open_ else "muted")
        if misfits != self._misfits:
            self._misfits = misfits
            self._list(named)
        self._rest.setVisible(len(misfits) > _CARDS)
        self._rest.say(tr("{count} more findings, in the view “Needs a look”.", count=len(misfits) - _CARDS))

    def _list(self, named: Callable[[Misfit], str]) -> None:
        """Show the findings anew; a focus that was in them stays in them."""
        focused = self.window().focusWidget()
        within = focused is not None and any(card.isAncestorOf(focused) for card in self._cards)
        drop(self._found, self._cards)
        for misfit in self._misfits[:_CARDS]:
            card = _MisfitCard(misfit, named(misfit))
            card.cure_wanted.connect(self.cure_wanted)
            self._found.addWidget(card)
            self._cards.append(card)
            card.show()
        stops = [button for card in self._cards for button in card.buttons]
        tab_through(self.stop, *stops)
        if within:
            next(iter(stops), self.sample).setFocus()

    def _work(self, *, working: bool) -> None:
        self.said.show()
        self._bar.setVisible(working)
        self.stop.setVisible(working)
        self.sample.setVisible(not working)
        self.everything.setVisible(not working)


class _MisfitCard(Card):
    """One field's values that do not fit, some of them, and what can be done."""

    cure_wanted = Signal(object, object)

    def __init__(self, misfit: Misfit, name: str) -> None:
        super().__init__("plain", margin=0, gap=4)
        words = column(gap=2)
        words.addWidget(Text(name, "strong"))
        words.addWidget(Text(reason_words(misfit)))
        for example in misfit.examples[:_EXAMPLES]:
            words.addWidget(Text(f"{example.name or example.id}: {_short(example.value)}", "hint"))
        self.buttons: list[QPushButton] = []
        for cure in misfit.cures:
            button = QPushButton(str(_CURES[cure]))
            button.setAccessibleName(tr("{cure}: {field}", cure=str(_CURES[cure]), field=name))
            button.setAutoDefault(False)
            button.setProperty("kind", "link")
            button.clicked.connect(lambda _=False, cure=cure: self.cure_wanted.emit(misfit, cure))
            self.buttons.append(button)
        words.addWidget(Flow(*self.buttons))
        shown = ("info", "muted") if misfit.outcome.chosen else ("attention", "attention")
        picture = Picture(*shown, 18)
        line = row(picture, words, gap=GRID + 2)
        line.setAlignment(picture, TOP)
        line.setStretch(1, 1)
        self.body.addLayout(line)


def _short(value: str) -> str:
    """A value in one line."""
    flat = " ".join(value.split())
    return flat if len(flat) <= 80 else f"{flat[:79]}…"
