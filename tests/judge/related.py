"""What sales persons, opportunities and roles have to look like; shares no code with the product."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.judge import History, Verdict

Row = dict[str, Any]
STAGES = {0: "Open", 1: "Won", 2: "Lost"}


def judge_sales_persons(
    tables: dict[str, list[Row]], marketo: Row, listed: set[tuple[str, str]], verdict: Verdict
) -> dict[str, Row]:
    """Every user who works or owns something is there once; returns those who are there, by key."""
    held: dict[str, Row] = {}
    for row in marketo["salespersons"]:
        key = row["externalSalesPersonId"]
        if key in held:
            verdict.wrong.append(f"sales person {key} is there twice")
        held[key] = row
    owners = {
        row.get("_ownerid_value")
        for name in ("account", "contact", "lead", "opportunity")
        for row in tables[name]
        if row.get("new_synctomkto") is not False and not row.get("merged") and row.get("statecode") != 1
    }
    users = {row["systemuserid"]: row for row in tables["systemuser"]}
    for id_, row in users.items():
        if ("systemuser", id_) in listed or (row.get("isdisabled") and id_ not in owners):
            continue
        verdict.eligible += 1
        if id_ not in held:
            verdict.wrong.append(f"user {id_} is missing")
            continue
        for source, target in (("internalemailaddress", "email"), ("lastname", "lastName"), ("firstname", "firstName")):
            wanted = (row.get(source) or "").strip() or None
            if wanted is not None and held[id_].get(target) != wanted:
                verdict.wrong.append(f"user {id_}: {target} is {held[id_].get(target)!r}, not {wanted!r}")
    verdict.wrong += [f"sales person {key} does not belong in Marketo" for key in held if key not in users]
    return held


def judge_opportunities(
    tables: dict[str, list[Row]],
    marketo: Row,
    listed: set[tuple[str, str]],
    history: History,
    verdict: Verdict,
    companies: dict[str, list[Row]],
    sellers: dict[str, Row],
) -> dict[str, Row]:
    """Every opportunity is there once with the numbers of its state; returns those in Marketo, by key."""
    held = {row["externalOpportunityId"]: row for row in marketo["opportunities"]}
    if len(held) != len(marketo["opportunities"]):
        verdict.wrong.append("an opportunity is there twice")
    accounts = {row["contactid"]: row.get("_parentcustomerid_value") for row in tables["contact"]}
    known_accounts = {row["accountid"] for row in tables["account"]}
    allowed = {id_ for entity, id_ in history.stale | history.marked | listed if entity == "opportunity"}
    for row in tables["opportunity"]:
        id_ = row["opportunityid"]
        if row.get("new_synctomkto") is False or ("opportunity", id_) in listed:
            continue
        allowed.add(id_)
        verdict.eligible += 1
        if id_ not in held:
            verdict.wrong.append(f"opportunity {id_} is missing")
            continue
        customer = row.get("_customerid_value")
        account = (
            customer if customer in known_accounts else row.get("_parentaccountid_value") or accounts.get(customer)
        )
        owner = row.get("_ownerid_value")
        closed, won = row["statecode"] != 0, row["statecode"] == 1
        amount = row.get("actualvalue") if won and row.get("actualvalue") is not None else row.get("estimatedvalue")
        day = (row.get("actualclosedate") if closed else None) or row.get("estimatedclosedate")
        wanted = {
            "name": row["name"].strip(),
            "stage": STAGES[row["statecode"]],
            "amount": amount,
            "closeDate": day[:10] if day else None,
            "isClosed": closed,
            "isWon": won,
            "externalCreatedDate": row["createdon"],
            "externalCompanyId": account if companies.get(account) else None,
            "externalSalesPersonId": owner if owner in sellers else None,
        }
        for name, value in wanted.items():
            if held[id_].get(name) != value:
                verdict.wrong.append(f"opportunity {id_}: {name} is {held[id_].get(name)!r}, not {value!r}")
    verdict.wrong += [f"opportunity {id_} does not belong in Marketo" for id_ in held if id_ not in allowed]
    return held


def judge_roles(
    tables: dict[str, list[Row]],
    marketo: Row,
    listed: set[tuple[str, str]],
    history: History,
    verdict: Verdict,
    deals: dict[str, Row],
    persons: dict[str, list[Row]],
    carried: dict[str, str],
) -> None:
    """Every customer and stakeholder has its role once, and nobody has one who is neither."""
    names = {row["connectionroleid"]: row["name"] for row in tables["connectionrole"]}
    people = {row[f"{name}id"] for name in ("contact", "lead") for row in tables[name]}
    left_out = {row["opportunityid"] for row in tables["opportunity"] if row.get("new_synctomkto") is False}
    wanted: set[tuple[str, Any, str]] = set()

    def add(deal: str, person: str, role: str) -> None:
        for _ in range(5):
            person = carried.get(person, person)
        if deal in deals and len(persons.get(person, [])) == 1:
            wanted.add((deal, persons[person][0]["id"], role.strip()[:50].strip()))

    for row in tables["opportunity"]:
        contacts = row.get("_customerid_value") in people
        if contacts and ("opportunity:customer", row["opportunityid"]) not in listed:
            add(row["opportunityid"], row["_customerid_value"], "Customer")
    for row in tables["connection"]:
        if row.get("statecode") or ("connection", row["connectionid"]) in listed:
            continue
        for deal, person in (("1", "2"), ("2", "1")):
            ends = row.get(f"_record{deal}id_value"), row.get(f"_record{person}id_value")
            if ends[0] in {one["opportunityid"] for one in tables["opportunity"]} and ends[1] in people:
                add(ends[0], ends[1], names.get(row.get(f"_record{person}roleid_value"), "Stakeholder"))
    found = Counter((row["externalOpportunityId"], row["leadId"], row["role"]) for row in marketo["roles"])
    verdict.eligible += len(wanted)
    gone = {id_ for entity, id_ in history.marked if entity == "opportunity"}
    verdict.wrong += [f"role {key} is there {number} times" for key, number in found.items() if number > 1]
    optional = left_out | gone
    stale = {persons[id_][0]["id"] for _, id_ in history.stale | history.marked if persons.get(id_)}
    verdict.wrong += [
        f"role {key} is missing" for key in wanted - set(found) if key[0] not in optional and key[1] not in stale
    ]
    verdict.wrong += [
        f"role {key} does not belong in Marketo"
        for key in set(found) - wanted
        if key[0] not in optional and key[1] not in stale
    ]
