"""What a run did: the numbers, and the proof where there is one."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from dynsync_gui.domain.report import Proof, RunReport
from dynsync_gui.domain.text import ntr, number, tr
from dynsync_gui.ui.icons import Picture
from dynsync_gui.ui.theme import GRID
from dynsync_gui.ui.widgets.boxes import TOP, Card, column, row
from dynsync_gui.ui.widgets.text import Text
from dynsync_gui.ui.widgets.tiles import Figure, Tiles
from dynsync_gui.ui.words import ENTITY

_MOST = 20


class ReportView(QWidget):
    """The equation of a run as numbers, and whether both sides were compared afterwards."""

    def __init__(self) -> None:
        super().__init__()
        layout = column(self, gap=GRID)
        self._tiles = Tiles()
        self.equation, self.by_choice = Text("", "hint"), Text("", "muted")
        self.proof = Card()
        self._mark = Picture("proof", "good", 24)
        self._verdict, self._numbers, self._rest = Text("", "strong"), Text("", "muted"), Text("", "hint")
        words = column(gap=4)
        for part in (self._verdict, self._numbers, self._rest):
            words.addWidget(part)
        line = row(self._mark, words, gap=GRID + 4)
        line.setAlignment(self._mark, TOP)
        line.setStretch(1, 1)
        self.proof.body.addLayout(line)
        layout.addWidget(self._tiles)
        layout.addWidget(self.equation)
        layout.addWidget(self.by_choice)
        layout.addWidget(self.proof)

    def show_report(self, report: RunReport, proof: Proof | None) -> None:
        """Show a run."""
        self._tiles.show_figures(
            [
                Figure("passed", "good", report.acknowledged, tr("taken by Marketo")),
                Figure("equal", "muted", report.unchanged, tr("the same already")),
                Figure("filter", "muted", report.skipped, tr("left out by a rule")),
                Figure("attention", "attention", report.problems, tr("need a look")),
                Figure("clock", "accent", report.outbox, tr("still to be sent")),
                Figure("gauge", "muted", report.calls, tr("calls to Marketo")),
            ]
        )
        parts = (report.acknowledged, report.unchanged, report.skipped, report.problems, report.outbox)
        total = " + ".join(number(part) for part in parts)
        sign = "=" if report.closes else "≠"
        self.equation.say(tr("Read from Dynamics: {sum}", sum=f"{number(report.read)} {sign} {total}"))
        self.by_choice.say("\n".join(map(str, report.by_choice)))
        self.by_choice.setVisible(bool(report.by_choice))
        self.proof.setVisible(proof is not None)
        if proof is not None:
            self._show_proof(proof)

    def _show_proof(self, proof: Proof) -> None:
        holds = proof.holds
        self._mark.show_icon("proof" if holds else "attention", "good" if holds else "attention")
        if not holds:
            verdict = tr("Both sides were compared, and they are not the same yet.")
        elif proof.kept:
            verdict = tr("Proved: every record that belongs in Marketo is there once, and what differs has its reason.")
        else:
            verdict = tr("Proved: every record that belongs in Marketo is there once, with equal values.")
        self._verdict.say(verdict, "good" if holds else "attention")
        numbers = tr(
            "{eligible} belong in Marketo, {found} were found there once, {equal} with equal values.",
            eligible=proof.eligible,
            found=proof.found_once,
            equal=proof.equal,
        )
        self._numbers.say(f"{numbers} {proof.by_rule}" if proof.kept else numbers)
        left = [one for one in proof.differences if not one.by_rule]
        lines = [f"{ENTITY[one.entity]} {one.id}: {one.reason}" for one in left[:_MOST]]
        if len(left) > _MOST:
            lines.append(ntr("and {n} more", "and {n} more", len(left) - _MOST))
        self._rest.say("\n".join(lines))
        self._rest.setVisible(bool(lines))
