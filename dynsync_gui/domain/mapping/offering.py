"""The rows of the field page: every column of a table, with its suggested target or the reason why it has none."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace

from dynsync_gui.domain.choice import FieldChoice, TooLong
from dynsync_gui.domain.mapping.fitting import STRING_LENGTH, holds_long, is_long
from dynsync_gui.domain.mapping.model import DefaultTarget, FieldOffer, NewField
from dynsync_gui.domain.mapping.new_fields import new_field
from dynsync_gui.domain.mapping.targets import LINKS, company_names, known_of, refusal
from dynsync_gui.domain.schema import (
    FILTER_FIELD,
    EntitySchema,
    FieldType,
    SourceField,
    Target,
    TargetField,
    TargetSchema,
)
from dynsync_gui.domain.text import NOTHING, Message, msg, msgs

_NO_PLACE: dict[FieldType, Message] = {
    FieldType.IMAGE: msg("Pictures have no place in Marketo."),
    FieldType.FILE: msg("Files have no place in Marketo."),
    FieldType.PARTYLIST: msg("Lists of parties have no place in Marketo."),
    FieldType.VIRTUAL: msg("Dynamics shows this field but gives no value for it."),
    FieldType.OTHER: msg("Dynamics keeps this field for itself."),
}
_NONE_TO_ADD: Mapping[Target, Message] = {
    Target.COMPANY: msg("Marketo has no company field for it, and company fields cannot be added."),
    Target.OPPORTUNITY: msg("Marketo has no opportunity field for it, and opportunity fields cannot be added."),
}
_NO_NAMESAKE: Mapping[Target, Message] = {
    Target.COMPANY: msg("Marketo has no company field of this meaning, and none can be added. Choose one that fits."),
    Target.OPPORTUNITY: msg(
        "Marketo has no opportunity field of this meaning, and none can be added. Choose one that fits."
    ),
}
"""What programs can add are person fields alone (Adobe, field metadata)."""
_CURRENCIES = msg("Amounts are sent as entered. If records have several currencies, choose the base currency.")
_MADE_FOR_DYNAMICS = "Microsoft "
"""What the names of Marketo fields begin with that its admin made, or can turn into a text area; others stay short."""


def offers(
    schema: EntitySchema, targets: Mapping[Target, TargetSchema], defaults: Iterable[DefaultTarget]
) -> tuple[FieldOffer, ...]:
    """Say for every column of a table what can become of it.

    Args:
        schema: The live Dynamics table.
        targets: Marketo's fields today.
        defaults: The table of known targets.
    """
    known = known_of(schema, targets)
    meant: dict[str, DefaultTarget] = {}
    for default in (row for row in defaults if row.entity is schema.entity):
        if default.source not in meant or known.field(default.target):  # instances differ in some names
            meant[default.source] = default
    suggesting = _Suggesting(schema, known, company_names(targets))
    documented = {name for name, default in meant.items() if default.documented}
    ordered = sorted(schema.fields, key=lambda field: (field.name not in documented, field.name not in meant))
    return tuple(suggesting.offer(field, meant.get(field.name)) for field in ordered)


def filter_offer(source: SourceField) -> FieldOffer:
    """The row of the filter column."""
    fits = source.type is FieldType.BOOLEAN
    reason = NOTHING if fits else msg("The filter has to be a Yes/No field.")
    return FieldOffer(source, preselected=fits, is_filter=True, reason=reason)


def unusable(source: SourceField, schema: EntitySchema) -> Message:
    """Why a column cannot be synced, whatever Marketo has; empty where it can."""
    if source.type in _NO_PLACE:
        return _NO_PLACE[source.type]
    if not source.readable:
        return msg("Dynamics does not give this field to other programs.")
    if source.secured:
        return msg("Dynamics protects this field by column security.")
    if source.name == schema.primary_id:
        return msg("DynSync always sends it: it links the two records.")
    return NOTHING


@dataclass
class _Suggesting:
    """One table's suggestions; no Marketo field is suggested twice."""

    schema: EntitySchema
    known: TargetSchema
    companies: Collection[str]
    taken: set[str] = field(default_factory=set)

    def offer(self, source: SourceField, default: DefaultTarget | None) -> FieldOffer:
        """The row of a column."""
        if source.name == FILTER_FIELD:
            return filter_offer(source)
        if reason := unusable(source, self.schema):
            return FieldOffer(source, reason=reason)
        row = self._suggested(source, default)
        if row.target:
            self.taken.add(row.target)
        return row

    def _suggested(self, source: SourceField, default: DefaultTarget | None) -> FieldOffer:
        if self.known.target is not Target.PERSON:
            target = self.known.field(default.target) if default else self._namesake(source)
            if target is None:
                return self._open(source, _NO_NAMESAKE.get(self.known.target, _NO_NAMESAKE[Target.COMPANY]))
            return self._existing(source, target, ticked=default is not None and default.documented)
        own = f"ms_{source.name}"
        if default is None or (not default.documented and self.known.alike(own)):
            namesake = None if self.known.alike(own) else self._namesake(source)
            if namesake is not None:
                return self._existing(source, namesake, ticked=False)
            return self._own(source, own, source.label, ticked=False)
        if default.target in self.companies and default.target not in LINKS:
            name = f"microsoft{default.target[:1].upper()}{default.target[1:]}"
            row = self._own(source, name, f"Microsoft {default.label}", ticked=default.documented)
            note = msg(
                "Marketo keeps “{label}” on the company. The person gets a field of its own for it.",
                label=default.label,
            )
            return replace(row, note=row.note or note)
        return self._own(source, default.target, default.label, ticked=default.documented)

    def _own(self, source: SourceField, name: str, label: str, *, ticked: bool) -> FieldOffer:
        """The person field of that name; it is made where Marketo has none in any letter case."""
        if (there := self.known.alike(name)) is not None:
            return self._existing(source, there, ticked=ticked)
        new = new_field(source, name, label, self.known, FieldChoice(source.name))
        if new is None:
            return self._open(source, msg("Choose the Marketo field that takes it."))
        return self._taking(source, new.field, new, ticked=ticked)

    def _existing(self, source: SourceField, target: TargetField, *, ticked: bool) -> FieldOffer:
        if target.name in self.taken:
            why = msg("“{label}” takes another field by default. Choose another one.", label=target.label)
            return self._open(source, why)
        # Whether long text is cut is a question of its own, so that it is not what refuses the field.
        trimmed = FieldChoice(source.name, too_long=TooLong.TRIM)
        if why := refusal(source, target, self.known, self.companies, trimmed):
            return self._open(source, why)
        standard = ticked and not target.label.startswith(_MADE_FOR_DYNAMICS)
        return self._taking(source, target, None, ticked=ticked, standard=standard)

    def _taking(
        self, source: SourceField, target: TargetField, new: NewField | None, *, ticked: bool, standard: bool = False
    ) -> FieldOffer:
        trim = is_long(source) and not holds_long(target) and not standard
        note = (
            msgs(
                "Long text needs a text area in Marketo, and only a Marketo admin can add one. "
                "If you tick it all the same, it is cut after {n} character.",
                "Long text needs a text area in Marketo, and only a Marketo admin can add one. "
                "If you tick it all the same, it is cut after {n} characters.",
                target.length or STRING_LENGTH,
            )
            if trim
            else _CURRENCIES
            if source.type is FieldType.MONEY and self.schema.field(f"{source.name}_base")
            else NOTHING
        )
        return FieldOffer(source, target.name, target.label, new, preselected=ticked and not trim, note=note, trim=trim)

    def _open(self, source: SourceField, why: Message) -> FieldOffer:
        """A column without a suggestion: it can be ticked where some Marketo field could take it."""
        trimmed = FieldChoice(source.name, too_long=TooLong.TRIM)
        fits = (not refusal(source, one, self.known, self.companies, trimmed) for one in self.known.fields)
        if self.known.target is Target.PERSON or any(fits):
            return FieldOffer(source, note=why)
        none = _NONE_TO_ADD.get(self.known.target, _NONE_TO_ADD[Target.COMPANY])
        return FieldOffer(source, reason=none if why in _NO_NAMESAKE.values() else why)

    def _namesake(self, source: SourceField) -> TargetField | None:
        """A free Marketo field of the same name, whatever the letter case, that can take the column."""
        wanted = source.name.replace("_", "").casefold()
        return next(
            (
                target
                for target in self.known.fields
                if target.name.casefold() == wanted
                and target.name not in self.taken
                and not refusal(source, target, self.known, self.companies, FieldChoice(source.name))
            ),
            None,
        )
