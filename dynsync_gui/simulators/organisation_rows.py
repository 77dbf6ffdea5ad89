"""Users, teams, currencies and connection roles of a new world."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from dynsync_gui.simulators.people import slug
from dynsync_gui.simulators.resources import document
from dynsync_gui.simulators.world import guid_of

if TYPE_CHECKING:
    from dynsync_gui.simulators.rows import Row
    from dynsync_gui.simulators.staging import Staging
    from dynsync_gui.simulators.world import World

_BEGAN = "2019-02-01T08:00:00Z"
_CURRENCIES = (
    ("US Dollar", "USD", "$", 1.0, 2, 0),
    ("Euro", "EUR", "€", 0.92, 2, 0),
    ("Yen", "JPY", "¥", 151.3, 0, 0),
    ("Tunisian Dinar", "TND", "د.ت", 3.115, 3, 0),
    ("Deutsche Mark", "DEM", "DM", 1.8, 2, 1),
)
_ROLES = (
    ("Stakeholder", 1000, 0),
    ("Decision Maker", 1000, 0),
    ("Influencer", 1000, 0),
    ("Champion 🏆", 1000, 0),
    ("Technischer Einkäufer & Prüfer", 1000, 0),
    ("Stakeholder", 1000, 1),
    ("Account Manager", 1001, 0),
    ("Former Employer", 1, 0),
)


def add_owners(world: World, staging: Staging, records: int) -> None:
    """Gives the world its users, about 20 and one more for 500 records, and its teams; one user in six is disabled."""
    names, draw = document("names.json"), random.Random(world.seed + 13)  # noqa: S311 - repeatable
    users = [(world.guid(), name) for name in names["owners"]]
    teams = [(world.guid(), name) for name in names["teams"]]
    for number in range(14 + records // 500):
        culture = draw.choice(names["cultures"])
        given, family = draw.choice(culture["given"]), draw.choice(culture["family"])
        users.append((guid_of(draw), f"{given} {family}" if number % 9 else f"{given} {family} 🙂"))
    for number, (row_id, name) in enumerate(users):
        given, _, family = name.partition(" ")
        login = f"{slug(name) or 'user'}{number}@rehearsal.example"
        row: Row = {
            "systemuserid": row_id,
            "fullname": name,
            "firstname": given,
            "lastname": family,
            "domainname": login,
            "accessmode": 0,
            "caltype": 0,
            "islicensed": True,
            "isdisabled": number > 5 and draw.random() < 0.17,
            "_businessunitid_value": world.business_unit,
            "createdon": _BEGAN,
            "modifiedon": _BEGAN,
        }
        # Some have no e-mail address, some share one, as accounts for shops and branches do.
        if number % 11 != 10:
            row["internalemailaddress"] = "branch@rehearsal.example" if number % 13 == 12 else login
        if draw.random() < 0.6:
            row["title"] = draw.choice(names["jobs"])
        if draw.random() < 0.5:
            row["address1_telephone1"] = f"+1 206 555 0{draw.randrange(1000, 9999)}"
        staging.add("systemuser", row)
        world.add_owner(row_id, name, is_team=False)
    for row_id, name in teams:
        team: Row = {"teamid": row_id, "name": name, "teamtype": 0, "isdefault": False, "createdon": _BEGAN}
        team |= {"modifiedon": _BEGAN, "_administratorid_value": users[0][0]}
        staging.add("team", team | {"_businessunitid_value": world.business_unit})
        world.add_owner(row_id, name, is_team=True)


def add_settings(world: World, staging: Staging) -> None:
    """Gives the world its currencies, the organisation's own first, and its connection roles."""
    draw = random.Random(world.seed + 17)  # noqa: S311 - repeatable
    base: Row = {"createdon": _BEGAN, "modifiedon": _BEGAN}
    for name, code, sign, rate, precision, state in _CURRENCIES:
        row_id = world.currency if code == "USD" else guid_of(draw)
        row: Row = {
            "transactioncurrencyid": row_id,
            "currencyname": name,
            "isocurrencycode": code,
            "currencysymbol": sign,
        }
        row |= {"exchangerate": rate, "currencyprecision": precision, "statecode": state, "statuscode": 1 + state}
        staging.add("transactioncurrency", row | base)
    for name, category, state in _ROLES:
        role: Row = {"connectionroleid": guid_of(draw), "name": name, "category": category}
        staging.add("connectionrole", role | {"statecode": state, "statuscode": 1 + state} | base)
