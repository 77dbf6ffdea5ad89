"""Opportunities, their stakeholders, and the rows of two custom tables, with everything that real ones do wrong."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from dynsync_gui.simulators.clock import stamp
from dynsync_gui.simulators.resources import document
from dynsync_gui.simulators.world import guid_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dynsync_gui.simulators.rows import Row
    from dynsync_gui.simulators.staging import Staging
    from dynsync_gui.simulators.world import World

_ANCHOR = datetime(2025, 6, 1, tzinfo=UTC).timestamp()
_SPAN = 4 * 365 * 86_400
_STAGES = ("1-Qualify", "2-Develop", "3-Propose", "4-Close")
_CODES = {"account": 1, "contact": 2, "opportunity": 3, "lead": 4}
_LONG = "Asked for the offer again; the figures of last year are in the appendix. ✔ "


class Related:
    """Makes the rows that hang on accounts, contacts and leads; people stay as they are without them."""

    def __init__(
        self, world: World, staging: Staging, accounts: Sequence[str], contacts: Sequence[str], leads: Sequence[str]
    ) -> None:
        self._world, self._staging = world, staging
        self._ids = {"account": accounts, "contact": contacts, "lead": leads}
        self._random = random.Random(world.seed + 19)  # noqa: S311 - a seeded world must be repeatable
        self._names: dict[str, Any] = document("names.json")
        self._users = [owner.id for owner in world.owners.values() if not owner.is_team]
        self._teams = [owner.id for owner in world.owners.values() if owner.is_team]
        self._currencies = [(row["transactioncurrencyid"], row["exchangerate"])
                            for row in world.tables["transactioncurrency"].staged()]  # fmt: skip
        self._roles = [row["connectionroleid"] for row in world.tables["connectionrole"].staged()]

    def fill(self, records: int) -> None:
        """Adds one opportunity for five people, one subscription for four and one delivery for five."""
        for number in range(records // 5):
            opportunity = self._opportunity(number)
            opportunity_id = self._staging.add("opportunity", opportunity)
            if self._random.random() < 0.35:
                self._add_stakeholders(opportunity_id, str(opportunity.get("name", "")))
        subscriptions = [self._staging.add("new_subscription", self._subscription(n)) for n in range(records // 4)]
        for number in range(records // 5):
            self._staging.add("new_delivery", self._delivery(number, subscriptions))

    def _base(self, key: str) -> Row:
        draw = self._random.random
        created = _ANCHOR - draw() * _SPAN
        team = draw() < 0.07
        owner = self._random.choice(self._teams if team else self._users)
        row: Row = {
            key: guid_of(self._random),
            "createdon": stamp(created),
            "modifiedon": stamp(created + (_ANCHOR - created) * draw()),
            "statecode": 0,
            "statuscode": 1,
            "_ownerid_value": owner,
            "_owningteam_value" if team else "_owninguser_value": owner,
            "_owningbusinessunit_value": self._world.business_unit,
            "_createdby_value": self._users[0],
            "_modifiedby_value": self._users[1],
        }
        wish = draw()
        if wish < 0.16:
            row["new_synctomkto"] = wish < 0.12
        return row

    def _pick(self, table: str) -> str | None:
        ids = self._ids[table]
        return self._random.choice(ids) if ids else None

    def _set(self, row: Row, name: str, value: Any) -> None:
        if value is not None:
            row[name] = value

    def _price(self, row: Row, name: str, most: float) -> None:
        """An amount in one of the currencies with its value in the organisation's; one in eight is missing."""
        draw = self._random.random()
        if draw < 0.12:
            return
        if "_transactioncurrencyid_value" not in row:
            currency, rate = self._random.choice(self._currencies if draw > 0.8 else self._currencies[:1])
            row["_transactioncurrencyid_value"], row["exchangerate"] = currency, rate
        amount = 0.0 if draw < 0.14 else -250.5 if draw < 0.145 else round(self._random.random() * most, 2)
        row[name], row[f"{name}_base"] = amount, round(amount / row["exchangerate"], 4)

    def _opportunity(self, number: int) -> Row:
        row, draw = self._base("opportunityid"), self._random.random
        topic = self._random.choice(self._names["topics"])
        row["name"] = f"{topic} {number}" if draw() > 0.02 else f"🚀 {topic} <b>{number}</b> & more"
        self._add_customer(row)
        self._price(row, "estimatedvalue", 400_000.0)
        closes = _ANCHOR + (draw() - 0.5) * 3e7
        row["estimatedclosedate"] = stamp(closes)[:10] if draw() > 0.004 else "1900-01-01"
        stage = self._random.randrange(4)
        if draw() < 0.9:
            row["stepname"], row["salesstage"] = _STAGES[stage], stage
        self._set(row, "closeprobability", self._random.choice((None, 0, 10, 25, 50, 75, 100)))
        outcome = draw()
        if outcome < 0.22:
            row["statecode"], row["statuscode"] = 1, 3
            self._price(row, "actualvalue", 400_000.0)
            row["actualclosedate"] = stamp(closes - draw() * 5e6)[:10]
        elif outcome < 0.40:
            row["statecode"], row["statuscode"] = 2, self._random.choice((4, 5))
            if draw() < 0.8:
                row["actualclosedate"] = stamp(closes)[:10]
                row["actualvalue"] = row["actualvalue_base"] = 0.0
                row.setdefault("_transactioncurrencyid_value", self._world.currency)
                row.setdefault("exchangerate", 1.0)
        elif outcome < 0.45:
            row["statuscode"] = 2
        if draw() < 0.3:
            row["new_channels"] = self._random.choice(("10", "10,30", "20", "10,20,30", "10,99"))
        row["opportunityratingcode"] = self._random.choice((1, 2, 3))
        text = draw()
        if text < 0.01:
            row["description"] = (_LONG * 30)[:2000]
        elif text < 0.1:
            row["description"] = 'Budget "agreed".\r\nNext: demo 🙂'
        return row

    def _add_customer(self, row: Row) -> None:
        """The customer is an account or a contact; the two other columns name both, one or none, fitting or not."""
        draw = self._random.random()
        account, contact = self._pick("account"), self._pick("contact")
        if draw < 0.45:
            self._set(row, "_customerid_value", account)
            self._set(row, "_parentaccountid_value", account)
            if draw < 0.20:
                self._set(row, "_parentcontactid_value", contact)
        elif draw < 0.92:
            self._set(row, "_customerid_value", contact)
            self._set(row, "_parentcontactid_value", contact)
            if draw < 0.55:
                # Of an account that this contact does not belong to.
                self._set(row, "_parentaccountid_value", account)
        if draw > 0.94:
            self._set(row, "_originatingleadid_value", self._pick("lead"))

    def _add_stakeholders(self, opportunity_id: str, name: str) -> None:
        draw = self._random.random
        contact = self._pick("contact")
        for _ in range(self._random.choice((1, 1, 2, 3))):
            kind = "contact" if draw() < 0.92 else self._random.choice(("account", "lead"))
            other = contact if kind == "contact" else self._pick(kind)
            role = self._random.choice(self._roles) if draw() < 0.95 else None
            if other is not None:
                self._connect(("opportunity", opportunity_id, name), (kind, other, ""), role)
            if draw() < 0.75:
                # Otherwise the same contact stands there twice, in the same role or in another one.
                contact = self._pick("contact")

    def _connect(self, one: tuple[str, str, str], two: tuple[str, str, str], role: str | None) -> None:
        """A connection is two rows, one seen from either side; the role is that of the far end."""
        first = self._base("connectionid")
        first.pop("new_synctomkto", None)
        second = {**first, "connectionid": guid_of(self._random), "ismaster": False}
        first["ismaster"] = True
        if self._random.random() < 0.06:
            first |= {"statecode": 1, "statuscode": 2}
            second |= {"statecode": 1, "statuscode": 2}
        for row, near, far, mate in ((first, one, two, second), (second, two, one, first)):
            row |= {"_record1id_value": near[1], "record1objecttypecode": _CODES[near[0]]}
            row |= {"_record2id_value": far[1], "record2objecttypecode": _CODES[far[0]]}
            row["_relatedconnectionid_value"] = mate["connectionid"]
            if far[2]:
                row["name"] = far[2]
        if role is not None:
            first["_record2roleid_value"] = second["_record1roleid_value"] = role
        self._staging.add("connection", first)
        self._staging.add("connection", second)

    def _subscription(self, number: int) -> Row:
        row, draw = self._base("new_subscriptionid"), self._random.random
        row["new_name"] = f"SUB-{number:06d}" if draw() > 0.02 else f"Abo «{number}» 🎁"
        parent = draw()
        if parent < 0.8:
            self._set(row, "_new_contactid_value", self._pick("contact"))
        if 0.7 < parent < 0.92:
            self._set(row, "_new_accountid_value", self._pick("account"))
        if 0.92 < parent < 0.97:
            self._set(row, "_new_leadid_value", self._pick("lead"))
        self._set(row, "new_plan", self._random.choice((None, 100000000, 100000001, 100000007)))
        self._price(row, "new_amount", 900.0)
        row["new_startson"] = stamp(_ANCHOR - draw() * 6e7)[:10]
        if draw() < 0.5:
            row["new_renewedon"] = row["modifiedon"]
        if draw() < 0.02:
            row["new_notes"] = _LONG * 50
        if draw() < 0.8:
            row["new_autorenew"] = draw() < 0.6
        self._set(row, "new_seats", self._random.choice((None, 1, 5, 25)))
        if draw() < 0.1:
            row["statecode"], row["statuscode"] = 1, 2
        return row

    def _delivery(self, number: int, subscriptions: Sequence[str]) -> Row:
        row, draw = self._base("new_deliveryid"), self._random.random
        row.pop("new_synctomkto", None)
        row["new_name"] = f"D-{number:07d}"
        if subscriptions and draw() < 0.96:
            row["_new_subscriptionid_value"] = self._random.choice(subscriptions)
        row["new_deliveredon"] = stamp(_ANCHOR - draw() * 6e7)
        if draw() < 0.8:
            row["new_weight"] = round(draw() * 40, 3)
        if draw() < 0.7:
            row["new_tracking"] = f"https://parcels.example/track?id={number}&lang=de"
        if draw() < 0.05:
            row["new_remarks"] = "Left with the neighbour\r\n(2nd floor) 📦"
        self._set(row, "new_outcome", self._random.choice((1, 1, 1, 2, 3)))
        return row
