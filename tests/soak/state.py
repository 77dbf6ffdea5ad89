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

Record = frozenset[str]
State = dict[str, Counter[Record]]


def state_of(audit: dict[str, Any]) -> State:
    """Each kind of record, every one as what it says."""
    marketo = audit["marketo"]
    keys = {person["id"]: person.get("dynamicsId") or person.get("email") for person in marketo["persons"]}
    kinds = {kind: marketo[kind] for kind in ("persons", "companies", "salespersons", "opportunities", "roles")}
    kinds |= marketo["customobjects"]
    kinds |= {table: audit["dataverse"][table] for table in _BACK}
    return {kind: Counter(_line(row, keys) for row in rows) for kind, rows in kinds.items()}


def differences(wanted: State, found: State) -> list[str]:
    """One line for each record that only one of them has, beside the one it resembles most."""
    told = []
    for kind in wanted.keys() | found.keys():
        lacking = list((wanted.get(kind, Counter()) - found.get(kind, Counter())).elements())
        extra = list((found.get(kind, Counter()) - wanted.get(kind, Counter())).elements())
        for one in lacking:
            other = min(extra, key=lambda record: len(record ^ one), default=None)
            if other is None or len(other ^ one) > len(one) / 2:
                told.append(f"{kind} lacks {sorted(one)}")
            else:
                extra.remove(other)
                told.append(f"{kind} has {sorted(other - one)}, not {sorted(one - other)}; {_key(one)}")
        told += [f"{kind} has one too many, {sorted(one)}" for one in extra]
    return told


def _key(record: Record) -> str:
    return next((part for part in sorted(record) if part.startswith(("dynamicsId", "contactid", "leadid"))), "")


def _line(row: dict[str, Any], keys: dict[Any, Any]) -> Record:
    named = {name: keys.get(value) if name in {"leadId", "personId"} else value for name, value in row.items()}
    return frozenset(f"{name}={value!r}" for name, value in named.items() if name not in _OF_THE_WAY)
