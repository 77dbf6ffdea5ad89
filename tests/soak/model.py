"""What both systems have to hold, in the plainest words: a list of people, and the rules of the README on one page."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

COLUMNS = {"firstname": "firstName", "lastname": "lastName", "jobtitle": "title", "emailaddress1": "email"}
"""Columns that are looked at, and what they are called in Marketo."""

Values = dict[str, str | None]


@dataclass
class Held:
    """One person in Marketo.

    Attributes:
        values: By column.
        unsubscribed: Wants no mail.
        marked: Is gone from Dynamics.
        owner: Key of the sales person.
    """

    values: Values
    unsubscribed: bool = False
    marked: bool = False
    owner: str = ""


@dataclass
class Person:
    """One contact or lead of Dynamics, and who it is in Marketo.

    Attributes:
        table: contact or lead.
        id: In Dynamics, for ever.
        values: What Dynamics holds, by column.
        owner: Who owns it.
        account: Its company; empty for none.
        unsubscribed: Wants no mail.
        hidden: The filter says No.
        gone: Was deleted.
        carrier: The record that carries its person on: the survivor of a merge, the contact of a qualified lead.
        held: Who it is in Marketo; None for nobody.
        lost: Was deleted in Marketo; it comes back with the next change in Dynamics.
        here: Columns that changed in Dynamics since the last sync.
        there: Columns that changed in Marketo since then.
    """

    table: str
    id: str
    values: Values
    owner: str
    account: str = ""
    unsubscribed: bool = False
    hidden: bool = False
    gone: bool = False
    carrier: Person | None = None
    held: Held | None = None
    lost: bool = False
    here: set[str] = field(default_factory=set)
    there: set[str] = field(default_factory=set)

    @property
    def travels(self) -> bool:
        """Whether a sync looks at it."""
        return not (self.hidden or self.gone or self.carrier)


@dataclass
class Model:
    """All people, and those whom only Marketo knows, by e-mail."""

    people: list[Person] = field(default_factory=list)
    visitors: set[str] = field(default_factory=set)

    def sync(self) -> None:
        """One whole sync, in the order of the README."""
        for one in self.people:
            if one.travels and one.held is not None:
                self._bring_back(one, one.held)
        for one in self.people:
            if one.carrier is not None and not one.carrier.hidden and one.held is not None:
                one.carrier.held = one.carrier.held or one.held
                one.held = None
        for one in self.people:
            if one.gone and one.held is not None:
                one.held.marked = True
            elif one.travels and (one.here or not one.lost):
                self._take(one)
            one.here.clear()
            one.there.clear()

    def _bring_back(self, one: Person, held: Held) -> None:
        for column in one.there:
            if column not in one.here or one.table == "lead":  # where both changed, Marketo wins for leads only
                one.values[column] = held.values[column]
        one.unsubscribed = one.unsubscribed or held.unsubscribed

    def _take(self, one: Person) -> None:
        one.lost = False
        if one.held is None:
            self.visitors.discard(one.values["emailaddress1"] or "")  # adopted
        consent = one.held is not None and one.held.unsubscribed
        one.held = Held(dict(one.values), one.unsubscribed or consent, owner=one.owner)

    def differences(self, audit: dict[str, Any]) -> list[str]:
        """What both systems hold otherwise."""
        wrong = []
        persons = audit["marketo"]["persons"]
        rows = {row[f"{table}id"]: row for table in ("contact", "lead") for row in audit["dataverse"][table]}
        for one in self.people:
            name, found = f"{one.table} {one.id}", [row for row in persons if row.get("dynamicsId") == one.id]
            if len(found) != (one.held is not None):
                wrong.append(f"{name} is {len(found)} times in Marketo")
            elif one.held is not None:
                wrong += [f"{name} in Marketo: {told}" for told in _unlike(_held(one, one.held), found[0])]
            if not one.gone and one.carrier is None:
                told = {**one.values, "donotbulkemail": one.unsubscribed or None}
                wrong += [f"{name} in Dynamics: {told}" for told in _unlike(told, rows[one.id])]
        known = {one.id for one in self.people}
        wrong += [f"{key} is in Marketo" for row in persons if (key := row.get("dynamicsId")) and key not in known]
        alone = [row["email"] for row in persons if not row.get("dynamicsId") and "visitor" not in row["email"]]
        if sorted(alone) != sorted(self.visitors):
            wrong.append(f"alone in Marketo are {sorted(alone)}, not {sorted(self.visitors)}")
        return wrong


def _held(one: Person, held: Held) -> dict[str, Any]:
    values: dict[str, Any] = {COLUMNS[column]: value for column, value in held.values.items()}
    values |= {"unsubscribed": held.unsubscribed or None, "microsoftIsDeleted": held.marked or None}
    values["externalSalesPersonId"] = held.owner
    if one.account and one.travels:  # a person cannot be taken out of a company
        values["externalCompanyId"] = one.account
    return values


def _unlike(wanted: dict[str, Any], found: dict[str, Any]) -> list[str]:
    return [
        f"{name} is {found.get(name)!r}, not {value!r}"
        for name, value in wanted.items()
        if (found.get(name) or None) != value
    ]
