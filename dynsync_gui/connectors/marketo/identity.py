"""The Marketo side of the identity card. Marketo has no name and no counts; what it shows is looked up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dynsync_gui.connectors.http.retry import Patience
from dynsync_gui.connectors.marketo.client import MarketoClient, Refused
from dynsync_gui.connectors.marketo.records import all_persons, find
from dynsync_gui.connectors.marketo.schema import describe
from dynsync_gui.domain.addresses import MARKETO_HOST
from dynsync_gui.domain.checks import EnvironmentKind, SystemIdentity
from dynsync_gui.domain.errors import DynSyncError
from dynsync_gui.domain.ports.marketo import TooManyMatches
from dynsync_gui.domain.schema import System, Target

_FIELDS = ("firstName", "lastName", "email", "updatedAt")
_COUNTED_AT_MOST = 1000
_FIRST_IDS = (1, 1001, 10_001, 100_001)
"""Where the ids of an instance may begin."""


def read_identity(client: MarketoClient, patience: Patience, host: str, *, rehearsal: bool) -> SystemIdentity:
    """Munchkin id, persons counted as far as Marketo lists them, and three of them."""
    match = MARKETO_HOST.fullmatch(host)
    id_ = match["munchkin"].upper() if match else host
    persons, whole = _persons(client, patience)
    counts = {"person": len(persons) if persons or whole else None}
    return SystemIdentity(
        System.MARKETO,
        id_,
        id_,
        host,
        EnvironmentKind.REHEARSAL if rehearsal else EnvironmentKind.UNKNOWN,
        counts,
        frozenset() if whole else frozenset({"person"}),
        _familiar(persons),
        match is None,
    )


def _persons(client: MarketoClient, patience: Patience) -> tuple[Sequence[Mapping[str, Any]], bool]:
    """Persons, and whether these are all of them; else some with low ids."""
    try:
        searchable = describe(client, Target.PERSON, patience).searchable
        every = all_persons(client, _FIELDS, _COUNTED_AT_MOST, searchable, patience)
        if every is not None:
            return every, True
        for first in _FIRST_IDS:
            ids = [str(number) for number in range(first, first + 300)]
            if found := find(client, Target.PERSON, "id", ids, _FIELDS, patience):
                return found, False
    except (DynSyncError, Refused, TooManyMatches):
        return (), False
    return (), False


def _familiar(persons: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    """Names of the persons changed last."""
    latest = sorted(persons, key=lambda row: str(row.get("updatedAt") or ""), reverse=True)
    names = (" ".join(str(row.get(part) or "").strip() for part in ("firstName", "lastName")).strip() for row in latest)
    return tuple(dict.fromkeys(name for name in names if name))[:3]
