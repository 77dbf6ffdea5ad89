"""The rehearsal's Microsoft Graph: sending mail as oneself, nothing else."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from dynsync_gui.simulators.gate import Answer

if TYPE_CHECKING:
    from werkzeug.wrappers import Request

    from dynsync_gui.simulators.directory import Directory


class Graph:
    """Answers below ``/v1.0/`` (Microsoft Graph v1.0, user: sendMail).

    Attributes:
        sent: Messages that were taken.
        without_mailbox: Users that have none.
    """

    def __init__(self, directory: Directory) -> None:
        self._directory = directory
        self.sent: list[dict[str, Any]] = []
        self.without_mailbox: set[str] = set()

    def answer(self, path: str, request: Request) -> Answer:
        """Answers one request."""
        grant = self._directory.grant(request.headers.get("Authorization", "").removeprefix("Bearer "))
        if grant is None or grant.audience != self._directory.graph:
            return _refused(401, "InvalidAuthenticationToken", "Access token validation failure. Invalid audience.")
        if path != "me/sendMail" or request.method != "POST":
            return _refused(404, "ResourceNotFound", "Resource could not be discovered.")
        user = next((u for u in self._directory.users.values() if u.object_id == grant.object_id), None)
        if grant.is_app or user is None:
            return _refused(400, "BadRequest", "/me request is only valid with delegated authentication flow.")
        if user.name in self.without_mailbox:
            return _refused(404, "MailboxNotEnabledForRESTAPI", "The mailbox is either inactive or soft-deleted.")
        try:
            message = json.loads(request.get_data())["message"]
            to = [one["emailAddress"]["address"] for one in message["toRecipients"]]
            text = {"subject": message["subject"], "kind": message["body"]["contentType"],
                    "body": message["body"]["content"]}  # fmt: skip
        except (ValueError, KeyError, TypeError):
            return _refused(400, "ErrorInvalidRequest", "The request is malformed or incorrect.")
        if not to or not all("@" in one for one in to):
            return _refused(400, "ErrorInvalidRecipients", "At least one recipient isn't valid.")
        self.sent.append({"from": user.name, "to": to, **text})
        return Answer("", status=202)


def _refused(status: int, code: str, words: str) -> Answer:
    answer = Answer.of({"error": {"code": code, "message": words}}, status)
    answer.code = code
    return answer
