"""Tokens for Dataverse: found out where, asked for once, shared by all threads (msal)."""

from __future__ import annotations

import re
import threading
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import msal
from msal.exceptions import MsalError

from dynsync_gui.connectors.dynamics.challenge import SignInPlace
from dynsync_gui.connectors.dynamics.msal_http import MsalHttp
from dynsync_gui.connectors.http.client import HttpClient
from dynsync_gui.connectors.http.retry import Patience, Repeater
from dynsync_gui.domain.errors import ConnectionFailed, DynSyncError, TemporaryFailure
from dynsync_gui.domain.findings.entra import FEDERATED, UNKNOWN, refusal
from dynsync_gui.domain.secrets import Secrets
from dynsync_gui.domain.settings import SAMPLE_CLIENT_ID, DynamicsSettings, SignIn

_MARGIN = 120.0
"""Seconds before its end at which a token is no longer used (a quarter of its life where that is shorter)."""
_PASSING = {"AADSTS90055", "AADSTS90033", "AADSTS90006", "AADSTS50196", "oauth.temporarily_unavailable"}


@dataclass(frozen=True, slots=True, repr=False)
class _Held:
    token: str
    until: float


class DynamicsAuth:
    """Signs in as the settings say and keeps the token in memory only."""

    def __init__(
        self,
        http: HttpClient,
        settings: DynamicsSettings,
        secrets: Secrets,
        repeater: Repeater,
        find_place: Callable[[Patience], SignInPlace],
    ) -> None:
        """Nothing is asked yet; `find_place` reads the challenge."""
        self._http, self._settings, self._secrets, self._repeater = http, settings, secrets, repeater
        self._find_place = find_place
        self._place: SignInPlace | None = None
        self._held: _Held | None = None
        self._lock = threading.Lock()

    def place(self, patience: Patience) -> SignInPlace:
        """Where to sign in; asked of the environment once."""
        if self._place is None:
            self._place = self._find_place(patience)
        return self._place

    def token(self, patience: Patience, refused: str = "") -> str:
        """A token that is good now.

        Args:
            patience: How long to put up with trouble.
            refused: A token that Dataverse just refused; another one is got then.

        Raises:
            ConnectionFailed: Microsoft refused the sign-in.
            TemporaryFailure: Microsoft could not be asked.
        """
        with self._lock:
            held = self._held
            if held is None or held.token == refused or time.monotonic() >= held.until:
                self._held = held = self._signed_in(self.place(patience), patience)
            return held.token

    def forget(self) -> None:
        """Drop the token and what is known of the sign-in place, so that the next test is a fresh one."""
        with self._lock:
            self._held = self._place = None

    def _signed_in(self, place: SignInPlace, patience: Patience) -> _Held:
        web = MsalHttp(self._http, self._repeater, patience, place.authority)
        began = time.monotonic()
        try:
            answer = self._asked(place, web)
        except DynSyncError as failure:
            if web.federated and failure.code == "network.host":
                raise ConnectionFailed("entra.federated", FEDERATED, str(failure.finding.title)) from None
            raise
        except (ValueError, RuntimeError, KeyError, TypeError, AttributeError, MsalError) as trouble:
            raise _given_up(trouble, web) from None
        token = answer.get("access_token")
        if not isinstance(token, str) or not token:
            raise _refused(answer)
        life = _seconds(answer.get("expires_in"))
        return _Held(token, began + life - min(_MARGIN, life / 4))

    def _asked(self, place: SignInPlace, web: MsalHttp) -> dict[str, Any]:
        """One token request. The application object is new each time: msal keeps refusals for a minute."""
        settings, secret = self._settings, self._secrets.dynamics_client_secret
        options = {"authority": place.authority, "http_client": web, "instance_discovery": False}
        client_id = settings.client_id.strip() or SAMPLE_CLIENT_ID
        if settings.sign_in is SignIn.APPLICATION:
            app = msal.ConfidentialClientApplication(client_id, client_credential=secret, **options)
            return dict(app.acquire_token_for_client([f"{place.resource}/.default"]) or {})
        if secret:
            app = msal.ConfidentialClientApplication(client_id, client_credential=secret, **options)
        else:
            app = msal.PublicClientApplication(client_id, **options)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            return dict(
                app.acquire_token_by_username_password(
                    settings.username.strip(),
                    self._secrets.dynamics_password,
                    [f"{place.resource}/user_impersonation"],
                )
                or {}
            )


def _seconds(told: object) -> float:
    try:
        return max(0.0, float(str(told)))
    except ValueError:
        return 300.0


def _refused(answer: dict[str, Any]) -> ConnectionFailed:
    code, finding = refusal(answer)
    names = ("correlation_id", "trace_id", "timestamp")
    ids = {name: str(answer[name])[:80] for name in names if answer.get(name)}
    kind = TemporaryFailure if code in _PASSING else ConnectionFailed
    return kind(code, finding, _words(str(answer.get("error_description") or answer.get("error") or "")), ids)


def _given_up(trouble: Exception, web: MsalHttp) -> ConnectionFailed:
    """The library raised instead of answering: the last answer tells why, if anything does."""
    told: dict[str, Any] = {}
    if web.last is not None and web.last.status >= 400:
        try:
            told = web.last.json()
        except TemporaryFailure as failure:
            return failure
    if told.get("error"):
        return _refused(told)
    if web.federated:
        return ConnectionFailed("entra.federated", FEDERATED, type(trouble).__name__)
    return ConnectionFailed("entra.unknown", UNKNOWN, type(trouble).__name__)


def _words(description: str) -> str:
    """Microsoft's own words, without the ids that stand beside them."""
    first = re.split(r"\s*Trace ID:", description)[0]
    return re.sub(r"\s+", " ", first).strip()[:300]
