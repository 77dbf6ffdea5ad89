"""What people do to rows in Dynamics: merge, qualify, deactivate, assign, move (Microsoft, Merge and QualifyLead)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dynsync_gui.simulators.world import World

MERGED = frozenset({"account", "contact", "lead"})
_CLOSED = {"lead": (2, 7), "opportunity": (2, 4)}
_OPEN, _QUALIFIED = (0, 1), (1, 3)
_TO_CONTACT = (
    "firstname", "middlename", "lastname", "salutation", "jobtitle", "emailaddress1", "emailaddress2", "emailaddress3",
    "telephone1", "telephone2", "telephone3", "mobilephone", "fax", "pager", "websiteurl", "description",
    "address1_line1", "address1_line2", "address1_line3", "address1_city", "address1_stateorprovince",
    "address1_postalcode", "address1_country", "donotbulkemail", "donotemail", "donotphone", "donotfax",
)  # fmt: skip
_TO_ACCOUNT = {
    "companyname": "name", "telephone1": "telephone1", "websiteurl": "websiteurl", "industrycode": "industrycode",
    "numberofemployees": "numberofemployees", "revenue": "revenue", "address1_line1": "address1_line1",
    "address1_city": "address1_city", "address1_country": "address1_country",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Qualified:
    """Ids of the rows that a qualified lead became; None for one that was not wanted."""

    contact: str | None = None
    account: str | None = None
    opportunity: str | None = None


def set_active(world: World, table: str, row_id: str, *, active: bool, by: str | None = None) -> None:
    """Deactivates or reactivates a row with the status reason that Dynamics takes by itself."""
    state, status = _OPEN if active else _CLOSED.get(table, (1, 2))
    world.update(table, row_id, {"statecode": state, "statuscode": status}, by)


def merge(
    world: World,
    table: str,
    winner: str,
    loser: str,
    content: Mapping[str, Any] | None = None,
    by: str | None = None,
) -> None:
    """Merges the loser into the winner: what named the loser names the winner, the loser is inactive and points there.

    Raises:
        ValueError: They are the same, or one is not active.
        KeyError: One does not exist.
    """
    winner, loser = winner.lower(), loser.lower()
    if winner == loser:
        raise ValueError("same")
    with world.lock:
        if any(world.row(table, row_id)["statecode"] for row_id in (winner, loser)):
            raise ValueError("inactive")
        if content:
            world.update(table, winner, content, by)
        for name, rows in world.tables.items():
            lookups = rows.schema.lookups_to(table)
            for row in rows.naming(loser) if lookups else ():
                moved = {c.name: winner for c in lookups if row.get(c.property_name) == loser and c.name != "masterid"}
                if moved:
                    world.update(name, row[rows.schema.primary_id], moved, by)
        state, status = _CLOSED.get(table, (1, 2))
        gone = {"statecode": state, "statuscode": status, "merged": True, "masterid": winner}
        world.update(table, loser, gone, by)


def qualify(
    world: World,
    lead_id: str,
    *,
    contact: bool = True,
    account: bool = False,
    opportunity: bool = False,
    status: int = 3,
    values: Mapping[str, Any] | None = None,
    by: str | None = None,
) -> Qualified:
    """Qualifies an open lead; custom columns are not carried over, as without a mapping of the organisation.

    Args:
        world: Where the lead is.
        lead_id: The lead.
        contact: Whether a contact is made of it.
        account: Whether an account is made of its company.
        opportunity: Whether an opportunity is made.
        status: Status reason of the qualified lead.
        values: What a plug-in of the organisation sets on the contact, for example ``new_synctomkto``.
        by: The user who does it.

    Raises:
        ValueError: The lead is closed already.
        KeyError: There is no such lead.
    """
    with world.lock:
        lead = world.row("lead", lead_id)
        if lead["statecode"] != 0:
            raise ValueError("closed")
        shared = {"ownerid": lead["_ownerid_value"], "originatingleadid": lead["leadid"]}
        made: dict[str, str] = {}
        if account:
            told = {there: lead[here] for here, there in _TO_ACCOUNT.items() if here in lead}
            told.setdefault("name", str(lead.get("fullname") or "Unnamed"))
            made["account"] = world.insert("account", _known(world, "account", shared | told), by)
        if contact:
            told = {name: lead[name] for name in _TO_CONTACT if name in lead}
            told |= {"parentcustomerid": made["account"]} if account else {}
            made["contact"] = world.insert("contact", _known(world, "contact", shared | told | dict(values or {})), by)
        if opportunity:
            told = {"name": lead.get("subject") or "Unnamed", "customerid": made.get("account") or made.get("contact")}
            told |= {f"parent{name}id": row_id for name, row_id in made.items()}
            made["opportunity"] = world.insert("opportunity", shared | told, by)
        parents = {f"parent{name}id": row_id for name, row_id in made.items() if name != "opportunity"}
        origin = {"qualifyingopportunityid": made["opportunity"]} if opportunity else {}
        world.update("lead", lead_id, {"statecode": _QUALIFIED[0], "statuscode": status, **parents, **origin}, by)
    return Qualified(**made)


def _known(world: World, table: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """Values whose columns the table has."""
    return {name: value for name, value in values.items() if name in world.tables[table].schema.columns}
