"""A profile whose database is gone finds everything as it left it, and plans to write nothing."""

from __future__ import annotations

from dataclasses import replace

from dynsync_gui.composition import Options, open_service
from dynsync_gui.domain.events import PlanReady, RunEnded
from dynsync_gui.domain.settings import ObjectSettings
from dynsync_gui.system.secrets import SecretSource
from tests.service.conftest import Desk
from tests.service.life import Life

OWN = ("new_subscription", "new_delivery")
OWNED = ("account", "contact", "lead", "opportunity")


def test_what_is_equal_is_only_recognised(desk: Desk) -> None:
    """Whoever a team owns has no owner in Marketo, nor who belongs to one whom Marketo refuses; it may have had one."""
    desk.settings = replace(desk.settings, objects=ObjectSettings(custom=OWN))
    refused = desk.rehearsal.world.insert("systemuser", {"fullname": "No Address", "internalemailaddress": "bad mail"})
    for table in OWNED:
        for row in desk.rehearsal.world.as_json()[table][5:9]:
            desk.rehearsal.world.update(table, row[f"{table}id"], {"ownerid": refused})
    nameless = desk.rehearsal.world.insert("account", {"name": "N" * 400})
    for row in desk.rehearsal.world.as_json()["contact"][9:12]:
        desk.rehearsal.world.update("contact", row["contactid"], {"parentcustomerid": nameless})
    assert isinstance(desk.start(), RunEnded)
    assert ("systemuser", refused) in desk.listed()
    assert ("account", nameless) in desk.listed()
    life = Life(desk)
    team = next(owner.id for owner in life.world.owners.values() if owner.is_team)
    for table in OWNED:
        for row in [row for row in life.rows(table) if row["_ownerid_value"] != team][:3]:
            life.world.update(table, row[f"{table}id"], {"ownerid": team})
    for row in life.rows("contact", statecode=0)[-3:]:
        life.world.update("contact", row["contactid"], {"jobtitle": None, "address1_city": None})
    for _ in range(2):
        life.cycle()
    service = open_service(Options(desk.folder.with_name("anew"), SecretSource.SESSION))
    try:
        planned = service.plan(desk.settings, desk.secrets).wait(60)
    finally:
        service.close()
    assert isinstance(planned, PlanReady)
    found = {one.entity.value: (one.create, one.update) for one in planned.plan.entities if one.read}
    assert set(found) >= {"systemuser", "account", "contact", "lead", "opportunity", "connection", *OWN}
    assert found == dict.fromkeys(found, (0, 0))
    assert sum(one.unchanged for one in planned.plan.entities) > 500
