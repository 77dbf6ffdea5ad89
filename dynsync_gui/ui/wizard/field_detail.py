"""The chosen row of the list: where it goes, in a sentence, and everything that can be said about it."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QPushButton

from dynsync_gui.domain.choice import FieldChoice
from dynsync_gui.domain.edits import RowKey
from dynsync_gui.domain.mapping import FieldOffer, resolved, sentence
from dynsync_gui.domain.schema import Entity, Target
from dynsync_gui.domain.text import tr
from dynsync_gui.ui.icons import Picture
from dynsync_gui.ui.mnemonics import reword
from dynsync_gui.ui.pressed import PressButton
from dynsync_gui.ui.theme import GRID
from dynsync_gui.ui.widgets.boxes import TOP, Card, column, row
from dynsync_gui.ui.widgets.field_words import Goal, Note, traits, type_words
from dynsync_gui.ui.widgets.flow import Flow
from dynsync_gui.ui.widgets.text import Text, hover
from dynsync_gui.ui.wizard.field_form import FieldForm

_ICONS = {"bad": "failed", "attention": "attention", "muted": "info"}


@dataclass(frozen=True, slots=True)
class Detail:
    """What the pane shows.

    Attributes:
        entity: The table.
        key: The row.
        offer: What can become of the column.
        choice: What was chosen; None where the row is not ticked.
        goal: Where it goes.
        note: What is wrong with it or good to know.
        also_id: Whether a lookup's id goes to a field of its own as well.
    """

    entity: Entity
    key: RowKey
    offer: FieldOffer
    choice: FieldChoice | None
    goal: Goal
    note: Note
    also_id: bool = False


class FieldDetail(Card):
    """Sentence and buttons; the form unfolds on wish.

    Attributes:
        changed: The user wants the row to be so; carries the row and the choice.
        id_wanted: The user wants a lookup's id in a field of its own, or not.
        language_wanted: The user wants option labels in this language (LCID).
        target_wanted: The user wants another field in Marketo.
        new_wanted: The user wants a new field in Marketo.
    """

    changed = Signal(object, object)
    id_wanted = Signal(bool)
    language_wanted = Signal(int)
    target_wanted = Signal()
    new_wanted = Signal()

    def __init__(self, languages: tuple[int, ...] = ()) -> None:
        super().__init__(margin=GRID + 4, gap=GRID)
        self._shown: Detail | None = None
        self._title, self._about = Text("", "strong"), Text("", "hint")
        self._sentence = Text("")
        self._picture, self._note = Picture("info", "muted", 16), Text("")
        self.target, self.new = QPushButton(tr("Another field")), QPushButton(tr("New field"))
        self.more = PressButton(tr("How it is synced"))
        self.form = FieldForm(languages)
        self._buttons = Flow(self.target, self.new, self.more)
        self._build()
        self.show_nothing("")

    def show_nothing(self, text: str) -> None:
        """There is no row to show."""
        self._shown = None
        self._title.say(text)
        self._say_note(None)
        for part in (self._about, self._sentence, self._buttons, self.form):
            part.hide()

    def show_row(self, detail: Detail, language: int) -> None:
        """Show a row."""
        self._shown = detail
        field, usable = detail.offer.field, detail.offer.selectable
        self._title.say(tr("{field}: id of the record", field=field.label) if detail.key.second else field.label)
        self._about.say(" · ".join((field.name, type_words(field), traits(field))))
        self._about.show()
        self._sentence.say(_told(detail, language))
        self._sentence.setVisible(usable)
        self._say_note(detail.note)
        self._buttons.setVisible(usable)
        hint = _why_no_new_field(detail)
        self.new.setEnabled(not hint)
        self.new.setToolTip(hover(hint))
        self.new.setAccessibleDescription(hint)
        fixed = hint if detail.offer.own else ""
        self.target.setEnabled(not fixed)
        self.target.setToolTip(hover(fixed))
        self.target.setAccessibleDescription(fixed)
        self.form.setVisible(usable and self.more.isChecked())
        if usable:
            choice = detail.choice or FieldChoice(detail.key.name)
            second = detail.key.second
            self.form.show_choice(detail.entity, field, detail.goal.field, choice, second=second, language=language)
            self.form.show_also_id(wanted=detail.also_id)
            self.form.setEnabled(detail.choice is not None)

    def _say_note(self, note: Note | None) -> None:
        shown = note is not None and bool(note.text)
        self._picture.setVisible(shown)
        self._note.setVisible(shown)
        if note is not None and shown:
            self._picture.show_icon(_ICONS[note.tone], note.tone)
            self._note.say(note.text, note.tone)

    def _build(self) -> None:
        words = column(gap=2)
        for part in (self._title, self._about, self._sentence):
            words.addWidget(part)
        head = row(words, self._buttons, gap=2 * GRID)
        head.setAlignment(self._buttons, TOP)
        head.setStretch(0, 1)
        self.body.addLayout(head)
        line = row(self._picture, self._note, gap=GRID)
        line.setAlignment(self._picture, TOP)
        line.setStretch(1, 1)
        self.body.addLayout(line)
        self.body.addWidget(self.form)
        for button, name in ((self.target, "target"), (self.new, "new-field"), (self.more, "how")):
            button.setObjectName(name)
            button.setAccessibleName(button.text())
            button.setAutoDefault(False)
            button.setProperty("kind", "filter")
        self.more.setCheckable(True)
        self.more.toggled.connect(self._unfold)
        self.target.clicked.connect(self.target_wanted)
        self.new.clicked.connect(self.new_wanted)
        self.form.changed.connect(self._changed)
        self.form.id_wanted.connect(self.id_wanted)
        self.form.language_wanted.connect(self.language_wanted)

    def _unfold(self, shown: bool) -> None:
        self.form.setVisible(shown and self._shown is not None and self._shown.offer.selectable)
        reword(self.more, tr("Less") if shown else tr("How it is synced"))

    def _changed(self, choice: FieldChoice) -> None:
        if self._shown is not None:
            self.changed.emit(self._shown.key, choice)


def _why_no_new_field(detail: Detail) -> str:
    """Why no field can be made for a row; empty where one can."""
    if detail.entity.target is Target.PERSON:
        return ""
    if detail.offer.own:
        return tr("It becomes an attribute of a custom object, under its own name.")
    return tr("Programs cannot add company and opportunity fields, nor can an admin. Marketo Support may help.")


def _told(detail: Detail, language: int) -> str:
    """The row in a sentence."""
    goal = detail.goal
    if detail.choice is None:
        return tr("Not synced. Ticked, it would go to “{target}”.", target=goal.label)
    choice = resolved(detail.entity, detail.offer.field, goal.field, detail.choice, language)
    told = str(sentence(detail.entity, choice, goal.label))
    if detail.offer.own:
        return f"{told} " + tr("It is the attribute “{name}” of the custom object.", name=goal.field.name)
    if not goal.new:
        return told
    name = goal.field.name
    return f"{told} " + tr("“{name}” will be created in Marketo; it can be hidden later, never deleted.", name=name)
