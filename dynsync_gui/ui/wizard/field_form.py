"""Direction, winner and the other rules of one chosen field."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QWidget

from dynsync_gui.domain.choice import Direction, FieldChoice, Form, Overwrite, TooLong, documented_winner
from dynsync_gui.domain.mapping import directions, forms, resolved
from dynsync_gui.domain.schema import Entity, FieldType, SourceField, System, TargetField, TargetType
from dynsync_gui.domain.text import msg, tr
from dynsync_gui.ui.mnemonics import reword
from dynsync_gui.ui.theme import GRID
from dynsync_gui.ui.widgets.boxes import LEFT, Columns, column
from dynsync_gui.ui.widgets.field_row import FieldRow
from dynsync_gui.ui.words import SHORT_SYSTEM, language_name

_DIRECTIONS = {
    Direction.TO_MARKETO: msg("To Marketo"),
    Direction.TO_DYNAMICS: msg("To Dynamics"),
    Direction.BOTH: msg("Both ways"),
}
_OVERWRITE = {
    Overwrite.ALWAYS: msg("Take over every change"),
    Overwrite.NOT_BY_EMPTY: msg("Never empty a field"),
    Overwrite.ONLY_EMPTY: msg("Fill only empty fields"),
}
_TOO_LONG = {
    TooLong.REFUSE: msg("List the record"),
    TooLong.TRIM: msg("Cut it to fit"),
    TooLong.LEAVE_OUT: msg("Leave it out"),
}
_FORMS = {
    Form.AUTOMATIC: msg("As entered"),
    Form.LABEL: msg("Label"),
    Form.VALUE: msg("Number"),
    Form.NAME: msg("Name of the record"),
    Form.ID: msg("Id of the record"),
    Form.BASE: msg("In the base currency"),
}
_TEXTS = {TargetType.STRING, TargetType.TEXT, TargetType.EMAIL, TargetType.PHONE, TargetType.URL}


class FieldForm(QWidget):
    """One drop-down list for each rule that the field's type has.

    Attributes:
        changed: Another rule; carries the whole choice.
        id_wanted: A lookup's id goes to a field of its own as well, or no longer.
        language_wanted: Labels in another language, for all fields.
    """

    changed = Signal(object)
    id_wanted = Signal(bool)
    language_wanted = Signal(int)

    def __init__(self, languages: Iterable[int] = ()) -> None:
        super().__init__()
        self._choice = FieldChoice("")
        self._entity = Entity.LEAD
        self._forms: tuple[Form, ...] = ()
        self._documented = Direction.TO_MARKETO
        self.direction, self._direction_row = _list("direction", tr("Direction"))
        self.winner, self._winner_row = _list("winner", tr("If both changed"))
        self.overwrite, self._overwrite_row = _list("overwrite", tr("Overwriting"))
        self.too_long, self._too_long_row = _list("too-long", tr("A value that does not fit"))
        self.form, self._form_row = _list("form", tr("Written as"))
        self.language, self._language_row = _list("language", tr("Labels of all fields in"))
        self.also_id = QCheckBox(tr("Send the id as well, to a field of its own"))
        self.also_id.setObjectName("field.also-id")
        self.also_id.setAccessibleName(self.also_id.text())
        self.since = QCheckBox("")
        self.since.setObjectName("field.since")
        self._languages = tuple(languages)
        _fill(self.language, [(0, tr("My own language")), *((code, language_name(code)) for code in self._languages)])
        layout = column(self, gap=GRID)
        layout.addWidget(Columns(self._direction_row, self._winner_row, self._overwrite_row))
        layout.addWidget(Columns(self._form_row, self._too_long_row, self._language_row))
        layout.addWidget(self.also_id, 0, LEFT)
        layout.addWidget(self.since, 0, LEFT)
        for box in (self.direction, self.winner, self.overwrite, self.too_long, self.form):
            box.activated.connect(self._changed)
        self.language.activated.connect(lambda: self.language_wanted.emit(self.language.currentData()))
        self.also_id.clicked.connect(self.id_wanted)
        self.since.clicked.connect(lambda: self.changed.emit(replace(self._choice, since=None)))

    def show_choice(
        self,
        entity: Entity,
        source: SourceField,
        target: TargetField,
        choice: FieldChoice,
        *,
        second: bool = False,
        language: int = 0,
    ) -> None:
        """Show a field's rules and hide those that its type does not have."""
        self._choice, self._entity, self._forms = choice, entity, forms(source)
        usual = resolved(entity, source, target, replace(choice, direction=None), language)
        self._documented = usual.direction or Direction.TO_MARKETO
        direction = choice.direction or self._documented
        possible = {*directions(entity, source, target, choice, language), direction}
        _fill(self.direction, [(way, str(text)) for way, text in _DIRECTIONS.items() if way in possible], direction)
        systems = [(system, tr("{system} wins", system=SHORT_SYSTEM[system])) for system in System]
        _fill(self.winner, systems, choice.winner or documented_winner(entity))
        _fill(self.overwrite, [(rule, str(text)) for rule, text in _OVERWRITE.items()], choice.overwrite)
        _fill(self.too_long, [(rule, str(text)) for rule, text in _TOO_LONG.items()], choice.too_long)
        form = choice.form or self._forms[0]
        words = {**_FORMS, **({Form.VALUE: msg("True or false")} if source.type is FieldType.BOOLEAN else {})}
        _fill(self.form, [(known, str(words[known])) for known in self._forms], form)
        self._winner_row.setVisible(direction is Direction.BOTH)
        self._form_row.setVisible(len(self._forms) > 1 and not second)
        self._too_long_row.setVisible(target.type in _TEXTS or choice.too_long is TooLong.LEAVE_OUT)
        self._language_row.setVisible(form is Form.LABEL and len(self._languages) > 1)
        self.language.setCurrentIndex(max(0, self.language.findData(language)))
        self.also_id.setVisible(source.type.is_lookup and not second and form is not Form.ID)

        self.since.setVisible(choice.since is not None)
        if choice.since is not None:
            reword(self.since, tr("Only for records that changed since {day}", day=choice.since.isoformat()))
            self.since.setChecked(True)

    def show_also_id(self, *, wanted: bool) -> None:
        """Show whether a lookup's id goes to a field of its own as well."""
        self.also_id.setChecked(wanted)

    def _changed(self) -> None:
        direction, winner = Direction(self.direction.currentData()), System(self.winner.currentData())
        form = Form(self.form.currentData())
        self.changed.emit(
            replace(
                self._choice,
                direction=None if direction is self._documented else direction,
                winner=None if winner is documented_winner(self._entity) else winner,
                overwrite=Overwrite(self.overwrite.currentData()),
                too_long=TooLong(self.too_long.currentData()),
                form=Form.AUTOMATIC if form is self._forms[0] else form,
            )
        )


def _list(name: str, label: str) -> tuple[QComboBox, FieldRow]:
    box = QComboBox()
    box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
    return box, FieldRow(f"field.{name}", label, box)


def _fill(box: QComboBox, choices: Iterable[tuple[Any, str]], chosen: Any = None) -> None:
    wanted = list(choices)
    if [(box.itemData(place), box.itemText(place)) for place in range(box.count())] != wanted:
        box.clear()
        for value, text in wanted:
            box.addItem(text, value)
    box.setCurrentIndex(max(0, box.findData(chosen)))
