"""A record's fields on both sides: what Dynamics has, what was sent, what Marketo has, who wins, and which rule."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from dynsync_gui.domain.choice import Overwrite
from dynsync_gui.domain.convert import cut, left_out, misfit, same
from dynsync_gui.domain.explain import Cause, FieldView
from dynsync_gui.domain.findings.records import (
    CHANGE_REFUSED,
    CHANGE_UNFIT,
    CHANGES_DENIED,
    NOTICES,
    STAYS_UNSUBSCRIBED,
)
from dynsync_gui.domain.fingerprint import entries, entry, mark
from dynsync_gui.domain.incoming import Kept
from dynsync_gui.domain.mapping import EntityMapping, FieldMapping, sentence
from dynsync_gui.domain.place import Place
from dynsync_gui.domain.schema import PEOPLE, UNSUBSCRIBED, System, TargetSchema
from dynsync_gui.domain.text import NOTHING, Message, msg
from dynsync_gui.engine.explaining.way_back import WayBack


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a field differs.

    Attributes:
        cause: The true reason.
        finding: The same as a sentence.
        known: Whether it is by a rule, is listed, or passes by itself.
    """

    cause: Cause
    finding: Message
    known: bool = True


_FIELD_OUT = Reason(Cause.FIELD_OUT, msg("Marketo has no such field any more."))
_CONSENT = Reason(Cause.CONSENT, NOTICES[STAYS_UNSUBSCRIBED].title)
_KEPT_OUT = Reason(Cause.FILTERED, msg("“Sync to Marketo” is No in Dynamics, so that Marketo keeps its value."))
_KEPT_THERE = Reason(Cause.RULE, msg("You chose that Dynamics does not replace this value."))
_BACK_ONLY = Reason(Cause.RULE, msg("You chose that this field travels from Marketo to Dynamics only."))
_NEVER_BLANKED = Reason(
    Cause.RULE,
    msg("Dynamics has no value here, and never had one of its own in Marketo: what Marketo knew stays."),
)
_CUT = Reason(Cause.RULE, msg("It does not fit there, and you chose to cut it then."))
_LEFT_OUT = Reason(Cause.RULE, msg("It does not fit there, and you chose to leave it out then."))
_WITHHELD = Reason(
    Cause.WITHHELD, msg("Marketo refused this value, and you chose to leave it out until it changes in Dynamics.")
)
_MISFIT = Reason(Cause.REFUSED, msg("Marketo would not take this value as it is."), known=False)
_CHANGED = Reason(
    Cause.CHANGED, msg("It changed in Dynamics since the last sync. The next sync brings it."), known=False
)
_NOT_TAKEN = {
    Kept.REFUSED: Reason(Cause.NOT_TAKEN, NOTICES[CHANGE_REFUSED].title),
    Kept.UNFIT: Reason(Cause.NOT_TAKEN, NOTICES[CHANGE_UNFIT].title),
}
_NOT_ALLOWED = Reason(Cause.NOT_ALLOWED, NOTICES[CHANGES_DENIED].title)
_NO_CONSENT = Reason(
    Cause.CHANGED,
    msg("Somebody took the unsubscription back in Marketo. The next sync unsubscribes the person again."),
)
_RETURNING = Reason(
    Cause.RETURNING, msg("Somebody changed it in Marketo since the last sync. The next sync takes it to Dynamics.")
)
_BOTH = {
    System.MARKETO: Reason(
        Cause.RETURNING,
        msg("It changed on both sides since the last sync, and Marketo wins: the next sync takes it to Dynamics."),
    ),
    System.DYNAMICS: Reason(
        Cause.CHANGED,
        msg("It changed on both sides since the last sync, and Dynamics wins: the next sync brings its value."),
    ),
}
_ONE_WAY = Reason(
    Cause.OVERWRITTEN,
    msg(
        "Somebody changed it in Marketo. The field travels to Marketo only: Dynamics' value is sent again when the "
        "record changes there."
    ),
)
_OVERWRITTEN = Reason(
    Cause.OVERWRITTEN,
    msg("DynSync sent another value: somebody changed it in Marketo since, or Marketo blocks updates of the field."),
    known=False,
)


@dataclass(frozen=True, slots=True)
class Sides:
    """One record on both sides.

    Attributes:
        mapping: What is synced.
        target: Marketo's fields today; None where they are not known.
        place: Where the ledger has it.
        held: What Marketo has now.
        back: What is known of changes that people made there.
        late: Fields that are filled only for records that changed later than this one, by REST name.
        kept_out: Whether the filter keeps it out, so that nothing of it is sent.
    """

    mapping: EntityMapping
    target: TargetSchema | None
    place: Place | None
    held: Mapping[str, Any]
    back: WayBack
    late: Collection[str] = ()
    kept_out: bool = False

    def reason(self, pair: FieldMapping, whole: Any) -> Reason:
        """Why the two sides of a field differ; what people did in Marketo and the rules come before what time mends.

        Args:
            pair: The field.
            whole: Dynamics' value, whether or not Marketo has room for it.
        """
        name, place, wanted = pair.target.name, self.place, cut(pair, whole)
        if self.target is not None and self.target.field(name) is None:
            return _FIELD_OUT
        if wanted != whole and same(wanted, self.held.get(name)):
            return _CUT
        found = self._of_people(pair, wanted, place) if place is not None and self.mapping.entity in PEOPLE else None
        if found is not None and found.cause is not Cause.OVERWRITTEN:
            return found
        return self._rule(pair, wanted) or self._unruled(pair, wanted, found)

    def _unruled(self, pair: FieldMapping, wanted: Any, found: Reason | None) -> Reason:
        """Why a field differs of which Marketo's value may be replaced."""
        name, place = pair.target.name, self.place
        if place is not None and place.withheld.get(name) == entry(name, wanted):
            return _WITHHELD
        if misfit(pair, wanted):
            return _LEFT_OUT if left_out(pair, wanted) else _MISFIT
        if found is not None:
            return found
        if place is None or entry(name, wanted) not in entries(place.agreed):
            day = str(pair.since)
            late = msg("You chose that only records changed since {day} get it now.", day=day)
            return Reason(Cause.RULE, late) if name in self.late else _CHANGED
        if self.mapping.entity in PEOPLE and pair.direction.writes_dynamics and self.back.unread:
            return self._returning(pair, wanted, place)
        return _OVERWRITTEN

    def _returning(self, pair: FieldMapping, wanted: Any, place: Place) -> Reason:
        """What becomes of a value that somebody changed in Marketo alone."""
        if self.back.denies(place, pair.target.name):
            return _NOT_ALLOWED
        return _NO_CONSENT if pair.target.name == UNSUBSCRIBED and wanted else _RETURNING

    def _of_people(self, pair: FieldMapping, wanted: Any, place: Place) -> Reason | None:
        """What became of a change that somebody made in Marketo, or will; None where none is known of."""
        name, agreed = pair.target.name, entries(place.agreed)
        kept, waits = place.changes.get(name), self.back.waits(place, str(self.held.get("id")), name)
        ours_changed = entry(name, wanted) not in agreed and any(one.startswith(mark(name)) for one in agreed)
        if not pair.direction.writes_dynamics:
            return _ONE_WAY if not ours_changed and (waits or kept is Kept.ONE_WAY) else None
        if not ours_changed and not waits and kept in _NOT_TAKEN:
            return _NOT_TAKEN[kept]
        if not waits or (ours_changed and entry(name, self.held.get(name)) in agreed):
            return None
        if self.back.denies(place, name):
            return _NOT_ALLOWED
        if name == UNSUBSCRIBED:
            return _NO_CONSENT if wanted else None
        return _BOTH[pair.winner] if ours_changed else _RETURNING

    def _rule(self, pair: FieldMapping, wanted: Any) -> Reason | None:
        """The rule by which Marketo's value stays."""
        name, place = pair.target.name, self.place
        if name == UNSUBSCRIBED and not wanted and self.held.get(name):
            return _CONSENT
        if not pair.direction.writes_marketo:
            return _BACK_ONLY
        if pair.overwrite is Overwrite.ONLY_EMPTY:
            return _KEPT_THERE
        if wanted is not None or (place is not None and name in place.filled and pair.overwrite is Overwrite.ALWAYS):
            return None
        return _NEVER_BLANKED if pair.overwrite is Overwrite.ALWAYS else _KEPT_THERE


def field_views(wanted: Mapping[str, Any], sides: Sides) -> tuple[FieldView, ...]:
    """Every synced field of a record that Marketo holds.

    Args:
        wanted: Dynamics' values of now, as Marketo would get them if it had room for all, by REST name.
        sides: The record on both sides.
    """
    names = [pair.target.name for pair in sides.mapping.fields]
    if sides.mapping.entity in PEOPLE and not all(same(wanted.get(name), sides.held.get(name)) for name in names):
        sides.back.look()
    return tuple(_view(pair, wanted.get(pair.target.name), sides) for pair in sides.mapping.fields)


def _view(pair: FieldMapping, wanted: Any, sides: Sides) -> FieldView:
    name = pair.target.name
    there = sides.held.get(name)
    equal = same(wanted, there)
    reason = None if equal else _KEPT_OUT if sides.kept_out else sides.reason(pair, wanted)
    return FieldView(
        source=pair.source.name,
        target=name,
        label=pair.target.label,
        dynamics=_text(wanted),
        sent=_sent(name, cut(pair, wanted), sides.place),
        marketo=_text(there),
        equal=equal,
        winner=pair.winner if pair.direction.writes_dynamics else System.DYNAMICS,
        rule=sentence(sides.mapping.entity, pair.choice, pair.target.label),
        cause=reason.cause if reason is not None else None,
        finding=reason.finding if reason is not None else NOTHING,
    )


def _sent(name: str, wanted: Any, place: Place | None) -> str | None:
    if place is None or place.sent is None:
        return None
    agreed = entries(place.agreed)
    if entry(name, wanted) in agreed:
        return _text(wanted)
    return None if any(one.startswith(mark(name)) for one in agreed) else ""


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
