"""A value of a million characters, and records that no call could hold together, stop nobody else."""

from __future__ import annotations

from dataclasses import replace

from dynsync_gui.domain.choice import FieldChoice
from dynsync_gui.domain.events import RunEnded
from dynsync_gui.domain.schema import Entity
from tests.service.conftest import Desk
from tests.service.life import Life

LONG = "Ünïcode and more. " * 60_000
FITS = LONG[:25_000].strip()


def test_values_without_an_end_stop_nobody_else(desk: Desk) -> None:
    life, marketo = Life(desk), desk.rehearsal.marketo
    marketo.marketer.add_field("longNotes", "Long Notes", "text")
    chosen = [FieldChoice(name) for name in ("firstname", "lastname", "emailaddress1", "jobtitle")]
    fields = {Entity.CONTACT: (*chosen, FieldChoice("description", "longNotes"))}
    contacts = [row for row in life.world.as_json()["contact"] if row.get("new_synctomkto") is not False]
    long, *others = (row["contactid"] for row in contacts if row["statecode"] == 0)
    life.world.update("contact", long, {"description": LONG, "jobtitle": LONG})
    for id_ in others[:45]:
        life.world.update("contact", id_, {"description": FITS})
    ended = desk.start(fields=replace(desk.settings.fields, chosen=fields))
    assert isinstance(ended, RunEnded), ended
    assert (ended.report.closes, ended.report.outbox) == (True, 0)
    there = [life.person(id_) for id_ in others[:45] if ("contact", id_) not in desk.listed()]
    assert len(there) > 40
    assert {person["longNotes"] for person in there} == {FITS}
    (told,) = (one for one in desk.service.problems() if one.id == long and one.aside)
    assert told.code == "413"
    assert len(told.detail) <= 500
    refused = [entry.received for entry in desk.rehearsal.log.entries("marketo") if entry.status == 413]
    assert len(refused) == 1, "only the one that no call can hold is sent in vain"
