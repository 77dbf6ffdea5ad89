"""Checks of each table: may it be read, all of it, with which fields, and does Dynamics tell what changes."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial
from typing import Any

from dynsync_gui.connectors.checking import CheckList, Seen
from dynsync_gui.connectors.dynamics.asking import Asking
from dynsync_gui.connectors.dynamics.metadata import columns_path, readable, rows_of, table_path
from dynsync_gui.connectors.dynamics.privileges import is_global, read_privilege
from dynsync_gui.domain.errors import ConnectionFailed
from dynsync_gui.domain.findings import filled
from dynsync_gui.domain.findings.dataverse import DATAVERSE, DENIED, DENIED_NAMED
from dynsync_gui.domain.schema import Entity
from dynsync_gui.domain.text import msg

_READ = {
    Entity.ACCOUNT: msg("Reading accounts"),
    Entity.CONTACT: msg("Reading contacts"),
    Entity.LEAD: msg("Reading leads"),
}
_REACH = {
    Entity.ACCOUNT: msg("All accounts of the organisation"),
    Entity.CONTACT: msg("All contacts of the organisation"),
    Entity.LEAD: msg("All leads of the organisation"),
}
_FIELDS = {
    Entity.ACCOUNT: msg("Fields of accounts"),
    Entity.CONTACT: msg("Fields of contacts"),
    Entity.LEAD: msg("Fields of leads"),
}
_TRACKING = {
    Entity.ACCOUNT: msg("Change tracking of accounts"),
    Entity.CONTACT: msg("Change tracking of contacts"),
    Entity.LEAD: msg("Change tracking of leads"),
}
_MOST_NAMED = 5


class TableChecks:
    """The checks of the tables that are to be synced."""

    def __init__(
        self, asking: Asking, depths: Callable[[], Mapping[str, str]], defaults: Collection[tuple[Entity, str]]
    ) -> None:
        """Nothing is asked yet.

        Args:
            asking: Reads.
            depths: Tells, once the user is known, how far its rights reach; nothing where Dynamics does not tell.
            defaults: Columns that are synced by default.
        """
        self._asking, self._depths, self._defaults = asking, depths, frozenset(defaults)
        self._tables: dict[Entity, Mapping[str, Any]] = {}
        self._secured: dict[Entity, tuple[str, ...]] = {}

    def plan(self, checks: CheckList, entities: Sequence[Entity]) -> None:
        """Add them to a list, after the check of the user."""
        for entity in entities:
            read = f"dynamics.read.{entity}"
            checks.add(read, _READ[entity], partial(self._reads, entity), ["dynamics.user"])
            checks.add(f"dynamics.reach.{entity}", _REACH[entity], partial(self._reaches, entity), [read])
            checks.add(f"dynamics.fields.{entity}", _FIELDS[entity], partial(self._columns, entity), ["dynamics.user"])
            checks.add(f"dynamics.tracking.{entity}", _TRACKING[entity], partial(self._tracks, entity), [read])
        columns = [f"dynamics.fields.{entity}" for entity in entities]
        checks.add("dynamics.column-security", msg("Protected fields"), self._protected, columns)

    def _reads(self, entity: Entity) -> Seen:
        table = self._table(entity)
        target = f"{table['EntitySetName']}?$select={table['PrimaryIdAttribute']}&$top=1"
        try:
            self._asking.needed(target)
        except ConnectionFailed as failure:
            if failure.finding is not DENIED:
                raise
            named = filled(DENIED_NAMED, privilege=read_privilege(entity))  # refused without naming what is missing
            raise ConnectionFailed(failure.code, named, failure.detail, failure.ids) from None
        return Seen(msg("They can be read."))

    def _reaches(self, entity: Entity) -> Seen:
        depths = self._depths()
        if not depths:
            return Seen(msg("Dynamics does not tell how far this user's rights reach."), told=False)
        depth = depths.get(read_privilege(entity).lower(), "none")
        if not is_global(depth):
            finding = filled(DATAVERSE["dynamics.depth"], privilege=read_privilege(entity))
            return Seen(warning=finding, code="dynamics.depth", detail=f"{read_privilege(entity)}: {depth}")
        return Seen(msg("The user sees all of them."))

    def _columns(self, entity: Entity) -> Seen:
        rows = [row for row in rows_of(self._asking.needed(columns_path(entity))) if not row.get("AttributeOf")]
        usable = [row for row in rows if readable(row)]
        secured = (str(row["LogicalName"]) for row in usable if row.get("IsSecured"))
        self._secured[entity] = tuple(name for name in secured if (entity, name) in self._defaults)
        return Seen(msg("{count} fields can be read.", count=len(usable)))

    def _protected(self) -> Seen:
        names = [f"{entity}.{name}" for entity, found in self._secured.items() for name in found]
        if not names:
            return Seen(msg("No field that is synced by default is protected by column security."))
        shown = ", ".join(names[:_MOST_NAMED])
        finding = filled(DATAVERSE["dynamics.column-security"], fields=shown)
        return Seen(warning=finding, code="dynamics.column-security", detail=", ".join(names)[:300])

    def _tracks(self, entity: Entity) -> Seen:
        if not self._table(entity).get("ChangeTrackingEnabled"):
            return Seen(warning=DATAVERSE["0x80072491"], code="0x80072491")
        return Seen(msg("Dynamics tells what changed."))

    def _table(self, entity: Entity) -> Mapping[str, Any]:
        if entity not in self._tables:
            told = self._asking.needed(table_path(entity))
            named = {"EntitySetName": f"{entity}s", "PrimaryIdAttribute": f"{entity}id"}
            self._tables[entity] = named | {name: value for name, value in told.items() if value is not None}
        return self._tables[entity]
