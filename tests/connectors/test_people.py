"""People sign in through real msal over TLS: in the browser and with a code, to the end or not."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest

from dynsync_gui.connectors.dynamics.loopback import LoopbackReceiver
from dynsync_gui.domain.checks import CheckState
from dynsync_gui.domain.errors import Cancelled
from dynsync_gui.domain.secrets import Secrets
from dynsync_gui.domain.settings import SAMPLE_CLIENT_ID, SignIn
from dynsync_gui.simulators.server import Rehearsal

from .entra_world import Desk, named, new_rehearsal

PERSONS = [SignIn.BROWSER, SignIn.DEVICE]
PATIENCE = 30.0
"""Seconds in which the slowest machine gets there; nobody waits so long for what comes about."""


@pytest.fixture(scope="module")
def rehearsal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rehearsal]:
    with new_rehearsal(tmp_path_factory.mktemp("world")) as running:
        yield running


@pytest.fixture
def desk(rehearsal: Rehearsal) -> Iterator[Desk]:
    made = Desk(rehearsal)
    rehearsal.log.clear()
    yield made
    made.leave()
    rehearsal.faults.clear()
    rehearsal.directory.sign_in_every = 0.0
    rehearsal.directory.revoked.clear()


def in_thread(work: Callable[[], object]) -> tuple[threading.Thread, list[BaseException | object]]:
    outcome: list[BaseException | object] = []

    def run() -> None:
        try:
            outcome.append(work())
        except Exception as trouble:  # noqa: BLE001  the test looks at it
            outcome.append(trouble)

    thread = threading.Thread(target=run)
    thread.start()
    return thread, outcome


def until(happened: Callable[[], object]) -> None:
    end = time.monotonic() + PATIENCE
    while not happened():
        assert time.monotonic() < end, "it did not happen"
        threading.Event().wait(0.01)


@pytest.mark.parametrize("sign_in", PERSONS)
@pytest.mark.parametrize("who", ["sync", "mfa", "mfasetup", "noconsent"])
def test_a_person_signs_in_whatever_microsoft_asks_on_the_way(desk: Desk, sign_in: SignIn, who: str) -> None:
    desk.person = named(desk.rehearsal, who)
    assert desk.by(sign_in).check().state is CheckState.PASSED
    (prompt,) = desk.prompts
    assert prompt.kind is sign_in
    assert bool(prompt.code) is (sign_in is SignIn.DEVICE)
    assert desk.over == 1
    assert desk.pages[-1].status == 200


def test_a_federated_person_signs_in_by_browser(desk: Desk) -> None:
    desk.person = named(desk.rehearsal, "person")
    assert desk.by(SignIn.BROWSER).check().state is CheckState.PASSED


def test_the_browsers_request_is_bound_to_this_sign_in(desk: Desk) -> None:
    desk.person = named(desk.rehearsal)
    desk.by(SignIn.BROWSER, username="sync@rehearsal.example").check()
    (prompt,) = desk.prompts
    asked = {name: values[0] for name, values in parse_qs(urlsplit(prompt.address).query).items()}
    assert asked["client_id"] == SAMPLE_CLIENT_ID
    assert asked["code_challenge_method"] == "S256"
    assert asked["response_mode"] == "form_post"
    assert asked["login_hint"] == "sync@rehearsal.example"
    assert urlsplit(asked["redirect_uri"]).hostname == "localhost"
    assert len(asked["state"]) >= 16
    assert prompt.seconds == desk.seconds


@pytest.mark.parametrize("sign_in", PERSONS)
def test_the_time_that_a_person_takes_does_not_count(
    desk: Desk, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dynsync_gui.connectors.dynamics.reader._CHECK_SECONDS", 30.0)
    desk.person = named(desk.rehearsal)
    act = desk._act

    passed, clock = [0.0], time.monotonic

    def slowly(*given) -> None:
        passed[0] += 31.0
        act(*given)

    desk._act = slowly
    monkeypatch.setattr(time, "monotonic", lambda: clock() + passed[0])
    desk.rehearsal.faults.add("slow", path="WhoAmI", seconds=0.8)  # more than what is left when all time is up
    assert desk.by(sign_in).check().state is CheckState.PASSED
    assert desk.checks["dynamics.user"].state is CheckState.PASSED


@pytest.mark.parametrize("sign_in", PERSONS)
def test_the_next_test_asks_nobody_again(desk: Desk, sign_in: SignIn) -> None:
    desk.person = named(desk.rehearsal)
    desk.by(sign_in).check()
    assert desk.check().state is CheckState.PASSED
    assert desk.check(attended=False).state is CheckState.PASSED
    assert len(desk.prompts) == 1


def test_a_token_is_renewed_without_asking(desk: Desk) -> None:
    desk.person = named(desk.rehearsal)
    desk.by(SignIn.BROWSER).check()
    for entry in list(desk.cache.search(desk.cache.CredentialType.ACCESS_TOKEN)):
        desk.cache.remove_at(entry)
    assert desk.check(attended=False).state is CheckState.PASSED
    assert len(desk.prompts) == 1


@pytest.mark.parametrize("reason", ["revoked", "frequency", "inactive"])
def test_a_sign_in_that_no_longer_holds_is_asked_for_again_but_only_of_a_person(desk: Desk, reason: str) -> None:
    directory, clock = desk.rehearsal.directory, desk.rehearsal.clock
    desk.person = named(desk.rehearsal)
    desk.by(SignIn.BROWSER).check()
    for entry in list(desk.cache.search(desk.cache.CredentialType.ACCESS_TOKEN)):
        desk.cache.remove_at(entry)
    code = {"revoked": "AADSTS50173", "frequency": "AADSTS70043", "inactive": "AADSTS700082"}[reason]
    if reason == "revoked":
        directory.revoke("sync@rehearsal.example")
    elif reason == "frequency":
        directory.sign_in_every = 0.000_001
    else:
        for text, grant in directory._refresh.items():
            directory._refresh[text] = replace(grant, issued=grant.issued - 91 * 86_400)
    refused = desk.check(attended=False)
    assert (refused.state, refused.code) == (CheckState.FAILED, code)
    assert len(desk.prompts) == 1
    clock.advance(2)
    assert desk.check().state is CheckState.PASSED
    assert len(desk.prompts) == 2


def test_another_name_is_another_sign_in(desk: Desk) -> None:
    desk.person = named(desk.rehearsal)
    desk.by(SignIn.BROWSER).check()
    desk.person = named(desk.rehearsal, "mfa")
    assert desk.by(SignIn.BROWSER, username="mfa@rehearsal.example").check().state is CheckState.PASSED
    assert len(desk.prompts) == 2


@pytest.mark.parametrize("sign_in", PERSONS)
def test_nobody_is_asked_where_nobody_is(desk: Desk, sign_in: SignIn) -> None:
    check = desk.by(sign_in).check(attended=False)
    assert (check.state, check.code) == (CheckState.FAILED, "sign-in.needed")
    assert "asked to sign in there" in str(check.cure)


@pytest.mark.parametrize("step", ["password", "second"])
@pytest.mark.parametrize("sign_in", PERSONS)
def test_a_person_who_stops_is_told_so(desk: Desk, sign_in: SignIn, step: str) -> None:
    desk.person = named(desk.rehearsal, "mfa", stops_at=step)
    check = desk.by(sign_in).check()
    assert (check.state, check.code) == (CheckState.FAILED, "sign-in.cancelled")
    desk.person = named(desk.rehearsal, "mfa")
    assert desk.check().state is CheckState.PASSED  # at once, whatever msal remembers


def test_a_person_who_declines_the_permission_hears_who_can_grant_it(desk: Desk) -> None:
    desk.person = named(desk.rehearsal, "noconsent", stops_at="consent")
    check = desk.by(SignIn.BROWSER).check()
    assert (check.state, check.code) == (CheckState.FAILED, "AADSTS65004")
    assert "Grant admin consent" in str(check.cure)


def test_whoever_microsoft_keeps_on_its_page_ends_by_time(desk: Desk) -> None:
    desk.person, desk.seconds = named(desk.rehearsal, "blocked"), 1.5
    check = desk.by(SignIn.BROWSER).check()
    assert (check.state, check.code) == (CheckState.FAILED, "sign-in.timeout")
    assert "AADSTS53003" in desk.pages[-1].text


def test_an_application_without_the_redirect_address_is_told_on_the_page(desk: Desk) -> None:
    desk.person, desk.seconds = named(desk.rehearsal), 1.0
    desk.by(SignIn.BROWSER, client_id=desk.rehearsal.accounts["client_id"]).check()
    assert "AADSTS50011" in desk.pages[-1].text


def test_an_application_without_public_flows_gets_no_code_sign_in(desk: Desk) -> None:
    desk.person = named(desk.rehearsal)
    check = desk.by(SignIn.DEVICE, client_id=desk.rehearsal.accounts["client_id"]).check()
    assert (check.state, check.code) == (CheckState.FAILED, "AADSTS7000218")


def test_a_code_that_nobody_entered_expires(desk: Desk) -> None:
    desk.rehearsal.entra.devices.seconds = 2
    try:
        check = desk.by(SignIn.DEVICE).check()
    finally:
        desk.rehearsal.entra.devices.seconds = 900
    assert check.state is CheckState.FAILED
    assert check.code in {"AADSTS70019", "sign-in.code-expired"}
    assert desk.prompts[0].seconds == 2


def test_asking_too_often_is_slowed_down_and_goes_on(desk: Desk) -> None:
    polls: list[str] = []
    devices = desk.rehearsal.entra.devices
    devices.interval = 3  # told to the program as 1, as a server that changed its mind would
    told, poll = devices.begin, devices.poll

    def begin(asked, application):
        devices.interval = 1
        answer = told(asked, application)
        devices.interval = 3
        return answer

    def counted(given, application):
        polls.append("poll")
        if len(polls) == 2:
            threading.Thread(target=desk._act, args=(named(desk.rehearsal), desk.prompts[0])).start()
        return poll(given, application)

    devices.begin, devices.poll = begin, counted
    try:
        assert desk.by(SignIn.DEVICE).check().state is CheckState.PASSED
    finally:
        del devices.begin, devices.poll
        devices.interval = 1
    codes = [entry.code for entry in desk.rehearsal.log.entries("entra", "/token")]
    assert "slow_down" in codes


@pytest.mark.parametrize("sign_in", PERSONS)
def test_cancelling_while_a_person_is_waited_for_leaves_nothing(desk: Desk, sign_in: SignIn) -> None:
    desk.rehearsal.entra.devices.interval = 60
    try:
        thread, outcome = in_thread(desk.by(sign_in).check)
        until(lambda: desk.prompts)
        desk.token.cancel()
        thread.join(PATIENCE)
    finally:
        desk.rehearsal.entra.devices.interval = 1
    assert isinstance(outcome[0], Cancelled)
    if sign_in is SignIn.BROWSER:
        redirect = parse_qs(urlsplit(desk.prompts[0].address).query)["redirect_uri"][0]
        assert _refused(urlsplit(redirect).port)


@pytest.mark.parametrize("part", ["openid-configuration", "devicecode", "oauth2/v2.0/token"])
@pytest.mark.parametrize("sign_in", PERSONS)
def test_cancelling_at_each_request_leaves_nothing(desk: Desk, sign_in: SignIn, part: str) -> None:
    if (sign_in, part) == (SignIn.BROWSER, "devicecode"):
        part = "/api/data"
    desk.person = named(desk.rehearsal)
    desk.rehearsal.faults.add("hang", path=part, count=0)
    try:
        thread, outcome = in_thread(desk.by(sign_in).check)
        until(lambda: any(rule.played for rule in desk.rehearsal.faults._rules))
        desk.token.cancel()
        thread.join(PATIENCE)
    finally:
        desk.rehearsal.faults.clear()
    assert isinstance(outcome[0], Cancelled)


def test_a_wrong_browser_is_no_hindrance(desk: Desk) -> None:
    """An opener that cannot open anything: the person copies the address."""
    desk.person = named(desk.rehearsal)
    tried: list[str] = []
    method = desk.access

    def access(*, attended: bool = True):
        return replace(method(attended=attended), open_browser=lambda address: bool(tried.append(address)))

    desk.access = access
    assert desk.by(SignIn.BROWSER).check().state is CheckState.PASSED
    assert tried == [desk.prompts[0].address]


def test_without_a_port_the_code_is_named_as_the_way_out(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_port(self, token) -> None:
        raise OSError(13, "Permission denied")

    monkeypatch.setattr(LoopbackReceiver, "__init__", no_port)
    check = desk.by(SignIn.BROWSER).check()
    assert check.code == "sign-in.port"


@pytest.mark.parametrize("own", [True, False])
@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("sync@rehearsal.example", ""),
        ("CORP\\sync", "AADSTS50034"),
        ("person@federated.rehearsal.example", "entra.federated"),
        ("mfa@rehearsal.example", "AADSTS50076"),
    ],
)
def test_a_user_name_and_password(desk: Desk, name: str, code: str, own: bool) -> None:
    accounts = desk.rehearsal.accounts
    client_id, secret = (accounts["user_client_id"], accounts["user_client_secret"]) if own else ("", "")
    desk.secrets = Secrets(accounts["password"], secret)
    check = desk.by(SignIn.PASSWORD, username=name, client_id=client_id).check()
    assert check.code == code
    if code in {"AADSTS50076", "entra.federated"}:
        assert "browser" in str(check.cure)
    if "\\" in name:
        assert "backslash" in str(check.finding)


def test_a_tenant_that_is_none_is_told_before_anything_is_asked(desk: Desk) -> None:
    check = desk.by(SignIn.BROWSER, tenant="https://contoso").check()
    assert check.state is CheckState.SKIPPED
    assert not desk.rehearsal.log.entries("entra")


def test_another_tenant_is_microsofts_to_refuse(desk: Desk) -> None:
    assert desk.by(SignIn.BROWSER, tenant="nowhere.example").check().code == "AADSTS90002"
    assert not desk.prompts


def test_a_page_elsewhere_is_not_shown(desk: Desk) -> None:
    entra = desk.rehearsal.entra
    configuration = entra._configuration

    def elsewhere(tenant: str):
        answer = configuration(tenant)
        page = b'"authorization_endpoint":"https://'
        answer.set_data(answer.get_data().replace(page, page + b"login.evil.example/"))
        return answer

    entra._configuration = elsewhere
    try:
        check = desk.by(SignIn.BROWSER).check()
    finally:
        del entra._configuration
    assert (check.code, desk.prompts) == ("sign-in.strange-page", [])


def _refused(port: int | None) -> bool:
    with socket.socket() as wire:
        return wire.connect_ex(("127.0.0.1", port or 0)) != 0
