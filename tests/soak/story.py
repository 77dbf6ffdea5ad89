"""A small world and what happens in it between its cycles; rows are chosen by their place, so it is always the same."""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from dynsync_gui.domain.secrets import Secrets
from dynsync_gui.domain.settings import (
    DynamicsSettings,
    EnableSettings,
    LimitSettings,
    MarketoSettings,
    NetworkSettings,
    ObjectSettings,
    Settings,
)
from dynsync_gui.simulators import events
from dynsync_gui.simulators.marketo import extracts
from dynsync_gui.simulators.server import Rehearsal
from tests.judge import History

OWN = ("new_subscription", "new_delivery")
RECORDS = 40


class Chapter(StrEnum):
    """Where in the story something fails."""

    FIRST = "first"
    """The first sync."""
    LATER = "later"
    """A cycle after edits on both sides, merges, deletions and moves."""
    AGAIN = "again"
    """One after expired change tokens, a filter that was turned round and a record that is back."""
    FILED = "filed"
    """One whose people travel in files, new ones and known ones."""


CHAPTERS = tuple(Chapter)


class Story:
    """One world with its rehearsal; `tell` makes what happens before a chapter."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.rehearsal = Rehearsal(RECORDS, seed, folder, limits=False)
        self.world = self.rehearsal.world
        self.rehearsal.marketo.imports.start_seconds = 0.0
        self.rehearsal.marketo.extracts.seconds = 0.0
        extracts._REFRESHED_SECONDS = 0.1
        self._stale: set[tuple[str, str]] = set()
        self._marked: set[tuple[str, str]] = set()

    @property
    def history(self) -> History:
        """What the judge cannot see in today's data."""
        return History(frozenset(self._stale), frozenset(self._marked), own=OWN)

    def given(self) -> bytes:
        """Settings and secrets of somebody who syncs everything."""
        return given(self.rehearsal, OWN)

    @property
    def secrets(self) -> tuple[str, ...]:
        """What no file of the profile may hold."""
        return tuple(_secrets(self.rehearsal).values())

    def tell(self, chapter: Chapter) -> None:
        """Change both sides."""
        if chapter is Chapter.LATER:
            self._later()
        elif chapter is Chapter.AGAIN:
            self._again()
        elif chapter is Chapter.FILED:
            self._filed()

    def _later(self) -> None:
        world, contacts, leads = self.world, self._people("contact"), self._people("lead")
        accounts = (row["accountid"] for row in self._rows("account"))
        world.update("contact", next(contacts), {"lastname": "Edited", "jobtitle": None})
        world.update("lead", next(leads), {"lastname": "Edited", "emailaddress1": "edited.lead@contoso.example"})
        world.update("account", next(accounts), {"name": "Edited 🏢"})
        self._delete("contact", next(contacts))
        events.merge(world, "contact", next(contacts), next(contacts))
        self._hide(next(contacts))
        users = [owner.id for owner in world.owners.values() if not owner.is_team]
        world.update("contact", next(contacts), {"ownerid": users[-1], "parentcustomerid": next(accounts)})
        events.qualify(world, next(leads), account=True, opportunity=True)
        deal = next(row for row in self._rows("opportunity") if row.get("new_synctomkto") is not False)
        world.update("opportunity", deal["opportunityid"], {"statecode": 1, "statuscode": 3, "actualvalue": 12345.0})
        world.delete("connection", self._rows("connection")[0]["connectionid"])
        world.update("new_subscription", self._rows("new_subscription")[0]["new_subscriptionid"], {"new_seats": 4711})
        new = {"lastname": "Ünïcödé 🙂", "emailaddress1": "new.lead@contoso.example"}
        world.insert("lead", new)
        self._market(next(contacts), firstName="Zoë", title="Directrice")
        self._market(next(leads), lastName="From Marketo")
        self.rehearsal.marketo.marketer.unsubscribe(self._person(next(contacts)))

    def _again(self) -> None:
        world, contacts = self.world, self._people("contact")
        world.expire_tokens()
        table, id_ = next(iter(self._stale))
        self._stale.clear()
        world.update(table, id_, {"new_synctomkto": True, "lastname": "Shown again"})
        table, id_ = next(iter(self._marked))
        self._marked.clear()
        world.insert(table, {"contactid": id_, "lastname": "Here again"})
        both = next(contacts)
        world.update("contact", both, {"jobtitle": "In Dynamics"})
        self._market(both, title="In Marketo", phone="+49 30 555 0001")
        leads = self._people("lead")
        events.merge(world, "lead", next(leads), next(leads))
        *_, last = contacts  # nobody who survived a merge: the judge does not follow that far
        self._delete("contact", last)

    def _filed(self) -> None:
        accounts = [row["accountid"] for row in self._rows("account")]
        for number in range(6):
            new = {"lastname": f"Filed {number}", "emailaddress1": f"filed.{number}@contoso.example"}
            company = {"parentcustomerid": accounts[number % len(accounts)]}
            self.world.insert("contact" if number % 2 else "lead", new | (company if number % 2 else {}))
        contacts = self._people("contact")
        for number in range(4):
            self.world.update("contact", next(contacts), {"firstname": f"Again {number}"})
        self._market(next(contacts), firstName="By hand")

    def _rows(self, table: str) -> list[dict[str, Any]]:
        return [row for row in self.world.as_json()[table] if not row.get("merged")]

    def _people(self, table: str) -> Iterator[str]:
        """Active ones who are in Marketo once and want mail, in the order of their ids.

        Where a person who wants none is merged into one who does, the wish reaches Dynamics only if the run broke off
        just then: what a survivor gains is no change, but nobody knows any more that it was gained.
        """
        persons = self.rehearsal.audit()["marketo"]["persons"]
        held = [person.get("dynamicsId") for person in persons if not person.get("unsubscribed")]
        return iter(
            row[f"{table}id"]
            for row in sorted(self._rows(table), key=lambda row: str(row[f"{table}id"]))
            if row["statecode"] == 0 and row.get("new_synctomkto") is not False and held.count(row[f"{table}id"]) == 1
        )

    def _person(self, key: str) -> int:
        persons = self.rehearsal.audit()["marketo"]["persons"]
        return int(next(person["id"] for person in persons if person.get("dynamicsId") == key))

    def _market(self, key: str, **values: Any) -> None:
        self.rehearsal.marketo.marketer.change(self._person(key), values)

    def _delete(self, table: str, id_: str) -> None:
        self.world.delete(table, id_)
        self._marked.add((table, id_))

    def _hide(self, id_: str) -> None:
        self.world.update("contact", id_, {"new_synctomkto": False})
        self._stale.add(("contact", id_))


def given(rehearsal: Rehearsal, own: tuple[str, ...] = ()) -> bytes:
    """What reaches a rehearsal as if it were two real systems, as `Task` hands it on."""
    accounts = rehearsal.accounts
    urls = (rehearsal.dynamics_url, rehearsal.marketo_url, rehearsal.entra_url)
    settings = Settings(
        dynamics=DynamicsSettings(urls[0], client_id=accounts["client_id"]),
        marketo=MarketoSettings(urls[1], accounts["marketo_client_id"]),
        network=NetworkSettings(str(rehearsal.ca_bundle), tuple(urlsplit(url).netloc for url in urls)),
        limits=LimitSettings(calls_per_20s=100, in_flight=10, daily_calls=1_000_000),
        enable=EnableSettings("admin@contoso.example", accept=True),
        objects=ObjectSettings(custom=own),
    )
    return pickle.dumps((settings, Secrets(**_secrets(rehearsal))))


def _secrets(rehearsal: Rehearsal) -> dict[str, str]:
    names = {"dynamics_client_secret": "client_secret", "marketo_client_secret": "marketo_client_secret"}
    return {name: rehearsal.accounts[kept] for name, kept in names.items()}
