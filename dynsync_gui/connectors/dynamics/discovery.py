"""The environments that a person may use, by name (Microsoft, Global Discovery Service)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from dynsync_gui.connectors.dynamics.access import Access
from dynsync_gui.connectors.dynamics.auth import TokenSource
from dynsync_gui.connectors.dynamics.challenge import SignInPlace, sign_in_place
from dynsync_gui.connectors.dynamics.identity import kind_of
from dynsync_gui.connectors.dynamics.refusals import sign_in_failed
from dynsync_gui.connectors.http.answer import Answer
from dynsync_gui.connectors.http.client import HttpClient, Limits, sooner
from dynsync_gui.connectors.http.hosts import Hosts, netloc
from dynsync_gui.connectors.http.proxies import ProxyResolver, system_proxy
from dynsync_gui.connectors.http.retry import Gate, Patience, Repeater, brief, passing
from dynsync_gui.domain.addresses import DYNAMICS_HOST, SIGN_IN_HOSTS, dynamics_address
from dynsync_gui.domain.errors import ConnectionFailed, TemporaryFailure
from dynsync_gui.domain.findings.sign_in import SIGN_IN
from dynsync_gui.domain.prompts import Environment
from dynsync_gui.domain.secrets import Secrets
from dynsync_gui.domain.settings import Settings, SignIn

_PATH = "/api/discovery/v2.0/Instances"
_COLUMNS = "?$select=FriendlyName,Url,State,OrganizationType"
_LIMITS = Limits(seconds=60.0, silence=60.0, size=16 * 1024 * 1024)
_SECONDS = 40.0


@dataclass(frozen=True, slots=True)
class _Cloud:
    """Where a cloud lists its environments, and where its people sign in."""

    discovery: str
    sign_in: str


_COMMERCIAL = _Cloud("globaldisco.crm.dynamics.com", "login.microsoftonline.com")
_CLOUDS = {
    "crm9.dynamics.com": _Cloud("globaldisco.crm9.dynamics.com", "login.microsoftonline.com"),
    "crm.microsoftdynamics.us": _Cloud("globaldisco.crm.microsoftdynamics.us", "login.microsoftonline.us"),
    "crm.appsplatform.us": _Cloud("globaldisco.crm.appsplatform.us", "login.microsoftonline.us"),
    "crm.dynamics.cn": _Cloud("globaldisco.crm.dynamics.cn", "login.partner.microsoftonline.cn"),
}
"""By the environments' domain; every other one is of the commercial cloud (Microsoft, discovery services)."""


def find_environments(
    settings: Settings, secrets: Secrets, access: Access, proxy: ProxyResolver = system_proxy
) -> tuple[Environment, ...]:
    """The environments of whoever signs in, those that can be used first, then by name.

    Args:
        settings: `dynamics.url` only tells the cloud, and may be empty for the commercial one.
        secrets: For a sign-in by password.
        access: Whom to ask to sign in.
        proxy: Names the proxy for an address.

    Raises:
        ConnectionFailed: An application cannot ask; or the sign-in or the list was refused.
        TemporaryFailure: Microsoft could not be asked.
        Cancelled: The work was cancelled.
    """
    if settings.dynamics.sign_in is SignIn.APPLICATION:
        raise sign_in_failed("discovery.person")
    trusted = frozenset(host.lower() for host in settings.network.trusted_hosts)
    cloud = _cloud_of(settings.dynamics.url, trusted)
    hosts = Hosts(cloud.discovery, trusted | SIGN_IN_HOSTS)
    http = HttpClient(hosts, access.token, ca_bundle=settings.network.ca_bundle, proxy=proxy, connections=2)
    try:
        repeater = Repeater(access.token, Gate(access.token))
        source = TokenSource(http, settings.dynamics, secrets, repeater, access)
        patience = brief(_SECONDS)
        place = source.place(_place(http, repeater, cloud, trusted, patience))
        token = source.token(place.authority, place.resource, patience)
        answer = _listed(http, repeater, cloud, patience, token.text)
        rows = answer.json().get("value")
    finally:
        http.close()
    found = [_environment(row, settings.network.trusted_hosts) for row in rows or () if isinstance(row, dict)]
    return tuple(
        sorted((one for one in found if one is not None), key=lambda one: (not one.enabled, one.name.casefold()))
    )


def _cloud_of(url: str, trusted: frozenset[str]) -> _Cloud:
    host = netloc(urlsplit(url)) if url else ""
    if host in trusted:
        return _Cloud(host, "")
    match = DYNAMICS_HOST.fullmatch(host)
    return _CLOUDS.get(match["region"], _COMMERCIAL) if match else _COMMERCIAL


def _place(
    http: HttpClient, repeater: Repeater, cloud: _Cloud, trusted: frozenset[str], patience: Patience
) -> SignInPlace:
    """Where to sign in: as the service tells, else where the people of this cloud sign in."""
    base = f"https://{cloud.discovery}"
    try:
        return sign_in_place(_listed(http, repeater, cloud, patience), base, trusted)
    except ConnectionFailed as failure:
        if failure.code != "dynamics.not-dynamics" or not cloud.sign_in:
            raise
    return SignInPlace(f"https://{cloud.sign_in}/organizations", base)


def _listed(http: HttpClient, repeater: Repeater, cloud: _Cloud, patience: Patience, token: str = "") -> Answer:
    """The list; without a token whatever the service answers then."""
    headers = {"Accept": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})

    def once() -> Answer:
        url = f"https://{cloud.discovery}{_PATH}{_COLUMNS}"
        answer = http.send("GET", url, headers, None, sooner(_LIMITS, patience.attempt))
        detail = f"HTTP {answer.status}"
        failure = TemporaryFailure("discovery.refused", SIGN_IN["discovery.refused"], detail)
        if again := passing(failure, answer.status, answer.retry_after()):
            raise again
        if token and answer.status != 200:
            raise ConnectionFailed("discovery.refused", SIGN_IN["discovery.refused"], detail)
        return answer

    return repeater.run(once, patience)


def _environment(row: dict[str, Any], trusted: tuple[str, ...]) -> Environment | None:
    """One row; None for an address that DynSync would not talk to."""
    address = dynamics_address(str(row.get("Url") or ""), trusted)
    if not address.usable:
        return None
    name = str(row.get("FriendlyName") or "").strip()[:200] or address.url.removeprefix("https://")
    return Environment(name, address.url, kind_of(row.get("OrganizationType")), row.get("State") in {0, "0", "Enabled"})
