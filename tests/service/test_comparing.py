"""A whole comparison works out anew only what it has to."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from dynsync_gui.domain.choice import FieldChoice
from dynsync_gui.domain.events import JobFailed, ProfileRead, RunEnded
from dynsync_gui.domain.findings.records import DELETED_THERE
from dynsync_gui.domain.schema import Entity
from dynsync_gui.engine import ends
from dynsync_gui.engine.conversion import Conversion
from tests.service.life import Life

if TYPE_CHECKING:
    from tests.service.conftest import Desk

MORE = (FieldChoice("firstname"), FieldChoice("lastname"), FieldChoice("emailaddress1"), FieldChoice("jobtitle"))


def test_who_is_unchanged_by_its_values_alone_is_met_the_next_time(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A field less changes every record's digest and nothing of what both sides agreed on."""
    chosen = {Entity.CONTACT: MORE, Entity.LEAD: (), Entity.ACCOUNT: ()}
    desk.settings = replace(desk.settings, fields=replace(desk.settings.fields, chosen=chosen))
    assert isinstance(desk.start(), RunEnded)
    life = Life(desk)
    people = len(life.rows("contact"))
    assert people > 100
    fewer = replace(desk.settings.fields, chosen={**chosen, Entity.CONTACT: MORE[:3]})
    kept = desk.service.keep(replace(desk.settings, fields=fewer), desk.secrets).wait(60)
    assert isinstance(kept, ProfileRead)

    converted = []
    convert = Conversion.convert
    monkeypatch.setattr(Conversion, "convert", lambda one, record: converted.append(record.id) or convert(one, record))
    life.cycle()
    assert len(converted) >= people
    converted.clear()
    life.world.expire_tokens()
    ended = life.cycle()
    assert ended.report.read > people
    assert ended.report.acknowledged == 0
    agreed = {row["contactid"] for row in life.rows("contact")}
    assert not agreed & set(converted), "of whom both sides agree on nothing is worked out again"


@pytest.mark.parametrize("table", ["contact", "lead"])
def test_who_was_deleted_in_marketo_stays_away_from_a_comparison_until_the_record_changes(
    desk: Desk, table: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ends, "EVERY", timedelta(0))  # Marketo is asked each time
    assert isinstance(desk.start(), RunEnded)
    life = Life(desk)
    gone, asked, *_ = [row[f"{table}id"] for row in life.rows(table, statecode=0)]
    for id_ in (gone, asked):
        desk.rehearsal.marketo.marketer.delete(int(life.person(id_)["id"]))
    life.world.insert("lead", {"lastname": "Somebody new"})
    for _ in range(2):
        life.cycle()
        life.world.expire_tokens()
    assert life.persons(gone) == life.persons(asked) == []
    listed = {one.id for one in desk.service.problems() if one.code == DELETED_THERE}
    assert listed == {gone, asked}
    ended = desk.service.records.sync_one(Entity(table), asked).wait(60)
    assert not isinstance(ended, JobFailed), ended
    assert len(life.persons(asked)) == 1
    assert life.persons(gone) == []
    life.world.update(table, gone, {"jobtitle": "Back again"})
    life.cycle()
    assert life.person(gone)["title"] == "Back again"
