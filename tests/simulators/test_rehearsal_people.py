"""Entra's pages and codes, as strict as Microsoft's, asked by plain HTTP and by the stand-in person."""

import base64
import hashlib
import re
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from dynsync_gui.simulators.person import Person

VERIFIER = "v" * 43
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
REDIRECT = "http://localhost:49152"


def authorize(rehearsal, tenant=None, **query):
    given = {
        "client_id": rehearsal.accounts["user_client_id"],
        "response_type": "code",
        "redirect_uri": REDIRECT,
        "scope": f"{rehearsal.dynamics_url}/user_impersonation openid offline_access",
        "state": "s",
        "nonce": "n",
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
    } | query
    given = {name: value for name, value in given.items() if value is not None}
    return f"{rehearsal.entra_url}/{tenant or rehearsal.accounts['tenant']}/oauth2/v2.0/authorize?{urlencode(given)}"


def brought(dynamics, address):
    """Where the redirect leads after a good sign-in in query mode."""
    rehearsal = dynamics.rehearsal
    page = dynamics.session.get(address, allow_redirects=False)
    while page.status_code == 200:
        visit = re.search(r'name="visit" value="([^"]+)"', page.text)[1]
        form = {"visit": visit, "login": "sync@rehearsal.example", "passwd": rehearsal.accounts["password"]}
        page = dynamics.session.post(
            f"{rehearsal.entra_url}/login", data=form | {"step": "password"}, allow_redirects=False
        )
    return {name: values[0] for name, values in parse_qs(urlsplit(page.headers["Location"]).query).items()}


def redeem(dynamics, code, **form):
    rehearsal = dynamics.rehearsal
    given = {
        "grant_type": "authorization_code",
        "client_id": rehearsal.accounts["user_client_id"],
        "code": code,
        "redirect_uri": REDIRECT,
        "code_verifier": VERIFIER,
        "scope": f"{rehearsal.dynamics_url}/user_impersonation openid offline_access",
    } | form
    return dynamics.session.post(
        f"{rehearsal.entra_url}/{rehearsal.accounts['tenant']}/oauth2/v2.0/token", data=given
    ).json()


def test_a_code_is_good_for_one_token_of_its_own_program(dynamics):
    fields = brought(dynamics, authorize(dynamics.rehearsal))
    assert fields["state"] == "s"
    body = redeem(dynamics, fields["code"])
    claims = base64.urlsafe_b64decode(body["id_token"].split(".")[1] + "==")
    assert b'"nonce": "n"' in claims
    assert dynamics.get("WhoAmI", Authorization=f"Bearer {body['access_token']}").status_code == 200
    assert redeem(dynamics, fields["code"])["error_codes"] == [54005]


@pytest.mark.parametrize(
    ("form", "number"),
    [
        ({"code_verifier": "w" * 43}, 50148),
        ({"code_verifier": ""}, 9002325),
        ({"redirect_uri": "http://localhost:1"}, 50011),
        ({"client_id": "51f81489-12ee-4a9e-aaae-a2591f45987d"}, 70008),
        ({"code": "1.made-up"}, 70008),
    ],
)
def test_a_stolen_code_is_worthless(dynamics, form, number):
    code = brought(dynamics, authorize(dynamics.rehearsal))["code"]
    assert redeem(dynamics, **({"code": code} | form))["error_codes"] == [number]


def test_a_code_does_not_live_long(dynamics):
    code = brought(dynamics, authorize(dynamics.rehearsal))["code"]
    dynamics.rehearsal.clock.advance(700)
    assert redeem(dynamics, code)["error_codes"] == [70008]


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ({"redirect_uri": "https://evil.example"}, "AADSTS50011"),
        ({"redirect_uri": "http://localhost.evil.example"}, "AADSTS50011"),
        ({"redirect_uri": "http://127.0.0.1:49152"}, "AADSTS50011"),
        ({"redirect_uri": "http://localhost:49152/other"}, "AADSTS50011"),
        ({"client_id": "00000000-0000-0000-0000-000000000000"}, "AADSTS700016"),
        ({"tenant": "organizations"}, "AADSTS50194"),
        ({"tenant": "nowhere"}, "AADSTS90002"),
    ],
)
def test_nobody_is_sent_to_an_address_that_is_not_registered(dynamics, query, text):
    answer = dynamics.session.get(authorize(dynamics.rehearsal, **query), allow_redirects=False)
    assert answer.status_code == 400
    assert text in answer.text


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ({"code_challenge": None}, "AADSTS9002325"),
        ({"code_challenge_method": "plain"}, "AADSTS9002325"),
        ({"response_type": "token"}, "AADSTS900144"),
        ({"scope": "https://other.crm.dynamics.com/user_impersonation"}, "AADSTS500011"),
    ],
)
def test_a_program_hears_of_its_own_mistakes(dynamics, query, text):
    answer = dynamics.session.get(authorize(dynamics.rehearsal, **query), allow_redirects=False)
    assert answer.status_code == 302
    assert text in answer.headers["Location"].replace("+", " ")


def test_a_form_is_handed_over_where_the_program_wants_one(dynamics):
    rehearsal = dynamics.rehearsal
    person = Person(rehearsal.ca_bundle, "sync@rehearsal.example", rehearsal.accounts["password"], stops_at="password")
    with pytest.raises(ConnectionRefusedError):  # nobody waits at the address
        person.signs_in(authorize(rehearsal, response_mode="form_post"))


def test_a_wrong_password_stays_on_the_page_and_a_wrong_second_step_too(dynamics):
    rehearsal = dynamics.rehearsal
    bundle, right = rehearsal.ca_bundle, rehearsal.accounts["password"]
    wrong = Person(bundle, "sync@rehearsal.example", "no").signs_in(authorize(rehearsal))
    assert "AADSTS50126" in wrong.text
    late = Person(bundle, "mfa@rehearsal.example", right, second_step="0").signs_in(authorize(rehearsal))
    assert "did not work" in late.text


def device(dynamics, **form):
    rehearsal = dynamics.rehearsal
    given = {
        "client_id": rehearsal.accounts["user_client_id"],
        "scope": f"{rehearsal.dynamics_url}/user_impersonation",
    } | form
    return dynamics.session.post(
        f"{rehearsal.entra_url}/{rehearsal.accounts['tenant']}/oauth2/v2.0/devicecode", data=given
    ).json()


def poll(dynamics, code, **form):
    rehearsal = dynamics.rehearsal
    given = {
        "grant_type": "urn:ietf:params:oauth:grant-type:device_code",
        "client_id": rehearsal.accounts["user_client_id"],
        "device_code": code,
    } | form
    return dynamics.session.post(
        f"{rehearsal.entra_url}/{rehearsal.accounts['tenant']}/oauth2/v2.0/token", data=given
    ).json()


def test_a_device_waits_until_the_person_is_through(dynamics):
    rehearsal = dynamics.rehearsal
    flow = device(dynamics)
    assert (flow["expires_in"], flow["interval"]) == (900, 5)
    assert poll(dynamics, flow["device_code"])["error_codes"] == [70016]
    assert poll(dynamics, flow["device_code"])["error"] == "slow_down"
    person = Person(rehearsal.ca_bundle, "mfa@rehearsal.example", rehearsal.accounts["password"])
    assert "signed in" in person.enters_code(flow["verification_uri"], flow["user_code"]).text
    other = poll(dynamics, flow["device_code"], client_id="51f81489-12ee-4a9e-aaae-a2591f45987d")
    assert other["error_codes"] == [70018]
    assert "access_token" in poll(dynamics, flow["device_code"])
    assert poll(dynamics, flow["device_code"])["error_codes"] == [70018]


def test_a_device_hears_of_no_and_of_too_late(dynamics):
    rehearsal = dynamics.rehearsal
    flow = device(dynamics)
    right = rehearsal.accounts["password"]
    no = Person(rehearsal.ca_bundle, "mfa@rehearsal.example", right, stops_at="second")
    no.enters_code(flow["verification_uri"], flow["user_code"])
    assert poll(dynamics, flow["device_code"])["error"] == "authorization_declined"
    assert "AADSTS70018" in no.enters_code(flow["verification_uri"], "WRONGCODE").text
    late = device(dynamics)
    rehearsal.clock.advance(901)
    assert poll(dynamics, late["device_code"])["error_codes"] == [70019]


def test_discovery_is_for_people(dynamics):
    rehearsal = dynamics.rehearsal
    path = f"{rehearsal.dynamics_url}/api/discovery/v2.0/Instances"
    bare = dynamics.session.get(path, headers={"Authorization": ""})
    assert bare.status_code == 401
    assert f"{rehearsal.entra_url}/common/oauth2/authorize" in bare.headers["WWW-Authenticate"]
    assert dynamics.session.get(path).status_code == 403
    dynamics.sign_in("sync")
    rows = dynamics.session.get(path).json()["value"]
    assert rows[0]["FriendlyName"] == "Rehearsal"
    assert {row["State"] for row in rows} == {0, 1}


def test_mail_is_sent_as_oneself_only(dynamics):
    rehearsal = dynamics.rehearsal
    dynamics.sign_in("sync")
    me = dynamics.get("WhoAmI").json()["UserId"]
    other = next(m.id for m in rehearsal.dataverse.members.by_object.values() if m.domain_name.startswith("mfa@"))

    def made(sender):
        parties = [
            {"partyid_systemuser@odata.bind": f"/systemusers({sender})", "participationtypemask": 1},
            {"addressused": "admin@contoso.example", "participationtypemask": 2},
        ]
        body = {"subject": "a", "description": "b", "email_activity_parties": parties}
        answer = dynamics.session.post(dynamics.url("emails"), json=body)
        assert answer.status_code == 204
        return answer.headers["OData-EntityId"]

    def sent(address):
        return dynamics.session.post(f"{address}/Microsoft.Dynamics.CRM.SendEmail", json={"IssueSend": True})

    assert sent(made(me)).status_code == 200
    assert sent(made(other)).json()["error"]["code"] == "0x8004480d"
    assert sent(dynamics.url(f"emails({other})")).status_code == 404
    assert [email["sent"] for email in rehearsal.dataverse.mail.emails.values()] == [True, False]
