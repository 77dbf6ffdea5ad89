"""Global discovery: the environments that a person may use (Microsoft, Global Discovery Service)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dynsync_gui.simulators.gate import Answer

if TYPE_CHECKING:
    from dynsync_gui.simulators.dataverse.members import Members
    from dynsync_gui.simulators.directory import Directory, Grant
    from dynsync_gui.simulators.world import World

PATH = "/api/discovery/v2.0/Instances"
_SANDBOX, _CUSTOMER = 5, 0


class Discovery:
    """Answers for one person.

    Attributes:
        url: Address of the rehearsal's own environment.
        others: Further environments that every person may use: friendly name, address, state and kind.
    """

    def __init__(self, world: World, members: Members, directory: Directory) -> None:
        self._world, self._members, self._directory = world, members, directory
        self.url = ""
        self.others: list[tuple[str, str, int, int]] = [
            ("Rehearsal training", "https://rehearsal-training.crm4.dynamics.com", 0, _SANDBOX),
            ("Rehearsal, switched off", "https://rehearsal-old.crm4.dynamics.com", 1, _CUSTOMER),
        ]

    def answer(self, grant: Grant) -> Answer:
        """The environments; those in which the person is nobody or disabled are left out."""
        if grant.is_app:
            return Answer.of({"error": {"code": "", "message": "Application users are not supported."}}, 403)
        member = self._members.by_object.get(grant.object_id)
        found = [] if member is None or member.disabled else [("Rehearsal", self.url, 0, _SANDBOX)]
        rows = [self._row(*one) for one in (*found, *(self.others if found else ()))]
        return Answer.of({"@odata.context": f"{self.url}/api/discovery/v2.0/$metadata#Instances", "value": rows})

    def _row(self, name: str, url: str, state: int, kind: int) -> dict[str, Any]:
        label = url.partition("://")[2].partition(".")[0]
        return {
            "Id": self._world.organisation,
            "UniqueName": f"unq{label}",
            "UrlName": label,
            "FriendlyName": name,
            "State": state,
            "Version": "9.2.25063.00145",
            "Url": f"{url}/",
            "ApiUrl": url.replace(".crm", ".api.crm", 1),
            "TenantId": self._directory.tenant,
            "EnvironmentId": self._world.organisation,
            "Region": "EMEA",
            "OrganizationType": kind,
            "IsUserSysAdmin": False,
        }
