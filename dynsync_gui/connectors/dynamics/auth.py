"""Tokens for Dataverse: found out where, asked for once, shared by all threads."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from msal.exceptions import MsalError

from dynsync_gui.connectors.dynamics.access import Access
from dynsync_gui.connectors.dynamics.challenge import SignInPlace
from dynsync_gui.connectors.dynamics.methods import Method, method_of
from dynsync_gui.connectors.dynamics.msal_http import MsalHttp
from dynsync_gui.connectors.dynamics.refusals import given_up, refused, sign_in_failed
from dynsync_gui.connectors.http.client import HttpClient
from dynsync_gui.connectors.http.retry import Patience, Repeater
from dynsync_gui.domain.errors import ConnectionFailed, DynSyncError
from dynsync_gui.domain.findings.entra import FEDERATED
from dynsync_gui.domain.secrets import Secrets
from dynsync_gui.domain.settings import DynamicsSettings

DELEGATED = "user_impersonation"
"""The permission of a person's token for Dataverse and for discovery."""
_MARGIN = 120.0
"""Seconds before its end at which a token is no longer used (a quarter of its life where that is shorter)."""
_TENANT = re.compile(r"[A-Za-z0-9._-]+")


@dataclass(frozen=True, slots=True, repr=False)
class Token:
    """An access token; never printed.

    Attributes:
        text: What a request carries.
        until: Until when to use it, on the monotonic clock.
    """

    text: str
    until: float


class TokenSource:
    """Gets tokens the way that the settings say; holds none itself."""

    def __init__(
        self, http: HttpClient, settings: DynamicsSettings, secrets: Secrets, repeater: Repeater, access: Access
    ) -> None:
        """Nothing is asked yet."""
        self._http, self._repeater = http, repeater
        self._tenant = settings.tenant.strip()
        self._method: Method = method_of(settings, secrets, access)

    def place(self, found: SignInPlace) -> SignInPlace:
        """The place that a system named, in the tenant that the settings name.

        Raises:
            ConnectionFailed: That is no tenant.
        """
        if not self._tenant:
            return found
        if not _TENANT.fullmatch(self._tenant):
            raise sign_in_failed("sign-in.tenant")
        return replace(found, authority=f"{found.authority.rpartition('/')[0]}/{self._tenant}")

    def token(self, authority: str, resource: str, patience: Patience, permission: str = DELEGATED) -> Token:
        """A new token.

        Args:
            authority: ``https://host[:port]/tenant``.
            resource: What it is for, without a slash at the end.
            patience: How long to put up with trouble; the time that a person takes does not count.
            permission: What a person's token is to allow.

        Raises:
            ConnectionFailed: Microsoft refused the sign-in.
            TemporaryFailure: Microsoft could not be asked.
            Cancelled: The work was cancelled.
        """
        web = MsalHttp(self._http, self._repeater, patience, authority)
        try:
            answer = self._method.ask(authority, resource, permission, web)
        except DynSyncError as failure:
            if web.federated and failure.code == "network.host":
                raise ConnectionFailed("entra.federated", FEDERATED, str(failure.finding.title)) from None
            raise
        except (ValueError, RuntimeError, KeyError, TypeError, AttributeError, MsalError) as trouble:
            raise given_up(trouble, web) from None
        text = answer.get("access_token")
        if not isinstance(text, str) or not text:
            raise refused(answer)
        life = _seconds(answer.get("expires_in"))
        return Token(text, time.monotonic() + life - min(_MARGIN, life / 4))


class DynamicsAuth:
    """Signs in to one environment and keeps the token in memory only."""

    def __init__(self, source: TokenSource, find_place: Callable[[Patience], SignInPlace]) -> None:
        """Nothing is asked yet; `find_place` reads the challenge."""
        self._source, self._find_place = source, find_place
        self._place: SignInPlace | None = None
        self._held: Token | None = None
        self._lock = threading.Lock()

    def place(self, patience: Patience) -> SignInPlace:
        """Where to sign in; asked of the environment once."""
        if self._place is None:
            self._place = self._source.place(self._find_place(patience))
        return self._place

    def token(self, patience: Patience, refused: str = "") -> str:
        """A token that is good now.

        Args:
            patience: How long to put up with trouble.
            refused: A token that Dataverse just refused; another one is got then.

        Raises:
            ConnectionFailed: Microsoft refused the sign-in.
            TemporaryFailure: Microsoft could not be asked.
            Cancelled: The work was cancelled.
        """
        with self._lock:
            held = self._held
            if held is None or held.text == refused or time.monotonic() >= held.until:
                place = self.place(patience)
                self._held = held = self._source.token(place.authority, place.resource, patience)
            return held.text

    def forget(self) -> None:
        """Drop the token and what is known of the sign-in place, so that the next test is a fresh one."""
        with self._lock:
            self._held = self._place = None


def _seconds(told: object) -> float:
    try:
        return max(0.0, float(str(told)))
    except ValueError:
        return 300.0
