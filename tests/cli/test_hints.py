"""A cure suits the place where it is read: keys and options at the command line, none of them in the window."""

from __future__ import annotations

import pytest

from dynsync_gui.cli.hints import _HINTS, cure_here
from dynsync_gui.domain.checks import EnvironmentKind
from dynsync_gui.domain.findings.dataverse import DATAVERSE
from dynsync_gui.domain.findings.entra import ENTRA
from dynsync_gui.domain.findings.marketo import MARKETO, NATIVE_SYNC
from dynsync_gui.domain.findings.network import NETWORK, network_finding
from dynsync_gui.domain.findings.sign_in import SIGN_IN
from dynsync_gui.domain.guards import Confirmed, accepted, identity_guard

ALL = [finding for table in (DATAVERSE, ENTRA, MARKETO, NETWORK, SIGN_IN) for finding in table.values()]


def test_no_finding_names_a_key_or_an_option() -> None:
    cures = [str(finding.cure) for finding in ALL] + list(_HINTS)
    assert not [
        cure for cure in cures if any(sign in cure for sign in ("--", "[", "_username", "trusted_hosts", "ca_"))
    ]


def test_the_command_line_adds_its_own_way() -> None:
    assert (
        cure_here(NATIVE_SYNC.cure) == f'{NATIVE_SYNC.cure} In the answers file: native_sync = "people" below [enable].'
    )
    named = network_finding("network.certificate-issuer-named", "contoso.crm.dynamics.com", issuer="Contoso IT")
    assert "Contoso IT" in cure_here(named.cure)
    assert "ca_bundle below [network]" in cure_here(named.cure)
    plain = NETWORK["network.html"].cure
    assert cure_here(plain) == str(plain)


@pytest.mark.parametrize("typed", ["", "Fabrikam"])
def test_a_changed_organisation_is_confirmed_by_an_option(typed: str) -> None:
    before = Confirmed("1", "Contoso Test", "https://a", EnvironmentKind.PRODUCTION, "123-ABC-456")
    now = Confirmed("2", "Contoso Ltd", "https://a", EnvironmentKind.PRODUCTION, "123-ABC-456")
    stop = accepted(typed, now) if typed else identity_guard(before, now)
    assert stop is not None
    assert "--accept" not in str(stop.finding.cure)
    assert "“Contoso Ltd”" in str(stop.finding.cure)
    assert cure_here(stop.finding.cure).endswith('On the command line: --accept-identity "Contoso Ltd"')
