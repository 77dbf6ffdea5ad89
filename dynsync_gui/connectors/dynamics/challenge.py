"""Where to sign in: Dataverse tells it in its answer to a request without a token (Microsoft, OAuth with Dataverse)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from dynsync_gui.connectors.http.answer import Answer
from dynsync_gui.connectors.http.hosts import netloc
from dynsync_gui.domain.addresses import DYNAMICS_HOST, SIGN_IN_HOSTS
from dynsync_gui.domain.errors import ConnectionFailed, TemporaryFailure
from dynsync_gui.domain.findings import filled
from dynsync_gui.domain.findings.dataverse import DATAVERSE

_AUTHORITY = re.compile(r"authorization(?:_uri)?\s*=\s*\"?([^\",\s]+)", re.IGNORECASE)
_RESOURCE = re.compile(r"resource(?:_id)?\s*=\s*\"?([^\",\s]+)", re.IGNORECASE)
_TENANT = re.compile(r"[A-Za-z0-9._-]+")


@dataclass(frozen=True, slots=True)
class SignInPlace:
    """Who issues tokens for an environment.

    Attributes:
        authority: ``https://host[:port]/tenant``.
        resource: What the token is for: scheme and host of the environment, no slash at the end.
    """

    authority: str
    resource: str


def sign_in_place(answer: Answer, base: str, trusted: frozenset[str]) -> SignInPlace:
    """Read the challenge.

    Args:
        answer: To an unauthenticated request for the service document.
        base: Our address of the environment, ``https://host[:port]``.
        trusted: Hosts that the user named.

    Raises:
        ConnectionFailed: It is no Dataverse, or it sends the sign-in to a host that is not Microsoft's.
    """
    challenge = answer.headers.get("WWW-Authenticate", "")
    found = _AUTHORITY.search(challenge)
    if answer.status != 401 or found is None:
        raise _stranger(answer, f"HTTP {answer.status}, {'no ' if not challenge else 'an unknown '}challenge")
    parts = urlsplit(found[1])
    host = netloc(parts)
    if host not in SIGN_IN_HOSTS and host not in trusted:
        shown = parts.netloc.rpartition("@")[2][:100]
        raise ConnectionFailed("dynamics.sign-in-host", filled(DATAVERSE["dynamics.sign-in-host"], host=shown))
    tenant = parts.path.strip("/").partition("/")[0]
    if not _TENANT.fullmatch(tenant):
        raise not_dynamics("a challenge without a tenant")
    tenant = "organizations" if tenant.lower() == "common" else tenant
    told = _RESOURCE.search(challenge)
    return SignInPlace(f"https://{host}/{tenant}", _resource(told[1] if told else base, base, trusted))


def not_dynamics(detail: str) -> ConnectionFailed:
    """Whatever answers there, it is no Dataverse."""
    finding = filled(DATAVERSE["dynamics.not-dynamics"], example="https://contoso.crm.dynamics.com")
    return ConnectionFailed("dynamics.not-dynamics", finding, detail)


def _stranger(answer: Answer, detail: str) -> ConnectionFailed:
    """What answers in place of a Dataverse: a page of the network, a Marketo, or something else."""
    try:
        told = answer.json()
    except TemporaryFailure as page:
        blocked = page.code == "network.html" and answer.status != 404
        return page if blocked else not_dynamics(detail)
    if "requestId" in told and "success" in told:
        finding = filled(DATAVERSE["dynamics.is-marketo"], example="https://contoso.crm.dynamics.com")
        return ConnectionFailed("dynamics.is-marketo", finding, detail)
    return not_dynamics(detail)


def _resource(told: str, base: str, trusted: frozenset[str]) -> str:
    """The resource, if a token for it may go to our environment: a host must not order tokens for others."""
    host, own = netloc(urlsplit(told)), netloc(urlsplit(base))
    theirs, ours = DYNAMICS_HOST.fullmatch(host), DYNAMICS_HOST.fullmatch(own)
    same = bool(theirs and ours and theirs.group("name", "region") == ours.group("name", "region"))
    named = own in trusted and (bool(theirs) or host in trusted)
    if host and (host == own or same or named):
        return f"https://{host}"
    shown = urlsplit(told).netloc[:100]
    raise ConnectionFailed("dynamics.resource", filled(DATAVERSE["dynamics.resource"], host=shown))
