"""A value of a million characters, and records that no call could hold together, stop nobody else."""

from __future__ import annotations

from dynsync_gui.domain.events import RunEnded
from tests.judge import judge
from tests.service.conftest import Desk

LONG = "Ünïcode and more. " * 60_000


def test_values_without_an_end_stop_nobody_else(desk: Desk) -> None:
    world = desk.rehearsal.world
    usable = [row for row in world.as_json()["contact"] if row.get("new_synctomkto") is not False]
    long, *others = (row["contactid"] for row in usable[:40])
    world.update("contact", long, {"jobtitle": LONG, "lastname": "Long"})
    for id_ in others:
        world.update("contact", id_, {"description": LONG[:30_000]})
    ended = desk.start()
    assert isinstance(ended, RunEnded), ended
    assert (ended.report.closes, ended.report.outbox) == (True, 0)
    verdict = judge(desk.rehearsal.audit(), desk.listed())
    assert verdict.wrong == []
    assert verdict.eligible > 300
    told = [one for one in desk.service.problems() if one.id == long]
    assert told, "it is listed, or is worth knowing"
    assert all(len(str(one.detail)) <= 500 for one in told)
    assert not [entry for entry in desk.rehearsal.log.entries("marketo") if entry.code == "413"]
