"""What the signed-in user may do, as far as Dataverse tells (Microsoft, RetrieveUserPrivileges)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dynsync_gui.connectors.dynamics.asking import Asking
from dynsync_gui.connectors.dynamics.wire import bare_id
from dynsync_gui.domain.errors import ConnectionFailed
from dynsync_gui.domain.schema import ENTITIES, Entity

_NAMED = "%20or%20".join(f"name%20eq%20'prvRead{entity.title()}'" for entity in ENTITIES)
_NAMES = f"privileges?$select=name,privilegeid&$filter={_NAMED}"


def read_privilege(entity: Entity) -> str:
    """The privilege that reading a table takes, as administrators know it."""
    return f"prvRead{entity.title()}"


def read_depths(asking: Asking, user: str) -> dict[str, str]:
    """Depth by privilege, both in lower case; empty where Dataverse does not tell (the right to ask may be missing)."""
    try:
        rows = asking.wished(f"systemusers({user})/Microsoft.Dynamics.CRM.RetrieveUserPrivileges").get("RolePrivileges")
        known = [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
        names = {} if all(row.get("PrivilegeName") for row in known) else _names(asking)
    except ConnectionFailed:
        return {}
    depths: dict[str, str] = {}
    for row in known:
        name = str(row.get("PrivilegeName") or names.get(bare_id(row.get("PrivilegeId")), "")).lower()
        depth = str(row.get("Depth")).lower()
        if name and _RANKS.get(depth, 0) >= _RANKS.get(depths.get(name, ""), -1):
            depths[name] = depth
    return depths


_RANKS = {"basic": 0, "0": 0, "local": 1, "1": 1, "deep": 2, "2": 2, "global": 3, "3": 3}
"""By name and by number (Microsoft, PrivilegeDepth)."""


def is_global(depth: str) -> bool:
    """Whether a depth reaches the whole organisation."""
    return _RANKS.get(depth) == _RANKS["global"]


def _names(asking: Asking) -> Mapping[str, Any]:
    """Names of the privileges that matter, by id: older environments tell ids only."""
    return {bare_id(row.get("privilegeid")): row.get("name") for row in asking.rows(_NAMES)}
