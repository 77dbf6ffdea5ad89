"""Actions of the Web API: Merge, QualifyLead, PublishXml and PublishAllXml (Microsoft, Web API actions)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from dynsync_gui.simulators import events
from dynsync_gui.simulators.dataverse.errors import BAD_REQUEST, DataverseError, missing_row
from dynsync_gui.simulators.dataverse.members import MERGE
from dynsync_gui.simulators.dataverse.values import payload_error
from dynsync_gui.simulators.dataverse.writing import values_of
from dynsync_gui.simulators.gate import Answer

if TYPE_CHECKING:
    from werkzeug.wrappers import Request

    from dynsync_gui.simulators.dataverse.customization import Customization
    from dynsync_gui.simulators.dataverse.members import Member, Members
    from dynsync_gui.simulators.world import World

_QUALIFY = re.compile(r"leads\(([0-9a-fA-F-]{36})\)/Microsoft\.Dynamics\.CRM\.QualifyLead")
_UNBOUND = frozenset({"Merge", "PublishXml", "PublishAllXml"})
_NOBODY = "00000000-0000-0000-0000-000000000000"
_QUALIFIED = 3


class Actions:
    """Answers POST requests that run an action."""

    def __init__(self, world: World, members: Members, customization: Customization) -> None:
        self._world, self._members, self._customization = world, members, customization

    @staticmethod
    def answers(path: str) -> bool:
        """Whether a path is an action's."""
        return path in _UNBOUND or _QUALIFY.fullmatch(path) is not None

    def answer(self, path: str, request: Request, member: Member) -> Answer:
        """Runs an action."""
        if path == "PublishAllXml":
            return self._customization.publish(None, member)
        body = request.get_json(force=True, silent=True)
        if not isinstance(body, dict):
            raise DataverseError(400, BAD_REQUEST, "An error occurred while validating input parameters.")
        if path == "PublishXml":
            return self._customization.publish(body, member)
        lead = _QUALIFY.fullmatch(path)
        return self._merge(body, member) if lead is None else self._qualify(lead[1].lower(), body, member)

    def _merge(self, body: dict[str, Any], member: Member) -> Answer:
        target, winner = self._reference(body, "Target")
        other, loser = self._reference(body, "Subordinate")
        if not isinstance(body.get("PerformParentingChecks"), bool):
            raise DataverseError(400, BAD_REQUEST, "The parameter PerformParentingChecks is missing.")
        if target != other or target not in events.MERGED:
            raise DataverseError(400, "0x80040203", f"Merge is not supported for the entity '{target}'.")
        if MERGE not in member.depths:
            text = "Merge is not allowed: caller does not have the privilege or access."
            raise DataverseError(403, "0x80045301", text)
        self._members.require(member, "Write", target)
        rows = self._world.tables[target]
        for row_id in (winner, loser):
            if row_id not in rows:
                raise missing_row(target, row_id)
        content = body.get("UpdateContent") or {}
        key = rows.schema.primary_id
        if content and content.get(key, _NOBODY) != _NOBODY:
            raise DataverseError(400, "0x80040203", "The id of UpdateContent has to be empty.")
        values = values_of(self._world, rows, {name: value for name, value in content.items() if name != key})
        try:
            events.merge(self._world, target, winner, loser, values, member.id)
        except ValueError as error:
            same = str(error) == "same"
            text = "master and sub-entities that are identical." if same else "entity that is inactive."
            code = "0x80045305" if same else "0x80045304"
            raise DataverseError(400, code, f"Merge cannot be performed on {text}") from error
        return Answer("", status=204)

    def _reference(self, body: dict[str, Any], name: str) -> tuple[str, str]:
        """Table and id of a row that a parameter names with its type."""
        given = body.get(name)
        table = str(given.get("@odata.type", "")).rpartition(".")[2] if isinstance(given, dict) else ""
        rows = self._world.tables.get(table)
        row_id = given.get(rows.schema.primary_id) if isinstance(given, dict) and rows is not None else None
        if rows is None or not isinstance(row_id, str):
            raise DataverseError(400, BAD_REQUEST, f"The parameter {name} names no row: its type or its id is missing.")
        return table, row_id.lower()

    def _qualify(self, lead_id: str, body: dict[str, Any], member: Member) -> Answer:
        wanted = {name: body.get(f"Create{name.title()}") for name in ("account", "contact", "opportunity")}
        status = body.get("Status")
        if not all(isinstance(wish, bool) for wish in wanted.values()) or not isinstance(status, int):
            raise DataverseError(
                400, BAD_REQUEST, "CreateAccount, CreateContact, CreateOpportunity and Status are required."
            )
        for name in (name for name, wish in wanted.items() if wish):
            self._members.require(member, "Create", name)
        self._members.require(member, "Write", "lead")
        if lead_id not in self._world.tables["lead"]:
            raise missing_row("lead", lead_id)
        statuses = self._world.tables["lead"].schema.columns["statuscode"].choices
        chosen = _QUALIFIED if status == -1 else status
        if not any(choice.value == chosen and choice.state == 1 for choice in statuses):
            raise payload_error("lead", f"{status} is not a valid status code for state code LeadState.Qualified.")
        try:
            made = events.qualify(
                self._world,
                lead_id,
                contact=bool(wanted["contact"]),
                account=bool(wanted["account"]),
                opportunity=bool(wanted["opportunity"]),
                status=chosen,
                by=member.id,
            )
        except ValueError as error:
            raise DataverseError(400, "0x80040519", "The lead is already closed.") from error
        rows = [
            {"@odata.type": f"#Microsoft.Dynamics.CRM.{name}", f"{name}id": row_id}
            for name in ("account", "contact", "opportunity")
            if (row_id := getattr(made, name)) is not None
        ]
        return Answer.of(
            {"@odata.context": "$metadata#Collection(Microsoft.Dynamics.CRM.crmbaseentity)", "value": rows}
        )
