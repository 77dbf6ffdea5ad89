"""How far the running sync is."""

from __future__ import annotations

from PySide6.QtWidgets import QGridLayout, QProgressBar

from dynsync_gui.domain.events import CanaryStep, EntityProgress, Progress
from dynsync_gui.domain.schema import ENTITIES, Entity
from dynsync_gui.domain.text import ntr, number, tr
from dynsync_gui.ui.icons import Picture
from dynsync_gui.ui.theme import GRID, figures
from dynsync_gui.ui.widgets.boxes import Card
from dynsync_gui.ui.widgets.text import Text
from dynsync_gui.ui.widgets.waits import Waits
from dynsync_gui.ui.words import ENTITY, PHASE, duration, rate

_ICONS = {Entity.ACCOUNT: "company", Entity.CONTACT: "person", Entity.LEAD: "lead"}


class ProgressPane(Card):
    """A bar for each entity; below, rate, time left and the calls of today."""

    def __init__(self) -> None:
        super().__init__(gap=GRID + 4)
        self.phase = Text("", "section")
        self.waits = Waits()
        self.body.addWidget(self.phase)
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(GRID + 4)
        self._grid.setVerticalSpacing(GRID)
        self._grid.setColumnStretch(2, 1)
        self._bars: dict[Entity, tuple[QProgressBar, Text]] = {}
        for line, entity in enumerate(ENTITIES):
            self._add(line, entity)
        self.body.addLayout(self._grid)
        self.facts = Text("", "muted")
        self.facts.setFont(figures(self.facts.font()))
        self.calls = QProgressBar()
        self.calls.setTextVisible(False)
        self.calls.setAccessibleName(tr("Marketo calls of today"))
        self.calls_text = Text("", "hint")
        self.step = Text("", "muted")
        self.step.hide()
        self.body.addWidget(self.facts)
        self.body.addWidget(self.step)
        self.body.addWidget(self.waits)
        self.body.addWidget(self.calls_text)
        self.body.addWidget(self.calls)

    def _add(self, line: int, entity: Entity) -> None:
        name = str(ENTITY[entity])
        bar = QProgressBar()
        bar.setTextVisible(False)
        bar.setMinimumWidth(6 * GRID)  # it gives way to long words
        bar.setRange(0, 1)
        bar.setValue(0)
        bar.setAccessibleName(name)
        told = Text("", "muted", wrap=False)
        told.setFont(figures(told.font()))
        self._grid.addWidget(Picture(_ICONS[entity], "accent", 18), line, 0)
        self._grid.addWidget(Text(name, wrap=False), line, 1)
        self._grid.addWidget(bar, line, 2)
        self._grid.addWidget(told, line, 3)
        self._bars[entity] = (bar, told)

    def show_progress(self, progress: Progress) -> None:
        """Show a snapshot."""
        self.phase.say(str(PHASE[progress.phase]))
        for entity, (bar, told) in self._bars.items():
            one = progress.entities.get(entity)
            if one is None:
                _wait_turn(bar, told)
            else:
                _show(bar, told, one)
        parts = []
        if progress.rate > 0:
            parts.append(rate(progress.rate))
        if progress.seconds_left is not None:
            parts.append(tr("about {time} left", time=duration(progress.seconds_left)))
        if progress.problems:
            parts.append(ntr("{n} needs a look", "{n} need a look", progress.problems))
        if progress.away:
            parts.append(
                ntr(
                    "Marketo is reading {n} person out of a file",
                    "Marketo is reading {n} people out of files",
                    progress.away,
                )
            )
        self.facts.say(" · ".join(parts))
        self.facts.setVisible(bool(parts))
        self.calls.setRange(0, max(1, progress.daily_calls))
        self.calls.setValue(min(progress.calls_today, progress.daily_calls))
        self.calls_text.say(
            tr("{used} of {daily} Marketo calls used today", used=progress.calls_today, daily=progress.daily_calls)
        )

    def show_step(self, step: CanaryStep) -> str:
        """Say what came of a step of a careful start; returns it."""
        taken, refused = sum(one.taken for one in step.counts), sum(one.refused for one in step.counts)
        said = tr(
            "The first {n} of each table: {taken} taken, {refused} refused.", n=step.rung, taken=taken, refused=refused
        )
        self.step.say(said)
        self.step.show()
        return said

    def sentence(self, progress: Progress) -> str:
        """The snapshot in one sentence, for screen readers."""
        done = sum(one.done for one in progress.entities.values())
        left = "" if progress.seconds_left is None else tr("about {time} left", time=duration(progress.seconds_left))
        return f"{PHASE[progress.phase]}: {number(done)}. {left}".strip()


def _show(bar: QProgressBar, told: Text, one: EntityProgress) -> None:
    if one.total is None:
        bar.setRange(0, 0 if one.done else 1)
        told.say(number(one.done))
        return
    bar.setRange(0, max(1, one.total))
    bar.setValue(one.done if one.total else 1)
    told.say(tr("{done} of {total}", done=one.done, total=one.total))


def _wait_turn(bar: QProgressBar, told: Text) -> None:
    bar.setRange(0, 1)
    bar.setValue(0)
    told.say(tr("waits its turn"))
