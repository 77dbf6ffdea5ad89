"""Checks of each table: may it be read, all of it, and changed, with which fields; and is it told what changes."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import partial

from dynsync_gui.connectors.checking import CheckList, Seen, passing_trouble
from dynsync_gui.connectors.dynamics.asking import Asking
from dynsync_gui.connectors.dynamics.metadata import changeable, columns_path, readable, rows_of
from dynsync_gui.connectors.dynamics.privileges import LACKING, UserRights, is_global
from dynsync_gui.connectors.dynamics.table_titles import titles_of
from dynsync_gui.domain.errors import ConnectionFailed, TemporaryFailure
from dynsync_gui.domain.findings import filled
from dynsync_gui.domain.findings.dataverse import DATAVERSE, DENIED, DENIED_NAMED
from dynsync_gui.domain.findings.rights import NOT_WRITTEN, PARTLY_WRITTEN, left_out
from dynsync_gui.domain.rights import Verb
from dynsync_gui.domain.schema import ENTITIES, Entity
from dynsync_gui.domain.text import msg

_MOST_NAMED = 5


class TableChecks:
    """The checks of the tables that are to be synced."""

    def __init__(
        self,
        asking: Asking,
        rights: UserRights,
        defaults: Collection[tuple[Entity, str]],
        returning: Mapping[Entity, Collection[str]],
    ) -> None:
        """Nothing is asked yet.

        Args:
            asking: Reads.
            rights: The tables, and what the user may do with them.
            defaults: Columns that are synced by default.
            returning: Columns that may travel back to Dynamics, of the tables whose records are changed.
        """
        self._asking, self._rights, self._defaults, self._returning = asking, rights, frozenset(defaults), returning
        self._secured: dict[Entity, tuple[str, ...]] = {}
        self._changeable: dict[Entity, frozenset[str]] = {}

    def plan(self, checks: CheckList, entities: Sequence[Entity]) -> None:
        """Add them to a list, after the check of the user."""
        for entity in entities:
            titles = titles_of(entity)
            read, fields, user = f"dynamics.read.{entity}", f"dynamics.fields.{entity}", ["dynamics.user"]
            look = self._reads if entity in ENTITIES else self._may_read
            checks.add(read, titles.read, partial(look, entity), user)
            checks.add(f"dynamics.reach.{entity}", titles.reach, partial(self._reaches, entity), [read])
            if entity in ENTITIES:
                checks.add(fields, titles.fields, partial(self._columns, entity), user)
            checks.add(f"dynamics.tracking.{entity}", titles.tracking, partial(self._tracks, entity), [read])
            if entity in self._returning:
                checks.add(f"dynamics.write.{entity}", titles.write, partial(self._writes, entity), [read, fields])
        columns = [f"dynamics.fields.{entity}" for entity in entities if entity in ENTITIES]
        checks.add("dynamics.column-security", msg("Protected fields"), self._protected, columns)

    def _reads(self, entity: Entity) -> Seen:
        table = self._rights.table(entity)
        target = f"{table['EntitySetName']}?$select={table['PrimaryIdAttribute']}&$top=1"
        try:
            self._asking.needed(target)
        except ConnectionFailed as failure:
            if failure.finding is not DENIED:
                raise
            # Refused without naming what is missing.
            named = filled(DENIED_NAMED, privilege=self._rights.privilege(entity, Verb.READ))
            raise ConnectionFailed(failure.code, named, failure.detail, failure.ids) from None
        return Seen(msg("They can be read."))

    def _may_read(self, entity: Entity) -> Seen:
        """As `_reads`, of a table that stays out alone where it cannot be read."""
        try:
            return self._reads(entity)
        except TemporaryFailure as failure:
            return passing_trouble(failure)
        except ConnectionFailed as failure:
            finding = failure.finding
            if DATAVERSE.get(failure.code) is DENIED:
                finding = left_out(entity, self._rights.privilege(entity, Verb.READ))
            return Seen(warning=finding, code=failure.code, ids=failure.ids, detail=failure.detail, stops=True)

    def _reaches(self, entity: Entity) -> Seen:
        depth = self._rights.depth(entity, Verb.READ)
        if depth is None:
            return Seen(msg("Dynamics does not tell how far this user's rights reach."), told=False)
        if not is_global(depth):
            privilege = self._rights.privilege(entity, Verb.READ)
            finding = filled(DATAVERSE["dynamics.depth"], privilege=privilege)
            return Seen(warning=finding, code="dynamics.depth", detail=f"{privilege}: {depth}")
        return Seen(msg("The user sees all of them."))

    def _columns(self, entity: Entity) -> Seen:
        rows = [row for row in rows_of(self._asking.needed(columns_path(entity))) if not row.get("AttributeOf")]
        usable = [row for row in rows if readable(row)]
        secured = (str(row["LogicalName"]) for row in usable if row.get("IsSecured"))
        self._secured[entity] = tuple(name for name in secured if (entity, name) in self._defaults)
        self._changeable[entity] = frozenset(str(row["LogicalName"]) for row in usable if changeable(row))
        return Seen(msg("{count} fields can be read.", count=len(usable)))

    def _writes(self, entity: Entity) -> Seen:
        if not self._changeable[entity].intersection(self._returning[entity]):
            return Seen(msg("No field of this table travels back to Dynamics."))
        depth, privilege = self._rights.depth(entity, Verb.WRITE), self._rights.privilege(entity, Verb.WRITE)
        if depth is None:
            return Seen(msg("Dynamics does not tell how far this user's rights reach."), told=False)
        if is_global(depth):
            return Seen(msg("The user may change all of them."))
        finding = filled(NOT_WRITTEN if depth == LACKING else PARTLY_WRITTEN, privilege=privilege)
        return Seen(warning=finding, code="dynamics.write", detail=f"{privilege}: {depth}")

    def _protected(self) -> Seen:
        names = [f"{entity}.{name}" for entity, found in self._secured.items() for name in found]
        if not names:
            return Seen(msg("No field that is synced by default is protected by column security."))
        shown = ", ".join(names[:_MOST_NAMED])
        finding = filled(DATAVERSE["dynamics.column-security"], fields=shown)
        return Seen(warning=finding, code="dynamics.column-security", detail=", ".join(names)[:300])

    def _tracks(self, entity: Entity) -> Seen:
        if not self._rights.table(entity).get("ChangeTrackingEnabled"):
            return Seen(warning=DATAVERSE["0x80072491"], code="0x80072491")
        return Seen(msg("Dynamics tells what changed."))
