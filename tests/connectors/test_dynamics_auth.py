"""Signing in to Dynamics: where, how often, and what refusals mean."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from dynsync_gui.connectors.dynamics.challenge import sign_in_place
from dynsync_gui.connectors.http.answer import Answer
from dynsync_gui.domain.checks import Check, CheckState
from dynsync_gui.domain.errors import ConnectionFailed
from dynsync_gui.domain.findings.entra import ENTRA
from dynsync_gui.domain.schema import Entity
from dynsync_gui.domain.settings import SAMPLE_CLIENT_ID, SignIn

from .dynamics_script import TENANT, USER, DynamicsScript, refusal

ORG = "https://contoso.crm4.dynamics.com"
LOGIN = f"https://login.microsoftonline.com/{TENANT}"


@pytest.fixture
def script(forge) -> DynamicsScript:
    return DynamicsScript(forge)


@pytest.fixture
def opened(script: DynamicsScript) -> Iterator:
    made = []

    def open_(**options):
        made.append(script.reader(**options))
        return made[-1]

    yield open_
    for reader in made:
        reader.close()


def checked(reader) -> dict[str, Check]:
    return {check.id: check for check in reader.check([Entity.CONTACT], lambda _: None)}


def challenge(text: str, status: int = 401) -> Answer:
    return Answer("contoso.crm4.dynamics.com", status, {"WWW-Authenticate": text})


@pytest.mark.parametrize(
    ("text", "authority"),
    [
        (f"Bearer authorization_uri={LOGIN}/oauth2/authorize, resource_id={ORG}/", LOGIN),
        (f'Bearer authorization_uri="{LOGIN}/oauth2/v2.0/authorize", resource_id="{ORG}/"', LOGIN),
        (f"Bearer authorization_uri={LOGIN}/oauth2/authorize", LOGIN),
        (
            f"bearer authorization_uri=https://login.microsoftonline.us/common/oauth2/authorize,resource_id={ORG}",
            "https://login.microsoftonline.us/organizations",
        ),
    ],
)
def test_the_challenge_tells_where_to_sign_in(text: str, authority: str) -> None:
    place = sign_in_place(challenge(text), ORG, frozenset())
    assert (place.authority, place.resource) == (authority, ORG)


def test_the_api_twin_of_the_same_environment_is_the_same_resource() -> None:
    twin = "https://contoso.api.crm4.dynamics.com"
    text = f"Bearer authorization_uri={LOGIN}/oauth2/authorize, resource_id={twin}/"
    assert sign_in_place(challenge(text), ORG, frozenset()).resource == twin


@pytest.mark.parametrize(
    ("authority", "resource", "code"),
    [
        (f"https://login.microsoftonline.com.evil.example/{TENANT}", ORG, "dynamics.sign-in-host"),
        (f"http://login.microsoftonline.com/{TENANT}", ORG, "dynamics.sign-in-host"),
        (f"https://me@login.microsoftonline.com/{TENANT}", ORG, "dynamics.sign-in-host"),
        (f"https://login.microsoftonline.com:8443/{TENANT}", ORG, "dynamics.sign-in-host"),
        ("https://login.microsoftonline.com/%2e%2e", ORG, "dynamics.not-dynamics"),
        (LOGIN, "https://graph.microsoft.com", "dynamics.resource"),
        (LOGIN, "https://fabrikam.crm4.dynamics.com", "dynamics.resource"),
    ],
)
def test_a_hostile_challenge_gets_no_password(authority: str, resource: str, code: str) -> None:
    text = f"Bearer authorization_uri={authority}/oauth2/authorize, resource_id={resource}/"
    with pytest.raises(ConnectionFailed) as caught:
        sign_in_place(challenge(text), ORG, frozenset())
    assert caught.value.code == code


def test_what_does_not_challenge_is_no_dynamics(script: DynamicsScript, opened) -> None:
    script.answers["/api/data"] = lambda exchange: exchange.reply({"value": []})
    checks = checked(opened())
    assert checks["dynamics.address"].code == "dynamics.not-dynamics"
    assert checks["dynamics.sign-in"].state is CheckState.SKIPPED


def test_an_application_signs_in(script: DynamicsScript, opened) -> None:
    assert checked(opened())["dynamics.sign-in"].state is CheckState.PASSED
    (request,) = script.asked("/token")
    assert request.target == f"/{TENANT}/oauth2/v2.0/token"
    form = request.form
    assert form["grant_type"] == "client_credentials"
    assert form["client_secret"] == "s3cret~value"
    assert form["scope"] == f"{script.server.url}/.default"


@pytest.mark.parametrize("secret", ["", "s3cret~value"])
def test_a_user_signs_in_with_or_without_an_own_application(script: DynamicsScript, opened, secret: str) -> None:
    reader = opened(sign_in=SignIn.PASSWORD, secret=secret, client_id="", username="a#b +c@contoso.com")
    assert checked(reader)["dynamics.sign-in"].state is CheckState.PASSED
    (realm,) = script.asked("/userrealm/")
    assert realm.target == "/common/userrealm/a%23b%20%2Bc@contoso.com?api-version=1.0"
    form = script.asked("/token")[0].form
    assert form["grant_type"] == "password"
    assert form["client_id"] == SAMPLE_CLIENT_ID
    assert form["username"] == "a#b +c@contoso.com"
    assert form["password"] == "pass word"
    assert form.get("client_secret", "") == secret
    assert f"{script.server.url}/user_impersonation" in form["scope"].split()


def test_secrets_travel_in_bodies_only(script: DynamicsScript, opened) -> None:
    checked(opened(sign_in=SignIn.PASSWORD))
    for request in script.server.requests:
        assert "s3cret" not in request.target + str(request.headers)
        assert "pass" not in request.target


def test_an_account_of_a_companys_own_server(script: DynamicsScript, opened) -> None:
    elsewhere = "https://adfs.contoso.example/adfs/services/trust/mex"
    told = {"account_type": "Federated", "federation_metadata_url": elsewhere}
    script.answers["/userrealm/"] = lambda exchange: exchange.reply(told)
    check = checked(opened(sign_in=SignIn.PASSWORD))["dynamics.sign-in"]
    assert (check.state, check.code) == (CheckState.FAILED, "entra.federated")
    assert script.asked("/token") == []


@pytest.mark.parametrize("number", [50126, 50076, 7000215, 700016, 53003, 65001])
def test_refusals_have_words_and_ids(script: DynamicsScript, opened, number: int) -> None:
    script.answers["/token"] = refusal(number)
    check = checked(opened())["dynamics.sign-in"]
    assert (check.state, check.code) == (CheckState.FAILED, f"AADSTS{number}")
    assert check.finding == ENTRA[number].title
    assert dict(check.ids) == {
        "correlation_id": "correlation-1",
        "trace_id": "trace-1",
        "timestamp": "2026-11-22 15:00:00Z",
    }


def test_an_unknown_refusal_shows_microsofts_words(script: DynamicsScript, opened) -> None:
    script.answers["/token"] = refusal(12345678, "strange")
    check = checked(opened())["dynamics.sign-in"]
    assert check.code == "AADSTS12345678"
    assert check.detail == "AADSTS12345678: Some words."


def test_after_a_refusal_the_next_test_asks_again(script: DynamicsScript, opened) -> None:
    reader = opened()
    script.answers["/token"] = refusal(7000215)
    assert checked(reader)["dynamics.sign-in"].state is CheckState.FAILED
    del script.answers["/token"]
    assert checked(reader)["dynamics.sign-in"].state is CheckState.PASSED


def test_a_tenant_that_does_not_exist(script: DynamicsScript, opened) -> None:
    script.answers["/openid-configuration"] = refusal(90002, "invalid_tenant")
    check = checked(opened())["dynamics.sign-in"]
    assert (check.state, check.code) == (CheckState.FAILED, "AADSTS90002")


@pytest.mark.parametrize("body", [b"<html>", b"", b'{"access_token": 1}', b"{}"])
def test_a_token_that_is_none(script: DynamicsScript, opened, body: bytes) -> None:
    script.answers["/token"] = lambda exchange: exchange.reply(body)
    check = checked(opened())["dynamics.sign-in"]
    assert check.state is CheckState.FAILED
    assert check.finding


def test_threads_share_one_sign_in(script: DynamicsScript, opened) -> None:
    reader = opened()
    with ThreadPoolExecutor(8) as pool:
        for future in [pool.submit(reader.identity) for _ in range(8)]:
            future.result()
    assert len(script.asked("/token")) == 1


def test_a_refused_token_is_replaced_once(script: DynamicsScript, opened) -> None:
    reader = opened()
    reader.identity()
    script.issued += 1  # Dataverse no longer takes the token that the reader holds
    reader.identity()
    assert len(script.asked("/token")) == 2


def test_a_token_that_is_refused_in_all_threads_at_once_is_replaced_once(script: DynamicsScript, opened) -> None:
    reader, together = opened(), threading.Barrier(6, timeout=60)
    reader.identity()

    def told(exchange) -> None:
        if exchange.request.headers["authorization"] == "Bearer token-1":
            together.wait()
            script.challenge(exchange)
        else:
            exchange.reply({"UserId": USER, "OrganizationId": USER})

    script.answers["/WhoAmI"] = told
    with ThreadPoolExecutor(6) as pool:
        assert len(list(pool.map(lambda _: reader.identity(), range(6)))) == 6
    assert len(script.asked("/token")) == 2


def test_a_request_with_a_new_token_waits_as_others_were_told_to_meanwhile(script: DynamicsScript, opened) -> None:
    together, slowed = threading.Barrier(2, timeout=60), threading.Event()
    slow, again = [], []

    def told(exchange) -> None:
        if exchange.request.headers["authorization"] != "Bearer token-1":
            again.append(time.monotonic())
            exchange.reply({"UserId": USER, "OrganizationId": USER})
        elif slowed.is_set() or together.wait() == 0:
            script.challenge(exchange)
        else:
            exchange.reply(b"", 429, Retry_After="1")

    def renewed(exchange) -> None:
        assert slowed.wait(60)
        script.token(exchange)

    def heard(*_: object) -> None:
        slow.append(time.monotonic())
        slowed.set()

    reader = opened(on_wait=heard)
    reader.identity()
    script.answers |= {"/WhoAmI": told, "/token": renewed}
    with ThreadPoolExecutor(2) as pool:
        assert len(list(pool.map(lambda _: reader.identity(), range(2)))) == 2
    assert len(again) == 2
    assert min(again) - slow[0] >= 0.9


def test_tokens_refused_again_and_again_end_it(script: DynamicsScript, opened) -> None:
    script.answers["/WhoAmI"] = lambda exchange: exchange.reply(b"", 401)
    check = checked(opened())["dynamics.user"]
    assert (check.state, check.code) == (CheckState.FAILED, "http.401")
    assert len(script.asked("/token")) == 4


def test_a_token_near_its_end_is_not_used(script: DynamicsScript, opened) -> None:
    script.life = 0
    reader = opened()
    reader.identity()
    assert len(script.asked("/token")) > 1


def test_a_busy_sign_in_is_asked_again(script: DynamicsScript, opened) -> None:
    def once_busy(exchange) -> None:
        del script.answers["/token"]
        exchange.reply(b"<html>busy</html>", 503)

    script.answers["/token"] = once_busy
    assert checked(opened())["dynamics.sign-in"].state is CheckState.PASSED
