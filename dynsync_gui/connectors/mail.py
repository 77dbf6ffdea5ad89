"""Mail through Microsoft for whoever is signed in to Dynamics: Dynamics' own sending, or Microsoft Graph.

Requests that write are made once: a message that may have gone out is not sent again.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from typing import Any, NoReturn
from urllib.parse import quote, urlsplit

from dynsync_gui.connectors.dynamics.access import Access
from dynsync_gui.connectors.dynamics.auth import TokenSource
from dynsync_gui.connectors.dynamics.challenge import SignInPlace, sign_in_place
from dynsync_gui.connectors.dynamics.wire import bare_id
from dynsync_gui.connectors.http.answer import Answer
from dynsync_gui.connectors.http.client import HttpClient, Limits
from dynsync_gui.connectors.http.hosts import Hosts, netloc
from dynsync_gui.connectors.http.proxies import ProxyResolver, chosen_proxy, system_proxy
from dynsync_gui.connectors.http.retry import Gate, Repeater, brief
from dynsync_gui.domain.addresses import SIGN_IN_HOSTS, dynamics_address
from dynsync_gui.domain.errors import ConnectionFailed, SettingsError, TemporaryFailure
from dynsync_gui.domain.findings.mail import VENDOR_MAIL
from dynsync_gui.domain.secrets import Secrets
from dynsync_gui.domain.settings import MailKind, Settings, SignIn

_ROOT = "/api/data/v9.2/"
_LIMITS = Limits(seconds=40.0, silence=40.0, size=1024 * 1024)
_SECONDS = 60.0
_SENDER, _RECIPIENT = 1, 2
_NO_SEND_AS = "0x8004480d"
GRAPH_HOSTS = {
    "login.microsoftonline.com": "graph.microsoft.com",
    "login.microsoftonline.us": "graph.microsoft.us",
    "login.partner.microsoftonline.cn": "microsoftgraph.chinacloudapi.cn",
    "login.chinacloudapi.cn": "microsoftgraph.chinacloudapi.cn",
}
"""Microsoft Graph by sign-in host (Microsoft, national clouds)."""
_KNOWN_GRAPHS = {*GRAPH_HOSTS.values(), "dod-graph.microsoft.us"}


class VendorMailer:
    """Sends as the account that is signed in to Dynamics (`domain.ports.Mailer`)."""

    def __init__(self, kind: MailKind, access: Callable[[], Access], proxy: ProxyResolver = system_proxy) -> None:
        """Nothing is opened yet.

        Args:
            kind: Dynamics or Graph.
            access: Gives the surroundings of a sign-in; nobody is asked to sign in for a message.
            proxy: Names the proxy for an address.
        """
        self._kind, self._access, self._proxy = kind, access, proxy

    def send(self, settings: Settings, secrets: Secrets, to: str, subject: str, body: str) -> None:
        """Hand one plain text message over.

        Raises:
            SettingsError: An application cannot send through Microsoft Graph as DynSync does it.
            ConnectionFailed: Nobody is signed in, or Microsoft refused; the code begins with ``mail-``, ``sign-in`` or
                ``AADSTS``.
        """
        if self._kind is MailKind.GRAPH and settings.dynamics.sign_in is SignIn.APPLICATION:
            raise SettingsError("mail-graph-person", VENDOR_MAIL["mail-graph-person"])
        access = self._access()
        proxy = chosen_proxy(settings.network, secrets, self._proxy)
        base = dynamics_address(settings.dynamics.url, settings.network.trusted_hosts).url
        desk = _Desk(settings, secrets, access, proxy, base)
        if self._kind is MailKind.GRAPH:
            _by_graph(desk, to, subject, body)
        else:
            _by_dynamics(desk, to, subject, body)


@dataclass(frozen=True, slots=True)
class _Desk:
    """What both ways of sending work with."""

    settings: Settings
    secrets: Secrets
    access: Access
    proxy: ProxyResolver
    base: str

    @property
    def trusted(self) -> frozenset[str]:
        return frozenset(host.lower() for host in self.settings.network.trusted_hosts)

    def http(self, base: str) -> HttpClient:
        """Requests to one host; close it."""
        hosts = Hosts(netloc(urlsplit(base)), self.trusted | SIGN_IN_HOSTS)
        bundle = self.settings.network.ca_bundle
        return HttpClient(hosts, self.access.token, ca_bundle=bundle, proxy=self.proxy, connections=2)

    def source(self, http: HttpClient) -> TokenSource:
        repeater = Repeater(self.access.token, Gate(self.access.token))
        return TokenSource(http, self.settings.dynamics, self.secrets, repeater, self.access)

    def place(self, http: HttpClient) -> SignInPlace:
        found = sign_in_place(http.send("GET", self.base + _ROOT, {}, None, _LIMITS), self.base, self.trusted)
        return self.source(http).place(found)


def _by_dynamics(desk: _Desk, to: str, subject: str, body: str) -> None:
    """An e-mail activity and the SendEmail action; Dynamics hands it to the mailbox of the sender a little later."""
    http = desk.http(desk.base)
    try:
        place = desk.place(http)
        token = desk.source(http).token(place.authority, place.resource, brief(_SECONDS)).text
        root = desk.base + _ROOT
        me = bare_id(_told(_dynamics(http, "GET", f"{root}WhoAmI", token)).get("UserId"))
        name = quote("'" + to.replace("'", "''") + "'")
        path = f"systemusers?$select=systemuserid&$filter=internalemailaddress eq {name}&$top=1".replace(" ", "%20")
        users = _told(_dynamics(http, "GET", root + path, token)).get("value") or []
        known = bare_id(users[0].get("systemuserid")) if users else ""
        recipient = {"partyid_systemuser@odata.bind": f"/systemusers({known})"} if known else {"addressused": to}
        email = {
            "subject": subject,
            "description": escape(body).replace("\n", "<br>"),
            "email_activity_parties": [
                {"partyid_systemuser@odata.bind": f"/systemusers({me})", "participationtypemask": _SENDER},
                {**recipient, "participationtypemask": _RECIPIENT},
            ],
        }
        made = _dynamics(http, "POST", f"{root}emails", token, email)
        row = bare_id(made.headers.get("OData-EntityId", "").rpartition("(")[2].rstrip(")"))
        _dynamics(http, "POST", f"{root}emails({row})/Microsoft.Dynamics.CRM.SendEmail", token, {"IssueSend": True})
    finally:
        http.close()


def _by_graph(desk: _Desk, to: str, subject: str, body: str) -> None:
    http = desk.http(desk.base)
    try:
        place = desk.place(http)
        graph = f"https://{_graph_host(http, place, desk.trusted)}"
    finally:
        http.close()
    http = desk.http(graph)
    try:
        try:
            token = desk.source(http).token(place.authority, graph, brief(_SECONDS), "Mail.Send").text
        except ConnectionFailed as failure:
            if failure.code not in {"AADSTS65001", "AADSTS70011", "AADSTS650057"}:
                raise
            failure.finding = VENDOR_MAIL["mail-graph-consent"]
            raise
        message = {
            "subject": subject,
            "body": {"contentType": "Text", "content": body},
            "toRecipients": [{"emailAddress": {"address": to}}],
        }
        answer = _sent(http, "POST", f"{graph}/v1.0/me/sendMail", token, {"message": message})
        if answer.status != 202:
            _refuse(answer, "mail-graph")
    finally:
        http.close()


def _graph_host(http: HttpClient, place: SignInPlace, trusted: frozenset[str]) -> str:
    """Microsoft Graph of this cloud; a host that the user named tells its own in its OpenID document."""
    sign_in = netloc(urlsplit(place.authority))
    host = GRAPH_HOSTS.get(sign_in, "")
    if sign_in in trusted:
        told = http.send("GET", f"{place.authority}/v2.0/.well-known/openid-configuration", {}, None, _LIMITS)
        host = str(told.json().get("msgraph_host") or "").lower()
    if host not in _KNOWN_GRAPHS and host not in trusted:
        raise ConnectionFailed("mail-graph-host", VENDOR_MAIL["mail-graph-host"])
    return host


def _dynamics(http: HttpClient, method: str, url: str, token: str, content: Any = None) -> Answer:
    answer = _sent(http, method, url, token, content)
    if answer.status not in {200, 204}:
        _refuse(answer, "mail-dynamics")
    return answer


def _sent(http: HttpClient, method: str, url: str, token: str, content: Any) -> Answer:
    headers = {"Authorization": f"Bearer {token}", "Accept": "application/json", "Content-Type": "application/json"}
    body = None if content is None else json.dumps(content).encode()
    return http.send(method, url, headers, body, _LIMITS)


def _refuse(answer: Answer, code: str) -> NoReturn:
    """Tell what Microsoft refused; its own code and words are details."""
    error = _told(answer).get("error")
    told = error if isinstance(error, dict) else {}
    theirs = str(told.get("code") or "")[:60]
    detail = f"{theirs or f'HTTP {answer.status}'}: {str(told.get('message') or '')[:300]}".rstrip(": ")
    named = {_NO_SEND_AS: "mail-dynamics-right", "MailboxNotEnabledForRESTAPI": "mail-graph-mailbox"}
    found = named.get(theirs.lower()) or named.get(theirs)
    if answer.status == 403:
        found = found or f"{code}-right"
    found = found or code
    raise ConnectionFailed(found, VENDOR_MAIL[found], detail)


def _told(answer: Answer) -> dict[str, Any]:
    try:
        return answer.json()
    except TemporaryFailure:
        if answer.status < 400:
            raise
        return {}
