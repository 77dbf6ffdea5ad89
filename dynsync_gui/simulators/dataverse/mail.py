"""E-mail activities and their sending (Microsoft, email table and SendEmail action)."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from dynsync_gui.simulators.dataverse.errors import BAD_REQUEST, DataverseError, missing_row
from dynsync_gui.simulators.gate import Answer

if TYPE_CHECKING:
    from werkzeug.wrappers import Request

    from dynsync_gui.simulators.dataverse.members import Member, Members
    from dynsync_gui.simulators.world import World

_SENDING = re.compile(r"emails\(([0-9a-fA-F-]{36})\)/Microsoft\.Dynamics\.CRM\.SendEmail")
_USER = re.compile(r"/?systemusers\(([0-9a-fA-F-]{36})\)")
_SENDER, _RECIPIENT = 1, 2


class Mail:
    """The e-mails of the organisation.

    Attributes:
        emails: Activities by id: subject, description, from, to (addresses) and whether it was sent.
        unapproved: Names of users whose mailbox may not send.
        takes_unknown: Whether messages may go to addresses that belong to no row.
    """

    def __init__(self, world: World, members: Members) -> None:
        self._world, self._members = world, members
        self.emails: dict[str, dict[str, Any]] = {}
        self.unapproved: set[str] = set()
        self.takes_unknown = True

    @staticmethod
    def answers(path: str) -> bool:
        """Whether a path is one of these."""
        return path == "emails" or path.startswith("emails(")

    def answer(self, root: str, path: str, request: Request, member: Member) -> Answer:
        """Answers one request."""
        if request.method != "POST":
            raise DataverseError(405, BAD_REQUEST, "The requested resource does not support this http method.")
        try:
            body = json.loads(request.get_data() or b"{}")
        except ValueError as error:
            raise DataverseError(400, BAD_REQUEST, "An error occurred while parsing the request.") from error
        sending = _SENDING.fullmatch(path)
        if sending is not None:
            return self._send(sending[1].lower(), body, member)
        email = {
            "subject": str(body.get("subject", "")),
            "description": str(body.get("description", "")),
            "from": self._party(body, _SENDER),
            "to": self._party(body, _RECIPIENT),
            "sent": False,
        }
        row_id = self._world.guid()
        self.emails[row_id] = email
        answer = Answer("", status=204)
        answer.headers["OData-EntityId"] = f"{root}emails({row_id})"
        return answer

    def _send(self, row_id: str, body: dict[str, Any], member: Member) -> Answer:
        email = self.emails.get(row_id)
        if email is None:
            raise missing_row("email", row_id)
        if body.get("IssueSend") is not True:
            raise DataverseError(400, BAD_REQUEST, "The parameter IssueSend is missing.")
        sender = next((m for m in self._members.by_object.values() if m.domain_name in email["from"]), None)
        if sender is not member:
            raise DataverseError(403, "0x8004480d", "User does not have send-as privilege.")
        if member.domain_name in self.unapproved:
            raise DataverseError(400, "0x80044185", "The email address of the sender must be approved before sending.")
        known = {m.domain_name for m in self._members.by_object.values()}
        if not email["to"] or not (self.takes_unknown or set(email["to"]) <= known):
            raise DataverseError(400, "0x80040b0a", "The email has unresolved recipients and cannot be sent.")
        email["sent"] = True
        return Answer.of({"@odata.context": "$metadata#Microsoft.Dynamics.CRM.SendEmailResponse",
                          "Subject": email["subject"]})  # fmt: skip

    def _party(self, body: dict[str, Any], kind: int) -> list[str]:
        addresses = []
        for party in body.get("email_activity_parties", ()):
            if party.get("participationtypemask") != kind:
                continue
            bound = _USER.fullmatch(str(party.get("partyid_systemuser@odata.bind", "")))
            member = self._members.find(bound[1]) if bound else None
            if bound and member is None:
                raise missing_row("systemuser", bound[1])
            addresses.append(member.domain_name if member else str(party.get("addressused", "")))
        return addresses
