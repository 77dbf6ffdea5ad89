"""The plan in numbers, and the way to it."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QProgressBar, QPushButton, QWidget

from dynsync_gui.domain.events import Progress
from dynsync_gui.domain.fit_words import summary
from dynsync_gui.domain.plan import Plan
from dynsync_gui.domain.plan_words import object_told, objects_told
from dynsync_gui.domain.text import ntr, number, tr
from dynsync_gui.ui.icons import Picture
from dynsync_gui.ui.mnemonics import reword
from dynsync_gui.ui.theme import GRID
from dynsync_gui.ui.widgets.boxes import TOP, Card, column, row
from dynsync_gui.ui.widgets.text import Text
from dynsync_gui.ui.widgets.tiles import Figure, Tiles
from dynsync_gui.ui.wizard.fit_words import details
from dynsync_gui.ui.words import ENTITY, PHASE, duration


class PlanView(QWidget):
    """Shows that the plan is being made, then the plan.

    Attributes:
        stop_wanted: The user does not want to wait.
        again_wanted: The user wants the plan after all.
    """

    stop_wanted = Signal()
    again_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        layout = column(self, gap=GRID)
        layout.addWidget(Text(tr("What will happen when you press Start sync"), "section"))
        self.working = Card(gap=GRID)
        self._doing = Text("")
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName(tr("Making the plan"))
        self.stop, self.again = QPushButton(tr("Stop")), QPushButton(tr("Make the plan"))
        for button, name in ((self.stop, "stop-plan"), (self.again, "make-plan")):
            button.setObjectName(name)
            button.setAccessibleName(button.text())
            button.setAutoDefault(False)
        self.stop.clicked.connect(self.stop_wanted)
        self.again.clicked.connect(self.again_wanted)
        line = row(self._doing, self.stop, self.again)
        line.setStretch(0, 1)
        self.working.body.addLayout(line)
        self.working.body.addWidget(self._bar)
        self._tiles = Tiles()
        self._facts = Card(gap=GRID)
        layout.addWidget(self.working)
        layout.addWidget(self._tiles)
        layout.addWidget(self._facts)
        self._fields = _Unfold("field", tr("Show the fields"), tr("Hide the fields"))
        self._objects = _Unfold("field", tr("Show the custom objects"), tr("Hide the custom objects"))
        self._kinds = _Unfold("equal", tr("Show each kind"), tr("Hide each kind"))
        self._cost = _Unfold("clock")
        self._files = _Unfold("export")
        self._fit = _Unfold("proof", tr("Show the values"), tr("Hide the values"))
        for part in (self._fields, self._objects, self._kinds, self._fit, self._cost, self._files):
            self._facts.body.addWidget(part)
        self.show_stopped()

    def show_working(self, progress: Progress | None = None) -> None:
        """Say how far it is."""
        self._phase(working=True)
        if progress is None:
            self._doing.say(tr("Reading both systems. Nothing is written."))
            self._bar.setRange(0, 0)
            return
        done = sum(entity.done for entity in progress.entities.values())
        totals = [entity.total for entity in progress.entities.values()]
        total = sum(number_ for number_ in totals if number_ is not None)
        known = bool(totals) and None not in totals and total > 0
        self._bar.setRange(0, max(total, done) if known else 0)
        self._bar.setValue(done)
        phase = str(PHASE[progress.phase])
        told = tr("{done} of {total}", done=done, total=total) if known else number(done)
        self._doing.say(f"{phase}: {told}")

    def show_stopped(self) -> None:
        """There is no plan, and none is being made."""
        self._phase(working=True)
        self._doing.say(tr("There is no plan yet."))
        self.stop.hide()
        self.again.show()
        self._bar.hide()

    def show_plan(self, plan: Plan) -> None:
        """Show the numbers."""
        self._phase(working=False)
        self._tiles.show_figures(
            [
                Figure("plus", "good", plan.total("create"), tr("will be created")),
                Figure("update", "accent", plan.total("update"), tr("will be updated")),
                Figure("equal", "muted", plan.total("unchanged"), tr("are the same already")),
                Figure("filter", "muted", plan.total("filtered") + plan.total("folded"), tr("are left out by a rule")),
                Figure("attention", "attention", plan.total("attention"), tr("need a look")),
                Figure("copies", "attention", plan.duplicates, tr("people share an e-mail")),
            ]
        )
        self._fields.setVisible(bool(plan.new_fields))
        self._fields.tell(
            ntr(
                "{n} field will be created in Marketo. It can be hidden later, never deleted.",
                "{n} fields will be created in Marketo. They can be hidden later, never deleted.",
                len(plan.new_fields),
            ),
            "\n".join(f"{field.label} ({field.name})" for field in plan.new_fields),
        )
        self._objects.setVisible(bool(plan.new_objects))
        self._objects.tell(objects_told(plan.new_objects), "\n".join(map(object_told, plan.new_objects)))
        self._kinds.tell(
            ntr("{n} record read from Dynamics", "{n} records read from Dynamics", plan.total("read")), _kinds(plan)
        )
        self._fit.setVisible(plan.fit is not None)
        if plan.fit is not None:
            self._fit.tell(tr("Fit check: {summary}", summary=summary(plan.fit)), details(plan.fit))
        self._cost.tell(_cost(plan))
        self._files.setVisible(plan.by_file > 0)
        self._files.tell(
            ntr(
                "{n} person goes to Marketo in a file, which spares calls ({single} otherwise) and may take longer.",
                "{n} people go to Marketo in files, which spares calls ({single} otherwise) and may take longer.",
                plan.by_file,
                single=plan.single_calls,
            )
        )

    def _phase(self, *, working: bool) -> None:
        self.working.setVisible(working)
        self.stop.show()
        self.again.hide()
        self._bar.show()
        self._tiles.setVisible(not working)
        self._facts.setVisible(not working)


class _Unfold(QWidget):
    """A sentence with an icon, and more of it on wish."""

    def __init__(self, icon: str, show: str = "", hide: str = "") -> None:
        super().__init__()
        self._show, self._hide = show, hide
        picture = Picture(icon, "accent", 16)
        self._sentence, self._more = Text(""), Text("", "hint")
        self._more.hide()
        self._button = QPushButton(show)
        self._button.setAccessibleName(show)
        self._button.setAutoDefault(False)
        self._button.setProperty("kind", "link")
        self._button.clicked.connect(self._toggle)
        self._button.setVisible(bool(show))
        line = row(picture, self._sentence, self._button)
        line.setAlignment(picture, TOP)
        line.setAlignment(self._button, TOP)
        line.setStretch(1, 1)
        layout = column(self, gap=4)
        layout.addLayout(line)
        inner = row(self._more)
        inner.setContentsMargins(3 * GRID, 0, 0, 0)
        layout.addLayout(inner)

    def tell(self, sentence: str, more: str = "") -> None:
        """Say it."""
        self._sentence.say(sentence)
        self._more.say(more)
        self._button.setVisible(bool(self._show and more))

    def _toggle(self) -> None:
        shown = self._more.isHidden()
        self._more.setVisible(shown)
        reword(self._button, self._hide if shown else self._show)


def _kinds(plan: Plan) -> str:
    lines = []
    for entity in plan.entities:
        name = str(ENTITY[entity.entity])
        lines.append(
            tr(
                "{name}: {read} read, {create} new, {update} changed, {unchanged} the same, {out} left out",
                name=name,
                read=entity.read,
                create=entity.create,
                update=entity.update,
                unchanged=entity.unchanged,
                out=entity.filtered + entity.folded,
            )
        )
    return "\n".join(lines)


def _cost(plan: Plan) -> str:
    told = tr(
        "About {time}, {calls} of {daily} Marketo calls a day",
        time=duration(plan.minutes * 60),
        calls=plan.calls,
        daily=plan.daily_calls,
    )
    if plan.calls_today is None:
        return told
    return told + " · " + tr("{used} were used today by all programs", used=plan.calls_today)
