"""The Dynamics side of the identity card; whatever Dynamics does not tell stays open."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from dynsync_gui.connectors.dynamics.client import DataverseClient
from dynsync_gui.connectors.dynamics.wire import bare_id
from dynsync_gui.connectors.http.retry import Patience, brief
from dynsync_gui.domain.checks import EnvironmentKind, SystemIdentity
from dynsync_gui.domain.errors import DynSyncError
from dynsync_gui.domain.schema import Entity, System

_ENTITIES = (Entity.ACCOUNT, Entity.CONTACT, Entity.LEAD)
_COUNT_CAP = 5000
_OPTIONAL_SECONDS = 12.0
_KINDS = {
    "customer": EnvironmentKind.PRODUCTION,
    "0": EnvironmentKind.PRODUCTION,
    "default": EnvironmentKind.PRODUCTION,
    "12": EnvironmentKind.PRODUCTION,
    "production": EnvironmentKind.PRODUCTION,
    "customertest": EnvironmentKind.SANDBOX,
    "5": EnvironmentKind.SANDBOX,
    "developer": EnvironmentKind.SANDBOX,
    "13": EnvironmentKind.SANDBOX,
    "sandbox": EnvironmentKind.SANDBOX,
}
"""OrganizationType by name and by number (Microsoft, OrganizationType enumeration)."""
_CURRENT = "RetrieveCurrentOrganization(AccessType=Microsoft.Dynamics.CRM.EndpointAccessType'Default')"
_COUNTS = "RetrieveTotalRecordCount(EntityNames=@e)?@e=%5B'account','contact','lead'%5D"


def kind_of(told: object) -> EnvironmentKind:
    """Production or sandbox, from an OrganizationType by name or number."""
    return _KINDS.get(str(told).lower(), EnvironmentKind.UNKNOWN)


def read_identity(
    client: DataverseClient, patience: Patience, host: str, *, rehearsal: bool, named: bool
) -> SystemIdentity:
    """Read who this is and what people will recognise; see `read_organisation`."""
    organisation = read_organisation(client, patience, host, rehearsal=rehearsal, named=named)
    counts, at_least = _counted(client, patience)
    return replace(organisation, counts=counts, at_least=at_least, familiar=_familiar(client, patience))


def read_organisation(
    client: DataverseClient, patience: Patience, host: str, *, rehearsal: bool, named: bool
) -> SystemIdentity:
    """Read who this is; one call where Dynamics tells all of it.

    Args:
        client: Signed in already: a refused sign-in must not be tried again by the next question.
        patience: For what has to be known: the organisation's id.
        host: Shown as the address.
        rehearsal: Whether it is the built-in rehearsal.
        named: Whether the host is not Microsoft's but was named by the user.
    """
    detail = _optional(client, _CURRENT, brief(min(_OPTIONAL_SECONDS, patience.left))).get("Detail") or {}
    id_ = bare_id(detail.get("OrganizationId")) or bare_id(client.read("WhoAmI", patience).get("OrganizationId"))
    patience = brief(min(_OPTIONAL_SECONDS, patience.left))
    name = str(detail.get("FriendlyName") or "").strip()
    if not name:
        name = str(_optional(client, f"organizations({id_})?$select=name", patience).get("name") or "").strip()
    kind = kind_of(detail.get("OrganizationType"))
    kind = EnvironmentKind.REHEARSAL if rehearsal else kind
    return SystemIdentity(System.DYNAMICS, id_, name or host, host, kind, named_host=named)


def _optional(client: DataverseClient, target: str, patience: Patience) -> Mapping[str, Any]:
    try:
        return client.read(target, patience)
    except DynSyncError:
        return {}


def _counted(client: DataverseClient, patience: Patience) -> tuple[dict[str, int | None], frozenset[str]]:
    """Records by table: the daily snapshot, else a count, which ends at 5,000."""
    told = _optional(client, _COUNTS, patience).get("EntityRecordCountCollection") or {}
    snapshot = dict(zip(told.get("Keys") or (), told.get("Values") or (), strict=False))
    counts: dict[str, int | None] = {}
    at_least = set()
    for entity in _ENTITIES:
        count = snapshot.get(str(entity))
        if not isinstance(count, int):
            count = _count(client, f"{entity}s/$count", patience)
            if count == _COUNT_CAP:
                at_least.add(str(entity))
        counts[str(entity)] = count
    return counts, frozenset(at_least)


def _count(client: DataverseClient, target: str, patience: Patience) -> int | None:
    try:
        text = client.get(target, patience, lambda answer: answer.text).strip()
    except DynSyncError:
        return None
    return int(text) if text.isdecimal() else None


def _familiar(client: DataverseClient, patience: Patience) -> tuple[str, ...]:
    """Names of the contacts changed last."""
    target = "contacts?$select=fullname&$filter=fullname%20ne%20null&$orderby=modifiedon%20desc&$top=3"
    rows = _optional(client, target, patience).get("value")
    names = [str(row.get("fullname") or "").strip() for row in rows or () if isinstance(row, dict)]
    return tuple(name for name in names if name)[:3]
