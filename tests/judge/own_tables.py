"""What rows of an organisation's own tables have to look like as custom objects; shares no code with the product."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.judge import Verdict

Row = dict[str, Any]
LINKS = {
    "new_subscription": ("_new_contactid_value", "_new_leadid_value", "_new_accountid_value"),
    "new_delivery": ("_new_subscriptionid_value",),
}
FIELDS = {
    "new_subscription": ("new_name", "new_seats", "new_amount"),
    "new_delivery": ("new_name", "new_weight", "new_tracking"),
}


def judge_own_tables(
    tables: dict[str, list[Row]],
    marketo: Row,
    listed: set[tuple[str, str]],
    verdict: Verdict,
    own: tuple[str, ...],
    persons: dict[str, list[Row]],
    companies: dict[str, list[Row]],
    carried: dict[str, str],
    *,
    by_id: bool,
) -> None:
    """Every row whose person or company is in Marketo is there once, linked to it."""
    parents = {
        row[f"{name}id"]: next((row[link] for link in links if row.get(link)), None)
        for name, links in LINKS.items()
        for row in tables[name]
    }
    for name in own:
        held = {row["dynamicsId"]: row for row in marketo["customobjects"].get(name, [])}
        allowed = set()
        for row in tables[name]:
            id_ = row[f"{name}id"]
            parent = parents[id_]
            parent = parents.get(parent, parent)
            for _ in range(5):
                parent = carried.get(parent, parent)
            person = persons.get(parent) or []
            company = companies.get(parent) or []
            if row.get("new_synctomkto") is False or not (person or company):
                continue
            allowed.add(id_)
            if (name, id_) in listed:
                continue
            verdict.eligible += 1
            if id_ not in held:
                verdict.wrong.append(f"{name} {id_} is missing")
                continue
            wanted = {field: row.get(field) for field in FIELDS[name] if row.get(field) is not None}
            wanted |= {"personId": person[0]["id"]} if person else {"companyId": company[0]["id"] if by_id else parent}
            for field, value in wanted.items():
                if held[id_].get(field) != value:
                    verdict.wrong.append(f"{name} {id_}: {field} is {held[id_].get(field)!r}, not {value!r}")
        verdict.wrong += [f"{name} {id_} does not belong in Marketo" for id_ in held if id_ not in allowed]
