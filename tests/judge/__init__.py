"""An independent judge: says from the two worlds' own data what a right sync looks like. It uses no product code."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from tests.judge.own_tables import judge_own_tables
from tests.judge.related import judge_opportunities, judge_roles, judge_sales_persons

PLAIN = {
    "firstname": "firstName",
    "middlename": "middleName",
    "lastname": "lastName",
    "emailaddress1": "email",
    "jobtitle": "title",
    "telephone1": "phone",
    "mobilephone": "mobilePhone",
    "address1_city": "city",
    "address1_country": "country",
    "address1_postalcode": "postalCode",
    "address1_stateorprovince": "state",
    "description": "mktoPersonNotes",
    "donotphone": "doNotCall",
}
COMPANY = {
    "name": "company",
    "address1_city": "billingCity",
    "address1_country": "billingCountry",
    "telephone1": "mainPhone",
    "revenue": "annualRevenue",
    "numberofemployees": "numberOfEmployees",
}


@dataclass
class Verdict:
    """What an audit found; `wrong` is empty for a right sync.

    Attributes:
        eligible: Records that belong in Marketo, problems not among them.
        wrong: One line for each thing that is not as it should be.
    """

    eligible: int = 0
    wrong: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class History:
    """What today's data does not tell: what was in Marketo before a rule left it out.

    Attributes:
        stale: Table and id of what may stay as it is: the filter was set to No, or the survivor of a merge is kept out.
        marked: The same of people who are gone from Dynamics and have to be marked.
        cleared: Whether a value that Dynamics does not have must be empty: adopting a person leaves such values alone.
        own: Tables of the organisation's own that are synced.
        by_id: Whether their rows name companies by Marketo's id.
    """

    stale: frozenset[tuple[str, str]] = frozenset()
    marked: frozenset[tuple[str, str]] = frozenset()
    cleared: bool = False
    own: tuple[str, ...] = ()
    by_id: bool = False


def judge(audit: dict[str, Any], listed: set[tuple[str, str]], history: History = History()) -> Verdict:
    """Compare both worlds.

    Args:
        audit: `Rehearsal.audit()` of the simulators.
        listed: Entity and id of every record that is listed as a problem.
        history: What happened before.
    """
    verdict = Verdict()
    tables, marketo = audit["dataverse"], audit["marketo"]
    companies, persons = _by_key(marketo["companies"], "externalCompanyId"), _by_key(marketo["persons"], "dynamicsId")
    sellers = judge_sales_persons(tables, marketo, listed, verdict)
    expected: dict[str, set[str]] = {"company": set(), "person": set()}
    kept_contacts = {
        row["contactid"]
        for row in tables["contact"]
        if row.get("new_synctomkto") is not False or row.get("merged") or ("contact", row["contactid"]) in history.stale
    }
    came_from = {row.get("_originatingleadid_value") for row in tables["contact"] if row["contactid"] in kept_contacts}
    carried: dict[str, str] = {}
    for entity in ("account", "contact", "lead"):
        rows = tables[entity]
        kind = "company" if entity == "account" else "person"
        held, names = (companies, COMPANY) if kind == "company" else (persons, PLAIN)
        for row in rows:
            id_ = row[f"{entity}id"]
            folded = (
                entity == "lead"
                and row["statecode"] == 1
                and (row.get("_parentcontactid_value") in kept_contacts or id_ in came_from)
            )
            if folded:
                carried[id_] = _contact_of(row, tables)
            if row.get("merged"):
                carried[id_] = row["_masterid_value"]
            left_out = row.get("new_synctomkto") is False or folded or row.get("merged")
            if left_out or (entity, id_) in listed:
                if (entity, id_) in history.stale or (entity, id_) in listed:
                    expected[kind].add(id_)
                elif entity == "account" and row.get("merged"):
                    expected[kind].add(id_)  # companies cannot be merged in Marketo
                continue
            verdict.eligible += 1
            expected[kind].add(id_)
            found = held[id_]
            if len(found) != 1:
                verdict.wrong.append(f"{entity} {id_} is {len(found)} times in Marketo")
                continue
            verdict.wrong += _differences(entity, id_, row, found[0], names, empty=history.cleared)
            verdict.wrong += _wrong_company(entity, id_, row, found[0], companies)
            verdict.wrong += _wrong_owner(entity, id_, row, found[0], sellers)
            if found[0].get("microsoftIsDeleted"):
                verdict.wrong.append(f"{entity} {id_} is there and marked as deleted")
    for entity, id_ in history.marked:
        kind = "company" if entity == "account" else "person"
        expected[kind].add(id_)
        found = (companies if kind == "company" else persons)[id_]
        if kind == "person" and [row.get("microsoftIsDeleted") for row in found] != [True]:
            verdict.wrong.append(f"{entity} {id_} is gone and not marked")
    verdict.wrong += [
        f"{kind} {id_} does not belong in Marketo"
        for kind, held in (("company", companies), ("person", persons))
        for id_ in held
        if held[id_] and id_ not in expected[kind]
    ]
    deals = judge_opportunities(tables, marketo, listed, history, verdict, companies, sellers)
    judge_roles(tables, marketo, listed, history, verdict, deals, persons, carried)
    judge_own_tables(tables, marketo, listed, verdict, history.own, persons, companies, carried, by_id=history.by_id)
    return verdict


def _by_key(rows: list[dict[str, Any]], key: str) -> dict[str, list[dict[str, Any]]]:
    held: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        if row.get(key):
            held[row[key]].append(row)
    return held


def _contact_of(lead: dict[str, Any], tables: dict[str, Any]) -> str:
    contacts = {row["contactid"]: row for row in tables["contact"]}
    named = lead.get("_parentcontactid_value")
    if named in contacts:
        return str(named)
    return next(str(id_) for id_, row in contacts.items() if row.get("_originatingleadid_value") == lead["leadid"])


def _differences(
    entity: str, id_: str, row: dict[str, Any], held: dict[str, Any], names: dict[str, str], *, empty: bool
) -> list[str]:
    wrong = []
    for source, target in names.items():
        value = row.get(source)
        value = (value.strip() or None) if isinstance(value, str) else value
        if (value is not None and value is not False and held.get(target) != value) or (
            empty and value is None and held.get(target)
        ):
            wrong.append(f"{entity} {id_}: {target} is {held.get(target)!r}, not {value!r}")
    return wrong


def _wrong_company(
    entity: str, id_: str, row: dict[str, Any], held: dict[str, Any], companies: dict[str, list[dict[str, Any]]]
) -> list[str]:
    if entity == "account":
        return []
    parent = row.get("_parentcustomerid_value" if entity == "contact" else "_parentaccountid_value")
    if not companies.get(parent):
        return []  # a person cannot be taken out of a company, so that an earlier one may be there
    return [] if held.get("externalCompanyId") == parent else [f"{entity} {id_} is linked to the wrong company"]


def _wrong_owner(
    entity: str, id_: str, row: dict[str, Any], held: dict[str, Any], sellers: dict[str, dict[str, Any]]
) -> list[str]:
    owner = row.get("_ownerid_value")
    wanted = owner if owner in sellers else None
    found = held.get("externalSalesPersonId")
    return [] if found == wanted else [f"{entity} {id_} is owned by {found}, not {wanted}"]
