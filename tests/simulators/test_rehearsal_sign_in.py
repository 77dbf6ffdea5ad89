"""Entra's answers to good and bad sign-ins."""

import pytest


def token(dynamics, tenant=None, **form):
    accounts = dynamics.rehearsal.accounts
    given = {
        "grant_type": "client_credentials",
        "client_id": accounts["client_id"],
        "client_secret": accounts["client_secret"],
        "scope": f"{dynamics.rehearsal.dynamics_url}/.default",
    } | form
    url = f"{dynamics.rehearsal.entra_url}/{tenant or accounts['tenant']}/oauth2/v2.0/token"
    return dynamics.session.post(url, data={name: value for name, value in given.items() if value is not None})


def password_token(dynamics, user="sync@rehearsal.example", **form):
    accounts = dynamics.rehearsal.accounts
    given = {
        "grant_type": "password",
        "client_id": accounts["user_client_id"],
        "client_secret": None,
        "username": user,
        "password": accounts["password"],
    }
    return token(dynamics, **(given | form))


def test_an_application_gets_a_token_without_scope(dynamics):
    body = token(dynamics).json()
    assert body["token_type"] == "Bearer"
    assert "scope" not in body


def test_a_person_gets_refresh_and_id_token_when_asked(dynamics):
    scope = f"{dynamics.rehearsal.dynamics_url}/user_impersonation openid profile offline_access"
    body = password_token(dynamics, scope=scope).json()
    assert {"access_token", "refresh_token", "id_token", "client_info"} <= set(body)
    accounts = dynamics.rehearsal.accounts
    again = token(
        dynamics,
        grant_type="refresh_token",
        refresh_token=body["refresh_token"],
        client_id=accounts["user_client_id"],
        client_secret=None,
        scope=scope,
    )
    assert again.status_code == 200


@pytest.mark.parametrize(
    ("form", "number", "error"),
    [
        ({"client_secret": "wrong"}, 7000215, "invalid_client"),
        ({"client_secret": None}, 7000216, "invalid_client"),
        ({"client_id": "00000000-0000-0000-0000-000000000000"}, 700016, "unauthorized_client"),
        ({"client_id": None}, 900144, "invalid_request"),
        ({"scope": "https://other.crm.dynamics.com/.default"}, 500011, "invalid_resource"),
        ({"scope": ""}, 70011, "invalid_scope"),
        ({"grant_type": "magic"}, 70003, "unsupported_grant_type"),
        ({"tenant": "nowhere.example"}, 90002, "invalid_tenant"),
    ],
)
def test_applications_are_refused(dynamics, form, number, error):
    body = token(dynamics, **form).json()
    assert (body["error"], body["error_codes"]) == (error, [number])
    assert f"AADSTS{number}" in body["error_description"]
    assert {"timestamp", "trace_id", "correlation_id", "error_uri"} <= set(body)


def test_the_id_of_a_secret_is_not_the_secret(dynamics):
    key = next(iter(dynamics.rehearsal.directory.service.secrets))
    assert token(dynamics, client_secret=key).json()["error_codes"] == [7000215]


@pytest.mark.parametrize(
    ("name", "number"), [("expired", 7000222), ("disabled", 7000112), ("no_permission", 650057), ("no_consent", 65001)]
)
def test_named_applications_lack_something(dynamics, name, number):
    application = dynamics.rehearsal.directory.named[name]
    secret = next(iter(application.secrets.values()))
    answer = token(dynamics, client_id=application.client_id, client_secret=secret)
    assert answer.json()["error_codes"] == [number]


@pytest.mark.parametrize(
    ("user", "number"),
    [
        ("nobody", 50034),
        ("mfa", 50076),
        ("mfasetup", 50079),
        ("locked", 50053),
        ("disabled", 50057),
        ("expired", 50055),
        ("blocked", 53003),
    ],
)
def test_named_people_are_refused(dynamics, user, number):
    assert password_token(dynamics, f"{user}@rehearsal.example").json()["error_codes"] == [number]


def test_a_wrong_password_is_told_before_anything_else(dynamics):
    assert password_token(dynamics, "mfa@rehearsal.example", password="no").json()["error_codes"] == [50126]
    assert password_token(dynamics, tenant="common").json()["error_codes"] == [9001023]


def test_a_confidential_application_needs_its_secret_for_people(dynamics):
    answer = password_token(dynamics, client_id=dynamics.rehearsal.accounts["client_id"])
    assert answer.json()["error_codes"] == [7000218]


def test_discovery_and_user_realm(dynamics):
    entra, tenant = dynamics.rehearsal.entra_url, dynamics.rehearsal.accounts["tenant"]
    found = dynamics.session.get(f"{entra}/{tenant}/v2.0/.well-known/openid-configuration").json()
    assert found["issuer"] == f"{entra}/{tenant}/v2.0"
    assert found["token_endpoint"] == f"{entra}/{tenant}/oauth2/v2.0/token"
    assert dynamics.session.get(f"{entra}/nowhere/v2.0/.well-known/openid-configuration").status_code == 400

    def kind(user):
        return dynamics.session.get(f"{entra}/common/userrealm/{user}?api-version=1.0").json()["account_type"]

    assert kind("sync@rehearsal.example") == "Managed"
    assert kind("person@federated.rehearsal.example") == "Federated"
    assert kind("x@unknown.example") == "Unknown"


def test_the_organisation_refuses_tokens_of_another_audience_expired_and_revoked(dynamics):
    rehearsal = dynamics.rehearsal
    twice = token(dynamics, scope=f"{rehearsal.dynamics_url}//.default").json()["access_token"]
    answer = dynamics.get("WhoAmI", Authorization=f"Bearer {twice}")
    assert answer.status_code == 401
    assert "invalid_token" in answer.headers["WWW-Authenticate"]
    assert dynamics.get("WhoAmI").status_code == 200
    rehearsal.clock.advance(4000)
    assert dynamics.get("WhoAmI").status_code == 401
    dynamics.sign_in()
    rehearsal.directory.revoke_all()
    assert dynamics.get("WhoAmI").status_code == 401


def test_without_a_token_the_organisation_tells_where_to_sign_in(dynamics):
    rehearsal = dynamics.rehearsal
    answer = dynamics.get("", Authorization="")
    assert answer.status_code == 401
    assert answer.content == b""
    assert answer.headers["WWW-Authenticate"] == (
        f"Bearer authorization_uri={rehearsal.entra_url}/{rehearsal.accounts['tenant']}/oauth2/authorize, "
        f"resource_id={rehearsal.dynamics_url}/"
    )
