"""An independent judge: says from the two worlds' own data what a right sync looks like. It uses no product code."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

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


def judge(audit: dict[str, Any], listed: set[tuple[str, str]]) -> Verdict:
    """Compare both worlds.

    Args:
        audit: `Rehearsal.audit()` of the simulators.
        listed: Entity and id of every record that is listed as a problem.
    """
    verdict = Verdict()
    tables, marketo = audit["dataverse"], audit["marketo"]
    companies, persons = _by_key(marketo["companies"], "externalCompanyId"), _by_key(marketo["persons"], "dynamicsId")
    expected: dict[str, set[str]] = {"company": set(), "person": set()}
    kept_contacts = {row["contactid"] for row in tables["contact"] if row.get("new_synctomkto") is not False}
    came_from = {row.get("_originatingleadid_value") for row in tables["contact"] if row["contactid"] in kept_contacts}
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
            if row.get("new_synctomkto") is False or folded or (entity, id_) in listed:
                continue
            verdict.eligible += 1
            expected[kind].add(id_)
            found = held[id_]
            if len(found) != 1:
                verdict.wrong.append(f"{entity} {id_} is {len(found)} times in Marketo")
                continue
            verdict.wrong += _differences(entity, id_, row, found[0], names)
            verdict.wrong += _wrong_company(entity, id_, row, found[0], companies)
    verdict.wrong += [
        f"{kind} {id_} does not belong in Marketo"
        for kind, held in (("company", companies), ("person", persons))
        for id_ in held
        if held[id_] and id_ not in expected[kind]
    ]
    return verdict


def _by_key(rows: list[dict[str, Any]], key: str) -> dict[str, list[dict[str, Any]]]:
    held: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        if row.get(key):
            held[row[key]].append(row)
    return held


def _differences(entity: str, id_: str, row: dict[str, Any], held: dict[str, Any], names: dict[str, str]) -> list[str]:
    wrong = []
    for source, target in names.items():
        value = row.get(source)
        value = (value.strip() or None) if isinstance(value, str) else value
        if value is not None and value is not False and held.get(target) != value:
            wrong.append(f"{entity} {id_}: {target} is {held.get(target)!r}, not {value!r}")
    return wrong


def _wrong_company(
    entity: str, id_: str, row: dict[str, Any], held: dict[str, Any], companies: dict[str, list[dict[str, Any]]]
) -> list[str]:
    if entity != "contact":
        return []
    parent = row.get("_parentcustomerid_value")
    wanted = parent if companies.get(parent) else None
    return [] if held.get("externalCompanyId") == wanted else [f"contact {id_} is linked to the wrong company"]
