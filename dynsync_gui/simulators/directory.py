"""Who may sign in to the rehearsal: users, applications and the tokens given to them."""

from __future__ import annotations

import secrets
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

    from dynsync_gui.simulators.clock import Clock

TOKEN_SECONDS = 3_900
DOMAIN = "rehearsal.example"


@dataclass(frozen=True, slots=True)
class DirectoryUser:
    """A person of the tenant; ``refusal`` is the AADSTS number that a right password meets, 0 = none."""

    name: str
    object_id: str
    password: str
    refusal: int = 0
    federated: bool = False


@dataclass(slots=True)
class Application:
    """An app registration.

    Attributes:
        client_id: Application id.
        object_id: Id of its service principal.
        secrets: Secret values by secret id.
        expired: Secret ids that are past their end date.
        allows_public: "Allow public client flows".
        refusal: AADSTS number that every right request meets, 0 = none.
        redirects: Redirect addresses under "Mobile and desktop applications".
        certificates: What was uploaded under "Certificates & secrets".
        multi_tenant: Whether every tenant knows it.
    """

    client_id: str
    object_id: str
    secrets: dict[str, str]
    expired: set[str] = field(default_factory=set)
    allows_public: bool = False
    refusal: int = 0
    redirects: tuple[str, ...] = ()
    certificates: list[Certificate] = field(default_factory=list)
    multi_tenant: bool = False


@dataclass(frozen=True, slots=True)
class RefreshGrant:
    """What a refresh token stands for; the moments are in seconds since 1970."""

    user: str
    client_id: str
    signed_in: float
    issued: float


@dataclass(frozen=True, slots=True)
class Grant:
    """What an access token stands for; the end is in seconds since 1970."""

    object_id: str
    client_id: str
    audience: str
    ends: float
    is_app: bool


INACTIVE_SECONDS = 90 * 86_400
"""A refresh token that was not used for so long is worthless."""
DESKTOP_REDIRECT = "http://localhost"
SAMPLE_CLIENT_ID = "51f81489-12ee-4a9e-aaae-a2591f45987d"
"""The public application of Microsoft's own samples, which every tenant knows (Microsoft, Dataverse samples)."""


class Directory:
    """The tenant. Tokens are opaque and live in memory only.

    Attributes:
        audience: Address of the organisation, which tokens are for.
        graph: Address of Microsoft Graph, which tokens are for, too.
        token_seconds: How long an access token lives.
        sign_in_every: Sign-in frequency of a policy, in seconds; 0 = none.
        revoked: When all sign-ins of a user were revoked, by name, in seconds since 1970.
    """

    def __init__(self, clock: Clock, audience: str = "") -> None:
        self.tenant = secrets_guid()
        self.audience = audience
        self.graph = ""
        self.token_seconds = TOKEN_SECONDS
        self.sign_in_every = 0.0
        self.revoked: dict[str, float] = {}
        self._clock = clock
        self._lock = threading.Lock()
        self._grants: dict[str, Grant] = {}
        self._refresh: dict[str, RefreshGrant] = {}
        self.users = {user.name: user for user in _users()}
        self.service = Application(secrets_guid(), secrets_guid(), {secrets_guid(): secrets.token_urlsafe(30)})
        self.people = Application(
            secrets_guid(),
            secrets_guid(),
            {secrets_guid(): secrets.token_urlsafe(30)},
            allows_public=True,
            redirects=(DESKTOP_REDIRECT,),
        )
        self.samples = Application(
            SAMPLE_CLIENT_ID, secrets_guid(), {}, allows_public=True, redirects=(DESKTOP_REDIRECT,), multi_tenant=True
        )
        self.named = _named_applications()
        known = (self.service, self.people, self.samples, *self.named.values())
        self.applications = {application.client_id: application for application in known}

    def issue(self, object_id: str, client_id: str, audience: str, *, is_app: bool) -> str:
        """A new access token."""
        token = f"eyJ0eXAiOiJKV1QifQ.{secrets.token_urlsafe(90)}.{secrets.token_urlsafe(30)}"
        ends = self._clock.now() + self.token_seconds
        with self._lock:
            self._grants[token] = Grant(object_id, client_id, audience, ends, is_app)
        return token

    def issue_refresh(self, user: str, client_id: str, signed_in: float) -> str:
        """A refresh token of a user who signed in at a moment (seconds since 1970)."""
        token = f"0.{secrets.token_urlsafe(60)}"
        with self._lock:
            self._refresh[token] = RefreshGrant(user, client_id, signed_in, self._clock.now())
        return token

    def refreshed(self, token: str, client_id: str) -> tuple[RefreshGrant | None, int]:
        """What a refresh token stands for, if this application may use it now; else the AADSTS number."""
        found, now = self._refresh.get(token), self._clock.now()
        if found is None or found.client_id != client_id or found.issued + INACTIVE_SECONDS < now:
            return None, 700082
        if self.revoked.get(found.user, 0.0) > found.signed_in:
            return None, 50173
        if self.sign_in_every and found.signed_in + self.sign_in_every < now:
            return None, 70043
        return found, 0

    def revoke(self, user: str) -> None:
        """Ends all sign-ins of a user, as a new password does."""
        self.revoked[user] = self._clock.now()

    def grant(self, token: str) -> Grant | None:
        """What a token stands for while it lives."""
        grant = self._grants.get(token)
        return grant if grant is not None and grant.ends > self._clock.now() else None

    def revoke_all(self) -> None:
        """Makes every token worthless."""
        with self._lock:
            self._grants.clear()
            self._refresh.clear()


def secrets_guid() -> str:
    """A random id that is not part of the seeded world."""
    digits = secrets.token_hex(16)
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-a{digits[17:20]}-{digits[20:]}"


def _users() -> list[DirectoryUser]:
    """The person who syncs, and one for each thing that a sign-in or a right can lack."""
    refusals = {
        "mfa": 50076, "mfasetup": 50079, "locked": 50053, "disabled": 50057, "expired": 50055, "nopassword": 50056,
        "blocked": 53003, "defaults": 530035, "unassigned": 50105, "noconsent": 65001,
    }  # fmt: skip
    plain = ("sync", "stranger", "noroles", "norights", "localread", "noaccounts", "switchedoff", "nolicense")
    found = [
        DirectoryUser(f"{name}@{DOMAIN}", secrets_guid(), "Right-Password-1", refusals.get(name, 0))
        for name in (*plain, *refusals)
    ]
    found.append(DirectoryUser(f"person@federated.{DOMAIN}", secrets_guid(), "Right-Password-1", federated=True))
    return found


def _named_applications() -> dict[str, Application]:
    """Registrations that each lack something."""

    def app(refusal: int = 0, *, expired: bool = False) -> Application:
        key = secrets_guid()
        return Application(
            secrets_guid(),
            secrets_guid(),
            {key: secrets.token_urlsafe(30)},
            {key} if expired else set(),
            refusal=refusal,
        )

    return {
        "expired": app(expired=True),
        "disabled": app(7000112),
        "no_permission": app(650057),
        "no_consent": app(65001),
        "stranger": app(),
    }
