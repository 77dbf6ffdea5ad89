"""A record's fields on both sides: what Dynamics has, what was sent, what Marketo has, who wins, and which rule."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

from dynsync_gui.domain.choice import Overwrite
from dynsync_gui.domain.convert import left_out, misfit, same
from dynsync_gui.domain.explain import Cause, FieldView
from dynsync_gui.domain.fingerprint import entries, entry, mark
from dynsync_gui.domain.mapping import EntityMapping, FieldMapping, sentence
from dynsync_gui.domain.place import Place
from dynsync_gui.domain.schema import System, TargetSchema
from dynsync_gui.domain.text import NOTHING, Message, msg
from dynsync_gui.engine.outgoing import UNSUBSCRIBED

_WHY: Mapping[Cause, Message] = {
    Cause.FIELD_OUT: msg("Marketo has no such field any more."),
    Cause.CONSENT: msg("Somebody unsubscribed in Marketo. DynSync never takes that back."),
    Cause.RULE: msg("You chose that Dynamics does not replace this value."),
    Cause.WITHHELD: msg("Marketo refused this value, and you chose to leave it out until it changes in Dynamics."),
    Cause.REFUSED: msg("Marketo would not take this value as it is."),
    Cause.CHANGED: msg("It changed in Dynamics since the last sync. The next sync brings it."),
    Cause.OVERWRITTEN: msg("Somebody changed it in Marketo after DynSync had sent it."),
}
_RETURNS = msg("Somebody changed it in Marketo. The next sync brings it to Dynamics, or Dynamics' value back.")


def field_views(
    wanted: Mapping[str, Any],
    mapping: EntityMapping,
    target: TargetSchema | None,
    place: Place | None,
    held: Mapping[str, Any],
    late: Collection[str] = (),
) -> tuple[FieldView, ...]:
    """Every synced field of a record that Marketo holds.

    Args:
        wanted: Dynamics' values of now, as Marketo would get them, by REST name.
        mapping: What is synced.
        target: Marketo's fields today; None where they are not known.
        place: Where the ledger has it.
        held: What Marketo has now.
        late: Fields that are filled only for records that changed later than this one, by REST name.
    """
    return tuple(
        _by_choice(view, pair, wanted, late)
        for pair in mapping.fields
        for view in [_view(pair, wanted, mapping, target, place, held)]
    )


def _by_choice(view: FieldView, pair: FieldMapping, wanted: Mapping[str, Any], late: Collection[str]) -> FieldView:
    """A value that the choice keeps from this record: it does not fit, or comes with the record's next change."""
    if view.cause is Cause.REFUSED and left_out(pair, wanted.get(view.target)):
        return replace(
            view, cause=Cause.RULE, finding=msg("It does not fit there, and you chose to leave it out then.")
        )
    if view.cause is Cause.CHANGED and view.target in late:
        finding = msg("You chose that only records changed since {day} get it now.", day=str(pair.since))
        return replace(view, cause=Cause.RULE, finding=finding)
    return view


def _view(
    pair: FieldMapping,
    values: Mapping[str, Any],
    mapping: EntityMapping,
    target: TargetSchema | None,
    place: Place | None,
    held: Mapping[str, Any],
) -> FieldView:
    name = pair.target.name
    wanted, there = values.get(name), held.get(name)
    equal = same(wanted, there)
    cause = None if equal else cause_of(pair, wanted, there, target, place)
    return FieldView(
        source=pair.source.name,
        target=name,
        label=pair.target.label,
        dynamics=_text(wanted),
        sent=_sent(name, wanted, place),
        marketo=_text(there),
        equal=equal,
        winner=pair.winner if pair.direction.writes_dynamics else System.DYNAMICS,
        rule=sentence(mapping.entity, pair.choice, pair.target.label),
        cause=cause,
        finding=_finding(pair, cause),
    )


def cause_of(pair: FieldMapping, wanted: Any, there: Any, target: TargetSchema | None, place: Place | None) -> Cause:
    """Why the two sides differ; the rules come before what time may mend."""
    name = pair.target.name
    if target is not None and target.field(name) is None:
        return Cause.FIELD_OUT
    if name == UNSUBSCRIBED and not wanted and there:
        return Cause.CONSENT
    filled = place is not None and name in place.filled
    never_blanks = wanted is None and (not filled or pair.overwrite is Overwrite.NOT_BY_EMPTY)
    if never_blanks or not pair.direction.writes_marketo or pair.overwrite is Overwrite.ONLY_EMPTY:
        return Cause.RULE
    if place is not None and place.withheld.get(name) == entry(name, wanted):
        return Cause.WITHHELD
    if misfit(pair, wanted):
        return Cause.REFUSED
    agreed = entries(place.agreed) if place is not None else frozenset()
    if place is not None and place.payload is None and entry(name, wanted) in agreed:
        return Cause.OVERWRITTEN
    return Cause.CHANGED


def _sent(name: str, wanted: Any, place: Place | None) -> str | None:
    if place is None or place.sent is None:
        return None
    agreed = entries(place.agreed)
    if entry(name, wanted) in agreed:
        return _text(wanted)
    return None if any(one.startswith(mark(name)) for one in agreed) else ""


def _finding(pair: FieldMapping, cause: Cause | None) -> Message:
    if cause is None:
        return NOTHING
    if cause is Cause.RULE and not pair.direction.writes_marketo:
        return msg("You chose that this field travels from Marketo to Dynamics only.")
    if cause is Cause.RULE and pair.overwrite is Overwrite.ALWAYS:
        return msg("Dynamics has no value here, and never had one of its own in Marketo: what Marketo knew stays.")
    return _RETURNS if cause is Cause.OVERWRITTEN and pair.direction.writes_dynamics else _WHY[cause]


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
