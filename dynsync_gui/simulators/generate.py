"""Fills a world with accounts, contacts, leads and what hangs on them, all of it decided by the seed."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from dynsync_gui.simulators.clock import stamp
from dynsync_gui.simulators.organisation_rows import add_owners, add_settings
from dynsync_gui.simulators.people import People
from dynsync_gui.simulators.related import Related
from dynsync_gui.simulators.resources import document
from dynsync_gui.simulators.staging import Staging
from dynsync_gui.simulators.world import World

if TYPE_CHECKING:
    from dynsync_gui.simulators.clock import Clock
    from dynsync_gui.simulators.rows import Row

_ANCHOR = datetime(2025, 6, 1, tzinfo=UTC).timestamp()
_SPAN = 5 * 365 * 86_400
_SHARES = {"account": 0.15, "contact": 0.50}
_INTERESTS = ("1", "1,3", "3,7", "1,3,7,192350000", "192350000")


def new_world(records: int = 2000, seed: int = 1, clock: Clock | None = None) -> World:
    """A world of so many people: 15 % accounts, 50 % contacts, 35 % leads; other tables by their number."""
    world = World(seed, clock)
    staging = Staging(world)
    add_owners(world, staging, records)
    add_settings(world, staging)
    _Generator(world, staging).fill(records)
    staging.settle()
    return world


class _Generator:
    def __init__(self, world: World, staging: Staging) -> None:
        self.world = world
        self.staging = staging
        self.random = world.random
        self.extra = random.Random(world.seed + 11)  # noqa: S311 - a seeded world must be repeatable
        self.people = People(world.random)
        self.names: dict[str, Any] = document("names.json")
        self.numbered = 0
        owners = list(world.owners.values())
        self.everybody = [o.id for o in owners if not o.is_team]
        self.users = self.everybody[: len(self.names["owners"])]
        self.teams = [o.id for o in owners if o.is_team]
        self.accounts: list[str] = []
        self.account_names: list[str] = []
        self.contacts: list[str] = []

    def fill(self, records: int) -> None:
        for _ in range(round(records * _SHARES["account"])):
            row = self._account()
            self.accounts.append(self.staging.add("account", row))
            self.account_names.append(row["name"])
        for _ in range(round(records * _SHARES["contact"])):
            self.contacts.append(self.staging.add("contact", self._contact()))
        leads = [
            self.staging.add("lead", self._lead()) for _ in range(records - len(self.accounts) - len(self.contacts))
        ]
        Related(self.world, self.staging, self.accounts, self.contacts, leads).fill(records)

    def _base(self, key: str) -> Row:
        """Columns that every table has."""
        chance, created = self.random.random, _ANCHOR - self.random.random() * _SPAN
        modified = created + (_ANCHOR - created) * chance() if chance() < 0.7 else created
        row: Row = {
            key: self.world.guid(),
            "createdon": stamp(created),
            "modifiedon": stamp(modified),
            "statecode": 0,
            "statuscode": 1,
            "_owningbusinessunit_value": self.world.business_unit,
            "_createdby_value": self.users[0],
            "_modifiedby_value": self.users[1],
        }
        team = chance() < 0.05
        owner = self.random.choice(self.teams if team else self.users)
        if not team and self.extra.random() < 0.6:
            owner = self.extra.choice(self.everybody)
        row["_ownerid_value"] = owner
        row["_owningteam_value" if team else "_owninguser_value"] = owner
        wish = chance()
        if wish < 0.23:
            row["new_synctomkto"] = wish < 0.20
        if chance() < 0.10:
            row["new_interests"] = self.random.choice(_INTERESTS)
        if chance() < 0.08:
            # The last value stands in no option set: it was deleted after rows had been given it.
            row["new_loyaltytier"] = self.random.choice((100000000, 100000010, 100000020, 100000099))
        if chance() < 0.06:
            row["new_nextreview"] = stamp(_ANCHOR + chance() * 3e7)
        if chance() < 0.04:
            row["new_score"] = round(chance() * 100, 4)
        if chance() < 0.12:
            row["donotbulkemail"] = True
        if chance() < 0.08:
            row["donotphone"] = True
        return row

    def _account(self) -> Row:
        row, chance = self._base("accountid"), self.random.random
        word, kind = self.random.choice(self.names["company_words"]), self.random.choice(self.names["company_kinds"])
        self.numbered += 1
        number = self.numbered
        row["name"] = f"{word} {kind} {number}"
        row["accountnumber"] = f"A-{number:06d}"
        self.people.add_address(row)
        row["telephone1"] = self.people.phone()
        if chance() < 0.7:
            row["websiteurl"] = f"https://company{number}.example/"
        if chance() < 0.6:
            row["revenue"] = row["revenue_base"] = round(chance() * 5e7, 2)
            row["_transactioncurrencyid_value"] = self.world.currency
            row["exchangerate"] = 1.0
        if chance() < 0.6:
            row["numberofemployees"] = self.random.randrange(1, 20_000)
        if chance() < 0.7:
            row["industrycode"] = self.random.choice((1, 2, 3, 4, 5, 7, 12, 17, 23, 33))
        if chance() < 0.3:
            row["sic"] = str(self.random.randrange(1000, 9999))
        self.people.add_description(row)
        if chance() < 0.06:
            row["statecode"], row["statuscode"] = 1, 2
        return row

    def _contact(self) -> Row:
        row, chance = self._base("contactid"), self.random.random
        self.people.add_person(row)
        self.people.add_address(row)
        if chance() < 0.4:
            row["birthdate"] = str(datetime(1950, 1, 1, tzinfo=UTC).date() + timedelta(self.random.randrange(19_000)))
        if chance() < 0.5:
            row["gendercode"] = 1 + (chance() < 0.5)
        parent = chance()
        if self.accounts and parent < 0.75:
            row["_parentcustomerid_value"] = self.random.choice(self.accounts)
        elif self.contacts and parent < 0.78:
            row["_parentcustomerid_value"] = self.random.choice(self.contacts)
        row["preferredcontactmethodcode"] = self.random.choice((1, 1, 1, 2, 3))
        self.people.add_description(row)
        if chance() < 0.06:
            row["statecode"], row["statuscode"] = 1, 2
        return row

    def _lead(self) -> Row:
        row, chance = self._base("leadid"), self.random.random
        row["subject"] = self.random.choice(self.names["topics"])
        if chance() < 0.003:
            row["subject"] = ((row["subject"] + " ") * 12)[:300]
        if self.contacts and chance() < 0.15:
            self._qualify(row, self.random.choice(self.contacts))
        else:
            self.people.add_person(row)
            row["statuscode"] = self.random.choice((1, 1, 2, 823270000))
            if chance() < 0.12:
                row["statecode"], row["statuscode"] = 2, self.random.choice((4, 5, 6, 7))
        self.people.add_address(row)
        row["companyname"] = (
            self.random.choice(self.account_names)
            if self.accounts and chance() < 0.3
            else f"{self.random.choice(self.names['company_words'])} {self.random.choice(self.names['company_kinds'])}"
        )
        if chance() < 0.8:
            row["leadsourcecode"] = self.random.choice((1, 3, 6, 7, 8, 8, 10, 192350000, 192350100, 999))
        if chance() < 0.5:
            row["leadqualitycode"] = self.random.choice((1, 2, 3))
        if chance() < 0.2:
            row["revenue"] = row["revenue_base"] = round(chance() * 1e6, 2)
            row["_transactioncurrencyid_value"] = self.world.currency
            row["exchangerate"] = 1.0
        if chance() < 0.2:
            row["estimatedclosedate"] = stamp(_ANCHOR + chance() * 2e7)[:10]
        self.people.add_description(row)
        return row

    def _qualify(self, lead: Row, contact_id: str) -> None:
        """Makes a lead the origin of a contact; the two name each other one way, the other way or both."""
        contact = self.world.row("contact", contact_id)
        for name in ("firstname", "lastname", "fullname", "emailaddress1", "telephone1", "jobtitle"):
            if name in contact:
                lead[name] = contact[name]
        lead["statecode"], lead["statuscode"] = 1, 3
        way = self.random.random()
        if way < 0.7:
            lead["_parentcontactid_value"] = contact["contactid"]
        if way > 0.4:
            contact["_originatingleadid_value"] = lead["leadid"]
            self.world.tables["contact"].stage(contact)
