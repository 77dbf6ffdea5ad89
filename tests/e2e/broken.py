"""Set-ups that are broken in one way each, for trying what a person is told about them."""

from __future__ import annotations

import socket
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlsplit

from dynsync_gui.simulators.directory import DOMAIN, DirectoryUser
from dynsync_gui.simulators.marketo.fields import Field
from dynsync_gui.simulators.server import Rehearsal

DAY = 86_400


@dataclass
class Entered:
    """What a person typed in."""

    rehearsal: Rehearsal
    dynamics: dict[str, str] = field(default_factory=dict)
    marketo: dict[str, str] = field(default_factory=dict)
    secrets: dict[str, str] = field(default_factory=dict)
    hosts: list[str] = field(default_factory=list)
    native_sync: str = "stop"
    ca_bundle: str = ""
    environment: dict[str, str] = field(default_factory=dict)
    proxy_answer: bytes = b""

    def __post_init__(self) -> None:
        world, accounts = self.rehearsal, self.rehearsal.accounts
        self.dynamics = {"url": world.dynamics_url, "sign_in": "application", "client_id": accounts["client_id"]}
        self.marketo = {"endpoint": world.marketo_url, "client_id": accounts["marketo_client_id"]}
        self.secrets = {
            "dynamics_client_secret": accounts["client_secret"],
            "marketo_client_secret": accounts["marketo_client_secret"],
        }
        self.hosts = [urlsplit(url).netloc for url in (world.dynamics_url, world.marketo_url, world.entra_url)]
        self.ca_bundle = str(world.ca_bundle)

    def person(self, name: str, password: str = "Right-Password-1", domain: str = DOMAIN) -> None:
        self.dynamics |= {
            "sign_in": "password",
            "username": f"{name}@{domain}",
            "client_id": self.rehearsal.accounts["user_client_id"],
        }
        self.secrets["dynamics_password"] = password
        self.secrets["dynamics_client_secret"] = self.rehearsal.accounts["user_client_secret"]

    def application(self, name: str) -> None:
        found = self.rehearsal.directory.named[name]
        self.dynamics["client_id"] = found.client_id
        self.secrets["dynamics_client_secret"] = next(iter(found.secrets.values()))

    def fault(self, action: str, system: str, path: str = "", **details: Any) -> None:
        self.rehearsal.faults.add(action, system=system, path=path, count=0, **details)

    def refusal(self, number: int) -> None:
        """Entra refuses the application with one more AADSTS number."""
        self.rehearsal.directory.service.refusal = number

    def member(self) -> Any:
        """The user of the application in Dynamics."""
        world = self.rehearsal
        return world.dataverse.members.by_object[world.directory.service.object_id]


@dataclass(frozen=True)
class Case:
    """One broken set-up.

    Attributes:
        name: What is broken.
        breaks: Breaks it.
        check: Id of the check that tells.
        code: Its code.
        words: Part of what is said; no two cases share it.
        state: How the check ends.
        brief: Whether nothing ever answers, so that the time allowed is cut short for the test.
    """

    name: str
    breaks: Callable[[Entered], object]
    check: str
    code: str
    words: str
    state: str = "failed"
    brief: bool = False


def _person(name: str, **more: str) -> Callable[[Entered], None]:
    return lambda entered: entered.person(name, **more)


def _application(name: str) -> Callable[[Entered], None]:
    return lambda entered: entered.application(name)


def _fault(action: str, system: str, path: str = "", **details: Any) -> Callable[[Entered], None]:
    return lambda entered: entered.fault(action, system, path, **details)


def _denied(*permissions: str) -> Callable[[Entered], None]:
    return lambda entered: entered.rehearsal.marketo.denied.update(permissions)


def _lacking(privilege: str) -> Callable[[Entered], None]:
    return lambda entered: entered.member().depths.pop(privilege)


def _guest(entered: Entered) -> None:
    entered.person("guest")
    users = entered.rehearsal.directory.users
    users[f"guest@{DOMAIN}"] = replace(users[f"sync@{DOMAIN}"], name=f"guest@{DOMAIN}", refusal=50020)


def _secret(value: str) -> Callable[[Entered], None]:
    return lambda entered: entered.secrets.update(dynamics_client_secret=value)


def _elsewhere(url: str) -> Callable[[Entered], None]:
    def breaks(entered: Entered) -> None:
        entered.dynamics["url"] = url
        entered.hosts.append(urlsplit(url).netloc)

    return breaks


def _nobody(entered: Entered) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        _elsewhere(f"https://127.0.0.1:{listener.getsockname()[1]}")(entered)


def _through_proxy(answer: bytes) -> Callable[[Entered], None]:
    def breaks(entered: Entered) -> None:
        _elsewhere("https://contoso.example")(entered)
        entered.proxy_answer = answer

    return breaks


def _key_of_another_kind(entered: Entered) -> None:
    entered.rehearsal.marketo.fields.add_existing(Field("dynamicsId", "integer", None, "Dynamics Id", custom=True))


def _many_fields(entered: Entered) -> None:
    fields = entered.rehearsal.marketo.fields
    for number in range(100):
        fields.add_existing(Field(f"made{number}", "string", 255, f"Made {number}", custom=True, created_by_api=True))


def _set(target: Callable[[Entered], Any], name: str, value: Any) -> Callable[[Entered], None]:
    return lambda entered: setattr(target(entered), name, value)


def _solution(entered: Entered) -> None:
    row = dict(entered.rehearsal.dataverse.organisation.solutions[0])
    row |= {"uniquename": "MarketoSync", "friendlyname": "Marketo Lead Management", "version": "3.0"}
    entered.rehearsal.dataverse.organisation.solutions.append(row)


def _clock_and_refusal(entered: Entered) -> None:
    entered.rehearsal.clock.advance(-DAY)
    entered.refusal(700027)


_SIGN_IN, _USER, _MARKETO = "dynamics.sign-in", "dynamics.user", "marketo"
_members = lambda entered: entered.member()  # noqa: E731
_marketo = lambda entered: entered.rehearsal.marketo  # noqa: E731
_world = lambda entered: entered.rehearsal.world  # noqa: E731

CASES = (
    Case("wrong password", _person("sync", password="x"), _SIGN_IN, "AADSTS50126", "this user name and password"),
    Case("expired password", _person("expired"), _SIGN_IN, "AADSTS50055", "password has expired"),
    Case("locked", _person("locked"), _SIGN_IN, "AADSTS50053", "locked for a while"),
    Case("disabled", _person("disabled"), _SIGN_IN, "AADSTS50057", "account is switched off"),
    Case("unknown user", _person("nobody"), _SIGN_IN, "AADSTS50034", "does not know this user name"),
    Case("guest", _guest, _SIGN_IN, "AADSTS50020", "does not belong to the organisation that owns"),
    Case("no password", _person("nopassword"), _SIGN_IN, "AADSTS50056", "holds no password"),
    Case("MFA", _person("mfa"), _SIGN_IN, "AADSTS50076", "asks for a second sign-in step"),
    Case("MFA to set up", _person("mfasetup"), _SIGN_IN, "AADSTS50079", "has to set up a second sign-in step"),
    Case("Conditional Access", _person("blocked"), _SIGN_IN, "AADSTS53003", "rule of your organisation blocks"),
    Case("security defaults", _person("defaults"), _SIGN_IN, "AADSTS530035", "security defaults"),
    Case("not assigned", _person("unassigned"), _SIGN_IN, "AADSTS50105", "not assigned to the application"),
    Case("no consent", _person("noconsent"), _SIGN_IN, "AADSTS65001", "Nobody has allowed this application"),
    Case("federated", _person("person", domain=f"federated.{DOMAIN}"), _SIGN_IN, "entra.federated", "own server"),
    Case("wrong secret", _secret("wrong~secret"), _SIGN_IN, "AADSTS7000215", "did not accept the client secret"),
    Case("expired secret", _application("expired"), _SIGN_IN, "AADSTS7000222", "client secret has expired"),
    Case("unknown app", lambda e: e.dynamics.update(client_id=DOMAIN), _SIGN_IN, "AADSTS700016", "find this client id"),
    Case("disabled app", _application("disabled"), _SIGN_IN, "AADSTS7000112", "app registration is switched off"),
    Case("app without permission", _application("no_permission"), _SIGN_IN, "AADSTS650057", "lacks the permission"),
    Case("app of another tenant", lambda e: e.refusal(650052), _SIGN_IN, "AADSTS650052", "has no Dynamics"),
    Case("managed computers", lambda e: e.refusal(53000), _SIGN_IN, "AADSTS53000", "computers that it manages"),
    Case(
        "wrong cloud",
        _fault("code", "entra", "openid-configuration", code="AADSTS90002"),
        _SIGN_IN,
        "AADSTS90002",
        "organisation behind this address",
    ),
    Case(
        "an unknown reason", lambda e: e.refusal(4242424), _SIGN_IN, "AADSTS4242424", "says: “AADSTS4242424"
    ),
    Case("sign-in elsewhere", lambda e: e.hosts.pop(), "dynamics.address", "dynamics.sign-in-host", "not Microsoft's"),
    Case("not in the environment", _person("stranger"), _USER, "0x80072560", "not a user of this Dynamics"),
    Case("no role", _person("noroles"), _USER, "0x80042f09", "has no security role"),
    Case("no licence", _person("nolicense"), _USER, "0x8004d24b", "has no licence"),
    Case("user switched off", _person("switchedoff"), _USER, "0x8004a112", "user is switched off in Dynamics"),
    Case("environment off", _fault("code", "dataverse", "WhoAmI", code="0x8004A104"), _USER, "0x8004a104", "switched"),
    Case("administrative access", _set(_members, "access_mode", 1), _USER, "dynamics.access-mode", "only administers",
         "attention"),
    Case("one table forbidden", _person("norights"), "dynamics.read.lead", "0x80040220", "prvReadLead"),
    Case("another table forbidden", _person("noaccounts"), "dynamics.read.account", "0x80040220", "prvReadAccount"),
    Case("only own records", _person("localread"), "dynamics.reach.lead", "dynamics.depth", "only some of the records",
         "attention"),
    Case("users forbidden", _lacking("prvReadUser"), "dynamics.read.systemuser", "0x80040220",
         "owners do not become", "attention"),
    Case("opportunities forbidden", _lacking("prvReadOpportunity"), "dynamics.read.opportunity", "0x80040220",
         "prvReadOpportunity", "attention"),
    Case("connections forbidden", _lacking("prvReadConnection"), "dynamics.read.connection", "0x80040220",
         "prvReadConnection", "attention"),
    Case("contacts not to be changed", _lacking("prvWriteContact"), "dynamics.write.contact", "dynamics.write",
         "prvWriteContact", "attention"),
    Case("leads not to be changed", _lacking("prvWriteLead"), "dynamics.write.lead", "dynamics.write",
         "prvWriteLead", "attention"),
    Case("tracking off", lambda e: e.rehearsal.dataverse.tracker.disabled.add("contact"), "dynamics.tracking.contact",
         "0x80072491", "Change tracking is off", "attention"),
    Case("changes forgotten", _set(_world, "token_days", 1), "dynamics.change-history", "dynamics.change-history",
         "forgets after 1 day", "attention"),
    Case("Marketo's solution", _solution, "dynamics.solution", "dynamics.solution", "Marketo Lead Management",
         "attention"),
    Case("clock a day off", lambda e: e.rehearsal.clock.advance(DAY), "dynamics.clock", "dynamics.clock",
         "24 hours behind", "attention"),
    Case("clock off and refused", _clock_and_refusal, _SIGN_IN, "dynamics.clock", "refused. This computer's clock"),
    Case("address of Marketo", lambda e: e.dynamics.update(url=e.rehearsal.marketo_url), "dynamics.address",
         "dynamics.is-marketo", "A Marketo answers"),
    Case("address of something else", lambda e: e.dynamics.update(url=e.rehearsal.entra_url), "dynamics.address",
         "dynamics.not-dynamics", "No Dynamics answers"),
    Case("address of nothing", _elsewhere("https://nowhere.invalid"), "dynamics.address", "network.dns", "cannot find",
         brief=True),
    Case("nobody listens", _nobody, "dynamics.address", "network.refused", "refuses connections", brief=True),
    Case("never answers", _fault("hang", "dataverse"), "dynamics.address", "network.timeout", "did not answer in time",
         brief=True),
    Case("unknown authority", lambda e: setattr(e, "ca_bundle", ""), "dynamics.address", "network.certificate-issuer",
         "does not trust"),
    Case("block page", _fault("html_200", "dataverse"), "dynamics.address", "network.html", "A web page came back",
         brief=True),
    Case("captive portal", _fault("redirect", "dataverse"), "dynamics.address", "network.redirect", "sends DynSync on"),
    Case("proxy refuses", _through_proxy(b"403 Forbidden"), "dynamics.address", "network.proxy", "did not let",
         brief=True),
    Case("proxy asks", _through_proxy(b"407 Proxy Authentication Required"), "dynamics.address",
         "network.proxy-sign-in", "asks for a user name and password"),
    Case("Dynamics in maintenance", _fault("status", "dataverse", status=503), "dynamics.address", "http.503",
         "maintaining it", brief=True),
    Case("Entra in trouble", _fault("status", "entra", "token", status=500), _SIGN_IN, "entra.busy", "sign-in is busy",
         brief=True),
    Case("Marketo secret wrong", lambda e: e.secrets.update(marketo_client_secret="x"), "marketo.sign-in",
         "marketo.credentials", "client id and client secret"),
    Case("Marketo id wrong", _fault("code", "marketo", "/rest/", code="614"), "marketo.persons", "614",
         "no Marketo subscription", brief=True),
    Case("address of no Marketo", lambda e: e.marketo.update(endpoint=e.rehearsal.dynamics_url), "marketo.address",
         "marketo.not-marketo", "No Marketo answers"),
    Case("no permission for people", _denied("Read-Only Lead"), "marketo.persons", "603", "allow this API user"),
    Case("no permission for companies", _denied("Read-Only Company"), "marketo.companies", "603", "Read-Write Company"),
    Case("no permission for fields", _denied("Read-Write Schema Custom Field"), "marketo.fields", "603",
         "Schema Custom Field"),
    Case("no permission for sales persons", _denied("Read-Only Sales Person"), "marketo.sales-persons", "603",
         "Read-Write Sales Person", "attention"),
    Case("no permission for opportunities", _denied("Read-Only Opportunity"), "marketo.opportunities", "603",
         "Read-Write Opportunity", "attention"),
    Case("no permission for activities", _denied("Read-Only Activity"), "marketo.changes", "603",
         "Read-Only Activity", "attention"),
    Case("Marketo's address list", _fault("code", "marketo", "/rest/", code="603"), "marketo.quota", "603",
         "every request of this computer"),
    Case("quota used up", _fault("code", "marketo", "/rest/", code="607"), "marketo.quota", "quota", "used up"),
    Case("another CRM sync", _set(_marketo, "native_crm", True), "marketo.native-sync", "1018", "by its own sync",
         "attention"),
    Case("key of another kind", _key_of_another_kind, "marketo.key", "marketo.key", "cannot hold the Dynamics id"),
    Case("no room for fields", _many_fields, "marketo.fields", "marketo.field-cap", "created 100 person fields"),
    Case("Marketo in maintenance", _fault("code", "marketo", "/rest/", code="608"), "marketo.persons", "608",
         "Marketo had passing trouble", brief=True),
    Case("Marketo's sign-in in trouble", _fault("html_502", "marketo", "identity"), "marketo.address",
         "marketo.identity", "Marketo had passing", brief=True),
)  # fmt: skip

__all__ = ["CASES", "Case", "DirectoryUser", "Entered"]
