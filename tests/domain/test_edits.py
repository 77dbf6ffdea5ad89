from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from dynsync_gui.domain.choice import Direction, FieldChoice, Form
from dynsync_gui.domain.edits import FieldEdits, RowKey
from dynsync_gui.domain.mapping import FieldOffer
from dynsync_gui.domain.schema import Entity, FieldType, SourceField
from dynsync_gui.domain.settings import FieldSettings

NAMES = ("a", "b", "c", "d")
OFFERS = {
    entity: tuple(
        FieldOffer(SourceField(name, name.upper(), FieldType.LOOKUP), name, preselected=name in "ab") for name in NAMES
    )
    for entity in (Entity.LEAD, Entity.CONTACT)
}


def edits(settings: FieldSettings | None = None) -> FieldEdits:
    return FieldEdits(OFFERS, settings or FieldSettings())


def ticked(found: FieldEdits, entity: Entity = Entity.LEAD) -> str:
    return "".join(sorted(key.name for key in found.choices(entity)))


def test_nothing_said_means_the_documented_fields_and_the_first_tick_keeps_them() -> None:
    found = edits()
    assert ticked(found) == "ab"
    found.tick(Entity.LEAD, {RowKey("c")}, on=True)
    assert ticked(found) == "abc"
    assert found.settings.chosen == {Entity.LEAD: tuple(FieldChoice(name) for name in "abc")}
    assert ticked(found, Entity.CONTACT) == "ab"


def test_a_tick_keeps_what_was_said_about_a_row() -> None:
    chosen = FieldChoice("a", "other", direction=Direction.BOTH)
    found = edits(FieldSettings({Entity.LEAD: (chosen,)}))
    found.tick(Entity.LEAD, {RowKey("a"), RowKey("b")}, on=True)
    assert found.choices(Entity.LEAD)[RowKey("a")] == chosen


def test_a_lookup_stands_twice_and_goes_as_a_whole() -> None:
    found = edits()
    second = RowKey("a", second=True)
    found.put(Entity.LEAD, second, FieldChoice("a", form=Form.ID))
    assert [choice.form for choice in found.settings.chosen[Entity.LEAD]] == [Form.AUTOMATIC, Form.ID, Form.AUTOMATIC]
    assert edits(found.settings).choices(Entity.LEAD)[second].form is Form.ID
    found.tick(Entity.LEAD, {RowKey("a")}, on=False)
    assert ticked(found) == "b"


def test_back_to_the_very_beginning_leaves_nothing_said() -> None:
    found = edits()
    found.tick(Entity.LEAD, {RowKey("a")}, on=False)
    assert found.undo() is Entity.LEAD
    assert found.settings == FieldSettings()
    assert not found.can_undo
    assert found.redo() is Entity.LEAD
    assert ticked(found) == "b"


def test_a_change_that_changes_nothing_is_no_step() -> None:
    found = edits()
    found.tick(Entity.LEAD, {RowKey("a")}, on=True)
    found.change(found.settings)
    assert not found.can_undo


STEPS = st.lists(st.tuples(st.sampled_from([Entity.LEAD, Entity.CONTACT]), st.sampled_from(NAMES), st.booleans()))


@given(STEPS, st.integers(0, 20))
def test_undo_and_redo_walk_the_same_way(steps: list[tuple[Entity, str, bool]], back: int) -> None:
    found = edits()
    seen = [found.settings]
    for entity, name, on in steps:
        found.tick(entity, {RowKey(name)}, on=on)
        if found.settings != seen[-1]:
            seen.append(found.settings)
    back = min(back, len(seen) - 1)
    for place in range(back):
        found.undo()
        assert found.settings == seen[-2 - place]
    for place in range(back):
        found.redo()
        assert found.settings == seen[len(seen) - back + place]
    assert not found.can_redo
