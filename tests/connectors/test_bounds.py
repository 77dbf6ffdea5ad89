"""Whatever is broken, the checks answer in time."""

from __future__ import annotations

import pytest

from dynsync_gui.connectors.dynamics import reader
from dynsync_gui.connectors.marketo import writer
from dynsync_gui.domain.checks import CheckState
from dynsync_gui.domain.schema import Entity

from .dynamics_script import DynamicsScript
from .marketo_script import MarketoScript, refused
from .scripted import Exchange

BOUND = 1.0

pytestmark = pytest.mark.timeout(35)  # the bound that is cut short here is 40 seconds


def endless(exchange: Exchange) -> None:
    exchange.send(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n")
    exchange.drip(b" ", 0.05)


def storm(exchange: Exchange) -> None:
    exchange.reply(b"<html>", 503)


def wait_an_hour(exchange: Exchange) -> None:
    exchange.reply({}, 429, Retry_After="3600")


BROKEN = [Exchange.hang, endless, storm, wait_an_hour, lambda exchange: exchange.reply(b"<html>")]


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (reader, writer):
        monkeypatch.setattr(module, "_CHECK_SECONDS", BOUND)


@pytest.mark.parametrize(
    ("where", "broken"),
    [("/api/data", broken) for broken in BROKEN]
    + [(where, broken) for where in ("/openid-configuration", "/token", "/WhoAmI") for broken in (BROKEN[0], storm)]
    + [("/contacts", endless), ("/contacts", wait_an_hour)],
)
def test_a_broken_dynamics(forge, where: str, broken) -> None:
    script = DynamicsScript(forge)
    script.answers[where] = broken
    dynamics = script.reader()
    checks = dynamics.check([Entity.CONTACT], lambda _: None)
    assert any(check.state is CheckState.FAILED and check.finding and check.cure for check in checks)
    dynamics.close()


@pytest.mark.parametrize(
    ("where", "broken"),
    [("/identity", broken) for broken in BROKEN]
    + [("/describe2.json", broken) for broken in (BROKEN[0], refused("606"), refused("615"), refused("502"))]
    + [("/companies", endless), ("/companies", storm)],
)
def test_a_broken_marketo(forge, where: str, broken) -> None:
    script = MarketoScript(forge)
    script.answers[where] = broken
    marketo = script.writer()
    checks = marketo.check(lambda _: None)
    assert any(check.state is CheckState.FAILED and check.finding and check.cure for check in checks)
    marketo.close()
