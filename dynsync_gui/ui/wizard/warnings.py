"""The three warnings of Marketo's guide, each with what DynSync does about it."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout

from dynsync_gui.domain.plan import Plan
from dynsync_gui.domain.text import ntr, tr
from dynsync_gui.ui.icons import Picture
from dynsync_gui.ui.theme import GRID
from dynsync_gui.ui.widgets.boxes import TOP, Card, column, row
from dynsync_gui.ui.widgets.text import Text
from dynsync_gui.ui.words import duration


class Warnings(Card):
    """Three points to read before the first sync."""

    def __init__(self) -> None:
        super().__init__(gap=2 * GRID)
        self.body.addWidget(Text(tr("Read these three points"), "section"))
        self._same, self._time = Text("", "muted"), Text("", "muted")
        _point(
            self.body,
            "link",
            tr("The wrong system cannot be exchanged later"),
            Text(
                tr(
                    "In Marketo's own sync a wrong address or user cannot be undone. DynSync has written nothing so "
                    "far, you have confirmed both systems, and it keeps a journal of every value that it overwrites."
                ),
                "muted",
            ),
        )
        _point(self.body, "copies", tr("Nothing is de-duplicated"), self._same)
        _point(self.body, "clock", tr("The first sync takes its time"), self._time)
        self.show_plan(None)

    def show_plan(self, plan: Plan | None) -> None:
        """Put the plan's numbers into the sentences."""
        same = tr("DynSync recognises a person by the Dynamics id, else by the e-mail address.")
        time = tr("You can pause it and go on later; DynSync tells you when it is done.")
        if plan is not None:
            same += " " + ntr(
                "{n} person shares an e-mail address with another and stays a person of its own.",
                "{n} people share an e-mail address with another and stay people of their own.",
                plan.duplicates,
            )
            time = tr("About {time} here.", time=duration(plan.minutes * 60)) + " " + time
        self._same.say(same)
        self._time.say(time)


def _point(body: QVBoxLayout, icon: str, title: str, text: Text) -> None:
    picture = Picture(icon, "attention", 20)
    words = column(gap=2)
    words.addWidget(Text(title, "strong"))
    words.addWidget(text)
    line = row(picture, words, gap=GRID + 4)
    line.setAlignment(picture, TOP)
    line.setStretch(1, 1)
    body.addLayout(line)
