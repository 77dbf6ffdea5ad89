"""The environments that a person may use are offered by name, and no token for that goes elsewhere."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace

import pytest

from dynsync_gui.connectors.dynamics.discovery import _cloud_of, find_environments
from dynsync_gui.connectors.opening import PeopleSignIn, VendorConnections
from dynsync_gui.domain.checks import EnvironmentKind
from dynsync_gui.domain.errors import Cancelled, ConnectionFailed
from dynsync_gui.domain.prompts import Environment
from dynsync_gui.domain.secrets import Secrets
from dynsync_gui.domain.settings import SignIn
from dynsync_gui.simulators.server import Rehearsal

from .entra_world import Desk, named, new_rehearsal


@pytest.fixture(scope="module")
def rehearsal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rehearsal]:
    with new_rehearsal(tmp_path_factory.mktemp("world")) as running:
        yield running


@pytest.fixture
def desk(rehearsal: Rehearsal) -> Iterator[Desk]:
    made = Desk(rehearsal, named(rehearsal))
    yield made
    made.leave()
    rehearsal.faults.clear()


def found(desk: Desk) -> tuple[Environment, ...]:
    try:
        return find_environments(desk.settings, desk.secrets, desk.access())
    finally:
        desk.leave()


@pytest.mark.parametrize("sign_in", [SignIn.BROWSER, SignIn.DEVICE])
def test_a_person_sees_the_environments_by_name_and_the_useless_ones_last(desk: Desk, sign_in: SignIn) -> None:
    environments = found(desk.by(sign_in))
    assert [(one.name, one.enabled) for one in environments] == [
        ("Rehearsal", True),
        ("Rehearsal training", True),
        ("Rehearsal, switched off", False),
    ]
    assert environments[0].url == desk.rehearsal.dynamics_url
    assert environments[1] == Environment(
        "Rehearsal training", "https://rehearsal-training.crm4.dynamics.com", EnvironmentKind.SANDBOX
    )


def test_the_sign_in_for_the_list_serves_the_environment_too(desk: Desk) -> None:
    found(desk.by(SignIn.BROWSER))
    assert desk.check(attended=False).state == "passed"
    assert len(desk.prompts) == 1


def test_the_time_that_a_person_takes_does_not_count(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dynsync_gui.connectors.dynamics.discovery._SECONDS", 30.0)
    act = desk._act

    passed, clock = [0.0], time.monotonic

    def slowly(*given) -> None:
        passed[0] += 31.0
        act(*given)

    desk._act = slowly
    monkeypatch.setattr(time, "monotonic", lambda: clock() + passed[0])
    desk.rehearsal.faults.add("slow", path="/discovery/", seconds=0.8, count=0)  # more than a request gets at the end
    assert found(desk.by(SignIn.BROWSER))


def test_an_app_of_one_tenant_needs_its_tenant(desk: Desk) -> None:
    client_id = desk.rehearsal.accounts["user_client_id"]
    desk.seconds = 1.0
    with pytest.raises(ConnectionFailed):
        found(desk.by(SignIn.BROWSER, client_id=client_id))
    assert "AADSTS50194" in desk.pages[-1].text
    desk.seconds = 20.0
    assert found(desk.by(SignIn.BROWSER, client_id=client_id, tenant=desk.rehearsal.accounts["tenant"]))


def test_a_password_finds_them_and_an_application_cannot(desk: Desk) -> None:
    accounts = desk.rehearsal.accounts
    desk.secrets = Secrets(accounts["password"])
    assert found(desk.by(SignIn.PASSWORD, username=accounts["username"]))
    with pytest.raises(ConnectionFailed) as caught:
        found(desk.by(SignIn.APPLICATION, client_id=accounts["client_id"]))
    assert caught.value.code == "discovery.person"
    assert not desk.prompts


@pytest.mark.parametrize("who", ["stranger", "switchedoff"])
def test_nobody_of_the_environment_sees_none(desk: Desk, who: str) -> None:
    desk.person = named(desk.rehearsal, who)
    assert found(desk.by(SignIn.BROWSER)) == ()


def test_odd_rows_are_left_out(desk: Desk) -> None:
    others = desk.rehearsal.dataverse.discovery.others
    before = list(others)
    others[:] = [("Evil", "https://evil.example", 0, 0), ("", "https://nameless.crm.dynamics.com", 0, 0)]
    try:
        environments = found(desk.by(SignIn.BROWSER))
    finally:
        others[:] = before
    assert [one.name for one in environments] == ["nameless.crm.dynamics.com", "Rehearsal"]


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ({"action": "status", "status": 403, "skip": 1}, "discovery.refused"),
        ({"action": "html_200", "skip": 1}, "network.html"),
        ({"action": "redirect"}, "network.redirect"),
        ({"action": "html_200"}, "network.html"),
    ],
)
def test_trouble_with_the_list_is_told(desk: Desk, fault: dict, code: str) -> None:
    desk.rehearsal.faults.add(system="dataverse", path="/discovery/", count=0, **fault)
    with pytest.raises(ConnectionFailed) as caught:
        found(desk.by(SignIn.BROWSER))
    assert caught.value.code == code


def test_cancelling_ends_it(desk: Desk) -> None:
    desk.person = None
    desk.by(SignIn.BROWSER)
    access = replace(desk.access(), prompt=lambda _prompt: desk.token.cancel())
    with pytest.raises(Cancelled):
        find_environments(desk.settings, desk.secrets, access)


def test_the_connections_offer_it_without_an_address_of_a_dynamics(desk: Desk) -> None:
    """As the window asks: through the port; an address that cannot be used does no harm."""
    connections = VendorConnections(people=PeopleSignIn(seconds=20))
    settings = desk.by(SignIn.BROWSER).settings
    try:
        environments = connections.environments(settings, Secrets(), desk.token, desk.prompted)
    finally:
        desk.leave()
    assert environments[0].name == "Rehearsal"


@pytest.mark.parametrize(
    ("url", "discovery", "sign_in"),
    [
        ("", "globaldisco.crm.dynamics.com", "login.microsoftonline.com"),
        ("https://contoso.crm4.dynamics.com", "globaldisco.crm.dynamics.com", "login.microsoftonline.com"),
        ("https://contoso.crm9.dynamics.com", "globaldisco.crm9.dynamics.com", "login.microsoftonline.com"),
        (
            "https://contoso.crm.microsoftdynamics.us",
            "globaldisco.crm.microsoftdynamics.us",
            "login.microsoftonline.us",
        ),
        ("https://contoso.crm.appsplatform.us", "globaldisco.crm.appsplatform.us", "login.microsoftonline.us"),
        ("https://contoso.crm.dynamics.cn", "globaldisco.crm.dynamics.cn", "login.partner.microsoftonline.cn"),
        ("https://127.0.0.1:8443", "127.0.0.1:8443", ""),
    ],
)
def test_each_cloud_has_its_own_list(url: str, discovery: str, sign_in: str) -> None:
    cloud = _cloud_of(url, frozenset({"127.0.0.1:8443"}))
    assert (cloud.discovery, cloud.sign_in) == (discovery, sign_in)
