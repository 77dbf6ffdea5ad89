"""The named checks of the Dynamics side, in the order in which one rests on the other; all of them only read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from dynsync_gui.connectors.checking import CheckList, Seen
from dynsync_gui.connectors.dynamics.auth import DynamicsAuth
from dynsync_gui.connectors.dynamics.client import DataverseClient
from dynsync_gui.connectors.dynamics.metadata import columns_path, readable, rows_of, table_path
from dynsync_gui.connectors.dynamics.wire import bare_id
from dynsync_gui.connectors.http.retry import Patience
from dynsync_gui.domain.checks import Check, Owner
from dynsync_gui.domain.errors import ConnectionFailed, DynSyncError, Finding
from dynsync_gui.domain.findings.dataverse import DATAVERSE
from dynsync_gui.domain.ports import OnCheck
from dynsync_gui.domain.schema import Entity, System
from dynsync_gui.domain.text import msg

_READ = {
    Entity.ACCOUNT: msg("Reading accounts"),
    Entity.CONTACT: msg("Reading contacts"),
    Entity.LEAD: msg("Reading leads"),
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
_GLOBAL = {"global", "3"}
_ONLY_SOME = Finding(
    msg("This user sees only some of the records: its role does not reach the whole organisation."),
    msg("Have an administrator set the role's Read right for this table to “Organization”."),
    Owner.DYNAMICS_ADMIN,
)


class DynamicsChecks:
    """One run of the checks."""

    def __init__(self, client: DataverseClient, auth: DynamicsAuth, patience: Patience, report: OnCheck) -> None:
        """All of them within `patience`."""
        self._client, self._auth, self._patience = client, auth, patience
        self._list = CheckList(System.DYNAMICS, report)
        self._user: Mapping[str, Any] = {}
        self._tables: dict[Entity, Mapping[str, Any]] = {}
        self._depths: dict[str, str] | None = None

    def run(self, entities: Sequence[Entity]) -> tuple[Check, ...]:
        """All checks; what rests on a failed one is skipped."""
        run = self._list.run
        run("dynamics.address", msg("Address"), self._address)
        run("dynamics.sign-in", msg("Sign-in"), self._sign_in, ["dynamics.address"])
        run("dynamics.user", msg("User"), self._known, ["dynamics.sign-in"])
        for entity in entities:
            read = f"dynamics.read.{entity}"
            run(read, _READ[entity], partial(self._reads, entity), ["dynamics.user"])
            run(f"dynamics.fields.{entity}", _FIELDS[entity], partial(self._columns, entity), ["dynamics.user"])
            run(f"dynamics.tracking.{entity}", _TRACKING[entity], partial(self._tracks, entity), [read])
        return self._list.done

    def _address(self) -> Seen:
        place = self._auth.place(self._patience)
        return Seen(msg("Dynamics answers at {host}.", host=place.resource.removeprefix("https://")))

    def _sign_in(self) -> Seen:
        self._auth.token(self._patience)
        return Seen(msg("Microsoft accepted the sign-in."))

    def _known(self) -> Seen:
        me = bare_id(self._client.read("WhoAmI", self._patience).get("UserId"))
        if not me:
            raise ConnectionFailed("0x80072560", DATAVERSE["0x80072560"], "WhoAmI named no user")
        try:
            self._user = self._client.read(f"systemusers({me})?$select=fullname,isdisabled", self._patience)
        except DynSyncError:
            return Seen(msg("Dynamics knows this user."))  # it may read records without being allowed to read users
        if self._user.get("isdisabled") is True:
            raise ConnectionFailed("0x8004a112", DATAVERSE["0x8004a112"])
        self._depths = self._privileges(me)
        name = str(self._user.get("fullname") or "").strip()
        return Seen(msg("Dynamics knows this user as {name}.", name=name) if name else msg("Dynamics knows this user."))

    def _reads(self, entity: Entity) -> Seen:
        table = self._table(entity)
        self._client.read(f"{table['EntitySetName']}?$select={table['PrimaryIdAttribute']}&$top=1", self._patience)
        return Seen(msg("They can be read."))

    def _columns(self, entity: Entity) -> Seen:
        rows = rows_of(self._client.read(columns_path(entity), self._patience))
        count = sum(1 for row in rows if readable(row) and not row.get("AttributeOf"))
        return Seen(msg("{count} fields can be read.", count=count))

    def _tracks(self, entity: Entity) -> Seen:
        if not self._table(entity).get("ChangeTrackingEnabled"):
            return Seen(warning=DATAVERSE["0x80072491"], code="0x80072491")
        depth = None if self._depths is None else self._depths.get(f"prvread{entity}", "none")
        if depth is not None and depth not in _GLOBAL:
            return Seen(warning=_ONLY_SOME, code="dynamics.depth")
        return Seen(msg("Dynamics tells what changed."))

    def _table(self, entity: Entity) -> Mapping[str, Any]:
        if entity not in self._tables:
            told = self._client.read(table_path(entity), self._patience)
            named = {"EntitySetName": f"{entity}s", "PrimaryIdAttribute": f"{entity}id"}
            self._tables[entity] = named | {name: value for name, value in told.items() if value is not None}
        return self._tables[entity]

    def _privileges(self, user: str) -> dict[str, str] | None:
        """Depth by privilege in lower case; None where Dynamics does not tell (the right to ask may be missing)."""
        path = f"systemusers({user})/Microsoft.Dynamics.CRM.RetrieveUserPrivileges"
        try:
            rows = self._client.read(path, self._patience).get("RolePrivileges")
        except DynSyncError:
            return None
        named = [row for row in rows or () if isinstance(row, dict) and row.get("PrivilegeName")]
        return {str(row["PrivilegeName"]).lower(): str(row.get("Depth")).lower() for row in named} or None
