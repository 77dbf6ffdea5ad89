"""Every vendor code that can occur is met by the real connectors over TLS and told in plain words, with its ids."""

from __future__ import annotations

import pytest

from dynsync_gui.connectors.dynamics import reader
from dynsync_gui.connectors.http import retry
from dynsync_gui.connectors.marketo import writer
from dynsync_gui.domain.checks import Check, CheckState
from dynsync_gui.domain.errors import Finding
from dynsync_gui.domain.findings.dataverse import DATAVERSE
from dynsync_gui.domain.findings.entra import ENTRA
from dynsync_gui.domain.findings.marketo import MARKETO, QUOTA
from dynsync_gui.domain.schema import Entity

from .dynamics_script import DynamicsScript, refusal
from .marketo_script import MarketoScript, refused

SOON = 4.5
"""Less than the pause that a vendor gets who asks for one, and enough for an answer on a busy machine."""
IDS = {"correlation_id": "correlation-1", "trace_id": "trace-1", "timestamp": "2026-11-22 15:00:00Z"}
OAUTH = {
    "interaction_required": (50076, 50079, 50072, 50074, 50078, 50158, 53000, 53001, 53002, 53003, 530034, 50131),
    "invalid_client": (7000215, 7000222, 7000218, 700025, 700027, 650052, 50011),
    "unauthorized_client": (700016, 7000112),
    "temporarily_unavailable": (90055, 90033, 90006),
}
"""OAuth's word beside some numbers (Microsoft Entra, authentication error codes); the rest are refused grants."""
RESPONSES = sorted(code for code in MARKETO if code.isdecimal() and code not in {"413", "414", "601"})


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (reader, writer):
        monkeypatch.setattr(module, "_CHECK_SECONDS", SOON)
    monkeypatch.setattr(retry, "_FIRST_DELAY", 0.01)


def dynamics_checks(script: DynamicsScript) -> dict[str, Check]:
    dynamics = script.reader()
    try:
        return {check.id: check for check in dynamics.check([Entity.CONTACT], lambda _: None)}
    finally:
        dynamics.close()


def marketo_checks(script: MarketoScript) -> dict[str, Check]:
    marketo = script.writer()
    try:
        return {check.id: check for check in marketo.check(lambda _: None)}
    finally:
        marketo.close()


def told(check: Check, finding: Finding) -> None:
    assert check.state is CheckState.FAILED
    assert check.finding.text == finding.title.text
    assert check.cure.text == finding.cure.text
    assert str(check.finding)
    assert str(check.cure)
    assert "{" not in f"{check.finding} {check.cure}", "a place was not filled in"
    assert check.owner is finding.owner


@pytest.mark.parametrize("number", sorted(ENTRA))
def test_every_code_of_the_sign_in(forge, number: int) -> None:
    script = DynamicsScript(forge)
    error = next((word for word, numbers in OAUTH.items() if number in numbers), "invalid_grant")
    script.answers["/token"] = refusal(number, error)
    check = dynamics_checks(script)["dynamics.sign-in"]
    told(check, ENTRA[number])
    assert check.code == f"AADSTS{number}"
    assert dict(check.ids) == IDS


@pytest.mark.parametrize("code", sorted(code for code in DATAVERSE if code.startswith("0x")))
def test_every_code_of_dataverse(forge, code: str) -> None:
    script = DynamicsScript(forge)
    document = {"error": {"code": code.upper().replace("0X", "0x"), "message": "Words of theirs."}}
    status = 429 if code.startswith("0x8007232") else 403
    ids = {"x_ms_service_request_id": "request-1"}
    script.answers["/WhoAmI"] = lambda exchange: exchange.reply(document, status, **ids)
    check = dynamics_checks(script)["dynamics.user"]
    told(check, DATAVERSE[code])
    assert (check.code, check.detail) == (code, "Words of theirs.")
    assert dict(check.ids) == {"x-ms-service-request-id": "request-1"}


@pytest.mark.parametrize("status", [401, 403, 404, 429, 500, 503])
def test_every_status_of_dataverse(forge, status: int) -> None:
    script = DynamicsScript(forge)
    script.answers["/WhoAmI"] = lambda exchange: exchange.reply(b"", status)
    check = dynamics_checks(script)["dynamics.user"]
    told(check, DATAVERSE.get(f"http.{status}", DATAVERSE["http.5xx"]))
    assert check.code == f"http.{status}"


@pytest.mark.parametrize("code", RESPONSES)
def test_every_code_of_marketo(forge, code: str) -> None:
    script = MarketoScript(forge)
    script.answers["/describe2.json"] = refused(code, "Words of theirs.")
    check = marketo_checks(script)["marketo.persons"]
    if code in {"600", "601", "602"}:
        assert check.code == code
    told(check, QUOTA if code == "607" else MARKETO[code])
    assert dict(check.ids) == {"requestId": "r#2"}
    assert check.detail == "Words of theirs."


def test_the_tables_are_as_long_as_they_have_to_be() -> None:
    assert len(ENTRA) >= 69
    assert sum(code.startswith("0x") for code in DATAVERSE) >= 20
    assert len(RESPONSES) >= 25


def test_unknown_codes_are_quoted_with_their_ids(forge) -> None:
    dynamics, marketo = DynamicsScript(forge), MarketoScript(forge)
    dynamics.answers["/token"] = refusal(4242424, "strange")
    check = dynamics_checks(dynamics)["dynamics.sign-in"]
    assert "“AADSTS4242424: Some words.”" in str(check.finding)
    assert dict(check.ids) == IDS
    del dynamics.answers["/token"]
    document = {"error": {"code": "0x8badf00d", "message": "Their\u202e  own\nwords"}}
    dynamics.answers["/WhoAmI"] = lambda exchange: exchange.reply(document, 400)
    check = dynamics_checks(dynamics)["dynamics.user"]
    assert "“Their own words”" in str(check.finding)
    assert check.code == "0x8badf00d"
    marketo.answers["/describe2.json"] = refused("4242", "Their own words")
    check = marketo_checks(marketo)["marketo.persons"]
    assert "“Their own words”" in str(check.finding)
    assert (check.code, dict(check.ids)) == ("4242", {"requestId": "r#2"})
