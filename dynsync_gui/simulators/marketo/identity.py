"""Marketo's identity service: one token of a client until its hour is over."""

from __future__ import annotations

import hmac
import secrets
import threading
from typing import TYPE_CHECKING

from dynsync_gui.simulators.directory import secrets_guid
from dynsync_gui.simulators.gate import Answer
from dynsync_gui.simulators.marketo.errors import MarketoError

if TYPE_CHECKING:
    from werkzeug.wrappers import Request

    from dynsync_gui.simulators.clock import Clock

TOKEN_SECONDS = 3_600


class Identity:
    """One custom service with its client id and secret."""

    def __init__(self, clock: Clock) -> None:
        self.client_id, self.client_secret = secrets_guid(), secrets.token_urlsafe(24)
        self.user = "rehearsal-api@sandbox.example"
        self.service = "Rehearsal service"
        self._clock = clock
        self._lock = threading.Lock()
        self._token, self._ends = "", 0.0
        self._old: set[str] = set()

    def answer(self, request: Request) -> Answer:
        """``/identity/oauth/token`` by GET or by POST with a form."""
        given = request.args.to_dict() | request.form.to_dict()
        known = hmac.compare_digest(given.get("client_id", "").encode(), self.client_id.encode())
        right = hmac.compare_digest(given.get("client_secret", "").encode(), self.client_secret.encode())
        if given.get("grant_type") != "client_credentials":
            body = {"error": "unsupported_grant_type", "error_description": "Unsupported grant type"}
            return Answer.of(body, 400)
        if not (known and right):
            body = {"error": "invalid_client", "error_description": "Bad client credentials"}
            return Answer.of(body, 401)
        with self._lock:
            now = self._clock.now()
            if self._ends <= now:
                self._old.add(self._token)
                self._token, self._ends = f"{secrets_guid()}:lon", now + TOKEN_SECONDS
            # Asked again, it gives the same token with what is left of its life.
            left = max(0, int(self._ends - now) - 1)
            return Answer.of(
                {"access_token": self._token, "token_type": "bearer", "expires_in": left, "scope": self.user}
            )

    def check(self, request: Request) -> None:
        """Refuses a call without a living token in the Authorization header."""
        kind, _, token = request.headers.get("Authorization", "").partition(" ")
        if "access_token" in request.args or kind.lower() != "bearer" or not token:
            raise MarketoError("600")
        with self._lock:
            expired = token in self._old or (token == self._token and self._ends <= self._clock.now())
            if expired:
                raise MarketoError("602")
            if not self._token or not hmac.compare_digest(token.encode(), self._token.encode()):
                raise MarketoError("601")

    def end_token(self) -> None:
        """Makes the token expire now."""
        with self._lock:
            self._ends = 0.0

    def forget_token(self) -> None:
        """Makes the token unknown, as a reset of the service would."""
        with self._lock:
            self._token, self._ends = "", 0.0
