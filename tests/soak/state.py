"""Everything that both systems hold, in a form that is equal for equal ends, however they were reached."""

from __future__ import annotations

from collections import Counter
from typing import Any

_OF_THE_WAY = {
    "id", "marketoGUID", "createdAt", "updatedAt", "leadPartitionId", "versionnumber", "modifiedon", "createdon",
    "_modifiedby_value", "microsoftCreatedDate", "externalCreatedDate",
}  # fmt: skip
"""What depends on when and in which order it was written."""
_BACK = ("contact", "lead")
"""Tables of Dynamics that are written."""

State = dict[str, Counter[str]]


def state_of(audit: dict[str, Any]) -> State:
    """Each kind of record, every one as a line of text."""
    marketo = audit["marketo"]
    keys = {person["id"]: person.get("dynamicsId") or person.get("email") for person in marketo["persons"]}
    kinds = {kind: marketo[kind] for kind in ("persons", "companies", "salespersons", "opportunities", "roles")}
    kinds |= marketo["customobjects"]
    kinds |= {table: audit["dataverse"][table] for table in _BACK}
    return {kind: Counter(_line(row, keys) for row in rows) for kind, rows in kinds.items()}


def differences(wanted: State, found: State) -> list[str]:
    """One line for each record that only one of them has."""
    told = []
    for kind in wanted.keys() | found.keys():
        there, here = wanted.get(kind, Counter()), found.get(kind, Counter())
        told += [f"{kind} lacks {line}" for line in (there - here).elements()]
        told += [f"{kind} has {line}" for line in (here - there).elements()]
    return told


def _line(row: dict[str, Any], keys: dict[Any, Any]) -> str:
    named = {name: keys.get(value) if name in {"leadId", "personId"} else value for name, value in row.items()}
    return repr(sorted((name, repr(value)) for name, value in named.items() if name not in _OF_THE_WAY))
