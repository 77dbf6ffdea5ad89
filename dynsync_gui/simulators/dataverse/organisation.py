"""Functions and small tables that tell about the organisation and its users."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from dynsync_gui.simulators.dataverse.errors import BAD_REQUEST, DataverseError, not_found, unknown_property
from dynsync_gui.simulators.dataverse.filters import parse_filter
from dynsync_gui.simulators.gate import Answer

if TYPE_CHECKING:
    from collections.abc import Callable

    from dynsync_gui.simulators.dataverse.members import Member, Members
    from dynsync_gui.simulators.dataverse.options import Options
    from dynsync_gui.simulators.directory import Directory
    from dynsync_gui.simulators.world import World

VERSION = "9.2.25063.00145"
_USER = re.compile(r"systemusers\(([0-9a-fA-F-]{36})\)(?:/(.+))?")
_SETTINGS = re.compile(r"usersettingscollection\(([0-9a-fA-F-]{36})\)")
_NAMES = re.compile(r"@\w+")


class Organisation:
    """Answers everything that is neither a row of a table nor metadata.

    Attributes:
        solutions: Rows of the solution table.
        duplicate_rules: Rows of the duplicaterule table.
        name: What people call the organisation.
        kind: OrganizationType, as RetrieveCurrentOrganization names it.
        names_privileges: Whether RetrieveUserPrivileges tells names beside ids; older environments do not.
    """

    def __init__(self, world: World, members: Members, directory: Directory) -> None:
        self._world = world
        self._members = members
        self._directory = directory
        self.url = ""
        self.name, self.kind = "Rehearsal", "CustomerTest"
        self.names_privileges = True
        self.duplicate_rules = [
            {
                "duplicateruleid": world.guid(),
                "name": "Contacts with the same e-mail address",
                "baseentityname": "contact",
                "matchingentityname": "contact",
                "statecode": 1,
                "statuscode": 2,
            },
        ]
        self.solutions: list[dict[str, Any]] = [
            _solution("Default", "Default Solution", "1.0", managed=False),
            _solution("msdynce_Sales", "Sales", "9.0.24121.10002", managed=True),
        ]

    def answer(self, path: str, options: Options, member: Member) -> Answer:
        """Answers a path below the service root."""
        functions: dict[str, Callable[[Options, Member], dict[str, Any]]] = {
            "WhoAmI": self._who_am_i,
            "RetrieveVersion": self._version,
            "RetrieveCurrentOrganization": self._current,
            "RetrieveTotalRecordCount": self._totals,
        }
        function = functions.get(re.split(r"[(]", path, maxsplit=1)[0])
        if function is not None:
            return Answer.of(function(options, member))
        if path == "organizations":
            return self._rows("organizations", [self._organisation_row()], options)
        if path == "solutions":
            return self._rows("solutions", self.solutions, options)
        if path == "duplicaterules":
            return self._rows("duplicaterules", self.duplicate_rules, options)
        if path == "privileges":
            known = self._members.privilege_ids.items()
            return self._rows("privileges", [{"privilegeid": id_, "name": name} for name, id_ in known], options)
        own = _SETTINGS.fullmatch(path)
        if own is not None:
            return self._settings(own[1], options)
        user = _USER.fullmatch(path)
        if user is not None:
            return self._user(user[1], user[2] or "", options)
        raise not_found(path.split("(", maxsplit=1)[0].split("/", maxsplit=1)[0])

    def _context(self, name: str) -> str:
        return f"{self.url}/api/data/v9.2/$metadata#{name}"

    def _who_am_i(self, _options: Options, member: Member) -> dict[str, Any]:
        return {
            "@odata.context": self._context("Microsoft.Dynamics.CRM.WhoAmIResponse"),
            "BusinessUnitId": self._world.business_unit,
            "UserId": member.id,
            "OrganizationId": self._world.organisation,
        }

    def _version(self, _options: Options, _member: Member) -> dict[str, Any]:
        return {"@odata.context": self._context("Microsoft.Dynamics.CRM.RetrieveVersionResponse"), "Version": VERSION}

    def _current(self, _options: Options, _member: Member) -> dict[str, Any]:
        return {
            "@odata.context": self._context("Microsoft.Dynamics.CRM.RetrieveCurrentOrganizationResponse"),
            "Detail": {
                "OrganizationId": self._world.organisation,
                "FriendlyName": self.name,
                "OrganizationVersion": VERSION,
                "EnvironmentId": self._world.organisation,
                "DatacenterId": self._world.business_unit,
                "Geo": "EMEA",
                "TenantId": self._directory.tenant,
                "UrlName": "rehearsal",
                "UniqueName": "unqrehearsal",
                "State": "Enabled",
                "OrganizationType": self.kind,
                "Endpoints": {
                    "Count": 2,
                    "IsReadOnly": False,
                    "Keys": ["WebApplication", "OrganizationDataService"],
                    "Values": [f"{self.url}/", f"{self.url}/XRMServices/2011/OrganizationData.svc"],
                },
            },
        }

    def _totals(self, options: Options, _member: Member) -> dict[str, Any]:
        """``RetrieveTotalRecordCount(EntityNames=@e)?@e=['lead']``."""
        named = next((value for name, value in options.values.items() if _NAMES.fullmatch(name)), "")
        try:
            names = json.loads(named.replace("'", '"'))
            counts = [len(self._world.tables[name]) for name in names]
        except (ValueError, KeyError, TypeError) as error:
            raise DataverseError(400, BAD_REQUEST, f"The parameter EntityNames is not understood: {named}") from error
        collection = {"Count": len(names), "IsReadOnly": False, "Keys": names, "Values": counts}
        return {
            "@odata.context": self._context("Microsoft.Dynamics.CRM.RetrieveTotalRecordCountResponse"),
            "EntityRecordCountCollection": collection,
        }

    def _organisation_row(self) -> dict[str, Any]:
        return {
            "organizationid": self._world.organisation,
            "name": self.name,
            "expirechangetrackingindays": self._world.token_days,
            "languagecode": 1033,
            "friendlyname": self.name,
        }

    def _user(self, user_id: str, rest: str, options: Options) -> Answer:
        member = self._members.find(user_id)
        if member is None:
            raise DataverseError(404, "0x80040217", f"systemuser With Id = {user_id} Does Not Exist")
        if rest == "systemuserroles_association":
            roles = [{"roleid": self._members.role_ids.get(r, ""), "name": r} for r in member.roles]
            return self._rows("roles", roles, options)
        if rest == "teammembership_association":
            return self._teams(member, options)
        if rest in {"Microsoft.Dynamics.CRM.RetrieveUserPrivileges", "Microsoft.Dynamics.CRM.RetrieveUserPrivileges()"}:
            return self._privileges(member)
        raise not_found(rest)

    def _settings(self, user_id: str, options: Options) -> Answer:
        member = self._members.find(user_id)
        if member is None:
            raise DataverseError(404, "0x80040217", f"usersettings With Id = {user_id} Does Not Exist")
        row = {"systemuserid": member.id, "uilanguageid": member.language, "helplanguageid": 0, "timezonecode": 110}
        shown = _projected(row, options, "usersettings", "systemuserid")
        return Answer.of({"@odata.context": self._context("usersettingscollection/$entity"), **shown})

    def _teams(self, member: Member, options: Options) -> Answer:
        expanded = "teamroles_association" in (options.get("$expand") or "")
        teams = []
        for owner in (o for o in self._world.owners.values() if o.is_team):
            team: dict[str, Any] = {"teamid": owner.id, "name": owner.name}
            if expanded:
                team["teamroles_association"] = [{"name": name} for name in member.team_roles]
            teams.append(team)
        return Answer.of({"@odata.context": self._context("teams"), "value": teams[:1]})

    def _privileges(self, member: Member) -> Answer:
        rows = [
            {
                "Depth": depth,
                "PrivilegeId": self._members.privilege_ids[name],
                "BusinessUnitId": self._world.business_unit,
                **({"PrivilegeName": name} if self.names_privileges else {}),
                "RecordFilterId": "00000000-0000-0000-0000-000000000000",
                "RecordFilterUniqueName": "",
            }
            for name, depth in member.depths.items()
        ]
        return Answer.of(
            {
                "@odata.context": self._context("Microsoft.Dynamics.CRM.RetrieveUserPrivilegesResponse"),
                "RolePrivileges": rows,
            }
        )

    def _rows(self, name: str, rows: list[dict[str, Any]], options: Options) -> Answer:
        text = options.get("$filter")
        table = name.removesuffix("s")
        if text is not None and rows:

            def blank(column: str) -> None:
                if column not in rows[0]:
                    raise unknown_property(column, table)

            rows = list(filter(parse_filter(text, blank), rows))
        key = next(iter(rows[0])) if rows else ""
        shown = [_projected(row, options, table, key) for row in rows]
        top = options.get("$top")
        if top is not None and top.isascii() and top.isdigit():
            shown = shown[: int(top)]
        return Answer.of({"@odata.context": self._context(name), "value": shown})


def _projected(row: dict[str, Any], options: Options, table: str, key: str) -> dict[str, Any]:
    names = options.names("$select")
    for name in names:
        if name not in row:
            raise unknown_property(name, table)
    return {name: row[name] for name in row if not names or name in names or name == key}


def _solution(unique: str, friendly: str, version: str, *, managed: bool) -> dict[str, Any]:
    return {
        "solutionid": f"fd140aaf-4df4-11dd-bd17-{abs(hash(unique)) % 10**12:012d}",
        "uniquename": unique,
        "friendlyname": friendly,
        "version": version,
        "ismanaged": managed,
        "isvisible": True,
        "installedon": "2024-02-01T08:00:00Z",
    }
