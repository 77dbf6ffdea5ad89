"""What a changed choice touches of records that are there already, and for which of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from dynsync_gui.domain.choice import Direction, FieldChoice
from dynsync_gui.domain.choice_changes import changes
from dynsync_gui.domain.mapping import FieldOffer, build_mapping, limited, touched
from dynsync_gui.domain.schema import Entity, FieldType, SourceField, Target, TargetField, TargetSchema, TargetType
from dynsync_gui.domain.settings import FieldSettings

LEAD, DAY, LATER = Entity.LEAD, date(2026, 3, 1), date(2026, 6, 1)
NAMES = ("a", "b", "c")
OFFERS = {
    LEAD: tuple(FieldOffer(SourceField(one, one, FieldType.STRING, 50), one, preselected=one == "a") for one in NAMES)
}
FIELDS = tuple(TargetField(one, one, TargetType.STRING, 255) for one in (*NAMES, "other"))
TARGETS = {Target.PERSON: TargetSchema(Target.PERSON, FIELDS)}
A, B, C = (FieldChoice(one) for one in NAMES)


def chosen(*choices: FieldChoice) -> FieldSettings:
    return FieldSettings({LEAD: choices})


def names(before: FieldSettings, after: FieldSettings) -> str:
    was, is_ = (build_mapping(OFFERS, one.chosen, TARGETS, use_filter=False).entities[LEAD] for one in (before, after))
    return "".join(pair.source.name for pair in touched(was, is_))


def test_what_is_new_goes_elsewhere_or_reaches_further_back_is_touched() -> None:
    assert names(chosen(A), chosen(A, B)) == "b"
    assert names(chosen(A, B), chosen(A)) == ""
    assert names(chosen(A, B), chosen(A, replace(B, target="other"))) == "b"
    assert names(chosen(A, replace(B, direction=Direction.TO_DYNAMICS)), chosen(A, B)) == "b"
    late = replace(B, since=DAY)
    assert names(chosen(A, late), chosen(A, replace(B, since=LATER))) == ""
    assert names(chosen(A, replace(B, since=LATER)), chosen(A, late)) == "b"
    assert names(chosen(A, late), chosen(A, B)) == "b"


def test_only_what_is_touched_is_limited_and_what_a_file_says_stays() -> None:
    def after(before: FieldSettings, now: FieldSettings) -> list[date | None]:
        return [one.since for one in limited(before, now, OFFERS, TARGETS, DAY).chosen[LEAD]]

    assert after(chosen(A), chosen(A, B)) == [None, DAY]
    assert after(FieldSettings(), chosen(A, B)) == [None, DAY], "the documented fields are there already"
    assert after(chosen(A), chosen(A, replace(B, since=LATER), C)) == [None, LATER, DAY]
    assert after(chosen(A, replace(B, since=LATER)), chosen(A, replace(B, since=LATER), C)) == [None, LATER, DAY]


def test_the_history_says_since_when() -> None:
    (told,) = changes(chosen(A), chosen(A, replace(B, since=DAY)))
    assert str(told).endswith("Records that did not change since 2026-03-01 get it with their next change.")
