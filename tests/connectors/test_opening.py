"""Both sides opened from settings."""

from __future__ import annotations

import threading

import pytest

from dynsync_gui.connectors.http.limiter import MemoryRateWindow
from dynsync_gui.connectors.opening import VendorConnections
from dynsync_gui.domain.cancel import CancelToken
from dynsync_gui.domain.errors import ExitStatus, SettingsError
from dynsync_gui.domain.schema import Target
from dynsync_gui.domain.secrets import Secrets
from dynsync_gui.domain.settings import DynamicsSettings, MarketoSettings, NetworkSettings, Settings

from .marketo_script import MarketoScript

ORG, INSTANCE = "https://contoso.crm4.dynamics.com", "https://123-abc-456.mktorest.com"


def settings(dynamics: str = ORG, marketo: str = INSTANCE, **network) -> Settings:
    return Settings(DynamicsSettings(dynamics), MarketoSettings(marketo), NetworkSettings(**network))


def test_nothing_is_asked_yet() -> None:
    before = threading.active_count()
    connection = VendorConnections().open(settings(), Secrets(), CancelToken())
    assert threading.active_count() == before
    connection.close()


@pytest.mark.parametrize(
    ("dynamics", "marketo"),
    [("", INSTANCE), (ORG, ""), ("https://127.0.0.1:8443", INSTANCE), (ORG, "https://evil.example"), (INSTANCE, ORG)],
)
def test_addresses_that_nobody_named(dynamics: str, marketo: str) -> None:
    with pytest.raises(SettingsError) as caught:
        VendorConnections().open(settings(dynamics, marketo), Secrets(), CancelToken())
    assert caught.value.exit_status is ExitStatus.WRONG_USE
    assert caught.value.finding.title


def test_calls_to_one_marketo_share_its_kept_window(forge) -> None:
    script, window, asked = MarketoScript(forge), MemoryRateWindow(), []

    def kept(address: str) -> MemoryRateWindow:
        asked.append(address)
        return window

    connections = VendorConnections(kept)
    entered = settings(
        marketo=f"{script.server.url}/rest", ca_bundle=forge.ca_bundle, trusted_hosts=(script.server.host.upper(),)
    )
    for _ in range(2):
        connection = connections.open(entered, Secrets(marketo_client_secret="x"), CancelToken())
        connection.marketo.describe(Target.PERSON)
        connection.close()
    assert asked == [script.server.url] * 2
    assert window.reserve(0.0, 1.0, 1) == 0.0, "the times are wall-clock times, far after 1970"
    assert sum(window._days.values()) == 2
