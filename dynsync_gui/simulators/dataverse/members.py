"""The users of the organisation: who they are and what they may do."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from dynsync_gui.simulators.dataverse.definitions import VERBS
from dynsync_gui.simulators.dataverse.errors import DataverseError
from dynsync_gui.simulators.resources import table

if TYPE_CHECKING:
    from dynsync_gui.simulators.directory import Directory, Grant
    from dynsync_gui.simulators.world import World

SYNC_ROLE = "Marketo Sync User"
OF_CUSTOMISERS = ("prvCreateAttribute", "prvDeleteAttribute", "prvPublishCustomization")
MERGE = "prvMerge"


@dataclass(slots=True)
class Member:
    """A row of ``systemuser`` with its rights.

    Attributes:
        id: systemuserid.
        object_id: Object id in Entra.
        name: Full name.
        application_id: Client id of an application user, else None.
        roles: Names of its security roles.
        team_roles: Names of the roles that it has through a team.
        language: uilanguageid of its settings; 0 for the organisation's.
        access_mode: accessmode; None for what its kind begins with.
        depths: Depth by privilege name, for example ``prvReadLead``.
    """

    id: str
    object_id: str
    name: str
    domain_name: str
    application_id: str | None = None
    roles: list[str] = field(default_factory=lambda: [SYNC_ROLE])
    depths: dict[str, str] = field(default_factory=dict)
    disabled: bool = False
    licensed: bool = True
    team_roles: list[str] = field(default_factory=lambda: ["Basic User"])
    language: int = 1033
    access_mode: int | None = None

    def as_row(self) -> dict[str, Any]:
        """What the systemuser table says about it."""
        return {
            "fullname": self.name,
            "domainname": self.domain_name,
            "internalemailaddress": self.domain_name,
            "azureactivedirectoryobjectid": self.object_id,
            "isdisabled": self.disabled,
            "accessmode": self.access_mode if self.access_mode is not None else (4 if self.application_id else 0),
            "applicationid": self.application_id,
            "islicensed": self.licensed,
            "caltype": 0,
        }


class Members:
    """Everybody the organisation knows, by Entra object id."""

    def __init__(self, world: World, directory: Directory) -> None:
        self._world = world
        owner = next(iter(world.owners), world.guid())
        self.by_object: dict[str, Member] = {}
        service = directory.service
        self._add(Member(world.guid(), service.object_id, "# DynSync service", "", service.client_id))
        for name, user in directory.users.items():
            first = name.partition("@")[0]
            if first == "stranger":
                continue
            member = Member(owner if first == "sync" else world.guid(), user.object_id, first.title(), name)
            self._add(member)
            _spoil(member, first)
        self.privilege_ids = {name: world.guid() for name in _all_privileges()}
        self.role_ids = {SYNC_ROLE: world.guid(), "Basic User": world.guid()}

    def _add(self, member: Member) -> None:
        member.depths = dict.fromkeys(_all_privileges(), "Global")
        self.by_object[member.object_id] = member

    def publish(self) -> None:
        """Writes what members are by now to the user table."""
        users = self._world.tables["systemuser"]
        for member in self.by_object.values():
            told = member.as_row()
            row = users.get(member.id) or {}
            if any(row.get(name) != value for name, value in told.items()):
                if row:
                    self._world.update("systemuser", member.id, told)
                else:
                    unit = self._world.business_unit
                    self._world.insert("systemuser", {**told, "systemuserid": member.id, "businessunitid": unit})

    def find(self, user_id: str) -> Member | None:
        """The member of a systemuserid."""
        return next((m for m in self.by_object.values() if m.id == user_id.lower()), None)

    def caller(self, grant: Grant) -> Member:
        """Who a token is in this organisation; refuses those who are nobody here."""
        member = self.by_object.get(grant.object_id)
        if member is None:
            raise DataverseError(403, "0x80072560", "The user is not a member of the organization.")
        if member.disabled:
            raise DataverseError(403, "0x8004A112", "The system user was disabled therefore the ticket expired.")
        if not member.licensed:
            raise DataverseError(403, "0x8004D24B", "The user has not been assigned any License")
        if not member.roles and not member.team_roles:
            raise DataverseError(403, "0x80042F09", "The user has not been assigned any roles.")
        return member

    def require(self, member: Member, verb: str, name: str, *, globally: bool = False) -> None:
        """Refuses a caller who lacks a privilege on a table, or its depth where the whole table is needed."""
        schema = self._world.tables[name].schema
        privilege = f"prv{verb}{schema.privilege}"
        depth = self.depth(member, verb, name)
        if depth is None or (globally and depth != "Global"):
            wanted = " at depth Global" if depth is not None else ""
            where = f"OTC={schema.type_code} for entity '{name}' (LocalizedName='{schema.labels[1033]}')."
            raise self._denied(
                member, f"{privilege} privilege (Id={self.privilege_ids.get(privilege)}){wanted} on {where}"
            )

    def depth(self, member: Member, verb: str, name: str) -> str | None:
        """How far a privilege on a table reaches; None for a caller who lacks it."""
        return member.depths.get(f"prv{verb}{self._world.tables[name].schema.privilege}")

    def require_right(self, member: Member, privilege: str) -> None:
        """Refuses a caller who lacks a privilege that belongs to no table."""
        if privilege not in member.depths:
            raise self._denied(member, f"{privilege} privilege (Id={self.privilege_ids.get(privilege)})")

    @staticmethod
    def _denied(member: Member, what: str) -> DataverseError:
        return DataverseError(
            403,
            "0x80040220",
            f"Principal user (Id={member.id}, type=8, roleCount={len(member.roles)}, "
            f"privilegeCount={len(member.depths)}, accessMode=0, AADObjectId={member.object_id}), is missing {what}",
        )


def _all_privileges() -> list[str]:
    of_tables = [f"prv{verb}{row['privilege']}" for row in table("tables.csv") for verb in VERBS]
    return [*of_tables, *OF_CUSTOMISERS, MERGE]


def _spoil(member: Member, name: str) -> None:
    """Takes from a user what its name says."""
    match name:
        case "noroles":
            member.roles, member.team_roles, member.depths = [], [], {}
        case "nolicense":
            member.licensed = False
        case "switchedoff":
            member.disabled = True
        case "norights":
            for privilege in ("prvReadLead", *OF_CUSTOMISERS):
                del member.depths[privilege]
        case "noaccounts":
            del member.depths["prvReadAccount"]
        case "localread":
            member.depths["prvReadLead"] = "Local"
