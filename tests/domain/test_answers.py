"""The answers file: everything written comes back, and everything odd is named."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
import tomli_w
from hypothesis import given
from hypothesis import strategies as st

from dynsync_gui.domain.answers import missing_answers, read_answers, write_answers
from dynsync_gui.domain.choice import Direction, FieldChoice, Form, Overwrite, TooLong
from dynsync_gui.domain.errors import ExitStatus, SettingsError
from dynsync_gui.domain.schema import ENTITIES, Entity, System, TargetType
from dynsync_gui.domain.settings import (
    BulkUse,
    DynamicsSettings,
    EnableSettings,
    FieldSettings,
    FilteredOut,
    LimitSettings,
    MailKind,
    MailSecurity,
    MailSettings,
    MarketoSettings,
    NativeSync,
    NetworkSettings,
    Settings,
    SignIn,
)

LINE = st.text(
    st.characters(exclude_categories=["Cc", "Cs"]),
    max_size=30,
).map(str.strip)
CHOICES = st.builds(
    FieldChoice,
    name=st.from_regex(r"[a-z_][a-z0-9_]{0,12}", fullmatch=True),
    target=LINE,
    create=st.none() | st.sampled_from(TargetType),
    label=LINE,
    direction=st.none() | st.sampled_from(Direction),
    winner=st.none() | st.sampled_from(System),
    overwrite=st.sampled_from(Overwrite),
    too_long=st.sampled_from(TooLong),
    form=st.sampled_from(Form),
    since=st.none() | st.dates(),
)
COLUMNS = st.lists(CHOICES, unique=True, max_size=4).map(tuple)
TABLES = st.sampled_from([*ENTITIES, Entity.OPPORTUNITY, Entity("new_course")])
SETTINGS = st.builds(
    Settings,
    dynamics=st.builds(
        DynamicsSettings,
        url=st.sampled_from(["", "https://contoso.crm4.dynamics.com", "https://127.0.0.1:8443"]),
        sign_in=st.sampled_from(SignIn),
        username=LINE,
        client_id=LINE,
        tenant=LINE,
        certificate=LINE,
        secret_expires=st.none() | st.dates(),
    ),
    marketo=st.builds(
        MarketoSettings,
        endpoint=st.sampled_from(["", "https://123-abc-456.mktorest.com", "https://127.0.0.1:8444"]),
        client_id=LINE,
    ),
    network=st.builds(
        NetworkSettings,
        ca_bundle=LINE,
        trusted_hosts=st.just(("127.0.0.1:8443", "127.0.0.1:8444", "crm.corp.example")),
        proxy=st.sampled_from(["", "http://proxy.corp.example:8080", "https://proxy.corp.example"]),
        proxy_username=LINE,
    ),
    fields=st.builds(
        FieldSettings,
        chosen=st.dictionaries(TABLES, COLUMNS),
        filter=st.booleans(),
        language=st.integers(0, 65_535),
        filtered_out=st.sampled_from(FilteredOut),
        filtered_list=LINE,
    ),
    limits=st.builds(
        LimitSettings,
        calls_per_20s=st.integers(1, 100),
        in_flight=st.integers(1, 10),
        daily_calls=st.integers(1, 10_000_000),
        bulk=st.sampled_from(BulkUse),
    ),
    enable=st.builds(
        EnableSettings,
        email=st.sampled_from(["", "admin@contoso.example"]),
        accept=st.booleans(),
        native_sync=st.sampled_from(NativeSync),
    ),
    mail=st.builds(
        MailSettings,
        host=LINE,
        port=st.integers(1, 65_535),
        security=st.sampled_from(MailSecurity),
        username=LINE,
        kind=st.sampled_from(MailKind),
    ),
    rehearsal=st.booleans(),
)


def refused(document: dict[str, Any]) -> SettingsError:
    with pytest.raises(SettingsError) as caught:
        read_answers(document)
    assert caught.value.exit_status is ExitStatus.WRONG_USE
    return caught.value


def words(error: SettingsError) -> str:
    return f"{error.finding.title} {error.finding.cure}"


@given(SETTINGS)
def test_settings_come_back_from_their_own_file(settings: Settings) -> None:
    text = tomli_w.dumps(write_answers(settings))
    assert read_answers(tomllib.loads(text), stored=True) == settings


def test_the_shape_of_the_contract() -> None:
    settings = read_answers(
        tomllib.loads(
            """
            [dynamics]
            url = "Contoso.crm4.dynamics.com/main.aspx?appid=1"
            sign_in = "password"
            username = "sync@contoso.example"
            [marketo]
            endpoint = "https://123-ABC-456.mktorest.com/rest"
            client_id = "abc"
            [network]
            ca_bundle = "corp.pem"
            trusted_hosts = ["127.0.0.1:8443", "Proxy.Corp.example:443"]
            [fields]
            lead = "default"
            contact = ["firstname", "emailaddress1", "firstname"]
            filter = false
            [limits]
            calls_per_20s = 100
            in_flight = 10
            daily_calls = 20000
            bulk = "never"
            [enable]
            email = "admin@contoso.example"
            accept = true
            [mail]
            host = "smtp.contoso.example"
            security = "tls"
            username = "sync@contoso.example"
            """
        )
    )
    assert settings.dynamics.url == "https://contoso.crm4.dynamics.com"
    assert settings.marketo.endpoint == "https://123-abc-456.mktorest.com"
    assert settings.dynamics.sign_in is SignIn.PASSWORD
    assert settings.network.trusted_hosts == ("127.0.0.1:8443", "proxy.corp.example")
    assert settings.fields.chosen == {Entity.CONTACT: (FieldChoice("firstname"), FieldChoice("emailaddress1"))}
    assert settings.fields.filter is False
    assert settings.limits == LimitSettings(100, 10, 20_000, BulkUse.NEVER)
    assert settings.enable == EnableSettings("admin@contoso.example", accept=True)
    assert settings.mail.port == 465
    assert missing_answers(settings) is None


def test_the_keys_for_signing_in_and_for_mail() -> None:
    settings = read_answers(
        tomllib.loads(
            """
            [dynamics]
            sign_in = "device"
            tenant = "contoso.example"
            certificate = "app.pem"
            secret_expires = 2027-01-31
            [network]
            proxy = "proxy.corp.example:8080"
            proxy_username = "CORP\\\\sync"
            [enable]
            native_sync = "people"
            [mail]
            kind = "graph"
            """
        )
    )
    assert settings.dynamics.sign_in is SignIn.DEVICE
    assert settings.dynamics.sign_in.is_person
    assert (settings.dynamics.tenant, settings.dynamics.certificate) == ("contoso.example", "app.pem")
    assert settings.dynamics.secret_expires == date(2027, 1, 31)
    assert settings.network.proxy == "http://proxy.corp.example:8080"
    assert settings.network.proxy_username == "CORP\\sync"
    assert settings.enable.native_sync is NativeSync.PEOPLE
    assert settings.mail.kind is MailKind.GRAPH
    assert settings.mail.sends
    assert read_answers({"dynamics": {"secret_expires": "2027-01-31"}}).dynamics.secret_expires == date(2027, 1, 31)


def test_an_account_in_the_proxys_address_is_refused_unread() -> None:
    error = refused({"network": {"proxy": "http://sync:CANARY-1@proxy.corp.example:8080"}})
    assert error.code == "settings-secret"
    assert "proxy_username" in str(error.finding.cure)
    assert "CANARY" not in f"{words(error)}{error!r}{error.detail}"


@pytest.mark.parametrize("sign_in", [SignIn.BROWSER, SignIn.DEVICE])
def test_a_person_needs_neither_a_name_nor_a_client_id(sign_in: SignIn) -> None:
    dynamics = DynamicsSettings("https://contoso.crm.dynamics.com", sign_in)
    assert missing_answers(Settings(dynamics, MarketoSettings("https://123-abc-456.mktorest.com", "id"))) is None


def test_an_empty_document_is_the_defaults() -> None:
    assert read_answers({}) == Settings()


@pytest.mark.parametrize(
    ("document", "found", "hint"),
    [
        ({"dynamic": {}}, "[dynamic]", "[dynamics]"),
        ({"dynamics": {"user_name": "x"}}, "user_name", "username"),
        ({"limits": {"calls_20s": 5}}, "“calls_20s”", "calls_per_20s"),
        ({"dynamics": {"endpoint": "x"}}, "endpoint", "[marketo]"),
        ({"accept": True}, "accept", "[enable]"),
        ({"fields": {"contacts": "default"}}, "contacts", "contact"),
        ({"fields": {"filter_list": "x"}}, "filter_list", "filtered_list"),
        ({"fields": {"accept": True}}, "accept", "[enable]"),
        ({"fields": {"lead": [{"name": "a", "winner": "marketo"}]}}, "winner", "wins"),
        ({"rehearsal": True}, "rehearsal", "["),
    ],
)
def test_unknown_names_lead_to_the_nearest_known_one(document: dict[str, Any], found: str, hint: str) -> None:
    error = refused(document)
    assert found in str(error.finding.title)
    assert hint in str(error.finding.cure)


@pytest.mark.parametrize(
    ("document", "parts"),
    [
        ({"enable": {"accept": "yes"}}, ("enable.accept", '"yes"', "true or false")),
        ({"enable": {"accept": 1}}, ("enable.accept", "1", "true or false")),
        ({"limits": {"in_flight": 11}}, ("limits.in_flight", "11", "from 1 to 10")),
        ({"limits": {"in_flight": True}}, ("limits.in_flight", "true", "whole number")),
        ({"limits": {"calls_per_20s": 0}}, ("limits.calls_per_20s", "0", "from 1 to 100")),
        ({"limits": {"bulk": "often"}}, ("limits.bulk", "often", "always")),
        ({"limits": {"daily_calls": 2.5}}, ("limits.daily_calls", "2.5", "whole number")),
        ({"dynamics": {"sign_in": "fax"}}, ("dynamics.sign_in", '"fax"', '"application"', '"browser"', '"device"')),
        ({"dynamics": {"secret_expires": "31.1.2027"}}, ("dynamics.secret_expires", '"31.1.2027"', "2027-01-31")),
        ({"dynamics": {"secret_expires": 2027}}, ("dynamics.secret_expires", "2027", "a date")),
        ({"enable": {"native_sync": "ignore"}}, ("enable.native_sync", '"ignore"', '"stop"', '"people"')),
        ({"mail": {"kind": "pigeon"}}, ("mail.kind", '"smtp"', '"dynamics"', '"graph"')),
        ({"network": {"proxy": "ftp://p"}}, ("network.proxy", '"ftp://p"', "http://proxy.contoso.com:8080")),
        ({"network": {"proxy": "p:99999"}}, ("network.proxy", "address of a proxy")),
        ({"network": {"proxy": "http://p/x"}}, ("network.proxy", "address of a proxy")),
        ({"marketo": {"secret_expires": "2027-01-31"}}, ("secret_expires", "[dynamics]")),
        ({"mail": {"security": "none"}}, ("mail.security", '"none"', '"starttls"')),
        ({"mail": {"port": "587"}}, ("mail.port", '"587"', "whole number")),
        ({"fields": {"lead": "all"}}, ("fields.lead", '"all"', '"default" or a list')),
        ({"fields": {"lead": ["First Name"]}}, ("fields.lead", "First Name", "logical names")),
        ({"fields": {"lead": [1]}}, ("fields.lead", "1", "Dynamics names")),
        ({"fields": {"lead": [{"target": "title"}]}}, ("fields.lead", "a table", "the Dynamics name")),
        ({"fields": {"lead": [{"name": "a", "wins": "me"}]}}, ("fields.lead.wins", '"me"', '"marketo"')),
        ({"fields": {"lead": [{"name": "a", "direction": 1}]}}, ("fields.lead.direction", "1", '"both"')),
        ({"fields": {"new_course": "all"}}, ("fields.new_course", '"all"', '"default" or a list')),
        ({"fields": {"filtered_out": "kill"}}, ("fields.filtered_out", '"kill"', '"unlist"')),
        ({"network": {"trusted_hosts": ["*.corp.example"]}}, ("trusted_hosts", "*.corp", "without *")),
        ({"network": {"trusted_hosts": ["https://a.example"]}}, ("trusted_hosts", "https://", "exact host")),
        ({"network": {"trusted_hosts": "a.example"}}, ("trusted_hosts", '"a.example"', "a list")),
        ({"dynamics": {"username": "a\nb"}}, ("dynamics.username", "line break")),
        ({"dynamics": {"username": ["a"]}}, ("dynamics.username", "a list", "text in quotes")),
        ({"enable": {"email": "a@b.example, c@d.example"}}, ("enable.email", "one e-mail address")),
        ({"marketo": "x"}, ("marketo", "[marketo]")),
    ],
)
def test_unsuitable_values_are_named_with_what_is_wanted(document: dict[str, Any], parts: tuple[str, ...]) -> None:
    told = words(refused(document))
    for part in parts:
        assert part in told


@pytest.mark.parametrize(
    ("document", "variable"),
    [
        ({"dynamics": {"password": "CANARY-1"}}, "DYNSYNC_DYNAMICS_PASSWORD"),
        ({"dynamics": {"client_secret": "CANARY-1"}}, "DYNSYNC_DYNAMICS_CLIENT_SECRET"),
        ({"marketo": {"client_secret": "CANARY-1"}}, "DYNSYNC_MARKETO_CLIENT_SECRET"),
        ({"marketo": {"Secret": "CANARY-1"}}, "DYNSYNC_MARKETO_CLIENT_SECRET"),
        ({"mail": {"password": "CANARY-1"}}, "DYNSYNC_MAIL_PASSWORD"),
        ({"mail_password": "CANARY-1"}, "DYNSYNC_MAIL_PASSWORD"),
        ({"network": {"proxy_password": "CANARY-1"}}, "DYNSYNC_PROXY_PASSWORD"),
        ({"secrets": {"a": "CANARY-1"}}, "DYNSYNC_DYNAMICS_PASSWORD"),
    ],
)
def test_secrets_are_refused_unread(document: dict[str, Any], variable: str) -> None:
    error = refused(document)
    assert error.code == "settings-secret"
    assert variable in str(error.finding.cure)
    assert "CANARY" not in f"{words(error)}{error!r}{error.detail}"


@pytest.mark.parametrize(
    ("document", "key"),
    [
        ({"dynamics": {"url": "https://evil.example"}}, "dynamics.url"),
        ({"dynamics": {"url": "https://a:b@contoso.crm.dynamics.com"}}, "dynamics.url"),
        ({"marketo": {"endpoint": "https://contoso.crm.dynamics.com"}}, "marketo.endpoint"),
        ({"marketo": {"endpoint": '   ""'}}, "marketo.endpoint"),
    ],
)
def test_addresses_that_cannot_be_used_say_why(document: dict[str, Any], key: str) -> None:
    error = refused(document)
    assert key in str(error.finding.title)
    assert str(error.finding.cure)


def test_what_is_missing_is_named_in_the_order_of_the_file() -> None:
    settings = Settings()
    steps = [
        ("dynamics.url", replace(settings.dynamics, url="https://contoso.crm.dynamics.com")),
        ("dynamics.client_id", replace(settings.dynamics, url="https://contoso.crm.dynamics.com", client_id="a")),
    ]
    for key, filled in steps:
        error = missing_answers(settings)
        assert error is not None
        assert key in str(error.finding.title)
        settings = replace(settings, dynamics=filled)
    error = missing_answers(settings)
    assert error is not None
    assert "marketo.endpoint" in str(error.finding.title)


def test_signing_in_with_a_password_needs_a_user_and_no_client_id() -> None:
    dynamics = DynamicsSettings("https://contoso.crm.dynamics.com", SignIn.PASSWORD)
    marketo = MarketoSettings("https://123-abc-456.mktorest.com", "id")
    error = missing_answers(Settings(dynamics, marketo))
    assert error is not None
    assert "dynamics.username" in str(error.finding.title)
    assert missing_answers(Settings(replace(dynamics, username="u"), marketo)) is None
