"""The ways to sign in to Microsoft, one class each, all through msal.

Every attempt makes a new application object: msal keeps a refusal for a minute, and "Test again" must not see it.
"""

from __future__ import annotations

import warnings
from typing import Any, Protocol

import msal

from dynsync_gui.connectors.dynamics.access import Access
from dynsync_gui.connectors.dynamics.browser import BrowserMethod
from dynsync_gui.connectors.dynamics.certificate import read_certificate
from dynsync_gui.connectors.dynamics.device import DeviceMethod
from dynsync_gui.connectors.dynamics.msal_http import MsalHttp
from dynsync_gui.connectors.dynamics.people import options
from dynsync_gui.connectors.dynamics.refusals import refused, sign_in_failed
from dynsync_gui.domain.secrets import Secrets
from dynsync_gui.domain.settings import SAMPLE_CLIENT_ID, DynamicsSettings, SignIn

_UNKNOWN_USER = {"AADSTS50034", "AADSTS90019", "AADSTS50059", "AADSTS50128"}


class Method(Protocol):
    """One way to sign in."""

    def ask(self, authority: str, resource: str, permission: str, web: MsalHttp) -> dict[str, Any]:
        """One sign-in.

        Args:
            authority: ``https://host[:port]/tenant``.
            resource: What the token is for, without a slash at the end.
            permission: What a person's token allows; an application's allows whatever it was given.
            web: msal's way to the network.

        Returns:
            msal's answer: a token, or an OAuth error.
        """


class SecretMethod:
    """An application with its secret."""

    def __init__(self, client_id: str, secret: str) -> None:
        self._client_id, self._secret = client_id, secret

    def ask(self, authority: str, resource: str, permission: str, web: MsalHttp) -> dict[str, Any]:  # noqa: ARG002
        """See `Method`."""
        app = msal.ConfidentialClientApplication(
            self._client_id, client_credential=self._secret, **options(authority, web)
        )
        return dict(app.acquire_token_for_client([f"{resource}/.default"]) or {})


class CertificateMethod:
    """An application with its certificate; msal signs a short-lived statement with the key, which never travels."""

    def __init__(self, client_id: str, path: str, password: str) -> None:
        self._client_id, self._path, self._password = client_id, path, password

    def ask(self, authority: str, resource: str, permission: str, web: MsalHttp) -> dict[str, Any]:  # noqa: ARG002
        """See `Method`; the file is read each time, so that a new one is taken up at once."""
        found = read_certificate(self._path, self._password)
        found.require_valid()
        credential = {"private_key": found.key, "public_certificate": found.certificate}
        app = msal.ConfidentialClientApplication(
            self._client_id, client_credential=credential, **options(authority, web)
        )
        return dict(app.acquire_token_for_client([f"{resource}/.default"]) or {})


class PasswordMethod:
    """User name and password, with or without an own application (Microsoft, resource owner password grant)."""

    def __init__(self, client_id: str, secret: str, username: str, password: str) -> None:
        self._client_id, self._secret = client_id, secret
        self._username, self._password = username, password

    def ask(self, authority: str, resource: str, permission: str, web: MsalHttp) -> dict[str, Any]:
        """See `Method`."""
        shared = options(authority, web)
        if self._secret:
            app = msal.ConfidentialClientApplication(self._client_id, client_credential=self._secret, **shared)
        else:
            app = msal.PublicClientApplication(self._client_id, **shared)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            answer = app.acquire_token_by_username_password(
                self._username, self._password, [f"{resource}/{permission}"]
            )
        answer = dict(answer or {})
        if "\\" in self._username and answer.get("error"):
            failure = refused(answer)
            if failure.code in _UNKNOWN_USER:
                failure.finding = sign_in_failed("sign-in.whole-name").finding
                raise failure
        return answer


def method_of(settings: DynamicsSettings, secrets: Secrets, access: Access) -> Method:
    """The way that the settings choose."""
    client_id = settings.client_id.strip() or SAMPLE_CLIENT_ID
    username = settings.username.strip()
    match settings.sign_in:
        case SignIn.PASSWORD:
            return PasswordMethod(client_id, secrets.dynamics_client_secret, username, secrets.dynamics_password)
        case SignIn.BROWSER:
            return BrowserMethod(client_id, username, access)
        case SignIn.DEVICE:
            return DeviceMethod(client_id, username, access)
        case SignIn.APPLICATION if settings.certificate:
            return CertificateMethod(client_id, settings.certificate, secrets.dynamics_client_secret)
        case _:
            return SecretMethod(client_id, secrets.dynamics_client_secret)
