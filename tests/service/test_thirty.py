"""Thirty changes in three cycles over a world of all objects; the judge looks at what Marketo holds in the end."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from dynsync_gui.domain.events import RunEnded
from dynsync_gui.domain.settings import ObjectSettings
from dynsync_gui.simulators import customising, events
from tests.service.conftest import Desk
from tests.service.life import Life

OWN = ("new_subscription", "new_delivery")


class Script:
    """The changes; rows are drawn one after the other, so that no two changes meet by chance."""

    def __init__(self, life: Life) -> None:
        self.life, self.world = life, life.world
        self._rows: dict[str, Iterator[str]] = {}

    def next(self, table: str) -> str:
        """An id that no other change touches."""
        if table not in self._rows:
            wanted = {"statecode": 0} if table in {"contact", "lead", "account"} else {}
            self._rows[table] = iter([row[f"{table}id"] for row in self.life.rows(table, **wanted)])
        return next(self._rows[table])

    def edit(self, table: str, **values: object) -> str:
        id_ = self.next(table)
        self.world.update(table, id_, values)
        return id_

    def delete(self, table: str) -> None:
        id_ = self.next(table)
        self.world.delete(table, id_)
        self.life.marked.add((table, id_))

    def merge(self, table: str) -> None:
        events.merge(self.world, table, self.next(table), self.next(table))

    def hide(self, table: str) -> str:
        id_ = self.edit(table, new_synctomkto=False)
        self.life.stale.add((table, id_))
        return id_

    def show(self) -> None:
        id_ = next(id_ for table, id_ in sorted(self.life.stale) if table == "contact")
        self.life.stale.discard(("contact", id_))
        self.world.update("contact", id_, {"new_synctomkto": True, "lastname": "Shown again"})

    def owner(self, table: str, *, team: bool = False) -> None:
        owners = [owner.id for owner in self.world.owners.values() if owner.is_team is team]
        self.edit(table, ownerid=owners[-1])

    def close(self) -> None:
        deals = [row for row in self.world.as_json()["opportunity"] if row["statecode"] == 0]
        id_ = next(row["opportunityid"] for row in deals if row.get("new_synctomkto") is not False)
        values = {"statecode": 1, "statuscode": 3, "actualvalue": 12345.0, "actualclosedate": "2026-11-20"}
        self.world.update("opportunity", id_, values)

    def disconnect(self) -> None:
        self.world.delete("connection", self.world.as_json()["connection"][0]["connectionid"])

    def connect(self) -> None:
        deal = self.life.rows("opportunity")[3]["opportunityid"]
        self.world.insert("connection", {"record1id": deal, "record2id": self.next("contact")})

    def customer(self) -> None:
        deals = [row for row in self.life.rows("opportunity") if row.get("_customerid_value")]
        self.world.update("opportunity", deals[5]["opportunityid"], {"customerid": self.next("contact")})

    def disable(self) -> None:
        owner = self.life.rows("contact")[0]["_ownerid_value"]
        if owner in {user["systemuserid"] for user in self.world.as_json()["systemuser"]}:
            self.world.update("systemuser", owner, {"isdisabled": True})

    def relabel(self) -> None:
        customising.set_option(self.world, "lead", "leadqualitycode", 1, "Very hot")
        self.life.desk.rehearsal.dataverse.members.publish()

    def drop_column(self) -> None:
        self.world.drop_column("contact", "fax")

    def recreate(self) -> None:
        table, id_ = next(one for one in sorted(self.life.marked) if one[0] == "contact")
        self.life.marked.discard((table, id_))
        self.world.insert(table, {"contactid": id_, "lastname": "Here again"})

    def subscribe(self) -> None:
        row = self.life.world.as_json()["new_subscription"][0]["new_subscriptionid"]
        self.world.update("new_subscription", row, {"new_seats": 4711, "new_contactid": self.next("contact")})

    def cycles(self) -> tuple[tuple[Callable[[], object], ...], ...]:
        """Ten changes a cycle."""
        edit, merge = self.edit, self.merge
        return (
            (
                lambda: edit("contact", lastname="Edited", jobtitle=None),
                lambda: edit("lead", lastname="Edited", emailaddress1="edited.lead@contoso.example"),
                lambda: edit("account", name="Edited 🏢"),
                lambda: self.delete("contact"),
                lambda: self.delete("lead"),
                lambda: merge("contact"),
                lambda: self.hide("contact"),
                lambda: self.owner("contact"),
                self.close,
                lambda: events.qualify(self.world, self.next("lead"), account=True, opportunity=True),
            ),
            (
                self.world.expire_tokens,
                self.disconnect,
                self.connect,
                self.relabel,
                lambda: merge("lead"),
                lambda: merge("account"),
                lambda: edit("contact", parentcustomerid=self.next("account")),
                lambda: self.owner("account", team=True),
                lambda: self.delete("contact"),
                self.subscribe,
            ),
            (
                self.show,
                self.recreate,
                self.drop_column,
                self.disable,
                self.customer,
                lambda: self.owner("opportunity"),
                lambda: events.qualify(self.world, self.next("lead"), values={"new_synctomkto": False}),
                lambda: self.hide("lead"),
                lambda: events.set_active(self.world, "contact", self.next("contact"), active=False),
                lambda: self.world.insert(
                    "lead", {"lastname": "Ünïcödé 🙂", "emailaddress1": "new.lead@contoso.example"}
                ),
            ),
        )


@pytest.mark.parametrize("tracked", [True, False], ids=["tracked", "compared"])
def test_thirty_changes_leave_nothing_missing_wrong_doubled_or_extra(desk: Desk, *, tracked: bool) -> None:
    desk.settings = replace(desk.settings, objects=ObjectSettings(custom=OWN))
    if not tracked:
        desk.rehearsal.dataverse.tracker.disabled.update({"contact", "lead", "account", "opportunity", "connection"})
    assert isinstance(desk.start(), RunEnded)
    life = Life(desk)
    life.own = OWN
    life.judged()
    script = Script(life)
    for changes in script.cycles():
        for change in changes:
            change()
        life.cycle()
        life.judged()
    quiet = life.cycle()
    assert quiet.report.acknowledged == 0
    life.judged()
