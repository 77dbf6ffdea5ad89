"""Marketo's access token (Adobe, authentication).

Asking again before the end gives the same token with what is left of its life, so nothing is gained by asking early.
"""

from __future__ import annotations

import threading
import time
from typing import Any
from urllib.parse import urlencode

from dynsync_gui.connectors.http.answer import Answer
from dynsync_gui.connectors.http.client import HttpClient, Limits, sooner
from dynsync_gui.connectors.http.retry import Patience, Repeater, passing
from dynsync_gui.domain.cancel import CancelToken
from dynsync_gui.domain.errors import ConnectionFailed, TemporaryFailure
from dynsync_gui.domain.findings.marketo import MARKETO

_LIMITS = Limits(seconds=30.0, silence=30.0, size=1024 * 1024)
_LAST_SECONDS = 5.0
"""A token with less life than this is waited out."""
_ASKED_AT_MOST = 5


class MarketoAuth:
    """Gets a token by client id and secret, keeps it in memory, and shares it among all threads."""

    def __init__(
        self, http: HttpClient, base: str, client_id: str, secret: str, token: CancelToken, repeater: Repeater
    ) -> None:
        """Nothing is asked yet."""
        self._http, self._url, self._repeater, self._cancel = http, f"{base}/identity/oauth/token", repeater, token
        self._form = {
            "grant_type": "client_credentials",
            "client_id": client_id.strip(),
            "client_secret": secret.strip(),
        }
        self._lock = threading.Lock()
        self._held, self._until = "", 0.0
        self.user = ""

    def token(self, patience: Patience, refused: str = "") -> str:
        """A token that is good now.

        Args:
            patience: How long to put up with trouble.
            refused: A token that Marketo just refused; it is asked for anew then.

        Raises:
            ConnectionFailed: Marketo does not accept client id and secret, or this is no Marketo.
            TemporaryFailure: It could not be asked.
        """
        with self._lock:
            if refused and refused == self._held:
                self._held = ""
            if not self._held or time.monotonic() >= self._until - _LAST_SECONDS:
                self._renew(patience)
            return self._held

    def forget(self) -> None:
        """Drop the token, so that the next test is a fresh one."""
        with self._lock:
            self._held = ""

    def _renew(self, patience: Patience) -> None:
        for _ in range(_ASKED_AT_MOST):
            asked = time.monotonic()
            told = self._repeater.run(lambda: self._asked(patience), patience)
            left = _seconds(told.get("expires_in"))
            self._held, self._until = str(told["access_token"]), asked + left
            self.user = str(told.get("scope") or "")
            if left > _LAST_SECONDS:
                return
            self._cancel.wait(left + 0.5)
        self._held = ""
        raise TemporaryFailure("601", MARKETO["601"], "every token was already over")

    def _asked(self, patience: Patience) -> dict[str, Any]:
        headers = {"Accept": "application/json", "Content-Type": "application/x-www-form-urlencoded"}
        body = urlencode(self._form).encode()
        answer = self._http.send("POST", self._url, headers, body, sooner(_LIMITS, patience.attempt))
        failure = TemporaryFailure("marketo.identity", MARKETO["500"], f"HTTP {answer.status}")
        if again := passing(failure, answer.status, answer.retry_after()):
            raise again
        if answer.status == 200:
            told = answer.json()
            if isinstance(told.get("access_token"), str) and told["access_token"]:
                return told
        raise _refused(answer)


def _seconds(told: object) -> float:
    try:
        return max(0.0, float(str(told)))
    except ValueError:
        return 60.0


def _refused(answer: Answer) -> ConnectionFailed:
    """A refusal in OAuth's words is about the credentials; anything else comes from no Marketo."""
    if "authorization_uri" in answer.headers.get("WWW-Authenticate", ""):
        return ConnectionFailed("marketo.is-dynamics", MARKETO["marketo.is-dynamics"], f"HTTP {answer.status}")
    try:
        told = answer.json()
    except TemporaryFailure as page:
        if answer.status in {200, 403}:
            return page  # a sign-in or block page of the network
        return ConnectionFailed("marketo.not-marketo", MARKETO["marketo.not-marketo"], page.detail)
    error, words = str(told.get("error") or ""), str(told.get("error_description") or "")
    if answer.status == 401 or error in {"invalid_client", "unauthorized", "unauthorized_client"}:
        return ConnectionFailed("marketo.credentials", MARKETO["marketo.credentials"], f"{error} {words}".strip()[:200])
    return ConnectionFailed(
        "marketo.not-marketo", MARKETO["marketo.not-marketo"], f"HTTP {answer.status} {error}"[:200]
    )
