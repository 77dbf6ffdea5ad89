"""What the signed-in user may do, as far as Dataverse tells (Microsoft, RetrieveUserPrivileges)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dynsync_gui.connectors.dynamics.asking import Asking
from dynsync_gui.connectors.dynamics.wire import bare_id
from dynsync_gui.domain.errors import ConnectionFailed
from dynsync_gui.domain.schema import ENTITIES, Entity

CUSTOMIZING = ("prvCreateAttribute", "prvPublishCustomization")
"""The privileges that adding a column takes."""


def read_privilege(entity: Entity) -> str:
    """The privilege that reading a table takes, as administrators know it."""
    return f"prvRead{entity.title()}"


def read_depths(asking: Asking, user: str, more: Sequence[str] = ()) -> dict[str, str]:
    """Depth by privilege, both in lower case; empty where Dataverse does not tell (the right to ask may be missing).

    Args:
        asking: Reads.
        user: Id of the user.
        more: Privileges of interest beside those of reading.
    """
    try:
        rows = asking.wished(f"systemusers({user})/Microsoft.Dynamics.CRM.RetrieveUserPrivileges").get("RolePrivileges")
        known = [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
        names = {} if all(row.get("PrivilegeName") for row in known) else _names(asking, more)
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


def _names(asking: Asking, more: Sequence[str]) -> Mapping[str, Any]:
    """Names of the privileges that matter, by id: older environments tell ids only."""
    names = (*map(read_privilege, ENTITIES), *more)
    named = "%20or%20".join(f"name%20eq%20'{name}'" for name in names)
    rows = asking.rows(f"privileges?$select=name,privilegeid&$filter={named}")
    return {bare_id(row.get("privilegeid")): row.get("name") for row in rows}
