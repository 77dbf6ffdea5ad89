"""What the signed-in user may do, as far as Dataverse tells (Microsoft, RetrieveUserPrivileges)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from dynsync_gui.connectors.checking import Once
from dynsync_gui.connectors.dynamics.asking import Asking
from dynsync_gui.connectors.dynamics.metadata import rows_of, tables_path
from dynsync_gui.connectors.dynamics.wire import bare_id
from dynsync_gui.domain.errors import ConnectionFailed
from dynsync_gui.domain.findings import filled
from dynsync_gui.domain.findings.rights import NO_TABLE
from dynsync_gui.domain.rights import Verb
from dynsync_gui.domain.schema import ENTITIES, Entity

CUSTOMIZING = ("prvCreateAttribute", "prvPublishCustomization")
"""The privileges that adding a column takes."""


LACKING = "none"
_SPELLED = {Entity.USER: "User"}
"""Tables that privileges call otherwise, for a Dataverse that does not tell the names."""


class UserRights:
    """Some tables and what the user may do with them; both are asked for once, whoever wants to know first."""

    def __init__(self, asking: Asking, user: Callable[[], str], entities: Sequence[Entity]) -> None:
        """Nothing is asked yet; `user` tells the id of the user once that is known."""
        self._asking, self._user, self._entities = asking, user, entities
        self._tables = Once(self._read_tables)
        self._depths = Once(self._read_depths)

    def table(self, entity: Entity) -> Mapping[str, Any]:
        """What the definition of a table tells.

        Raises:
            ConnectionFailed: Dynamics has no such table.
        """
        told = self._tables().get(entity)
        if told is None and entity not in ENTITIES:
            raise ConnectionFailed("dynamics.table", filled(NO_TABLE, table=entity), str(entity))
        named = {"EntitySetName": f"{entity}s", "PrimaryIdAttribute": f"{entity}id"}
        return named | {name: value for name, value in (told or {}).items() if value is not None}

    def privilege(self, entity: Entity, verb: Verb) -> str:
        """The privilege that a verb takes, as administrators know it."""
        known = _privileges(self._tables().get(entity, {}))
        named = (str(row["Name"]) for row in known if row.get("PrivilegeType") == verb)
        return next(named, f"prv{verb}{_SPELLED.get(entity, entity.title())}")

    def depth(self, entity: Entity, verb: Verb) -> str | None:
        """How far the right reaches, or that it is lacking; None where Dataverse does not tell."""
        depths = self._depths()
        return depths.get(self.privilege(entity, verb).lower(), LACKING) if depths else None

    def _read_tables(self) -> Mapping[Entity, Mapping[str, Any]]:
        return {Entity(row["LogicalName"]): row for row in rows_of(self._asking.needed(tables_path(self._entities)))}

    def _read_depths(self) -> Mapping[str, str]:
        names = [self.privilege(entity, verb) for entity in self._entities for verb in Verb]
        return read_depths(self._asking, self._user(), names)


def _privileges(table: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    rows = table.get("Privileges")
    return [row for row in rows if isinstance(row, dict) and row.get("Name")] if isinstance(rows, list) else []


def read_depths(asking: Asking, user: str, names: Sequence[str]) -> dict[str, str]:
    """Depth by privilege, both in lower case; empty where Dataverse does not tell (the right to ask may be missing).

    Args:
        asking: Reads.
        user: Id of the user.
        names: Privileges of interest: older environments tell ids only.
    """
    try:
        rows = asking.wished(f"systemusers({user})/Microsoft.Dynamics.CRM.RetrieveUserPrivileges").get("RolePrivileges")
        known = [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
        by_id = {} if all(row.get("PrivilegeName") for row in known) else _by_id(asking, names)
    except ConnectionFailed:
        return {}
    depths: dict[str, str] = {}
    for row in known:
        name = str(row.get("PrivilegeName") or by_id.get(bare_id(row.get("PrivilegeId")), "")).lower()
        depth = str(row.get("Depth")).lower()
        if name and _RANKS.get(depth, 0) >= _RANKS.get(depths.get(name, ""), -1):
            depths[name] = depth
    return depths


_RANKS = {"basic": 0, "0": 0, "local": 1, "1": 1, "deep": 2, "2": 2, "global": 3, "3": 3}
"""By name and by number (Microsoft, PrivilegeDepth)."""


def is_global(depth: str) -> bool:
    """Whether a depth reaches the whole organisation."""
    return _RANKS.get(depth) == _RANKS["global"]


def reads_all(asking: Asking, entity: Entity) -> bool:
    """Whether the user's right to read a table reaches the whole organisation, or Dataverse does not tell."""
    user = bare_id(asking.needed("WhoAmI").get("UserId"))
    depth = UserRights(asking, lambda: user, (entity,)).depth(entity, Verb.READ)
    return depth in {None, LACKING} or is_global(str(depth))  # a table that was read a moment ago is not lacking


def _by_id(asking: Asking, names: Sequence[str]) -> Mapping[str, Any]:
    """Names of the privileges that matter, by id."""
    named = "%20or%20".join(f"name%20eq%20'{name}'" for name in names)
    rows = asking.rows(f"privileges?$select=name,privilegeid&$filter={named}")
    return {bare_id(row.get("privilegeid")): row.get("name") for row in rows}
