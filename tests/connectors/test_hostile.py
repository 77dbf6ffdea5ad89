"""Hostile answers: whatever a server says, tokens and secrets stay with the host that they are for.

A second server, which the client would trust, listens where the answers point to; nothing ever arrives there.
"""

from __future__ import annotations

import gzip
import ssl
from collections.abc import Iterator
from contextlib import closing

import pytest

from dynsync_gui.connectors.http import retry
from dynsync_gui.connectors.http.tls import trusting_context
from dynsync_gui.domain.checks import Check, CheckState
from dynsync_gui.domain.errors import ConnectionFailed, DynSyncError
from dynsync_gui.domain.schema import Entity, EntitySchema, FieldType, SourceField, Target
from dynsync_gui.domain.settings import SignIn

from .dynamics_script import ROOT, TENANT, DynamicsScript
from .marketo_script import MarketoScript, ok
from .scripted import Exchange, Forge, ScriptedServer

SECRETS = ("s3cret", "pass word", "pass+word", "pass%20word", "token-")
TABLE = EntitySchema(Entity.LEAD, "Lead", "leads", "leadid", (SourceField("leadid", "Lead", FieldType.STRING),))
LINKS = (
    "https://{thief}/api/data/v9.2/leads",
    "http://{thief}/api/data/v9.2/leads",
    "//{thief}/api/data/v9.2/leads",
    "///{thief}/api/data/v9.2/leads",
    "/\\{thief}/api/data/v9.2/leads",
    "https:\\\\{thief}\\api\\data\\v9.2\\leads",
    "https:/{thief}/api/data/v9.2/leads",
    "https://{host}@{thief}/api/data/v9.2/leads",
    "https://{host}:443@{thief}/api/data/v9.2/leads",
    "https://user:word@{host}/api/data/v9.2/leads",
    "https://{thief}#@{host}/api/data/v9.2/leads",
    "https://{thief}?@{host}/api/data/v9.2/leads",
    "https://{thief}\\@{host}/api/data/v9.2/leads",
    "https://{thief}%00.{host}/api/data/v9.2/leads",
    "https://{host}.{thief}/api/data/v9.2/leads",
    "https://{host}%2e{thief}/api/data/v9.2/leads",
    "https://localhost:{port}/api/data/v9.2/leads",
    "https://127.0.0.1./api/data/v9.2/leads",
    "https://127.1:{port}/api/data/v9.2/leads",
    "https://2130706433:{port}/api/data/v9.2/leads",
    "https://0x7f000001:{port}/api/data/v9.2/leads",
    "https://[::ffff:127.0.0.1]:{port}/api/data/v9.2/leads",
    "https://[::1]:{port}/api/data/v9.2/leads",
    "https://127。0。0。1:{port}/api/data/v9.2/leads",
    "https://xn--cntoso-9ya.crm4.dynamics.com/api/data/v9.2/leads",
    "https://contoso.crm4.dynamics.com/api/data/v9.2/leads",
    "https://127.0.0.1:99999/api/data/v9.2/leads",
    "https://127.0.0.1:{port}\t/api/data/v9.2/leads",
    " https://{thief}/api/data/v9.2/leads",
    "https://{host}/api/data/v9.2/leads\r\nHost: {thief}",
    "https://{host}/api/data/v9.2/../../../steal",
    "https://{host}/api/data/v9.2/%2e%2e/%2e%2e/steal",
    "https://{host}/api/data/v9.2/..%2f..%2fsteal",
    "https://{host}/api/discovery/v2.0/Instances",
    "https://{host}/steal?/api/data/v9.2/leads",
    "file:///api/data/v9.2/leads",
    "javascript:alert(1)",
)
CHALLENGES = (
    "https://{thief}/{tenant}",
    "http://{thief}/{tenant}",
    "http://login.microsoftonline.com/{tenant}",
    "https://login.microsoftonline.com@{thief}/{tenant}",
    "https://login.microsoftonline.com.{thief}/{tenant}",
    "https://login.microsoftonline.com:{port}/{tenant}",
    "https://login.microsoftonline.com\\@{thief}/{tenant}",
    "https://login.microsoftonline.com%2f@{thief}/{tenant}",
    "https://login.microsoftonIine.com/{tenant}",
    "https://login-microsoftonline.com/{tenant}",
    "https://xn--login-microsoftonline-k8a.com/{tenant}",
    "https://login.microsoftonline.com./{tenant}",
    "https://40.126.32.133/{tenant}",
    "https://localhost:{port}/{tenant}",
    "https://[::1]:{port}/{tenant}",
)
REDIRECTS = (301, 302, 303, 307, 308)


@pytest.fixture
def thief(forge: Forge) -> Iterator[ScriptedServer]:
    """Listens, is trusted by its certificate, and must never be reached."""

    def take(exchange: Exchange) -> None:
        exchange.reply({"access_token": "stolen", "value": [], "success": True, "result": []})

    server = forge.serve(take)
    yield server
    assert server.requests == []
    assert server.connections == 0, "not even a connection was opened"


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retry, "_FIRST_DELAY", 0.01)


def named(text: str, script: DynamicsScript | MarketoScript, thief: ScriptedServer) -> str:
    return text.format(host=script.server.host, thief=thief.host, port=thief.port, tenant=TENANT)


def checked(script: DynamicsScript, **options: object) -> dict[str, Check]:
    dynamics = script.reader(**options)
    try:
        return {check.id: check for check in dynamics.check([Entity.LEAD], lambda _: None)}
    finally:
        dynamics.close()


def test_there_are_thirty() -> None:
    assert len(set(LINKS)) >= 30


@pytest.mark.parametrize("kind", ["@odata.nextLink", "@odata.deltaLink"])
@pytest.mark.parametrize("link", LINKS)
def test_a_link_takes_no_token_elsewhere(forge: Forge, thief: ScriptedServer, link: str, kind: str) -> None:
    script = DynamicsScript(forge)
    told = named(link, script, thief)
    script.answers[f"{ROOT}leads"] = lambda exchange: exchange.reply({"value": [], kind: told})
    dynamics = script.reader()
    with pytest.raises(ConnectionFailed) as caught:
        dynamics.read_page(TABLE, ["leadid"], "", track=True, shown=False, page_size=10)
    assert caught.value.code == "dynamics.link"
    with pytest.raises(ConnectionFailed):  # a link that was kept is looked at again
        dynamics.read_page(TABLE, ["leadid"], told, track=False, shown=False, page_size=10)
    dynamics.close()
    assert [request.path for request in script.asked("steal")] == []
    assert len(script.asked(f"{ROOT}leads")) == 1


@pytest.mark.parametrize("sign_in", [SignIn.PASSWORD, SignIn.APPLICATION])
@pytest.mark.parametrize("authority", CHALLENGES)
def test_a_challenge_takes_no_secret_elsewhere(
    forge: Forge, thief: ScriptedServer, authority: str, sign_in: SignIn
) -> None:
    script = DynamicsScript(forge)
    script.authority = named(authority, script, thief)
    check = checked(script, sign_in=sign_in)["dynamics.address"]
    assert check.state is CheckState.FAILED
    assert check.code in {"dynamics.sign-in-host", "dynamics.not-dynamics"}
    assert_no_secret(script)


def assert_no_secret(script: DynamicsScript | MarketoScript) -> None:
    """Our own server got none either, but where it belongs."""
    for request in script.server.requests:
        if not request.path.endswith("/token"):
            seen = f"{request.target} {request.body!r}"
            assert not [secret for secret in SECRETS if secret in seen]


@pytest.mark.parametrize("endpoint", ["token_endpoint", "authorization_endpoint", "issuer", "every"])
def test_discovery_takes_no_secret_elsewhere(forge: Forge, thief: ScriptedServer, endpoint: str) -> None:
    script = DynamicsScript(forge)

    def discovery(exchange: Exchange) -> None:
        base = f"{script.authority}/oauth2/v2.0"
        told = {
            "authorization_endpoint": f"{base}/authorize",
            "token_endpoint": f"{base}/token",
            "issuer": f"{script.authority}/v2.0",
        }
        bad = {name: f"https://{thief.host}/steal" for name in told if endpoint in {name, "every"}}
        exchange.reply(told | bad)

    script.answers["/openid-configuration"] = discovery
    for sign_in in (SignIn.PASSWORD, SignIn.APPLICATION):
        check = checked(script, sign_in=sign_in)["dynamics.sign-in"]
        if endpoint in {"token_endpoint", "every"}:
            assert check.state is CheckState.FAILED
    assert_no_secret(script)


@pytest.mark.parametrize("key", ["federation_metadata_url", "federation_active_auth_url"])
def test_a_realm_takes_no_password_elsewhere(forge: Forge, thief: ScriptedServer, key: str) -> None:
    script = DynamicsScript(forge)
    told = {"account_type": "Federated", "federation_protocol": "WSTrust", key: f"https://{thief.host}/adfs"}
    script.answers["/userrealm/"] = lambda exchange: exchange.reply(told)
    assert checked(script, sign_in=SignIn.PASSWORD)["dynamics.sign-in"].state is CheckState.FAILED
    assert_no_secret(script)


@pytest.mark.parametrize(
    "resource", ["https://{thief}", "https://graph.microsoft.com", "https://login.microsoftonline.com"]
)
def test_no_token_is_ordered_for_another_system(forge: Forge, thief: ScriptedServer, resource: str) -> None:
    script = DynamicsScript(forge)
    told = named(resource, script, thief)
    script.answers["/api/data"] = lambda exchange: script.challenge(exchange, resource=told)
    check = checked(script, trusted=(script.server.host,))["dynamics.address"]
    assert (check.state, check.code) == (CheckState.FAILED, "dynamics.resource")
    assert script.asked("/token") == []


@pytest.mark.parametrize("status", REDIRECTS)
@pytest.mark.parametrize("path", ["/openid-configuration", "/token", "/WhoAmI", "/userrealm/", "/leads"])
def test_a_redirect_of_dynamics_is_not_followed(forge: Forge, thief: ScriptedServer, path: str, status: int) -> None:
    script = DynamicsScript(forge)
    script.answers[path] = lambda exchange: exchange.reply(b"", status, Location=f"https://{thief.host}/steal")
    checks = checked(script, sign_in=SignIn.PASSWORD, trusted=(script.server.host, thief.host))
    failed = [check for check in checks.values() if check.state is CheckState.FAILED]
    assert {check.code for check in failed} == {"network.redirect"}


@pytest.mark.parametrize("status", REDIRECTS)
@pytest.mark.parametrize("path", ["/identity", "/describe2.json", "/leads.json"])
def test_a_redirect_of_marketo_is_not_followed(forge: Forge, thief: ScriptedServer, path: str, status: int) -> None:
    script = MarketoScript(forge)
    script.answers[path] = lambda exchange: exchange.reply(b"", status, Location=f"https://{thief.host}/steal")
    script.answers["/companies/describe.json"] = ok({"name": "Company", "fields": []})
    with closing(script.writer()) as marketo:
        failed = [check for check in marketo.check(lambda _: None) if check.state is CheckState.FAILED]
        assert {check.code for check in failed} == {"network.redirect"}
        read = marketo.all_persons if path == "/leads.json" else lambda *_: marketo.describe(Target.PERSON)
        script.searchable.append("leadPartitionId")
        script.answers["/partitions.json"] = ok({"id": 1})
        with pytest.raises(DynSyncError) as caught:
            read(["id"], 10)
        assert caught.value.code == "network.redirect"
    assert_no_secret(script)


@pytest.mark.parametrize("header", ["Set-Cookie", "Refresh", "Link", "Content-Location", "Location", "Alt-Svc"])
def test_no_header_leads_elsewhere(forge: Forge, thief: ScriptedServer, header: str) -> None:
    script = DynamicsScript(forge)
    value = f'h2="{thief.host}"' if header == "Alt-Svc" else f"0; url=https://{thief.host}/ Domain=127.0.0.1"
    body = {"UserId": TENANT, "OrganizationId": TENANT}
    script.answers["/WhoAmI"] = lambda exchange: exchange.reply(body, **{header: value})
    assert checked(script)["dynamics.user"].state is CheckState.PASSED
    assert not [request for request in script.server.requests if "cookie" in request.headers]


def test_a_packed_flood_ends_a_check(forge: Forge) -> None:
    bomb = gzip.compress(b'{"value": [' + b" " * 80_000_000 + b"]}", 9)
    flood = lambda exchange: exchange.reply(bomb, Content_Encoding="gzip")  # noqa: E731
    dynamics, marketo = DynamicsScript(forge), MarketoScript(forge)
    dynamics.answers["/WhoAmI"] = flood
    assert checked(dynamics)["dynamics.user"].code == "network.too-big"
    marketo.answers["/describe2.json"] = flood
    writer = marketo.writer()
    codes = {check.id: check.code for check in writer.check(lambda _: None)}
    writer.close()
    assert codes["marketo.persons"] == "network.too-big"


def test_every_connection_is_verified_by_tls_1_2_or_newer() -> None:
    context = trusting_context("")
    assert context.minimum_version >= ssl.TLSVersion.TLSv1_2
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname
