"""The control endpoint: faults, log, audit and changes of the world, guarded by a random key."""

from __future__ import annotations

import hmac
import json
import secrets
from typing import TYPE_CHECKING, Any

from werkzeug.wrappers import Request

from dynsync_gui.simulators.deeds import deeds
from dynsync_gui.simulators.gate import Answer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from wsgiref.types import StartResponse, WSGIEnvironment

    from dynsync_gui.simulators.server import Rehearsal

KEY_HEADER = "X-Rehearsal-Key"


class Control:
    """A small WSGI app beside the three systems.

    Paths: ``POST/DELETE /faults``, ``GET/DELETE /log``, ``GET /audit/{marketo|dataverse}[/{table}]``,
    ``POST /row`` (``{"table", "id", "values", "delete"}``; an id that is not there is created),
    ``POST /marketer`` (``{"act", "id", ...}``) and ``POST /do``
    (``{"action", ...}``, see ``deeds`` for what can be done to Dynamics).
    """

    def __init__(self, rehearsal: Rehearsal) -> None:
        self.key = secrets.token_urlsafe(24)
        self._rehearsal = rehearsal

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answers one request; without the key it is 403."""
        request = Request(environ)
        if not hmac.compare_digest(request.headers.get(KEY_HEADER, "").encode(), self.key.encode()):
            return Answer.of({"error": "key"}, 403)(environ, start_response)
        try:
            answer = Answer.of(self._answer(request))
        except (KeyError, ValueError, TypeError) as error:
            answer = Answer.of({"error": f"{type(error).__name__}: {error}"}, 400)
        return answer(environ, start_response)

    def _answer(self, request: Request) -> Any:
        body = json.loads(request.get_data() or b"{}")
        rehearsal = self._rehearsal
        match request.method, request.path.strip("/").split("/"):
            case "POST", ["faults"]:
                rehearsal.faults.load(body if isinstance(body, list) else [body])
            case "DELETE", ["faults"]:
                rehearsal.faults.clear()
            case "GET", ["log"]:
                return rehearsal.log.as_json()
            case "DELETE", ["log"]:
                rehearsal.log.clear()
            case "GET", ["audit", system]:
                return rehearsal.audit()[system]
            case "GET", ["audit", "dataverse", table]:
                return list(rehearsal.world.tables[table])
            case "POST", ["row"]:
                return self._row(body)
            case "POST", ["marketer"]:
                return rehearsal.marketo.marketer.do(body)
            case "POST", ["do"]:
                return self._actions()[body["action"]](body) or {"done": True}
            case _:
                raise KeyError(request.path)
        return {"done": True}

    def _row(self, body: dict[str, Any]) -> dict[str, Any]:
        world, row_id = self._rehearsal.world, body.get("id")
        if body.get("delete"):
            return {"deleted": world.delete(body["table"], row_id or "")}
        if row_id is not None and world.tables[body["table"]].get(row_id) is not None:
            world.update(body["table"], row_id, body["values"])
            return {"id": row_id}
        named = {world.tables[body["table"]].schema.primary_id: row_id} if row_id is not None else {}
        return {"id": world.insert(body["table"], {**body["values"], **named})}

    def _actions(self) -> dict[str, Callable[[dict[str, Any]], Any]]:
        """What can be done to the systems by a word."""
        rehearsal = self._rehearsal
        return {
            "advance": lambda body: rehearsal.world.clock.advance(float(body["seconds"])),
            "expire_change_tokens": lambda _body: rehearsal.world.expire_tokens(),
            "revoke_entra_tokens": lambda _body: rehearsal.directory.revoke_all(),
            "end_marketo_token": lambda _body: rehearsal.marketo.identity.end_token(),
            "expire_paging_tokens": lambda _body: rehearsal.marketo.activity_calls.expire_tokens(),
            "drop_column": lambda body: rehearsal.world.drop_column(body["table"], body["column"]),
            "latency": lambda body: rehearsal.set_latency(float(body["seconds"])),
            "deny": lambda body: rehearsal.marketo.denied.update(body["permissions"]),
            **deeds(rehearsal),
        }
